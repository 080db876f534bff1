//! Basic groups, supergroups and channels.

use heliogram_api::functions::{channels, contacts, messages, updates};
use heliogram_api::{enums, types};

use super::{Program, server};
use crate::world::{Kind, Peer, channel_dialog};

pub(super) fn three() -> (Program, Program, Program) {
    let shared = server();
    let person = |n: i32, name: &str| Program::logged_in(&shared, &format!("999661000{n}"), name);
    (person(1, "Alice"), person(2, "Bob"), person(3, "Carol"))
}

pub(super) fn group(by: &Program, with: &[&Program]) -> i64 {
    let users = with.iter().map(|other| by.user(other)).collect();
    let call = messages::CreateChat::new(users, "Friends".into());
    match &chats_of(&by.call(call).unwrap().updates)[0] {
        enums::Chat::Chat(chat) => chat.id,
        other => panic!("{other:?}"),
    }
}

pub(super) fn channel(by: &Program, broadcast: bool) -> i64 {
    let call = channels::CreateChannel {
        broadcast,
        megagroup: !broadcast,
        ..channels::CreateChannel::new("News".into(), "about".into())
    };
    match &chats_of(&by.call(call).unwrap())[0] {
        enums::Chat::Channel(chat) => chat.id,
        other => panic!("{other:?}"),
    }
}

pub(super) fn chats_of(updates: &enums::Updates) -> &[enums::Chat] {
    match updates {
        enums::Updates::Updates(all) => &all.chats,
        other => panic!("{other:?}"),
    }
}

pub(super) fn input(of: &Program, id: i64) -> enums::InputChannel {
    let hash = of.shared.world().access_hash(of.me, Kind::Channel, id);
    types::InputChannel::new(id, hash).into()
}

pub(super) fn peer(of: &Program, id: i64) -> enums::InputPeer {
    let hash = of.shared.world().access_hash(of.me, Kind::Channel, id);
    types::InputPeerChannel::new(id, hash).into()
}

pub(super) fn say(from: &Program, to: enums::InputPeer, text: &str, random_id: i64) -> String {
    from.refusal(messages::SendMessage::new(to, text.into(), random_id))
}

/// What a page says: texts, and notes by the name of what happened.
pub(super) fn page(of: &Program, peer: enums::InputPeer) -> Vec<String> {
    let call = messages::GetHistory::new(peer, 0, 0, 0, 100, 0, 0, 0);
    let list = match of.call(call).unwrap() {
        enums::messages::Messages::Messages(page) => page.messages,
        enums::messages::Messages::Slice(page) => page.messages,
        enums::messages::Messages::ChannelMessages(page) => page.messages,
        other => panic!("{other:?}"),
    };
    list.iter().map(told).collect()
}

pub(super) fn told(message: &enums::Message) -> String {
    match message {
        enums::Message::Message(message) => message.message.clone(),
        enums::Message::Service(note) => {
            let shown = format!("{:?}", note.action);
            shown
                .split([' ', '(', '{'])
                .next()
                .unwrap_or_default()
                .to_owned()
        }
        other => panic!("{other:?}"),
    }
}

pub(super) fn difference(of: &Program, id: i64, pts: i32) -> enums::updates::ChannelDifference {
    let filter = enums::ChannelMessagesFilter::Empty;
    let call = updates::GetChannelDifference::new(input(of, id), filter, pts, 100);
    of.call(call).unwrap()
}

#[test]
fn everybody_in_a_group_gets_a_copy_under_an_id_of_their_own() {
    let (alice, bob, carol) = three();
    let id = group(&alice, &[&bob, &carol]);
    let chat = || enums::InputPeer::Chat(types::InputPeerChat::new(id));
    assert_eq!(say(&bob, chat(), "hello", 1), "");
    for one in [&alice, &bob, &carol] {
        assert_eq!(page(one, chat()), ["hello", "MessageActionChatCreate"]);
    }
    let dialog = Peer::Group(id).dialog();
    let w = alice.shared.world();
    assert_eq!(w.unread_in(alice.me, dialog), 1);
    assert_eq!(w.unread_in(bob.me, dialog), 1, "the note of its making");
    assert_eq!(w.unread_in(carol.me, dialog), 2);
}

#[test]
fn who_is_not_in_a_group_cannot_see_or_write_it() {
    let (alice, bob, carol) = three();
    let id = group(&alice, &[&bob]);
    let chat = || enums::InputPeer::Chat(types::InputPeerChat::new(id));
    assert_eq!(say(&carol, chat(), "hi", 1), "CHAT_ID_INVALID");
    assert_eq!(
        carol.refusal(messages::GetFullChat::new(id)),
        "CHAT_ID_INVALID"
    );
    alice
        .call(messages::DeleteChatUser::new(id, alice.user(&bob)))
        .unwrap();
    assert_eq!(say(&bob, chat(), "still here?", 2), "CHAT_WRITE_FORBIDDEN");
    assert_eq!(page(&bob, chat())[0], "MessageActionChatDeleteUser");
}

#[test]
fn a_channel_has_one_history_and_pts_for_all() {
    let (alice, bob, _) = three();
    let id = channel(&alice, true);
    alice
        .call(channels::InviteToChannel::new(
            input(&alice, id),
            vec![alice.user(&bob)],
        ))
        .unwrap();
    assert_eq!(say(&alice, peer(&alice, id), "one", 1), "");
    assert_eq!(say(&bob, peer(&bob, id), "no", 2), "CHAT_WRITE_FORBIDDEN");
    assert_eq!(
        page(&bob, peer(&bob, id)),
        ["one", "MessageActionChannelCreate"]
    );
    let enums::updates::ChannelDifference::ChannelDifference(missed) = difference(&bob, id, 1)
    else {
        panic!("nothing was missed");
    };
    assert!(missed.r#final);
    assert_eq!(missed.pts, 3);
    assert_eq!(
        missed.new_messages.iter().map(told).collect::<Vec<_>>(),
        ["MessageActionChannelCreate", "one"]
    );
    assert!(matches!(
        difference(&bob, id, 3),
        enums::updates::ChannelDifference::Empty(_)
    ));
    let w = alice.shared.world();
    assert_eq!(w.unread_in(bob.me, Peer::Channel(id).dialog()), 1);
    assert_eq!(w.unread_in(alice.me, Peer::Channel(id).dialog()), 0);
}

#[test]
fn edits_and_deletions_of_a_channel_are_steps_of_its_own_box() {
    let (alice, bob, carol) = three();
    let id = channel(&alice, false);
    let both = vec![alice.user(&bob), alice.user(&carol)];
    alice
        .call(channels::InviteToChannel::new(input(&alice, id), both))
        .unwrap();
    assert_eq!(say(&bob, peer(&bob, id), "mine", 1), "");
    let edit = messages::EditMessage {
        message: Some("changed".into()),
        ..messages::EditMessage::new(peer(&bob, id), 3)
    };
    bob.call(edit.clone()).unwrap();
    let foreign = messages::EditMessage {
        peer: peer(&carol, id),
        ..edit
    };
    assert_eq!(carol.refusal(foreign), "MESSAGE_AUTHOR_REQUIRED");
    let delete = |by: &Program| channels::DeleteMessages::new(input(by, id), vec![3]);
    assert_eq!(carol.refusal(delete(&carol)), "MESSAGE_DELETE_FORBIDDEN");
    let before = alice.shared.world().boxes[&Peer::Channel(id).dialog()].pts;
    let gone = alice.call(delete(&alice)).unwrap();
    assert_eq!((gone.pts, gone.pts_count), (before + 1, 1));
    assert!(!page(&carol, peer(&carol, id)).contains(&"changed".to_owned()));
}

#[test]
fn access_hashes_of_channels_are_worth_nothing_to_others() {
    let (alice, bob, _) = three();
    let id = channel(&alice, true);
    let hash = alice
        .shared
        .world()
        .access_hash(alice.me, Kind::Channel, id);
    let stolen: enums::InputChannel = types::InputChannel::new(id, hash).into();
    assert_eq!(
        bob.refusal(channels::GetFullChannel::new(stolen)),
        "CHANNEL_INVALID"
    );
    let own = input(&bob, id);
    assert_eq!(
        bob.refusal(channels::GetFullChannel::new(own.clone())),
        "CHANNEL_PRIVATE"
    );
    alice
        .call(channels::UpdateUsername::new(
            input(&alice, id),
            "the_news".into(),
        ))
        .unwrap();
    bob.call(contacts::ResolveUsername::new("the_news".into()))
        .unwrap();
    bob.call(channels::GetFullChannel::new(own.clone()))
        .unwrap();
    bob.call(channels::JoinChannel::new(own)).unwrap();
}

#[test]
fn a_banned_member_sees_nothing_until_it_is_let_in_again() {
    let (alice, bob, _) = three();
    let id = channel(&alice, false);
    alice
        .call(channels::InviteToChannel::new(
            input(&alice, id),
            vec![alice.user(&bob)],
        ))
        .unwrap();
    let ban = |view_messages| {
        let rights = types::ChatBannedRights {
            view_messages,
            ..types::ChatBannedRights::new(0)
        };
        channels::EditBanned::new(input(&alice, id), alice.peer(&bob), rights)
    };
    alice.call(ban(true)).unwrap();
    assert_eq!(say(&bob, peer(&bob, id), "hi", 1), "CHANNEL_PRIVATE");
    alice.call(ban(false)).unwrap();
    alice
        .call(channels::InviteToChannel::new(
            input(&alice, id),
            vec![alice.user(&bob)],
        ))
        .unwrap();
    assert_eq!(say(&bob, peer(&bob, id), "hi", 2), "");
}

#[test]
fn an_administrator_may_do_what_it_was_given_and_no_more() {
    let (alice, bob, carol) = three();
    let id = channel(&alice, true);
    alice
        .call(channels::InviteToChannel::new(
            input(&alice, id),
            vec![alice.user(&bob)],
        ))
        .unwrap();
    let rights = types::ChatAdminRights {
        post_messages: true,
        ..types::ChatAdminRights::new()
    };
    let promote = channels::EditAdmin::new(input(&alice, id), alice.user(&bob), rights);
    alice.call(promote).unwrap();
    assert_eq!(say(&bob, peer(&bob, id), "post", 1), "");
    let rename = channels::EditTitle::new(input(&bob, id), "Mine".into());
    assert_eq!(bob.refusal(rename), "CHAT_ADMIN_REQUIRED");
    let invite = channels::InviteToChannel::new(input(&bob, id), vec![bob.user(&carol)]);
    assert_eq!(bob.refusal(invite), "CHAT_ADMIN_REQUIRED");
}

#[test]
fn a_group_becomes_a_supergroup_with_the_same_people() {
    let (alice, bob, carol) = three();
    let old = group(&alice, &[&bob, &carol]);
    alice.call(messages::MigrateChat::new(old)).unwrap();
    let new = {
        let w = alice.shared.world();
        let chat = &w.chats[&Peer::Group(old).dialog()];
        Peer::of(chat.migrated_to.unwrap()).id()
    };
    let chat = enums::InputPeer::Chat(types::InputPeerChat::new(old));
    assert_eq!(say(&bob, chat, "too late", 1), "CHAT_ID_INVALID");
    assert_eq!(say(&carol, peer(&carol, new), "hello", 2), "");
    assert_eq!(
        page(&bob, peer(&bob, new)),
        ["hello", "MessageActionChannelMigrateFrom"]
    );
}

#[test]
fn who_was_away_is_told_which_channels_changed() {
    let (alice, bob, _) = three();
    let before = bob.call(updates::GetState::new()).unwrap();
    let id = channel(&alice, true);
    alice
        .call(channels::InviteToChannel::new(
            input(&alice, id),
            vec![alice.user(&bob)],
        ))
        .unwrap();
    let call = updates::GetDifference::new(before.pts, before.date, before.qts);
    let enums::updates::Difference::Difference(missed) = bob.call(call).unwrap() else {
        panic!("nothing was missed");
    };
    assert!(missed.other_updates.iter().any(
        |update| matches!(update, enums::Update::ChannelTooLong(hint) if hint.channel_id == id)
    ));
    assert_eq!(missed.chats.len(), 1);
}

#[test]
fn channels_are_named_that_changed_since_a_state_was_told_be_it_in_the_same_second() {
    let (alice, bob, _) = three();
    let named = |state: types::updates::State| {
        let call = updates::GetDifference::new(state.pts, state.date, state.qts);
        match bob.call(call).unwrap() {
            enums::updates::Difference::Difference(d) => {
                let is_hint = |u: &&enums::Update| matches!(u, enums::Update::ChannelTooLong(_));
                d.other_updates.iter().filter(is_hint).count()
            }
            _ => 0,
        }
    };
    let id = company(&alice, &[&bob], false);
    let before = bob.call(updates::GetState::new()).unwrap();
    assert_eq!(named(before.clone()), 0);
    assert_eq!(say(&alice, peer(&alice, id), "news", 1), "");
    assert_eq!(named(before.clone()), 1);
    assert_eq!(named(before), 1, "until it asks from there on");
}

#[test]
fn parts_of_a_difference_do_not_move_the_date_before_channels_are_named() {
    let (alice, bob, _) = three();
    let state = bob.call(updates::GetState::new()).unwrap();
    let id = company(&alice, &[&bob], false);
    for n in 1..=150 {
        assert_eq!(say(&alice, alice.peer(&bob), "x", n), "");
    }
    let call = updates::GetDifference::new(state.pts, state.date, state.qts);
    let enums::updates::Difference::Slice(part) = bob.call(call).unwrap() else {
        panic!("it is not long");
    };
    let state = part.intermediate_state;
    let call = updates::GetDifference::new(state.pts, state.date, state.qts);
    let enums::updates::Difference::Difference(last) = bob.call(call).unwrap() else {
        panic!("it is longer");
    };
    assert!(last.other_updates.iter().any(
        |update| matches!(update, enums::Update::ChannelTooLong(hint) if hint.channel_id == id)
    ));
}

#[test]
fn who_is_in_a_channel_is_told_since_when() {
    let (alice, bob, carol) = three();
    let id = company(&alice, &[&bob], true);
    let dialog = channel_dialog(id).unwrap();
    let date_for = |who: &Program| {
        let mut w = alice.shared.world();
        let chat = w.chats.get_mut(&dialog).unwrap();
        chat.date = 7;
        chat.username = Some("anybody_sees".into());
        match w.chat_for(who.me, dialog) {
            enums::Chat::Channel(channel) => channel.date,
            _ => 0,
        }
    };
    assert!(date_for(&bob) > 7);
    assert_eq!(date_for(&carol), 7);
}

/// A channel or supergroup with some others in it.
pub(super) fn company(by: &Program, with: &[&Program], broadcast: bool) -> i64 {
    let id = channel(by, broadcast);
    let users = with.iter().map(|other| by.user(other)).collect();
    by.call(channels::InviteToChannel::new(input(by, id), users))
        .unwrap();
    id
}
