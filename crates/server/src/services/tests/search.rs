//! Searching all conversations.

use heliogram_api::functions::messages;
use heliogram_api::{enums, types};

use super::Program;
use super::groups::{company, peer, say, three, told};
use crate::world::{Kind, Peer};

fn everywhere(limit: i32) -> messages::SearchGlobal {
    let all = enums::MessagesFilter::InputMessagesFilterEmpty;
    let nowhere = enums::InputPeer::Empty;
    messages::SearchGlobal::new("word".into(), all, 0, 0, 0, nowhere, 0, limit)
}

/// The messages of a page, how many there are in all, and where the next page begins.
fn found(of: &Program, call: messages::SearchGlobal) -> (Vec<enums::Message>, i32, Option<i32>) {
    match of.call(call).unwrap() {
        enums::messages::Messages::Slice(page) => (page.messages, page.count, page.next_rate),
        enums::messages::Messages::Messages(page) => {
            let count = page.messages.len() as i32;
            (page.messages, count, None)
        }
        other => panic!("{other:?}"),
    }
}

fn texts(of: &Program, call: messages::SearchGlobal) -> Vec<String> {
    found(of, call).0.iter().map(told).collect()
}

/// Words in a private chat, a supergroup and a channel, in turns.
fn spoken() -> (Program, Program, i64, i64) {
    let (alice, bob, _) = three();
    let talk = company(&alice, &[&bob], false);
    let news = company(&alice, &[&bob], true);
    for n in 0..3 {
        let say = |to, kind: &str, id| {
            alice
                .shared
                .clock
                .advance(std::time::Duration::from_secs(1));
            assert_eq!(say(&alice, to, &format!("word {kind} {n}"), id), "");
        };
        say(alice.peer(&bob), "private", 3 * n + 1);
        say(peer(&alice, talk), "group", 3 * n + 2);
        say(peer(&alice, news), "channel", 3 * n + 3);
    }
    (alice, bob, talk, news)
}

#[test]
fn pages_of_all_conversations_follow_one_another_by_date() {
    let (_, bob, ..) = spoken();
    let mut all = Vec::new();
    let mut call = everywhere(2);
    loop {
        let (page, count, rate) = found(&bob, call.clone());
        assert_eq!(count, 9);
        let Some(enums::Message::Message(last)) = page.last() else {
            break;
        };
        let at = match &last.peer_id {
            enums::Peer::User(user) => {
                let hash = bob
                    .shared
                    .world()
                    .access_hash(bob.me, Kind::User, user.user_id);
                types::InputPeerUser::new(user.user_id, hash).into()
            }
            enums::Peer::Channel(channel) => peer(&bob, channel.channel_id),
            other => panic!("{other:?}"),
        };
        assert_eq!(rate, Some(last.date));
        call = messages::SearchGlobal {
            offset_rate: last.date,
            offset_peer: at,
            offset_id: last.id,
            ..call
        };
        all.extend(page.iter().map(told));
    }
    let turn = |n: i32| ["channel", "group", "private"].map(|kind| format!("word {kind} {n}"));
    let turns: Vec<String> = (0..3).rev().flat_map(turn).collect();
    assert_eq!(all, turns);
}

#[test]
fn a_page_of_one_kind_of_conversations_is_full() {
    let (_, bob, ..) = spoken();
    let channels = messages::SearchGlobal {
        broadcasts_only: true,
        ..everywhere(2)
    };
    let (page, count, _) = found(&bob, channels);
    let page: Vec<String> = page.iter().map(told).collect();
    assert_eq!(
        (page, count),
        (vec!["word channel 2".into(), "word channel 1".into()], 3)
    );
    let groups = messages::SearchGlobal {
        groups_only: true,
        ..everywhere(1)
    };
    assert_eq!(texts(&bob, groups), ["word group 2"]);
    let people = messages::SearchGlobal {
        users_only: true,
        ..everywhere(9)
    };
    assert_eq!(texts(&bob, people).len(), 3);
}

#[test]
fn a_message_that_is_gone_is_still_where_the_next_page_begins() {
    let (alice, bob, _, news) = spoken();
    let (page, _, rate) = found(&bob, everywhere(1));
    let Some(enums::Message::Message(last)) = page.first() else {
        panic!()
    };
    let dialog = Peer::Channel(news).dialog();
    alice
        .shared
        .change(|w| w.delete_in(alice.actor(), dialog, &[last.id]))
        .unwrap();
    let next = messages::SearchGlobal {
        offset_rate: rate.unwrap(),
        offset_peer: peer(&bob, news),
        offset_id: last.id,
        ..everywhere(1)
    };
    assert_eq!(texts(&bob, next), ["word group 2"]);

    let own = bob.shared.world().boxes[&bob.me].last_id;
    let gone = bob.shared.change(|w| w.delete(bob.actor(), &[own], false));
    assert_eq!(gone.unwrap().1, 1);
    let all = enums::MessagesFilter::InputMessagesFilterEmpty;
    let nowhere = enums::InputPeer::Empty;
    let q = "word".to_owned();
    let call = messages::Search::new(nowhere, q, all, 0, 0, own, 0, 1, 0, 0, 0);
    let enums::messages::Messages::Slice(page) = bob.call(call).unwrap() else {
        panic!()
    };
    assert_eq!(told(&page.messages[0]), "word private 1");
}
