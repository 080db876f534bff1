//! Updates that this version cannot read: they come as bytes, and nothing waits for them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod script;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use heliogram::{
    Event, PeerId, Updates,
    api::{enums, functions as f, types},
    storage::{Changes, ChannelState, PeerRow, Records, Storage, StoredKind},
};
use heliogram_tl::{Call, from_bytes, to_bytes};
use script::{Answer, Seen, account};

/// What no layer has.
const UNKNOWN: u32 = 0xdead_beef;
/// The message whose place in history holds an update that nobody can read.
const STRANGE: i32 = 13;
const LAST: i32 = 40;
const CHANNEL: i64 = 5;

/// Puts an unknown constructor where `updateConfig` is.
fn made_strange(bytes: &Bytes) -> Bytes {
    let config = to_bytes(&enums::Update::Config);
    let at = bytes.windows(4).position(|w| *w == config[..]).unwrap();
    let mut bytes = bytes.to_vec();
    bytes[at..at + 4].copy_from_slice(&UNKNOWN.to_le_bytes());
    bytes.into()
}

fn message(id: i32, peer: enums::Peer) -> enums::Message {
    types::Message::new(id, peer, 1, id.to_string()).into()
}

/// Messages after `pts` up to `most`, each with its number as its id, and whether one is strange.
fn steps(pts: i32, most: i32, peer: &enums::Peer) -> (Vec<enums::Message>, bool, i32) {
    let end = LAST.min(pts.saturating_add(most));
    let ids = (pts + 1)..=end;
    let strange = ids.contains(&STRANGE);
    let messages = ids.filter(|id| *id != STRANGE);
    (
        messages.map(|id| message(id, peer.clone())).collect(),
        strange,
        end,
    )
}

fn difference(call: &f::updates::GetDifference) -> Bytes {
    let most = call.pts_limit.unwrap_or(i32::MAX);
    let peer = types::PeerUser { user_id: 8 }.into();
    let (new, strange, pts) = steps(call.pts, most, &peer);
    let other = strange
        .then_some(enums::Update::Config)
        .into_iter()
        .collect();
    let user = types::User {
        access_hash: Some(3),
        ..types::User::new(8)
    };
    let (none, chats, users) = (Vec::new(), Vec::new(), vec![user.into()]);
    let state = types::updates::State::new(pts, 1, 1, 1, 0);
    let answer: enums::updates::Difference = match pts {
        LAST => types::updates::Difference::new(new, none, other, chats, users, state).into(),
        _ => types::updates::DifferenceSlice::new(new, none, other, chats, users, state).into(),
    };
    let bytes = to_bytes(&answer);
    match strange {
        true => made_strange(&bytes),
        false => bytes,
    }
}

fn channel_difference(call: &f::updates::GetChannelDifference) -> Bytes {
    let channel_id = CHANNEL;
    let (new, strange, pts) = steps(
        call.pts,
        call.limit,
        &types::PeerChannel { channel_id }.into(),
    );
    let other = strange
        .then_some(enums::Update::Config)
        .into_iter()
        .collect();
    let answer = types::updates::ChannelDifference {
        r#final: pts == LAST,
        timeout: Some(1),
        ..types::updates::ChannelDifference::new(pts, new, other, Vec::new(), Vec::new())
    };
    let bytes = to_bytes(&enums::updates::ChannelDifference::from(answer));
    match strange {
        true => made_strange(&bytes),
        false => bytes,
    }
}

fn answer(seen: &Seen) -> Answer {
    match seen.id {
        f::updates::GetDifference::ID => {
            let call: f::updates::GetDifference = from_bytes(&seen.body).unwrap();
            match call.pts {
                // Nothing has happened until the test says so.
                1 if seen.before == 0 => account::answer(seen),
                _ => Answer::Result(difference(&call)),
            }
        }
        f::updates::GetChannelDifference::ID => {
            Answer::Result(channel_difference(&from_bytes(&seen.body).unwrap()))
        }
        _ => account::answer(seen),
    }
}

async fn next(updates: &mut Updates) -> Event {
    let next = tokio::time::timeout(Duration::from_secs(20), updates.next());
    next.await.expect("an event").unwrap().unwrap()
}

/// Reads up to the last message; gives what could be read, and the ranges of what could not.
async fn read_all(updates: &mut Updates) -> (Vec<i32>, Vec<(i32, i32)>) {
    let (mut ids, mut ranges) = (Vec::new(), Vec::new());
    while ids.last() != Some(&LAST) {
        match next(updates).await {
            Event::NewMessage(message) => ids.push(message.id()),
            Event::Unreadable(it) => {
                let strange = UNKNOWN.to_le_bytes();
                assert!(it.bytes().windows(4).any(|w| *w == strange));
                ranges.extend(it.range());
            }
            _ => {}
        }
    }
    (ids, ranges)
}

/// Every message but the strange one.
fn others(first: i32) -> Vec<i32> {
    (first..=LAST).filter(|id| *id != STRANGE).collect()
}

#[tokio::test]
async fn an_update_of_the_account_that_cannot_be_read_is_stepped_over_alone() {
    let server = script::Server::start(answer).await;
    let storage = account::signed_in().await;
    let client = server.client().shared_storage(Arc::clone(&storage));
    let client = client.connect().await.unwrap();
    let mut updates = client.updates();
    client.catch_up().await.unwrap();
    server.push(&to_bytes(&enums::Updates::TooLong));
    let (ids, ranges) = read_all(&mut updates).await;
    assert_eq!(ids, others(2));
    assert_eq!(ranges, [(STRANGE - 1, STRANGE)]);
    let asked = server.count::<f::updates::GetDifference>();
    assert!(asked < 16, "{asked} questions");
    assert_eq!(client.stats().updates.unreadable, 1);
    updates.acknowledge();
    client.stop().await.unwrap();
    let state = Records::new(storage).update_state().await.unwrap();
    assert_eq!(state.map(|s| s.pts), Some(LAST));
}

#[tokio::test]
async fn an_update_that_is_pushed_and_cannot_be_read_comes_as_bytes() {
    let server = script::Server::start(account::answer).await;
    let (client, mut updates) = account::client_of(&server).await;
    let strange = made_strange(&account::poison());
    server.push(&strange);
    loop {
        if let Event::Unreadable(it) = next(&mut updates).await {
            assert_eq!((it.bytes(), it.range()), (&strange, None));
            break;
        }
    }
    server.push(&account::poison());
    assert_eq!(account::taken(&mut updates).await, 1);
    assert!(
        client.stats().updates.differences > 1,
        "it may be had there"
    );
}

/// The word that a channel has moved on.
fn moved_on() -> Bytes {
    let update = types::UpdateChannelTooLong {
        pts: Some(LAST),
        ..types::UpdateChannelTooLong::new(CHANNEL)
    };
    to_bytes(&enums::Updates::from(types::UpdateShort::new(
        update.into(),
        1,
    )))
}

/// A client that knows a channel up to message 1.
async fn in_channel(change: impl FnOnce(&mut Changes)) -> Arc<dyn Storage> {
    let storage = account::signed_in().await;
    let mut changes = Changes::new();
    changes.channel_state(CHANNEL, ChannelState::at(1));
    change(&mut changes);
    let records = Records::new(Arc::clone(&storage));
    records.commit(changes).await.unwrap();
    storage
}

#[tokio::test]
async fn an_update_of_a_channel_that_cannot_be_read_is_stepped_over_alone() {
    let server = script::Server::start(answer).await;
    let storage = in_channel(|changes| {
        let id = PeerId::channel(CHANNEL).unwrap().as_i64();
        changes.peer(PeerRow {
            access_hash: Some(3),
            ..PeerRow::new(id, StoredKind::Channel)
        });
    });
    let client = server.client().shared_storage(storage.await);
    let client = client.connect().await.unwrap();
    let mut updates = client.updates();
    client.catch_up().await.unwrap();
    server.push(&moved_on());
    let (ids, ranges) = read_all(&mut updates).await;
    assert_eq!(ids, others(2));
    assert_eq!(ranges, [(STRANGE - 1, STRANGE)]);
}

#[tokio::test]
async fn a_channel_without_access_hash_is_fetched_as_soon_as_one_turns_up() {
    let server = script::Server::start(answer).await;
    let client = server.client().shared_storage(in_channel(|_| {}).await);
    let client = client.connect().await.unwrap();
    let mut updates = client.updates();
    client.catch_up().await.unwrap();
    server.push(&moved_on());
    script::until("it is known that the channel cannot be reached", || {
        client.stats().updates.quarantined == 1
    })
    .await;
    assert_eq!(server.count::<f::updates::GetChannelDifference>(), 0);
    let channel = types::Channel {
        access_hash: Some(3),
        ..types::Channel::new(CHANNEL, "news".into(), enums::ChatPhoto::Empty, 1)
    };
    let seen = types::Updates::new(Vec::new(), Vec::new(), vec![channel.into()], 1, 0);
    server.push(&to_bytes(&enums::Updates::from(seen)));
    let (ids, _) = read_all(&mut updates).await;
    assert_eq!(ids, others(2));
    assert_eq!(client.stats().updates.quarantined, 0);
}

#[tokio::test]
async fn a_client_without_updates_says_so_with_every_call() {
    let server = script::Server::start(|seen| {
        assert!(seen.without_updates);
        account::answer(seen)
    })
    .await;
    let client = server.client().receive_updates(false);
    let client = client.shared_storage(account::signed_in().await);
    account::works(&client.connect().await.unwrap()).await;
}
