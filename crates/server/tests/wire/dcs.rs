//! Temporary keys, addresses for files, and the CDN.

use std::time::Duration;

use bytes::Bytes;
use heliogram_api::functions::{auth, help, messages, upload};
use heliogram_api::{enums, types};
use heliogram_crypto::v1::{INNER, seal_binding};
use heliogram_crypto::{Ctr, sha256};
use heliogram_mtproto::tl::types::BindAuthKeyInner;
use heliogram_server::{Server, TestServer};
use heliogram_tl::to_bytes;

use crate::channel::{Http, Tcp};
use crate::peer::{Peer, document_of};
use crate::raw::{Raw, Refused};
use crate::{runtime, start};

const DAY: i32 = 86_400;

/// Binds a temporary key, as the protocol wants it.
fn bind(temporary: &mut Raw<Tcp>, permanent: &Raw<Tcp>, expires_at: i32) -> Result<bool, String> {
    bind_with(temporary, permanent, expires_at, 0, |_| {})
}

/// Binds a temporary key in a message that comes so much later than the one it is sealed for, and
/// with a changed inside.
fn bind_with(
    temporary: &mut Raw<Tcp>,
    permanent: &Raw<Tcp>,
    expires_at: i32,
    later: i64,
    spoil: impl FnOnce(&mut BindAuthKeyInner),
) -> Result<bool, String> {
    let id = temporary.next_id();
    let mut inner = BindAuthKeyInner {
        nonce: 5,
        temp_auth_key_id: temporary.key.id(),
        perm_auth_key_id: permanent.key.id(),
        temp_session_id: temporary.session,
        expires_at,
    };
    spoil(&mut inner);
    let inner: [u8; INNER] = to_bytes(&inner).as_ref().try_into().unwrap();
    let sealed = seal_binding(&permanent.key, id - later, &inner, &[1; 24]);
    let sealed = Bytes::copy_from_slice(&sealed);
    let call = auth::BindTempAuthKey::new(permanent.key.id(), 5, expires_at, sealed);
    temporary.request_as(id, &call);
    let answer = temporary.answer(id).unwrap()?;
    Ok(heliogram_tl::from_bytes(&answer).unwrap())
}

#[test]
fn sec_34_a_binding_of_another_message_session_key_or_time_is_refused() {
    type Spoil = fn(&mut BindAuthKeyInner);
    let server = start();
    let (address, pem) = (server.dcs()[0].address, server.public_key_pem());
    let permanent = Raw::new(Tcp::dial(address), &pem, 1, None).unwrap();
    let mut temporary = Raw::new(Tcp::dial(address), &pem, 1, Some(DAY)).unwrap();
    let config = temporary.introduce(help::GetConfig::new()).unwrap();
    let ends = config.date + DAY;
    let spoilt: [(i64, Spoil); 6] = [
        (4, |_| {}),
        (0, |inner| inner.nonce += 1),
        (0, |inner| inner.temp_auth_key_id ^= 1),
        (0, |inner| inner.perm_auth_key_id ^= 1),
        (0, |inner| inner.temp_session_id ^= 1),
        (0, |inner| inner.expires_at += 1),
    ];
    for (at, (later, spoil)) in spoilt.into_iter().enumerate() {
        let refused = bind_with(&mut temporary, &permanent, ends, later, spoil);
        assert_eq!(refused.unwrap_err(), "ENCRYPTED_MESSAGE_INVALID", "{at}");
    }
    let unbound = temporary.call(help::GetAppConfig::new(0));
    assert_eq!(unbound.unwrap_err(), "AUTH_KEY_PERM_EMPTY");
    assert!(bind(&mut temporary, &permanent, ends).unwrap());
    temporary.introduce(help::GetAppConfig::new(0)).unwrap();
}

#[test]
fn sec_34_a_temporary_key_works_once_bound_and_until_it_ends() {
    let server = start();
    let (address, pem) = (server.dcs()[0].address, server.public_key_pem());
    let permanent = Raw::new(Tcp::dial(address), &pem, 1, None).unwrap();
    let mut temporary = Raw::new(Tcp::dial(address), &pem, 1, Some(DAY)).unwrap();
    temporary.introduce(help::GetConfig::new()).unwrap();
    let early = temporary.call(help::GetAppConfig::new(0));
    assert_eq!(early.unwrap_err(), "AUTH_KEY_PERM_EMPTY");
    let config = temporary.call(help::GetConfig::new()).unwrap();
    let ends = config.date + DAY;
    let wrong = bind(&mut temporary, &permanent, config.date - 1);
    assert_eq!(wrong.unwrap_err(), "EXPIRES_AT_INVALID");
    assert!(bind(&mut temporary, &permanent, ends).unwrap());
    temporary.introduce(help::GetAppConfig::new(0)).unwrap();

    server.advance(Duration::from_secs(DAY as u64 + 1));
    temporary.request(&help::GetConfig::new());
    assert_eq!(temporary.packet(), Err(Refused(-404)));
}

#[test]
fn a_media_address_takes_its_data_centre_with_either_sign() {
    let server = start();
    for (dc, at) in (1..).zip(server.dcs()) {
        assert_eq!(at.id, dc);
        for named in [dc, -dc, 10_000 + dc, -10_000 - dc] {
            let channel = Tcp::dial(at.media.unwrap());
            let mut raw = Raw::new(channel, &server.public_key_pem(), named, None).unwrap();
            let config = raw.introduce(help::GetConfig::new()).unwrap();
            assert_eq!(config.this_dc, dc);
            let media = config
                .dc_options
                .iter()
                .find(|o| o.media_only && o.id == dc);
            assert_eq!(media.unwrap().port, i32::from(at.media.unwrap().port()));
        }
    }
    // The key of a data centre is good at both of its addresses.
    let mut peer = Peer::connect(&server, 2);
    peer.move_to(server.dcs()[1].media.unwrap());
    assert_eq!(peer.call(help::GetNearestDc::new()).unwrap().this_dc, 2);
}

#[test]
fn ports_follow_each_other_when_the_first_is_given() {
    // Ports that were free a moment ago, all in a row.
    let first = start().dcs()[0].address.port().clamp(1024, 65_000);
    let started = runtime().block_on(Server::builder().port(first).dcs(2).cdn(true).start());
    // Somebody else may have taken one of them.
    let Ok(server) = started else { return };
    let ports: Vec<_> = server
        .dcs()
        .iter()
        .map(|dc| (dc.address.port(), dc.media.unwrap().port()))
        .collect();
    assert_eq!(ports, [(first, first + 2), (first + 1, first + 3)]);
    assert_eq!(server.cdn().unwrap().address.port(), first + 4);
}

/// Sends a file to Saved Messages.
fn send_file(peer: &mut Peer, content: &[u8]) -> types::Document {
    let parts = content.chunks(512 * 1024);
    let total = parts.len() as i32;
    for (index, part) in (0..).zip(parts) {
        let part = Bytes::copy_from_slice(part);
        peer.call(upload::SaveBigFilePart::new(9, index, total, part))
            .unwrap();
    }
    let file = types::InputFileBig::new(9, total, "large".into());
    let media = types::InputMediaUploadedDocument::new(file.into(), "a/b".into(), Vec::new());
    let to = || enums::InputPeer::InputPeerSelf;
    let call = messages::SendMedia::new(to(), media.into(), String::new(), 1);
    peer.call(call).unwrap();
    let call = messages::GetHistory::new(to(), 0, 0, 0, 1, 0, 0, 0);
    let enums::messages::Messages::Messages(history) = peer.call(call).unwrap() else {
        panic!()
    };
    document_of(&history.messages[0])
}

#[test]
fn a_large_file_goes_up_at_home_and_comes_down_from_the_cdn() {
    let server = runtime().block_on(Server::builder().cdn(true).start());
    let server = TestServer::from(server.unwrap());
    let alice = runtime().block_on(server.user("alice"));
    let mut peer = Peer::logged_in(&server, &alice);
    let content: Vec<u8> = (0..1_500_000u32).map(|n| (n % 253) as u8).collect();
    let document = send_file(&mut peer, &content);
    let location = types::InputDocumentFileLocation::new(
        document.id,
        document.access_hash,
        document.file_reference,
        String::new(),
    );
    let ask = upload::GetFile {
        cdn_supported: true,
        ..upload::GetFile::new(location.into(), 0, 1 << 20)
    };
    let enums::upload::File::CdnRedirect(redirect) = peer.call(ask).unwrap() else {
        panic!()
    };

    // Everything about the CDN is learnt from the data centre that is trusted.
    let config = peer.call(help::GetConfig::new()).unwrap();
    let option = config.dc_options.iter().find(|option| option.cdn).unwrap();
    assert_eq!(option.id, redirect.dc_id);
    let address = format!("{}:{}", option.ip_address, option.port);
    let address = address.parse().unwrap();
    assert_eq!(server.cdn().unwrap().address, address);
    let keys = peer.call(help::GetCdnConfig::new()).unwrap().public_keys;
    let pem = &keys
        .iter()
        .find(|key| key.dc_id == option.id)
        .unwrap()
        .public_key;
    // It takes HTTP as well as TCP, temporary keys as well as permanent ones.
    let mut cdn = Raw::new(Http::dial(address, "/api"), pem, option.id, Some(DAY)).unwrap();
    let get = |offset| upload::GetCdnFile::new(redirect.file_token.clone(), offset, 1 << 20);
    let needed = cdn.introduce(get(0)).unwrap();
    let enums::upload::CdnFile::ReuploadNeeded(needed) = needed else {
        panic!()
    };
    let token = redirect.file_token.clone();
    let hashes = peer
        .call(upload::ReuploadCdnFile::new(token, needed.request_token))
        .unwrap();
    let mut file = Vec::new();
    for offset in [0, 1 << 20] {
        let enums::upload::CdnFile::CdnFile(part) = cdn.call(get(offset)).unwrap() else {
            panic!()
        };
        let mut part = part.bytes.to_vec();
        let key = redirect.encryption_key.as_ref().try_into().unwrap();
        let iv = redirect.encryption_iv.as_ref().try_into().unwrap();
        Ctr::for_cdn(&key, &iv, offset as u64).apply(&mut part);
        file.extend(part);
    }
    assert!(file == content);
    for hash in hashes {
        let from = hash.offset as usize;
        let part = &file[from..from + hash.limit as usize];
        assert_eq!(hash.hash, sha256(&[part])[..]);
    }
    let refused = cdn.call(help::GetConfig::new());
    assert_eq!(refused.unwrap_err(), "CDN_METHOD_INVALID");
}
