//! Saved Messages, one conversation for each author.

use heliogram_api::functions::messages;
use heliogram_api::{enums, types};

use super::{Program, server};

/// Alice keeps two notes of her own around one message of Bob's.
fn scene() -> (Program, Program) {
    let shared = server();
    let alice = Program::logged_in(&shared, "9996610001", "Alice");
    let bob = Program::logged_in(&shared, "9996610002", "Bob");
    bob.say(&alice, "his");
    note(&alice, "mine", 11);
    let me = enums::InputPeer::InputPeerSelf;
    let keep = messages::ForwardMessages::new(alice.peer(&bob), vec![1], vec![12], me);
    alice.call(keep).unwrap();
    note(&alice, "mine too", 13);
    (alice, bob)
}

fn note(of: &Program, text: &str, random_id: i64) {
    let me = enums::InputPeer::InputPeerSelf;
    let call = messages::SendMessage::new(me, text.into(), random_id);
    of.call(call).unwrap();
}

/// Authors with their newest messages, and which of them are pinned.
fn plain(answer: enums::messages::SavedDialogs) -> Vec<(i64, i32, bool)> {
    let dialogs = match answer {
        enums::messages::SavedDialogs::SavedDialogs(all) => all.dialogs,
        enums::messages::SavedDialogs::Slice(some) => some.dialogs,
        other => panic!("{other:?}"),
    };
    let one = |dialog: &enums::SavedDialog| match dialog {
        enums::SavedDialog::SavedDialog(dialog) => match &dialog.peer {
            enums::Peer::User(user) => (user.user_id, dialog.top_message, dialog.pinned),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    dialogs.iter().map(one).collect()
}

fn list(of: &Program, offset_id: i32, limit: i32) -> Vec<(i64, i32, bool)> {
    let none = enums::InputPeer::Empty;
    let call = messages::GetSavedDialogs::new(0, offset_id, none, limit, 0);
    plain(of.call(call).unwrap())
}

fn texts(of: &Program, author: enums::InputPeer) -> Vec<String> {
    let call = messages::GetSavedHistory::new(author, 0, 0, 0, 10, 0, 0, 0);
    let messages = match of.call(call).unwrap() {
        enums::messages::Messages::Messages(all) => all.messages,
        enums::messages::Messages::Slice(some) => some.messages,
        other => panic!("{other:?}"),
    };
    let text = |message: &enums::Message| match message {
        enums::Message::Message(message) => message.message.clone(),
        other => panic!("{other:?}"),
    };
    messages.iter().map(text).collect()
}

#[test]
fn each_author_has_a_conversation() {
    let (alice, bob) = scene();
    assert_eq!(
        list(&alice, 0, 10),
        [(alice.me, 4, false), (bob.me, 3, false)]
    );
    assert_eq!(list(&alice, 0, 1), [(alice.me, 4, false)]);
    assert_eq!(list(&alice, 4, 10), [(bob.me, 3, false)]);
    assert_eq!(texts(&alice, alice.peer(&bob)), ["his"]);
    assert_eq!(
        texts(&alice, enums::InputPeer::InputPeerSelf),
        ["mine too", "mine"]
    );
    let wanted = messages::GetSavedDialogsByID::new(vec![alice.peer(&bob)]);
    assert_eq!(plain(alice.call(wanted).unwrap()), [(bob.me, 3, false)]);
    let parent = messages::GetSavedHistory {
        parent_peer: Some(Box::new(alice.peer(&bob))),
        ..messages::GetSavedHistory::new(alice.peer(&bob), 0, 0, 0, 10, 0, 0, 0)
    };
    assert_eq!(alice.refusal(parent), "PEER_ID_INVALID");
}

#[test]
fn authors_are_pinned_and_other_sessions_hear_of_it() {
    let (alice, bob) = scene();
    let tablet = alice.second();
    let toggle = |of: enums::InputPeer, pinned| {
        let peer = types::InputDialogPeer::new(of);
        messages::ToggleSavedDialogPin {
            pinned,
            ..messages::ToggleSavedDialogPin::new(peer.into())
        }
    };
    alice.call(toggle(alice.peer(&bob), true)).unwrap();
    assert_eq!(
        list(&alice, 0, 10),
        [(bob.me, 3, true), (alice.me, 4, false)]
    );
    assert!(matches!(
        &tablet.heard()[..],
        [enums::Update::SavedDialogPinned(told)] if told.pinned
    ));
    let own = types::InputDialogPeer::new(enums::InputPeer::InputPeerSelf);
    let order = messages::ReorderPinnedSavedDialogs::new(vec![own.into()]);
    alice.call(order).unwrap();
    let pinned = alice.call(messages::GetPinnedSavedDialogs::new()).unwrap();
    assert_eq!(plain(pinned), [(alice.me, 4, true), (bob.me, 3, true)]);
    alice.call(toggle(alice.peer(&bob), false)).unwrap();
    let pinned = alice.call(messages::GetPinnedSavedDialogs::new()).unwrap();
    assert_eq!(plain(pinned), [(alice.me, 4, true)]);
    // Nothing of Alice's is in Bob's Saved Messages.
    assert_eq!(
        bob.refusal(toggle(bob.peer(&alice), true)),
        "PEER_HISTORY_EMPTY"
    );
}

#[test]
fn what_is_saved_from_one_author_is_deleted_alone() {
    let (alice, bob) = scene();
    let delete = messages::DeleteSavedHistory::new(enums::InputPeer::InputPeerSelf, 2);
    let done = alice.call(delete).unwrap();
    assert_eq!((done.pts_count, done.offset), (1, 0));
    assert_eq!(texts(&alice, enums::InputPeer::InputPeerSelf), ["mine too"]);
    let delete = messages::DeleteSavedHistory::new(alice.peer(&bob), 0);
    alice.call(delete).unwrap();
    assert_eq!(list(&alice, 0, 10), [(alice.me, 4, false)]);
}
