use std::sync::Arc;

use bytes::Bytes;
use heliogram_api::functions::{auth, help, upload};
use heliogram_api::{LAYER, enums, types};
use heliogram_crypto::{Ctr, sha256};

use super::files::{location, send};
use super::{Program, hello, served};
use crate::Server;
use crate::net::CDN_DC;
use crate::shared::Shared;

const PART: usize = 128 * 1024;

fn content(parts: usize) -> Vec<u8> {
    (0..parts * PART - 1000).map(|n| (n % 251) as u8).collect()
}

/// Alice, and a document she sent.
fn alice_with(shared: &Arc<Shared>, content: &[u8]) -> (Program, types::Document) {
    let alice = Program::logged_in(shared, "9996620001", "Alice");
    let mut parts = 0;
    for part in content.chunks(PART) {
        let part = Bytes::copy_from_slice(part);
        alice
            .call(upload::SaveFilePart::new(7, parts, part))
            .unwrap();
        parts += 1;
    }
    let file = types::InputFile::new(7, parts, "a".into(), String::new());
    let document = send(&alice, file.into(), parts.into()).unwrap();
    (alice, document)
}

fn ask(program: &Program, document: &types::Document, offset: i64) -> enums::upload::File {
    let call = upload::GetFile {
        cdn_supported: true,
        ..upload::GetFile::new(location(document), offset, PART as i32)
    };
    program.call(call).unwrap()
}

fn redirect(program: &Program, document: &types::Document) -> types::upload::FileCdnRedirect {
    match ask(program, document, 0) {
        enums::upload::File::CdnRedirect(redirect) => *redirect,
        other => panic!("{other:?}"),
    }
}

fn check(hashes: &[types::FileHash], content: &[u8]) {
    for hash in hashes {
        let from = hash.offset as usize;
        let part = &content[from..from + hash.limit as usize];
        assert_eq!(hash.hash, sha256(&[part])[..]);
    }
}

#[test]
fn a_large_document_comes_from_the_cdn_encrypted_and_hashed() {
    let shared = served(Server::builder().cdn(true));
    let content = content(10);
    let (alice, document) = alice_with(&shared, &content);
    let redirect = redirect(&alice, &document);
    assert_eq!(redirect.dc_id, CDN_DC);
    assert_eq!(redirect.file_hashes.len(), 8);
    check(&redirect.file_hashes, &content);

    let cdn = Program::temporary(&shared, CDN_DC, 86_400);
    let token = || redirect.file_token.clone();
    let get = |offset: usize| upload::GetCdnFile::new(token(), offset as i64, PART as i32);
    assert_eq!(cdn.refusal(get(0)), "CONNECTION_NOT_INITED");
    assert_eq!(cdn.refusal(hello(LAYER)), "CDN_METHOD_INVALID");
    let needed = cdn.call(get(0)).unwrap();
    let enums::upload::CdnFile::ReuploadNeeded(needed) = needed else {
        panic!()
    };
    let reupload = |request: Bytes| upload::ReuploadCdnFile::new(token(), request);
    let guess = alice.refusal(reupload(Bytes::from_static(b"guess")));
    assert_eq!(guess, "REQUEST_TOKEN_INVALID");
    let hashes = alice.call(reupload(needed.request_token)).unwrap();
    check(&hashes, &content);

    let key = redirect.encryption_key.as_ref().try_into().unwrap();
    let iv = redirect.encryption_iv.as_ref().try_into().unwrap();
    let mut got = Vec::new();
    while got.len() % PART == 0 {
        let enums::upload::CdnFile::CdnFile(part) = cdn.call(get(got.len())).unwrap() else {
            panic!()
        };
        let mut part = part.bytes.to_vec();
        assert_ne!(part[..16], content[got.len()..got.len() + 16]);
        Ctr::for_cdn(&key, &iv, got.len() as u64).apply(&mut part);
        got.extend(part);
    }
    assert!(got == content);

    // What the redirect does not tell is asked for at home.
    let call = upload::GetCdnFileHashes::new(token(), 8 * PART as i64 + 5);
    let more = alice.call(call).unwrap();
    assert_eq!(more.len(), 2);
    check(&more, &content);
}

#[test]
fn the_cdn_answers_nothing_else_and_nobody_else_answers_for_it() {
    let shared = served(Server::builder().cdn(true));
    let (alice, document) = alice_with(&shared, &content(9));
    let token = redirect(&alice, &document).file_token;
    let get = |token: Bytes, offset, limit| upload::GetCdnFile::new(token, offset, limit);
    assert_eq!(alice.refusal(get(token.clone(), 0, 4096)), "METHOD_INVALID");
    let cdn = Program::raw(&shared, CDN_DC);
    assert_eq!(cdn.refusal(hello(LAYER)), "CDN_METHOD_INVALID");
    assert_eq!(cdn.refusal(auth::LogOut::new()), "CDN_METHOD_INVALID");
    let none = Bytes::from_static(b"none");
    assert_eq!(
        cdn.refusal(get(none.clone(), 0, 4096)),
        "FILE_TOKEN_INVALID"
    );
    assert_eq!(cdn.refusal(get(token.clone(), 1, 4096)), "OFFSET_INVALID");
    assert_eq!(cdn.refusal(get(token.clone(), 0, 4097)), "LIMIT_INVALID");
    let reupload = upload::ReuploadCdnFile::new(none.clone(), none.clone());
    assert_eq!(alice.refusal(reupload), "FILE_TOKEN_INVALID");
    let hashes = upload::GetCdnFileHashes::new(none, 0);
    assert_eq!(alice.refusal(hashes), "FILE_TOKEN_INVALID");
    let hashes = upload::GetCdnFileHashes::new(token.clone(), -1);
    assert_eq!(alice.refusal(hashes), "OFFSET_INVALID");

    let ticket = alice.call(auth::ExportAuthorization::new(1)).unwrap();
    let there = Program::new(&shared, 1);
    let import = auth::ImportAuthorization::new(ticket.id, ticket.bytes);
    there.call(import).unwrap();
    let hashes = upload::GetCdnFileHashes::new(token.clone(), 0);
    assert_eq!(there.refusal(hashes), "FILE_MIGRATE_2");
    shared.world().expire_references();
    assert_eq!(cdn.refusal(get(token, 0, 4096)), "FILE_TOKEN_INVALID");
}

#[test]
fn only_those_who_can_are_sent_and_only_for_large_documents() {
    let shared = served(Server::builder().cdn(true));
    let (alice, document) = alice_with(&shared, &content(8));
    assert!(document.size < 1 << 20);
    let part = ask(&alice, &document, 0);
    assert!(matches!(part, enums::upload::File::File(_)));

    let (alice, document) = alice_with(&shared, &content(9));
    let call = upload::GetFile::new(location(&document), 0, 4096);
    let part = alice.call(call).unwrap();
    assert!(matches!(part, enums::upload::File::File(_)));

    let shared = served(Server::builder());
    let (alice, document) = alice_with(&shared, &content(9));
    let part = ask(&alice, &document, 0);
    assert!(matches!(part, enums::upload::File::File(_)));
    let config = alice.call(help::GetCdnConfig::new()).unwrap();
    assert!(config.public_keys.is_empty());
}

#[test]
fn the_key_of_the_cdn_is_another_one() {
    let shared = served(Server::builder().cdn(true));
    let program = Program::new(&shared, 1);
    let config = program.call(help::GetCdnConfig::new()).unwrap();
    let [key] = &config.public_keys[..] else {
        panic!()
    };
    assert_eq!(key.dc_id, CDN_DC);
    let of = |dc| shared.exchange_of(dc).keys[0].public().to_pem();
    assert_eq!(key.public_key, of(CDN_DC));
    assert_ne!(of(CDN_DC), of(1));
}
