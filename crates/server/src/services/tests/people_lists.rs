//! The lists an account keeps of others: blocked ones, close friends, its address book; reports.

use heliogram_api::functions::{account, contacts, messages, users};
use heliogram_api::{enums, types};

use super::{Program, server};

fn two() -> (Program, Program) {
    let shared = server();
    let alice = Program::logged_in(&shared, "9996610001", "Alice");
    let bob = Program::logged_in(&shared, "9996610002", "Bob");
    (alice, bob)
}

fn blocked(of: &Program, my_stories_from: bool) -> usize {
    let call = contacts::GetBlocked {
        my_stories_from,
        ..contacts::GetBlocked::new(0, 10)
    };
    match of.call(call).unwrap() {
        enums::contacts::Blocked::Blocked(all) => all.blocked.len(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_does_not_see_stories_may_still_write() {
    let (alice, bob) = two();
    let tablet = alice.second();
    let stories = contacts::Block {
        my_stories_from: true,
        ..contacts::Block::new(alice.peer(&bob))
    };
    alice.call(stories).unwrap();
    assert_eq!((blocked(&alice, true), blocked(&alice, false)), (1, 0));
    alice.say(&bob, "hi");
    let [enums::Update::PeerBlocked(told), ..] = &tablet.heard()[..] else {
        panic!()
    };
    assert!(told.blocked_my_stories_from && !told.blocked);
    let all = contacts::SetBlocked::new(vec![alice.peer(&bob)], 10);
    alice.call(all).unwrap();
    assert_eq!((blocked(&alice, true), blocked(&alice, false)), (1, 1));
    alice.call(contacts::SetBlocked::new(vec![], 10)).unwrap();
    assert_eq!((blocked(&alice, true), blocked(&alice, false)), (1, 0));
    let own = contacts::Block::new(enums::InputPeer::InputPeerSelf);
    assert_eq!(alice.refusal(own), "CONTACT_ID_INVALID");
}

#[test]
fn close_friends_are_contacts() {
    let (alice, bob) = two();
    let close = |of: &Program| {
        let call = users::GetUsers::new(vec![of.user(&bob)]);
        match &of.call(call).unwrap()[0] {
            enums::User::User(user) => user.close_friend,
            other => panic!("{other:?}"),
        }
    };
    let edit = || contacts::EditCloseFriends::new(vec![bob.me]);
    alice.call(edit()).unwrap();
    assert!(!close(&alice), "a stranger is no close friend");
    let add = contacts::AddContact::new(alice.user(&bob), "B".into(), String::new(), String::new());
    alice.call(add).unwrap();
    alice.call(edit()).unwrap();
    assert!(close(&alice) && !close(&bob));
}

#[test]
fn contacts_go_by_their_numbers() {
    let (alice, bob) = two();
    let contact = types::InputPhoneContact::new(1, "9996610002".into(), "B".into(), "".into());
    let import = contacts::ImportContacts::new(vec![contact]);
    alice.call(import).unwrap();
    assert_eq!(alice.shared.world().saved_contacts(alice.me).len(), 1);
    let delete = contacts::DeleteByPhones::new(vec!["+9996610002".into()]);
    alice.call(delete).unwrap();
    let w = alice.shared.world();
    assert!(w.saved_contacts(alice.me).is_empty());
    assert!(!w.user(alice.me).unwrap().contacts.contains_key(&bob.me));
}

#[test]
fn whom_one_talks_to_most_can_be_nobodys_business() {
    let (alice, _bob) = two();
    let ask = || contacts::GetTopPeers {
        correspondents: true,
        ..contacts::GetTopPeers::new(0, 10, 0)
    };
    assert!(matches!(
        alice.call(ask()).unwrap(),
        enums::contacts::TopPeers::TopPeers(_)
    ));
    alice.call(contacts::ToggleTopPeers::new(false)).unwrap();
    assert_eq!(
        alice.call(ask()).unwrap(),
        enums::contacts::TopPeers::Disabled
    );
    let nothing = contacts::GetTopPeers::new(0, 10, 0);
    assert_eq!(alice.refusal(nothing), "TYPES_EMPTY");
}

#[test]
fn a_report_is_asked_for_step_by_step() {
    let (alice, bob) = two();
    bob.say(&alice, "spam");
    let report = |id: i32, option: &'static [u8], message: &str| {
        messages::Report::new(
            alice.peer(&bob),
            vec![id],
            bytes::Bytes::from_static(option),
            message.into(),
        )
    };
    let enums::ReportResult::ChooseOption(choice) = alice.call(report(1, b"", "")).unwrap() else {
        panic!()
    };
    assert_eq!(choice.options.len(), 6);
    assert!(matches!(
        alice.call(report(1, b"6", "")).unwrap(),
        enums::ReportResult::AddComment(_)
    ));
    for done in [report(1, b"6", "because"), report(1, b"5", "")] {
        assert_eq!(alice.call(done).unwrap(), enums::ReportResult::Reported);
    }
    assert_eq!(alice.refusal(report(1, b"9", "")), "OPTION_INVALID");
    assert_eq!(alice.refusal(report(77, b"5", "")), "MESSAGE_ID_INVALID");
    let reason = enums::ReportReason::InputReportReasonSpam;
    let call = account::ReportPeer::new(alice.peer(&bob), reason, String::new());
    assert!(alice.call(call).unwrap());
}
