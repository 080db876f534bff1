//! Messages that are sent later.

use std::sync::Arc;
use std::time::Duration;

use heliogram_api::enums::Update;
use heliogram_api::functions::{account, channels, messages, users};
use heliogram_api::{enums, types};

use super::albums::file;
use super::groups::{channel, company, input, page, peer, three};
use super::{Program, served, server};
use crate::Server;
use crate::shared::Shared;

const HOUR: i32 = 3600;

fn pair() -> (Program, Program) {
    people(&server())
}

fn people(shared: &Arc<Shared>) -> (Program, Program) {
    let alice = Program::logged_in(shared, "9996610001", "Alice");
    let bob = Program::logged_in(shared, "9996610002", "Bob");
    (alice, bob)
}

fn in_seconds(of: &Program, seconds: i32) -> i32 {
    of.shared.world().now() + seconds
}

fn pass(of: &Program, seconds: i32) {
    let seconds = Duration::from_secs(seconds.try_into().unwrap());
    of.shared.clock.advance(seconds);
    of.shared.pass_time();
}

fn later(to: enums::InputPeer, text: &str, random_id: i64, date: i32) -> messages::SendMessage {
    messages::SendMessage {
        schedule_date: Some(date),
        ..messages::SendMessage::new(to, text.into(), random_id)
    }
}

fn updates_of(answer: enums::Updates) -> Vec<Update> {
    match answer {
        enums::Updates::Updates(all) => all.updates,
        other => panic!("{other:?}"),
    }
}

fn full(message: &enums::Message) -> &types::Message {
    match message {
        enums::Message::Message(message) => message,
        other => panic!("{other:?}"),
    }
}

/// Plans words and gives their id in the queue.
fn plan(by: &Program, to: enums::InputPeer, text: &str, random_id: i64, date: i32) -> i32 {
    match &updates_of(by.call(later(to, text, random_id, date)).unwrap())[..] {
        [Update::MessageID(named), Update::NewScheduledMessage(new)] => {
            let message = full(&new.message);
            assert_eq!((named.id, named.random_id), (message.id, random_id));
            assert_eq!((message.date, message.from_scheduled), (date, true));
            assert!(message.out || message.post);
            message.id
        }
        other => panic!("{other:?}"),
    }
}

/// The queue: ids and texts.
fn queue(of: &Program, with: enums::InputPeer) -> Vec<(i32, String)> {
    listed(
        of.call(messages::GetScheduledHistory::new(with, 0))
            .unwrap(),
    )
}

fn listed(answer: enums::messages::Messages) -> Vec<(i32, String)> {
    let enums::messages::Messages::Messages(all) = answer else {
        panic!("{answer:?}")
    };
    let all = all.messages.iter().map(full);
    all.map(|m| (m.id, m.message.clone())).collect()
}

fn gone(updates: &[Update]) -> Vec<(Vec<i32>, Option<Vec<i32>>)> {
    let gone = updates.iter().filter_map(|update| match update {
        Update::DeleteScheduledMessages(gone) => {
            Some((gone.messages.clone(), gone.sent_messages.clone()))
        }
        _ => None,
    });
    gone.collect()
}

#[test]
fn a_message_waits_until_its_time_has_come() {
    let (alice, bob) = pair();
    let other = alice.second();
    let date = in_seconds(&alice, HOUR);
    let id = plan(&alice, alice.peer(&bob), "later", 1, date);
    let sooner = plan(&alice, alice.peer(&bob), "sooner", 2, date - 60);
    let heard = other.heard();
    assert!(
        heard
            .iter()
            .all(|update| matches!(update, Update::NewScheduledMessage(_)))
    );
    assert_eq!(heard.len(), 2);
    let all = [(id, "later".to_owned()), (sooner, "sooner".to_owned())];
    assert_eq!(queue(&alice, alice.peer(&bob)), all);
    assert!(queue(&bob, bob.peer(&alice)).is_empty());
    pass(&alice, HOUR - 61);
    assert!(page(&bob, bob.peer(&alice)).is_empty());
    pass(&alice, 1);
    assert_eq!(page(&bob, bob.peer(&alice)), ["sooner"]);
    let heard = other.heard();
    let [Update::NewMessage(new), rest @ ..] = &heard[..] else {
        panic!("{heard:?}")
    };
    let sent = full(&new.message);
    assert!(sent.from_scheduled && sent.out && sent.date == date - 60);
    assert_eq!(gone(rest), [(vec![sooner], Some(vec![sent.id]))]);
    pass(&alice, 60);
    assert_eq!(page(&bob, bob.peer(&alice)), ["later", "sooner"]);
    assert!(queue(&alice, alice.peer(&bob)).is_empty());
    pass(&alice, HOUR);
    assert_eq!(page(&bob, bob.peer(&alice)).len(), 2);
}

#[test]
fn a_queue_is_listed_sent_and_emptied_by_hand() {
    let (alice, bob) = pair();
    let date = in_seconds(&alice, HOUR);
    let to = || alice.peer(&bob);
    let ids: Vec<i32> = (1..=3)
        .map(|n| plan(&alice, to(), &format!("{n}"), n, date))
        .collect();
    let call = messages::GetScheduledMessages::new(to(), vec![ids[1], 77]);
    assert_eq!(
        listed(alice.call(call).unwrap()),
        [(ids[1], "2".to_owned())]
    );
    let call = messages::SendScheduledMessages::new(to(), vec![ids[2], ids[0]]);
    let answer = updates_of(alice.call(call).unwrap());
    assert_eq!(gone(&answer), [(vec![ids[2], ids[0]], Some(vec![1, 2]))]);
    assert_eq!(answer.len(), 3);
    assert_eq!(page(&bob, bob.peer(&alice)), ["1", "3"]);
    let call = messages::DeleteScheduledMessages::new(to(), vec![ids[1], ids[0]]);
    let answer = updates_of(alice.call(call.clone()).unwrap());
    assert_eq!(gone(&answer), [(vec![ids[1]], None)]);
    assert!(updates_of(alice.call(call).unwrap()).is_empty());
    let call = messages::SendScheduledMessages::new(to(), vec![ids[1]]);
    assert_eq!(alice.refusal(call), "MESSAGE_ID_INVALID");
    pass(&alice, 2 * HOUR);
    assert_eq!(page(&bob, bob.peer(&alice)), ["1", "3"]);
    // Ids are not given twice.
    let date = in_seconds(&alice, HOUR);
    assert_eq!(plan(&alice, to(), "4", 4, date), 4);
}

#[test]
fn what_waits_can_be_changed_and_moved() {
    let (alice, bob) = pair();
    let date = in_seconds(&alice, HOUR);
    let to = || alice.peer(&bob);
    let id = plan(&alice, to(), "draft", 1, date);
    let edit = |text: &str, date| messages::EditMessage {
        message: Some(text.into()),
        schedule_date: Some(date),
        ..messages::EditMessage::new(to(), id)
    };
    let answer = updates_of(alice.call(edit("final", date + HOUR)).unwrap());
    let [Update::NewScheduledMessage(new)] = &answer[..] else {
        panic!("{answer:?}")
    };
    let new = full(&new.message);
    assert_eq!((new.message.as_str(), new.date), ("final", date + HOUR));
    let again = edit("final", date + HOUR);
    assert_eq!(alice.refusal(again), "MESSAGE_NOT_MODIFIED");
    assert_eq!(alice.refusal(edit("", date)), "MESSAGE_EMPTY");
    pass(&alice, HOUR + 1);
    assert!(page(&bob, bob.peer(&alice)).is_empty());
    let now = in_seconds(&alice, 0);
    alice.call(edit("at once", now)).unwrap();
    assert_eq!(page(&bob, bob.peer(&alice)), ["at once"]);
    assert_eq!(alice.refusal(edit("x", date)), "MESSAGE_ID_INVALID");
}

#[test]
fn dates_have_limits() {
    let (alice, bob) = pair();
    let now = in_seconds(&alice, 0);
    let to = || alice.peer(&bob);
    let late = later(to(), "x", 1, now + 367 * 24 * HOUR);
    assert_eq!(alice.refusal(late), "SCHEDULE_DATE_TOO_LATE");
    alice.call(later(to(), "soon", 2, now + 10)).unwrap();
    assert_eq!(page(&bob, bob.peer(&alice)), ["soon"]);
    plan(&alice, to(), "x", 3, now + HOUR);
    let twice = later(to(), "x", 3, now + HOUR);
    assert_eq!(alice.refusal(twice), "RANDOM_ID_DUPLICATE");
    for n in 4..103 {
        plan(&alice, to(), "x", n, now + HOUR);
    }
    let more = later(to(), "x", 103, now + HOUR);
    assert_eq!(alice.refusal(more), "SCHEDULE_TOO_MUCH");
    let bot = Program::bot(&alice.shared, "echo_bot");
    let call = later(bot.peer(&alice), "x", 1, now + HOUR);
    assert_eq!(bot.refusal(call), "SCHEDULE_BOT_NOT_ALLOWED");
    let repeated = messages::SendMessage {
        schedule_repeat_period: Some(24 * HOUR),
        ..later(to(), "x", 104, now + HOUR)
    };
    assert_eq!(alice.refusal(repeated), "PREMIUM_ACCOUNT_REQUIRED");
}

#[test]
fn a_message_waits_until_the_other_side_is_there() {
    let (alice, bob) = pair();
    let online = 0x7fff_fffe;
    let to_self = later(enums::InputPeer::InputPeerSelf, "x", 1, online);
    assert_eq!(alice.refusal(to_self), "SCHEDULE_DATE_INVALID");
    pass(&alice, HOUR);
    plan(&alice, alice.peer(&bob), "there you are", 2, online);
    pass(&alice, HOUR);
    assert!(page(&bob, bob.peer(&alice)).is_empty());
    bob.call(account::UpdateStatus::new(false)).unwrap();
    assert_eq!(page(&bob, bob.peer(&alice)), ["there you are"]);
    assert!(queue(&alice, alice.peer(&bob)).is_empty());
    // Who is there already is not waited for.
    alice
        .call(later(alice.peer(&bob), "still", 3, online))
        .unwrap();
    assert_eq!(page(&bob, bob.peer(&alice)), ["still", "there you are"]);
    let hide = vec![enums::InputPrivacyRule::InputPrivacyValueDisallowAll];
    let key = enums::InputPrivacyKey::StatusTimestamp;
    bob.call(account::SetPrivacy::new(key, hide)).unwrap();
    let hidden = later(alice.peer(&bob), "x", 4, online);
    assert_eq!(alice.refusal(hidden), "SCHEDULE_STATUS_PRIVATE");
}

#[test]
fn a_channels_queue_belongs_to_those_who_post() {
    let (alice, bob, _) = three();
    let id = company(&alice, &[&bob], true);
    let date = in_seconds(&alice, HOUR);
    plan(&alice, peer(&alice, id), "news", 1, date);
    let look = messages::GetScheduledHistory::new(peer(&bob, id), 0);
    assert_eq!(bob.refusal(look), "CHAT_ADMIN_REQUIRED");
    alice.shared.world().out.clear();
    let heard = alice.second();
    plan(&alice, peer(&alice, id), "more", 3, date + HOUR);
    let told = heard.heard();
    assert!(
        told.iter()
            .any(|one| matches!(one, Update::NewScheduledMessage(_))),
        "the creator's other programs hear of it: {told:?}"
    );
    let has = |of: &Program| {
        let full = of.call(channels::GetFullChannel::new(input(of, id)));
        match full.unwrap().full_chat {
            enums::ChatFull::ChannelFull(full) => full.has_scheduled,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((has(&alice), has(&bob)), (true, false));
    pass(&alice, HOUR);
    assert_eq!(page(&bob, peer(&bob, id))[0], "news");
    pass(&alice, HOUR);
    assert!(!has(&alice));
    // In a supergroup everybody has a queue.
    let id = company(&alice, &[&bob], false);
    let date = in_seconds(&alice, HOUR);
    plan(&bob, peer(&bob, id), "mine", 2, date);
    assert!(queue(&alice, peer(&alice, id)).is_empty());
    assert_eq!(queue(&bob, peer(&bob, id)).len(), 1);
}

#[test]
fn what_may_not_be_sent_any_more_is_gone() {
    let (alice, bob, _) = three();
    let id = company(&alice, &[&bob], false);
    let other = bob.second();
    let planned = plan(&bob, peer(&bob, id), "x", 1, in_seconds(&bob, HOUR));
    bob.call(channels::LeaveChannel::new(input(&bob, id)))
        .unwrap();
    other.heard();
    pass(&alice, HOUR);
    assert_eq!(gone(&other.heard()), [(vec![planned], None)]);
    assert!(!page(&alice, peer(&alice, id)).contains(&"x".to_owned()));
}

#[test]
fn a_file_that_was_forbidden_meanwhile_is_not_sent_in_slow_mode_either() {
    let (alice, bob, _) = three();
    let id = company(&alice, &[&bob], false);
    let slow = channels::ToggleSlowMode::new(input(&alice, id), HOUR);
    alice.call(slow).unwrap();
    let planned = messages::SendMedia {
        schedule_date: Some(in_seconds(&bob, HOUR)),
        ..messages::SendMedia::new(peer(&bob, id), file(&bob, 1), "planned".into(), 1)
    };
    bob.call(planned).unwrap();
    pass(&alice, HOUR - 1);
    let words = messages::SendMessage::new(peer(&bob, id), "words".into(), 2);
    bob.call(words).unwrap();
    let banned = types::ChatBannedRights {
        send_docs: true,
        ..types::ChatBannedRights::new(0)
    };
    let forbid = messages::EditChatDefaultBannedRights::new(peer(&alice, id), banned);
    alice.call(forbid).unwrap();
    pass(&alice, 1);
    assert_eq!(page(&alice, peer(&alice, id))[0], "words");
    assert!(queue(&bob, peer(&bob, id)).is_empty());
}

#[test]
fn albums_and_forwards_wait_too() {
    let (alice, bob) = pair();
    let to = || alice.peer(&bob);
    alice.say(&bob, "first");
    let date = in_seconds(&alice, HOUR);
    let call = messages::ForwardMessages {
        schedule_date: Some(date),
        ..messages::ForwardMessages::new(to(), vec![1], vec![11], to())
    };
    assert_eq!(updates_of(alice.call(call).unwrap()).len(), 2);
    let item = |n| types::InputSingleMedia::new(file(&alice, n), n, format!("{n}"));
    let album = messages::SendMultiMedia {
        schedule_date: Some(date),
        ..messages::SendMultiMedia::new(to(), vec![item(21), item(22)])
    };
    assert_eq!(updates_of(alice.call(album).unwrap()).len(), 4);
    assert_eq!(queue(&alice, to()).len(), 3);
    let call = users::GetFullUser::new(alice.user(&bob));
    let full = alice.call(call).unwrap().full_user;
    assert!(full.has_scheduled);
    pass(&alice, HOUR);
    assert_eq!(page(&bob, bob.peer(&alice)), ["22", "21", "first", "first"]);
    let w = alice.shared.world();
    let letters: Vec<_> = w.letters.values().filter(|l| l.scheduled).collect();
    assert_eq!(letters.iter().filter(|l| l.forward.is_some()).count(), 1);
    assert_eq!(letters.iter().filter(|l| l.grouped.is_some()).count(), 2);
}

#[test]
fn a_channel_of_ones_own_is_planned_for_by_its_owner() {
    let (alice, _, _) = three();
    let id = channel(&alice, true);
    let date = in_seconds(&alice, HOUR);
    let planned = plan(&alice, peer(&alice, id), "post", 1, date);
    let call = messages::SendScheduledMessages::new(peer(&alice, id), vec![planned]);
    let answer = updates_of(alice.call(call).unwrap());
    assert!(
        answer
            .iter()
            .any(|update| matches!(update, Update::NewChannelMessage(_)))
    );
}

#[test]
fn a_queue_outlives_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("world.db");
    let start = || served(Server::builder().data(&data));
    let (alice, bob) = people(&start());
    let date = in_seconds(&alice, HOUR);
    let id = plan(&alice, alice.peer(&bob), "kept", 1, date);
    let sent = plan(&alice, alice.peer(&bob), "sent", 2, date);
    let call = messages::SendScheduledMessages::new(alice.peer(&bob), vec![sent]);
    alice.call(call).unwrap();
    drop((alice, bob));
    let (alice, bob) = people(&start());
    assert_eq!(queue(&alice, alice.peer(&bob)), [(id, "kept".to_owned())]);
    pass(&alice, HOUR);
    let texts = page(&bob, bob.peer(&alice));
    assert_eq!(texts, ["kept", "sent"]);
    let date = in_seconds(&alice, HOUR);
    let next = plan(&alice, alice.peer(&bob), "next", 3, date);
    assert_eq!(next, sent + 1);
}
