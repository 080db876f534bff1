//! The server over real sockets, with the protocol core's own client end.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails that way")]

mod calls;
mod channel;
mod control;
mod dcs;
mod killed;
mod packets;
mod peer;
mod raw;
mod security;
mod transports;
mod update_faults;
mod waiting;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use heliogram_api::functions::{help, messages, updates, upload, users};
use heliogram_api::{enums, types};
use heliogram_mtproto::framing::{Obfuscation, Transport};
use heliogram_server::{Server, TestServer};
use peer::Peer;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}

fn start() -> TestServer {
    runtime().block_on(TestServer::start())
}

#[test]
fn every_framing_is_understood_plain_and_obfuscated() {
    let server = start();
    for transport in [
        Transport::Abridged,
        Transport::Intermediate,
        Transport::PaddedIntermediate,
        Transport::Full,
    ] {
        for obfuscated in [false, true] {
            let obfuscation = Obfuscation {
                dc_id: 2,
                secret: None,
            };
            if obfuscated && transport == Transport::Full {
                continue;
            }
            let mut peer = Peer::framed(&server, 2, transport, obfuscated.then_some(obfuscation));
            let dc = peer.call(help::GetNearestDc::new()).unwrap();
            assert_eq!(dc.this_dc, 2, "{transport} {obfuscated}");
        }
    }
}

#[test]
fn random_bytes_close_that_connection_only() {
    let server = start();
    let mut good = Peer::connect(&server, 1);
    for seed in 0..32u8 {
        let mut stream = TcpStream::connect(server.dcs()[0].address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        let junk: Vec<u8> = (0..3000u32)
            .map(|n| (n as u8).wrapping_mul(31) ^ seed.wrapping_mul(7))
            .collect();
        // The server may be gone before all of it is written.
        let _ = stream.write_all(&junk);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut rest = Vec::new();
        // Whatever it says, it ends: a reset is an end too.
        let ended = stream.read_to_end(&mut rest);
        let timed_out = ended.is_err_and(|e| e.kind() == std::io::ErrorKind::WouldBlock);
        assert!(!timed_out, "seed {seed}: the connection stays open");
    }
    assert_eq!(good.call(help::GetNearestDc::new()).unwrap().this_dc, 1);
}

#[test]
fn an_unknown_key_is_answered_with_404() {
    let server = start();
    let mut peer = Peer::connect(&server, 1);
    let alice = runtime().block_on(server.user("alice"));
    assert!(alice.phone().starts_with("999662"));
    peer.call(help::GetConfig::new()).unwrap();
    // The key belongs to data centre 1 alone.
    assert_eq!(peer.transport_error_at(server.dcs()[1].address), -404);
}

#[test]
fn people_talk_and_updates_arrive() {
    let server = start();
    let (alice, bob) =
        runtime().block_on(async { (server.user("alice").await, server.user("bob").await) });
    let mut a = Peer::logged_in(&server, &alice);
    let mut b = Peer::logged_in(&server, &bob);
    b.call(updates::GetState::new()).unwrap();

    let found = a
        .call(heliogram_api::functions::contacts::ResolveUsername::new(
            "bob".into(),
        ))
        .unwrap();
    let to = peer::input_of(&found.users, bob.id());
    let send = messages::SendMessage::new(to, "hello".into(), 1);
    a.call(send.clone()).unwrap();
    let update = b.next_update();
    let enums::Updates::Updates(update) = update else {
        panic!("{update:?}")
    };
    assert!(matches!(&update.updates[0], enums::Update::NewMessage(_)));
    assert_eq!(bob.messages_with(&alice)[0].text, "hello");

    // From the second message on the words come in the short form.
    let again = messages::SendMessage {
        message: "again".into(),
        random_id: 2,
        ..send
    };
    a.call(again).unwrap();
    assert!(matches!(
        b.next_update(),
        enums::Updates::UpdateShortMessage(_)
    ));

    // The handle writes for an account, and both hear of it.
    runtime()
        .block_on(bob.says(&alice, "from the handle"))
        .unwrap();
    assert!(matches!(a.next_update(), enums::Updates::UpdateShortMessage(m) if !m.out));
    assert!(matches!(b.next_update(), enums::Updates::UpdateShortMessage(m) if m.out));
}

#[test]
fn a_cut_connection_loses_and_doubles_nothing() {
    let server = start();
    let alice = runtime().block_on(server.user("alice"));
    let mut a = Peer::logged_in(&server, &alice);
    let to = enums::InputPeer::InputPeerSelf;
    server
        .faults()
        .cut_after("messages.sendMessage")
        .cut_before("messages.getHistory");
    let send = messages::SendMessage::new(to.clone(), "once".into(), 7);
    // The answer was made, and is handed over on the next connection.
    a.call(send).unwrap();
    assert_eq!(server.calls("messages.sendMessage"), 1);
    let history = messages::GetHistory::new(to, 0, 0, 0, 10, 0, 0, 0);
    a.call(history).unwrap();
    assert_eq!(alice.messages_with(&alice).len(), 1);
    assert!(a.connections > 1);
}

#[test]
fn updates_wait_for_a_session_that_comes_back() {
    let server = start();
    let (alice, bob) =
        runtime().block_on(async { (server.user("alice").await, server.user("bob").await) });
    let mut b = Peer::logged_in(&server, &bob);
    b.call(updates::GetState::new()).unwrap();
    server.faults().cut(&bob);
    b.wait_for_the_end();
    runtime().block_on(alice.says(&bob, "while away")).unwrap();
    b.reconnect();
    let me = b
        .call(users::GetUsers::new(vec![enums::InputUser::InputUserSelf]))
        .unwrap();
    assert_eq!(me.len(), 1);
    assert!(matches!(b.next_update(), enums::Updates::Updates(_)));
}

#[test]
fn a_forgotten_key_is_gone() {
    let server = start();
    let alice = runtime().block_on(server.user("alice"));
    let mut peer = Peer::logged_in(&server, &alice);
    server.faults().forget_keys(&alice);
    peer.wait_for_the_end();
    assert_eq!(peer.transport_error_at(server.dcs()[1].address), -404);
}

#[test]
fn everything_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("world.db");
    let start = || {
        runtime()
            .block_on(Server::builder().data(&data).start())
            .unwrap()
    };
    let server = TestServer::from(start());
    let pem = server.public_key_pem();
    let alice = runtime().block_on(server.user("alice"));
    let mut peer = Peer::logged_in(&server, &alice);
    let to = enums::InputPeer::InputPeerSelf;
    peer.call(messages::SendMessage::new(to.clone(), "kept".into(), 1))
        .unwrap();
    let part = upload::SaveFilePart::new(5, 0, bytes::Bytes::from_static(b"content"));
    peer.call(part).unwrap();
    let file = types::InputFile::new(5, 1, "f".into(), String::new());
    let media = types::InputMediaUploadedDocument::new(file.into(), "a/b".into(), Vec::new());
    peer.call(messages::SendMedia::new(
        to.clone(),
        media.into(),
        String::new(),
        2,
    ))
    .unwrap();
    drop((server, alice));

    let server = TestServer::from(start());
    assert_eq!(server.public_key_pem(), pem);
    // The same key logs in without a word, at the new address.
    peer.move_to(server.dcs()[1].address);
    let history = peer
        .call(messages::GetHistory::new(to, 0, 0, 0, 10, 0, 0, 0))
        .unwrap();
    let enums::messages::Messages::Messages(history) = history else {
        panic!()
    };
    let texts: Vec<_> = history.messages.iter().map(peer::text_of).collect();
    assert_eq!(texts, ["", "kept"]);
    let document = peer::document_of(&history.messages[0]);
    let location = types::InputDocumentFileLocation::new(
        document.id,
        document.access_hash,
        document.file_reference,
        String::new(),
    );
    let file = peer
        .call(upload::GetFile::new(location.into(), 0, 4096))
        .unwrap();
    assert!(matches!(file, enums::upload::File::File(file) if &file.bytes[..] == b"content"));
}
