use heliogram_api::functions::{account, contacts, messages, users};
use heliogram_api::{enums, types};

use super::{Program, server};

fn pair() -> (Program, Program) {
    let shared = server();
    let alice = Program::logged_in(&shared, "9996610001", "Alice");
    let bob = Program::logged_in(&shared, "9996610002", "Bob");
    (alice, bob)
}

fn say(from: &Program, to: enums::InputPeer, text: &str, random_id: i64) -> enums::Updates {
    from.call(messages::SendMessage::new(to, text.into(), random_id))
        .unwrap()
}

fn history(of: &Program, with: &Program) -> Vec<String> {
    let call = messages::GetHistory::new(of.peer(with), 0, 0, 0, 100, 0, 0, 0);
    texts(&of.call(call).unwrap())
}

fn texts(answer: &enums::messages::Messages) -> Vec<String> {
    let list = match answer {
        enums::messages::Messages::Messages(all) => &all.messages,
        enums::messages::Messages::Slice(page) => &page.messages,
        other => panic!("{other:?}"),
    };
    let text = |message: &enums::Message| match message {
        enums::Message::Message(message) => message.message.clone(),
        _ => "(none)".to_owned(),
    };
    list.iter().map(text).collect()
}

#[test]
fn messages_are_seen_by_both_sides_and_the_answer_is_short() {
    let (alice, bob) = pair();
    let answer = say(&alice, alice.peer(&bob), "hi /start", 1);
    let enums::Updates::UpdateShortSentMessage(sent) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!((sent.id, sent.pts, sent.pts_count), (1, 2, 1));
    assert_eq!(sent.entities.unwrap().len(), 1);
    assert_eq!(history(&bob, &alice), ["hi /start"]);
    // White space the server cut makes the answer a long one.
    let answer = say(&alice, alice.peer(&bob), " hi ", 2);
    assert!(matches!(answer, enums::Updates::Updates(_)));
    assert_eq!(history(&bob, &alice), ["hi", "hi /start"]);
}

#[test]
fn a_peer_needs_its_hash() {
    let (alice, bob) = pair();
    let wrong = types::InputPeerUser::new(bob.me, 12345);
    let call = |peer: enums::InputPeer| messages::SendMessage::new(peer, "x".into(), 9);
    assert_eq!(alice.refusal(call(wrong.into())), "PEER_ID_INVALID");
    assert_eq!(
        alice.refusal(call(bob.peer(&alice))),
        "",
        "an account needs none for itself"
    );
    let stolen = bob.peer(&bob);
    assert_eq!(alice.refusal(call(stolen)), "PEER_ID_INVALID");
    assert_eq!(
        alice.refusal(call(types::InputPeerChat::new(1).into())),
        "CHAT_ID_INVALID"
    );
    assert_eq!(
        alice.refusal(call(enums::InputPeer::Empty)),
        "PEER_ID_INVALID"
    );
    // A number that is no group's does not lead to what lies behind it.
    let own = super::groups::channel(&alice, false);
    for id in [0, -bob.me, 1_000_000_000_000 + own, i64::MIN] {
        let group = types::InputPeerChat::new(id);
        assert_eq!(alice.refusal(call(group.into())), "CHAT_ID_INVALID");
        let full = messages::GetFullChat::new(id);
        assert_eq!(alice.refusal(full), "CHAT_ID_INVALID");
        let channel = types::InputPeerChannel::new(id, 0);
        assert_eq!(alice.refusal(call(channel.into())), "CHANNEL_INVALID");
    }
}

#[test]
fn people_are_found_by_name_phone_and_contact() {
    let (alice, bob) = pair();
    bob.call(account::UpdateUsername::new("bobby".into()))
        .unwrap();
    assert_eq!(
        alice.call(account::CheckUsername::new("bobby".into())),
        Ok(false)
    );
    let found = alice
        .call(contacts::ResolveUsername::new("BOBBY".into()))
        .unwrap();
    assert_eq!(found.peer, types::PeerUser::new(bob.me).into());
    let nobody = contacts::ResolveUsername::new("nobody".into());
    assert_eq!(alice.refusal(nobody), "USERNAME_NOT_OCCUPIED");
    let found = alice
        .call(contacts::ResolvePhone::new("+9996610002".into()))
        .unwrap();
    assert_eq!(found.peer, types::PeerUser::new(bob.me).into());

    let contact =
        types::InputPhoneContact::new(7, "9996610002".into(), "Uncle".into(), "Bob".into());
    let done = alice
        .call(contacts::ImportContacts::new(vec![contact]))
        .unwrap();
    assert_eq!(done.imported, [types::ImportedContact::new(bob.me, 7)]);
    let enums::User::User(user) = &alice
        .call(users::GetUsers::new(vec![alice.user(&bob)]))
        .unwrap()[0]
    else {
        panic!()
    };
    assert_eq!(user.first_name.as_deref(), Some("Uncle"));
    assert!(user.phone.is_some(), "who has the number sees it");
    let list = alice.call(contacts::GetContacts::new(0)).unwrap();
    let enums::contacts::Contacts::Contacts(list) = list else {
        panic!()
    };
    assert_eq!(list.contacts, [types::Contact::new(bob.me, false)]);
    alice
        .call(contacts::DeleteContacts::new(vec![alice.user(&bob)]))
        .unwrap();
    let found = alice.call(contacts::Search::new("bobb".into(), 5)).unwrap();
    assert_eq!(found.results, [types::PeerUser::new(bob.me).into()]);
}

#[test]
fn edits_deletes_and_replies() {
    let (alice, bob) = pair();
    say(&alice, alice.peer(&bob), "one", 1);
    say(&alice, alice.peer(&bob), "two", 2);
    let edit = |id, text: &str| messages::EditMessage {
        message: Some(text.to_owned()),
        ..messages::EditMessage::new(alice.peer(&bob), id)
    };
    alice.call(edit(1, "ONE")).unwrap();
    assert_eq!(alice.refusal(edit(1, "ONE")), "MESSAGE_NOT_MODIFIED");
    assert_eq!(alice.refusal(edit(9, "x")), "MESSAGE_ID_INVALID");
    assert_eq!(history(&bob, &alice), ["two", "ONE"]);

    let reply = messages::SendMessage {
        reply_to: Some(Box::new(types::InputReplyToMessage::new(1).into())),
        ..messages::SendMessage::new(bob.peer(&alice), "yes".into(), 1)
    };
    bob.call(reply).unwrap();
    let enums::Message::Message(seen) = alice.shared.world().message_for(
        alice.me,
        crate::world::Place {
            owner: alice.me,
            id: 3,
        },
    ) else {
        panic!()
    };
    let Some(header) = seen.reply_to else {
        panic!()
    };
    let enums::MessageReplyHeader::MessageReplyHeader(header) = *header else {
        panic!()
    };
    assert_eq!(header.reply_to_msg_id, Some(1));

    let delete = messages::DeleteMessages {
        revoke: true,
        ..messages::DeleteMessages::new(vec![2])
    };
    let done = alice.call(delete).unwrap();
    assert_eq!(done.pts_count, 1);
    assert_eq!(history(&bob, &alice), ["yes", "ONE"]);
}

#[test]
fn a_draft_is_no_longer_than_a_message() {
    let (alice, bob) = pair();
    let draft = |len: usize| messages::SaveDraft::new(alice.peer(&bob), "x".repeat(len));
    assert_eq!(alice.refusal(draft(4097)), "MESSAGE_TOO_LONG");
    assert_eq!(alice.refusal(draft(4096)), "");
}

#[test]
fn dialogs_are_listed_read_and_pinned() {
    let (alice, bob) = pair();
    say(&alice, alice.peer(&bob), "1", 1);
    say(&alice, alice.peer(&bob), "2", 2);
    say(&alice, enums::InputPeer::InputPeerSelf, "note", 3);
    let list = |of: &Program| {
        let call = messages::GetDialogs::new(2_146_999_999, 0, enums::InputPeer::Empty, 20, 0);
        let enums::messages::Dialogs::Dialogs(all) = of.call(call).unwrap() else {
            panic!()
        };
        let dialog = |d: &enums::Dialog| match d {
            enums::Dialog::Dialog(d) => (d.peer.clone(), d.top_message, d.unread_count, d.pinned),
            _ => panic!(),
        };
        all.dialogs.iter().map(dialog).collect::<Vec<_>>()
    };
    let peer = |who: &Program| enums::Peer::from(types::PeerUser::new(who.me));
    assert_eq!(list(&bob), [(peer(&alice), 2, 2, false)]);
    bob.call(messages::ReadHistory::new(bob.peer(&alice), 2))
        .unwrap();
    assert_eq!(list(&bob), [(peer(&alice), 2, 0, false)]);
    let pin = messages::ToggleDialogPin {
        pinned: true,
        ..messages::ToggleDialogPin::new(types::InputDialogPeer::new(alice.peer(&bob)).into())
    };
    alice.call(pin).unwrap();
    assert_eq!(
        list(&alice),
        [(peer(&bob), 2, 0, true), (peer(&alice), 3, 0, false)]
    );
}

#[test]
fn forwards_search_and_fetching_by_id() {
    let (alice, bob) = pair();
    say(&alice, alice.peer(&bob), "find me", 1);
    let forward = messages::ForwardMessages::new(
        bob.peer(&alice),
        vec![1],
        vec![5],
        enums::InputPeer::InputPeerSelf,
    );
    let enums::Updates::Updates(done) = bob.call(forward.clone()).unwrap() else {
        panic!()
    };
    assert_eq!(done.updates[0], types::UpdateMessageID::new(2, 5).into());
    assert_eq!(bob.refusal(forward), "RANDOM_ID_DUPLICATE");

    let search = messages::Search::new(
        enums::InputPeer::Empty,
        "FIND".into(),
        enums::MessagesFilter::InputMessagesFilterEmpty,
        0,
        0,
        0,
        0,
        10,
        0,
        0,
        0,
    );
    assert_eq!(texts(&bob.call(search).unwrap()), ["find me", "find me"]);
    let by_id = messages::GetMessages::new(vec![
        types::InputMessageID::new(1).into(),
        types::InputMessageID::new(77).into(),
    ]);
    assert_eq!(texts(&bob.call(by_id).unwrap()), ["find me", "(none)"]);
}
