//! Faults of calls, as a client sees them.

use std::time::{Duration, Instant};

use heliogram_api::functions::{help, messages, updates, upload, users};
use heliogram_api::{enums, types};
use heliogram_mtproto::RpcFailure;
use heliogram_server::{Account, Fault, Migrate, Refusal, Server, TestServer};

use crate::peer::{self, Peer};
use crate::{runtime, start};

const NEAREST: fn() -> help::GetNearestDc = help::GetNearestDc::new;

/// What a call is refused with under a fault; the one after it must be done.
fn refusal(fault: Fault) -> (i32, String) {
    let server = start();
    let mut peer = Peer::connect(&server, 1);
    server.faults().add(fault).unwrap();
    let RpcFailure { code, message, .. } = peer.call(NEAREST()).unwrap_err();
    peer.call(NEAREST()).unwrap();
    (code, message)
}

pub(crate) fn two(server: &TestServer) -> (Account, Account, Peer) {
    let (alice, bob) =
        runtime().block_on(async { (server.user("alice").await, server.user("bob").await) });
    let mut peer = Peer::logged_in(server, &bob);
    peer.call(updates::GetState::new()).unwrap();
    (alice, bob, peer)
}

#[test]
fn fault_refuse_gives_any_error() {
    let told = refusal(Fault::refuse(Refusal::forbidden("CHAT_WRITE_FORBIDDEN")));
    assert_eq!(told, (403, "CHAT_WRITE_FORBIDDEN".to_owned()));
}

#[test]
fn fault_flood_wait_is_for_its_method() {
    let told = refusal(Fault::flood_wait(7).method("help.getNearestDc"));
    assert_eq!(told, (420, "FLOOD_WAIT_7".to_owned()));
    let server = start();
    let mut peer = Peer::connect(&server, 1);
    let fault = Fault::flood_wait(9).method("help.getNearestDc").times(2);
    server.faults().add(fault).unwrap();
    for _ in 0..2 {
        peer.call(help::GetConfig::new()).unwrap();
        assert_eq!(peer.call(NEAREST()).unwrap_err().message, "FLOOD_WAIT_9");
    }
    peer.call(NEAREST()).unwrap();
}

#[test]
fn fault_flood_wait_is_for_its_account() {
    let server = start();
    let (alice, _, mut b) = two(&server);
    let mut a = Peer::logged_in(&server, &alice);
    server
        .faults()
        .add(Fault::flood_wait(5).account(&alice))
        .unwrap();
    b.call(NEAREST()).unwrap();
    assert_eq!(a.call(NEAREST()).unwrap_err().message, "FLOOD_WAIT_5");
}

#[test]
fn fault_migrate_names_each_kind() {
    for (what, name) in [
        (Migrate::Phone, "PHONE_MIGRATE_3"),
        (Migrate::User, "USER_MIGRATE_3"),
        (Migrate::File, "FILE_MIGRATE_3"),
        (Migrate::Network, "NETWORK_MIGRATE_3"),
        (Migrate::Stats, "STATS_MIGRATE_3"),
    ] {
        assert_eq!(refusal(Fault::migrate(what, 3)), (303, name.to_owned()));
    }
}

#[test]
fn fault_auth_key_duplicated_ends_the_login() {
    let server = start();
    let (_, bob, mut peer) = two(&server);
    let fault = Fault::auth_key_duplicated().account(&bob);
    server.faults().add(fault).unwrap();
    let told = peer.call(updates::GetState::new()).unwrap_err();
    assert_eq!((told.code, &*told.message), (406, "AUTH_KEY_DUPLICATED"));
    let told = peer.call(updates::GetState::new()).unwrap_err();
    assert_eq!((told.code, &*told.message), (401, "AUTH_KEY_UNREGISTERED"));
}

#[test]
fn fault_delay_call_runs_it_later() {
    let server = start();
    let mut peer = Peer::connect(&server, 1);
    let by = Duration::from_millis(150);
    let slow = Fault::delay_call(by).method("help.getNearestDc");
    server.faults().add(slow).unwrap();
    let began = Instant::now();
    peer.call(NEAREST()).unwrap();
    assert!(began.elapsed() >= by);
    assert_eq!(server.calls("help.getNearestDc"), 1);
}

#[test]
fn fault_delay_call_leaves_the_next_fault_to_the_next_call() {
    let server = start();
    let mut peer = Peer::connect(&server, 1);
    server
        .faults()
        .delay("help.getNearestDc", Duration::from_millis(20))
        .flood_wait("help.getNearestDc", 7);
    peer.call(NEAREST()).unwrap();
    assert_eq!(peer.call(NEAREST()).unwrap_err().message, "FLOOD_WAIT_7");
}

/// A fault ends the connection of the first call that is sent; it is done once all the same.
fn done_once(fault: Fault) {
    let server = start();
    let alice = runtime().block_on(server.user("alice"));
    let mut peer = Peer::logged_in(&server, &alice);
    let connections = peer.connections;
    let fault = fault.method("messages.sendMessage");
    server.faults().add(fault).unwrap();
    let to = enums::InputPeer::InputPeerSelf;
    peer.call(messages::SendMessage::new(to, "once".into(), 1))
        .unwrap();
    assert_eq!(peer.connections, connections + 1);
    assert_eq!(alice.messages_with(&alice).len(), 1);
}

#[test]
fn fault_cut_before_has_a_call_done_once() {
    done_once(Fault::cut_before());
}

#[test]
fn fault_cut_after_has_a_call_done_once() {
    done_once(Fault::cut_after());
}

#[test]
fn fault_cut_before_loses_what_came_in_the_same_packet_too() {
    let server = start();
    let mut peer = Peer::connect(&server, 1);
    peer.forgive();
    let fault = Fault::cut_before().method("help.getNearestDc");
    server.faults().add(fault).unwrap();
    let later = help::GetInviteText::new;
    peer.ask_together(NEAREST(), later());
    peer.wait_for_the_end();
    assert_eq!(server.calls("help.getNearestDc"), 1);
    assert_eq!(server.calls("help.getInviteText"), 0);
}

#[test]
fn fault_expired_reference_expires_those_given_before() {
    let server = start();
    let alice = runtime().block_on(server.user("alice"));
    let mut peer = Peer::logged_in(&server, &alice);
    let to = || enums::InputPeer::InputPeerSelf;
    let part = upload::SaveFilePart::new(5, 0, bytes::Bytes::from_static(b"content"));
    peer.call(part).unwrap();
    let file = types::InputFile::new(5, 1, "f".into(), String::new());
    let media = types::InputMediaUploadedDocument::new(file.into(), "a/b".into(), Vec::new());
    let send = messages::SendMedia::new(to(), media.into(), String::new(), 2);
    peer.call(send).unwrap();
    let get = |peer: &mut Peer| {
        let history = messages::GetHistory::new(to(), 0, 0, 0, 10, 0, 0, 0);
        let enums::messages::Messages::Messages(history) = peer.call(history).unwrap() else {
            panic!()
        };
        let document = peer::document_of(&history.messages[0]);
        let location = types::InputDocumentFileLocation::new(
            document.id,
            document.access_hash,
            document.file_reference,
            String::new(),
        );
        peer.call(upload::GetFile::new(location.into(), 0, 4096))
    };
    server.faults().add(Fault::expired_reference()).unwrap();
    let told = get(&mut peer).unwrap_err();
    assert_eq!((told.code, &*told.message), (400, "FILE_REFERENCE_EXPIRED"));
    // The message has a new one.
    get(&mut peer).unwrap();
}

#[test]
fn fault_cdn_wrong_hash_is_told_once() {
    const PART: usize = 512 * 1024;
    let content: Vec<u8> = (0..3 * PART).map(|n| (n % 251) as u8).collect();
    let builder = Server::builder().cdn(true);
    let server = TestServer::from(runtime().block_on(builder.start()).unwrap());
    let alice = runtime().block_on(server.user("alice"));
    let mut peer = Peer::logged_in(&server, &alice);
    for (n, part) in content.chunks(PART).enumerate() {
        let part = bytes::Bytes::copy_from_slice(part);
        peer.call(upload::SaveFilePart::new(5, n as i32, part))
            .unwrap();
    }
    let file = types::InputFile::new(5, 3, "f".into(), String::new());
    let media = types::InputMediaUploadedDocument::new(file.into(), "a/b".into(), Vec::new());
    let to = enums::InputPeer::InputPeerSelf;
    let send = messages::SendMedia::new(to.clone(), media.into(), String::new(), 2);
    peer.call(send).unwrap();
    let history = messages::GetHistory::new(to, 0, 0, 0, 10, 0, 0, 0);
    let enums::messages::Messages::Messages(history) = peer.call(history).unwrap() else {
        panic!()
    };
    let document = peer::document_of(&history.messages[0]);
    let (id, hash, reference) = (document.id, document.access_hash, document.file_reference);
    let location = types::InputDocumentFileLocation::new(id, hash, reference, String::new());
    let mut wrong_hashes = || {
        let call = upload::GetFile {
            cdn_supported: true,
            ..upload::GetFile::new(location.clone().into(), 0, PART as i32)
        };
        let enums::upload::File::CdnRedirect(redirect) = peer.call(call).unwrap() else {
            panic!()
        };
        let wrong = redirect.file_hashes.iter().filter(|told| {
            let from = told.offset as usize;
            let part = &content[from..from + told.limit as usize];
            told.hash != heliogram_crypto::sha256(&[part])[..]
        });
        wrong.count()
    };
    server
        .faults()
        .add(Fault::cdn_wrong_hash().skip(2))
        .unwrap();
    assert_eq!([wrong_hashes(), wrong_hashes()], [1, 0]);
}

#[test]
fn fault_difference_too_long_is_told_once_or_always() {
    let server = start();
    let (alice, bob, mut peer) = two(&server);
    runtime().block_on(alice.says(&bob, "missed")).unwrap();
    let mut too_long = || {
        let call = updates::GetDifference::new(1, 0, 0);
        match peer.call(call).unwrap() {
            enums::updates::Difference::TooLong(told) => {
                assert!(told.pts > 1);
                true
            }
            _ => false,
        }
    };
    server.faults().add(Fault::difference_too_long()).unwrap();
    assert_eq!([too_long(), too_long()], [true, false]);
    let always = Fault::difference_too_long().always();
    let id = server.faults().add(always).unwrap();
    assert_eq!([too_long(), too_long()], [true, true]);
    server.faults().remove(id);
    assert!(!too_long());
}

#[test]
fn fault_difference_too_long_is_told_of_a_channel() {
    let server = start();
    let (alice, bob, mut peer) = two(&server);
    let news = runtime().block_on(async { server.channel("News", &alice).with([&bob]).await });
    runtime().block_on(alice.says(&news, "missed")).unwrap();
    let dialogs = messages::GetDialogs::new(0, 0, enums::InputPeer::Empty, 10, 0);
    let enums::messages::Dialogs::Dialogs(dialogs) = peer.call(dialogs).unwrap() else {
        panic!()
    };
    let channel = dialogs.chats.iter().find_map(|chat| match chat {
        enums::Chat::Channel(channel) => {
            Some(types::InputChannel::new(channel.id, channel.access_hash?))
        }
        _ => None,
    });
    let filter = enums::ChannelMessagesFilter::Empty;
    let call = updates::GetChannelDifference::new(channel.unwrap().into(), filter, 1, 100);
    let fault = Fault::difference_too_long().method("updates.getChannelDifference");
    server.faults().add(fault).unwrap();
    // The other one is not meant.
    peer.call(updates::GetDifference::new(1, 0, 0)).unwrap();
    let told = peer.call(call.clone()).unwrap();
    let enums::updates::ChannelDifference::TooLong(told) = told else {
        panic!("{told:?}")
    };
    assert!(
        told.messages
            .iter()
            .any(|m| matches!(m, enums::Message::Message(m) if m.message == "missed"))
    );
    let told = peer.call(call).unwrap();
    assert!(
        matches!(
            told,
            enums::updates::ChannelDifference::ChannelDifference(_)
        ),
        "{told:?}"
    );
}

#[test]
fn the_same_seed_and_the_log_decide_the_same_about_calls() {
    let run = |prepare: &dyn Fn(&TestServer)| {
        let server = start();
        let mut peer = Peer::connect(&server, 1);
        prepare(&server);
        let refused: Vec<bool> = (0..60).map(|_| peer.call(NEAREST()).is_err()).collect();
        (refused, server.faults().log())
    };
    let seeded = |seed| {
        move |server: &TestServer| {
            let faults = server.faults();
            let first = Fault::flood_wait(1).always().chance(0.2).seed(seed);
            faults.add(first).unwrap();
            let second = Fault::refuse(Refusal::bad("FAILED")).times(9).chance(0.3);
            faults.add(second.seed(seed)).unwrap();
        }
    };
    let (first, log) = run(&seeded(11));
    assert!(first.iter().any(|refused| *refused) && first.iter().any(|refused| !refused));
    assert_eq!(first, run(&seeded(11)).0);
    assert_ne!(first, run(&seeded(12)).0);
    let again = |server: &TestServer| {
        server.faults().replay(&log).unwrap();
    };
    assert_eq!(first, run(&again).0);
}

#[test]
fn a_fault_that_makes_no_sense_is_refused() {
    let server = start();
    let alice = runtime().block_on(server.user("alice"));
    let faults = server.faults();
    let told = |fault: Fault| faults.add(fault).unwrap_err().to_string();
    let text = told(Fault::cut_after().method("messages.sendMesage"));
    assert!(text.contains("no method of that name"), "{text}");
    assert!(told(Fault::cut_after().dc(4)).contains("1 to 3"));
    assert!(told(Fault::lose_update().method("help.getConfig")).contains("`method`"));
    assert!(faults.add(Fault::lose_update().account(&alice)).is_ok());
    let by_name = r#"{"name": "lose_update", "account": "@alice", "times": "always"}"#;
    faults.add_json(by_name).unwrap();
    let error = faults.add_json(r#"{"name": "lose_update", "account": "@nobody"}"#);
    assert!(error.unwrap_err().to_string().contains("@nobody"));
    assert_eq!(faults.clear(), 2);
    assert!(faults.active().is_empty());
}

#[test]
fn users_are_served_while_a_fault_waits_for_somebody_else() {
    let server = start();
    let (alice, _, mut peer) = two(&server);
    let fault = Fault::refuse(Refusal::bad("FAILED"))
        .account(&alice)
        .always();
    server.faults().add(fault).unwrap();
    let me = users::GetUsers::new(vec![enums::InputUser::InputUserSelf]);
    assert_eq!(peer.call(me).unwrap().len(), 1);
    assert!(server.faults().log().is_empty());
}
