use bytes::Bytes;
use heliogram_api::functions::{messages, upload};
use heliogram_api::{enums, types};
use heliogram_crypto::hash::md5;

use super::{Program, served, server};
use crate::Server;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn alice() -> Program {
    Program::logged_in(&server(), "9996620001", "Alice")
}

pub(super) fn send(
    program: &Program,
    file: enums::InputFile,
    random_id: i64,
) -> Result<types::Document, String> {
    let media = types::InputMediaUploadedDocument::new(file, "text/plain".into(), Vec::new());
    let call = messages::SendMedia::new(
        enums::InputPeer::InputPeerSelf,
        media.into(),
        String::new(),
        random_id,
    );
    let answer = program
        .call(call)
        .map_err(|refusal| refusal.name.into_owned())?;
    let enums::Updates::Updates(answer) = answer else {
        panic!("{answer:?}")
    };
    let enums::Update::NewMessage(update) = &answer.updates[1] else {
        panic!()
    };
    let enums::Message::Message(message) = &update.message else {
        panic!()
    };
    let Some(media) = &message.media else {
        panic!()
    };
    let enums::MessageMedia::Document(media) = &**media else {
        panic!()
    };
    let Some(enums::Document::Document(document)) = &media.document else {
        panic!()
    };
    Ok((**document).clone())
}

pub(super) fn location(document: &types::Document) -> enums::InputFileLocation {
    types::InputDocumentFileLocation::new(
        document.id,
        document.access_hash,
        document.file_reference.clone(),
        String::new(),
    )
    .into()
}

fn download(program: &Program, document: &types::Document) -> Vec<u8> {
    let mut got = Vec::new();
    loop {
        let call = upload::GetFile::new(location(document), got.len() as i64, 4096);
        let enums::upload::File::File(part) = program.call(call).unwrap() else {
            panic!()
        };
        got.extend_from_slice(&part.bytes);
        if part.bytes.len() < 4096 {
            return got;
        }
    }
}

#[test]
fn a_small_file_goes_up_in_any_order_and_comes_down() {
    let program = alice();
    let content: Vec<u8> = (0..10_000u32).map(|n| n as u8).collect();
    let parts: Vec<&[u8]> = content.chunks(4096).collect();
    for index in [2, 0, 1, 0] {
        let bytes = Bytes::copy_from_slice(parts[index]);
        program
            .call(upload::SaveFilePart::new(7, index as i32, bytes))
            .unwrap();
    }
    let file = |md5: &str| types::InputFile::new(7, 3, "a.txt".into(), md5.into());
    assert_eq!(
        send(&program, file("00").into(), 1).unwrap_err(),
        "MD5_CHECKSUM_INVALID"
    );
    let sum = hex(&md5(&[&content]));
    let document = send(&program, file(&sum).into(), 1).unwrap();
    assert_eq!((document.size, document.dc_id), (10_000, 2));
    assert_eq!(download(&program, &document), content);
    let again = send(&program, file("").into(), 2).unwrap_err();
    assert_eq!(
        again, "FILE_PART_0_MISSING",
        "the parts belong to the message now"
    );
}

#[test]
fn an_empty_file_is_a_file() {
    let program = alice();
    program
        .call(upload::SaveFilePart::new(8, 0, Bytes::new()))
        .unwrap();
    let file = types::InputFile::new(8, 1, "empty".into(), String::new());
    let document = send(&program, file.into(), 1).unwrap();
    assert_eq!(document.size, 0);
    assert_eq!(download(&program, &document), b"");
}

#[test]
fn missing_parts_are_named() {
    let program = alice();
    let part = Bytes::from(vec![1; 1024]);
    program
        .call(upload::SaveBigFilePart::new(9, 0, 3, part))
        .unwrap();
    let file = types::InputFileBig::new(9, 3, "big".into());
    assert_eq!(
        send(&program, file.into(), 1).unwrap_err(),
        "FILE_PART_1_MISSING"
    );
}

#[test]
fn references_expire_and_are_renewed_with_the_message() {
    let program = alice();
    program
        .call(upload::SaveFilePart::new(7, 0, Bytes::from_static(b"abc")))
        .unwrap();
    let file = types::InputFile::new(7, 1, "a".into(), String::new());
    let old = send(&program, file.into(), 1).unwrap();
    program.shared.world().expire_references();
    let ask = |document| upload::GetFile::new(location(document), 0, 4096);
    assert_eq!(program.refusal(ask(&old)), "FILE_REFERENCE_EXPIRED");
    let world = program.shared.world();
    let found = world.documents.get(&old.id).unwrap();
    let enums::Document::Document(new) = world.document_for(program.me, found) else {
        panic!()
    };
    drop(world);
    assert_eq!(download(&program, &new), b"abc");
}

#[test]
fn another_data_centre_and_another_account_are_told_so() {
    let program = alice();
    program
        .call(upload::SaveFilePart::new(7, 0, Bytes::from_static(b"abc")))
        .unwrap();
    let file = types::InputFile::new(7, 1, "a".into(), String::new());
    let document = send(&program, file.into(), 1).unwrap();
    let ask = || upload::GetFile::new(location(&document), 0, 4096);
    let ticket = program
        .call(heliogram_api::functions::auth::ExportAuthorization::new(1))
        .unwrap();
    let there = Program::new(&program.shared, 1);
    let import = heliogram_api::functions::auth::ImportAuthorization::new(ticket.id, ticket.bytes);
    there.call(import).unwrap();
    assert_eq!(there.refusal(ask()), "FILE_MIGRATE_2");
    let bob = Program::logged_in(&program.shared, "9996620002", "Bob");
    assert_eq!(bob.refusal(ask()), "FILE_ID_INVALID");
    let wrong = upload::GetFile::new(location(&document), 1, 4096);
    assert_eq!(program.refusal(wrong), "OFFSET_INVALID");
}

#[test]
fn an_album_is_one_group_and_all_or_nothing() {
    let program = alice();
    for id in 1..=2 {
        program
            .call(upload::SaveFilePart::new(id, 0, Bytes::from_static(b"abc")))
            .unwrap();
    }
    let item = |id, random_id| {
        let file = types::InputFile::new(id, 1, "a".into(), String::new());
        let media = types::InputMediaUploadedDocument::new(file.into(), "a/b".into(), Vec::new());
        types::InputSingleMedia::new(media.into(), random_id, String::new())
    };
    let to = enums::InputPeer::InputPeerSelf;
    let album = messages::SendMultiMedia::new(to, vec![item(1, 1), item(2, 2)]);
    program.call(album).unwrap();
    let world = program.shared.world();
    let groups: Vec<_> = world
        .letters
        .values()
        .map(|letter| letter.grouped)
        .collect();
    assert!(groups.len() == 2 && groups[0].is_some() && groups[0] == groups[1]);
}

#[test]
fn a_connection_that_only_carries_files_hears_no_updates() {
    let shared = server();
    let alice = Program::logged_in(&shared, "9996610001", "Alice");
    let listening = |shared: &crate::shared::Shared| shared.hub.sessions_of(alice.me).len();
    let before = listening(&shared);
    let part = upload::SaveFilePart::new(7, 0, Bytes::from_static(b"part"));
    alice.twin().call(part).unwrap();
    assert_eq!(listening(&shared), before);
    alice.twin().get_me().unwrap();
    assert_eq!(listening(&shared), before + 1);
}

#[test]
fn a_part_that_could_not_be_kept_did_not_come() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("world.db");
    let shared = served(Server::builder().data(&data));
    let alice = Program::logged_in(&shared, "9996620001", "Alice");
    let (files, away) = (
        folder.path().join("world.db.files"),
        folder.path().join("away"),
    );
    let save = || upload::SaveFilePart::new(7, 0, Bytes::from_static(b"text"));
    std::fs::rename(&files, &away).unwrap();
    assert_eq!(alice.refusal(save()), "FILE_WRITE_FAILED");
    std::fs::rename(&away, &files).unwrap();
    let file = || types::InputFile::new(7, 1, "a.txt".into(), String::new()).into();
    let missing = send(&alice, file(), 1).unwrap_err();
    assert_eq!(missing, "FILE_PART_0_MISSING");
    alice.call(save()).unwrap();
    send(&alice, file(), 1).unwrap();
}
