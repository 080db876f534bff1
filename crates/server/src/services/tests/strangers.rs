//! What is told of those whom somebody does not know.

use heliogram_api::functions::{channels, messages, updates, users};
use heliogram_api::{enums, types};

use super::Program;
use super::groups::{channel, company, input, peer, say, three};
use crate::world::{Kind, Peer};

/// Who is told of in the difference of a channel.
fn told(of: &Program, id: i64) -> (Vec<types::User>, Vec<types::Channel>) {
    let filter = enums::ChannelMessagesFilter::Empty;
    let call = updates::GetChannelDifference::new(input(of, id), filter, 1, 100);
    let enums::updates::ChannelDifference::ChannelDifference(missed) = of.call(call).unwrap()
    else {
        panic!()
    };
    let users = missed.users.into_iter().map(|user| match user {
        enums::User::User(user) => *user,
        other => panic!("{other:?}"),
    });
    let chats = missed.chats.into_iter().map(|chat| match chat {
        enums::Chat::Channel(chat) => *chat,
        other => panic!("{other:?}"),
    });
    (users.collect(), chats.collect())
}

#[test]
fn a_stranger_is_shown_in_short_and_addressed_by_where_it_was_seen() {
    let (alice, bob, carol) = three();
    let id = company(&alice, &[&bob, &carol], false);
    assert_eq!(say(&bob, peer(&bob, id), "hi", 1), "");
    let (people, _) = told(&carol, id);
    let bob_seen = people.iter().find(|user| user.id == bob.me).unwrap();
    assert!(bob_seen.min && bob_seen.phone.is_none());
    assert_eq!(bob_seen.first_name.as_deref(), Some("Bob"));
    let usable = alice
        .shared
        .world()
        .access_hash(carol.me, Kind::User, bob.me);
    assert_ne!(bob_seen.access_hash, Some(usable));
    let me = people.iter().find(|user| user.id == carol.me).unwrap();
    assert!(!me.min && me.access_hash.is_some());

    let at = |msg| {
        let seen = types::InputUserFromMessage::new(peer(&carol, id), msg, bob.me);
        users::GetUsers::new(vec![seen.into()])
    };
    let found = carol.call(at(3)).unwrap();
    let [enums::User::User(full)] = &found[..] else {
        panic!("{found:?}");
    };
    assert!(!full.min && full.access_hash == Some(usable));
    assert!(
        carol.call(at(1)).unwrap().is_empty(),
        "he is not in that message"
    );
    let write = messages::SendMessage::new(
        types::InputPeerUserFromMessage::new(Box::new(peer(&carol, id)), 3, bob.me).into(),
        "hello".into(),
        2,
    );
    carol.call(write).unwrap();
    let (people, _) = told(&carol, id);
    assert!(
        people.iter().any(|user| user.id == bob.me && !user.min),
        "they wrote"
    );
}

#[test]
fn direct_answers_and_bots_get_everybody_in_full() {
    let (alice, bob, carol) = three();
    let bot = Program::bot(&alice.shared, "guard");
    let id = company(&alice, &[&bob, &carol, &bot], false);
    assert_eq!(say(&bob, peer(&bob, id), "hi", 1), "");
    let call = messages::GetHistory::new(peer(&carol, id), 0, 0, 0, 10, 0, 0, 0);
    let enums::messages::Messages::ChannelMessages(page) = carol.call(call).unwrap() else {
        panic!()
    };
    let full = |user: &enums::User| matches!(user, enums::User::User(user) if !user.min);
    assert!(page.users.iter().all(full));
    assert!(told(&bot, id).0.iter().all(|user| !user.min));
}

#[test]
fn a_channel_that_is_merely_mentioned_is_shown_in_short() {
    let (alice, bob, _) = three();
    let (news, id) = (channel(&alice, true), company(&alice, &[&bob], false));
    let name = channels::UpdateUsername::new(input(&alice, news), "the_news".into());
    alice.call(name).unwrap();
    assert_eq!(say(&alice, peer(&alice, news), "news", 1), "");
    let forward =
        messages::ForwardMessages::new(peer(&alice, news), vec![2], vec![2], peer(&alice, id));
    alice.call(forward).unwrap();
    let (_, chats) = told(&bob, id);
    let seen = chats.iter().find(|chat| chat.id == news).unwrap();
    assert!(seen.min && seen.access_hash.is_none());
    assert!(chats.iter().any(|chat| chat.id == id && !chat.min));
    let at = types::InputChannelFromMessage::new(peer(&bob, id), 3, news);
    bob.call(channels::GetFullChannel::new(at.into())).unwrap();
    let (_, chats) = told(&alice, id);
    assert!(chats.iter().all(|chat| !chat.min), "she is in both");
}

#[test]
fn what_is_pushed_tells_of_strangers_in_short_too() {
    let (alice, bob, carol) = three();
    let id = company(&alice, &[&bob, &carol], false);
    let dialog = Peer::Channel(id).dialog();
    let mut w = alice.shared.world();
    w.out.clear();
    let draft = crate::world::testing::draft("hi", 5);
    w.send(crate::world::Actor::account(bob.me), dialog, draft)
        .unwrap();
    let push = w.out.iter().find(|push| push.to == dialog).unwrap();
    let enums::Updates::Updates(said) = w.words(carol.me, push.to, &push.told) else {
        panic!()
    };
    let short = |user: &enums::User| matches!(user, enums::User::User(user) if user.min);
    assert_eq!(said.users.iter().filter(|user| short(user)).count(), 1);
}
