//! Who may write into groups and channels, and change what it wrote there.

use std::time::Duration;

use heliogram_api::functions::{channels, messages};
use heliogram_api::{enums, types};

use super::Program;
use super::albums::{file, items, photo};
use super::discussion::{comment, link};
use super::groups::{company, group, input, page, peer, say, three};
use super::polls::{media, sending, tea};
use super::rights::{basic, promote, restrict};
use crate::world::Peer;

fn edit(by: &Program, at: enums::InputPeer, id: i32, text: &str) -> String {
    by.refusal(messages::EditMessage {
        message: Some(text.into()),
        ..messages::EditMessage::new(at, id)
    })
}

fn delete(by: &Program, channel: i64, id: i32) -> String {
    by.refusal(channels::DeleteMessages::new(input(by, channel), vec![id]))
}

fn slow(by: &Program, id: i64) {
    let call = channels::ToggleSlowMode::new(input(by, id), 10);
    by.call(call).unwrap();
}

#[test]
fn who_was_removed_from_a_basic_group_does_not_change_what_it_wrote() {
    let (alice, bob, _) = three();
    let id = group(&alice, &[&bob]);
    assert_eq!(say(&bob, basic(id), "mine", 1), "");
    let own = bob.shared.world().boxes[&bob.me].last_id;
    assert_eq!(edit(&bob, basic(id), own, "changed"), "");
    let remove = messages::DeleteChatUser::new(id, alice.user(&bob));
    alice.call(remove).unwrap();
    assert_eq!(edit(&bob, basic(id), own, "spam"), "CHAT_WRITE_FORBIDDEN");
    let revoke = messages::DeleteMessages {
        revoke: true,
        ..messages::DeleteMessages::new(vec![own])
    };
    bob.call(revoke).unwrap();
    assert!(page(&alice, basic(id)).contains(&"changed".to_owned()));
    assert!(!page(&bob, basic(id)).contains(&"changed".to_owned()));
}

#[test]
fn who_may_not_post_any_more_does_not_change_its_posts() {
    let (alice, bob, _) = three();
    let news = company(&alice, &[&bob], true);
    assert_eq!(promote(&alice, news, &bob, |r| r.post_messages = true), "");
    assert_eq!(say(&bob, peer(&bob, news), "post", 1), "");
    bob.call(sending(peer(&bob, news), media(tea()), 2))
        .unwrap();
    let last = bob.shared.world().boxes[&Peer::Channel(news).dialog()].last_id;
    assert_eq!(edit(&bob, peer(&bob, news), last - 1, "changed"), "");
    assert_eq!(promote(&alice, news, &bob, |_| ()), "");
    let refused = edit(&bob, peer(&bob, news), last - 1, "spam");
    assert_eq!(refused, "CHAT_WRITE_FORBIDDEN");
    assert_eq!(delete(&bob, news, last - 1), "MESSAGE_DELETE_FORBIDDEN");
    let poll = {
        let w = bob.shared.world();
        w.poll_in(alice.me, Peer::Channel(news).dialog(), last)
            .unwrap()
            .id
    };
    let closed = types::Poll {
        id: poll,
        closed: true,
        ..tea()
    };
    let close = messages::EditMessage {
        media: Some(Box::new(media(closed).into())),
        ..messages::EditMessage::new(peer(&bob, news), last)
    };
    assert_eq!(bob.refusal(close), "CHAT_WRITE_FORBIDDEN");
    assert_eq!(promote(&alice, news, &bob, |r| r.edit_messages = true), "");
    assert_eq!(edit(&bob, peer(&bob, news), last - 1, "corrected"), "");
}

#[test]
fn words_do_not_become_media_a_member_may_not_send() {
    let (alice, bob, _) = three();
    let talk = company(&alice, &[&bob], false);
    let to = || peer(&bob, talk);
    bob.call(messages::SendMedia::new(
        to(),
        file(&bob, 1),
        "doc".into(),
        1,
    ))
    .unwrap();
    let own = bob.shared.world().boxes[&Peer::Channel(talk).dialog()].last_id;
    assert_eq!(restrict(&alice, talk, &bob, |r| r.send_photos = true), "");
    let swap = messages::EditMessage {
        media: Some(Box::new(photo(&bob, 2))),
        ..messages::EditMessage::new(to(), own)
    };
    assert_eq!(bob.refusal(swap.clone()), "CHAT_SEND_PHOTOS_FORBIDDEN");
    assert_eq!(edit(&bob, to(), own, "other words"), "");
    assert_eq!(restrict(&alice, talk, &bob, |_| ()), "");
    let swap = messages::EditMessage {
        media: Some(Box::new(photo(&bob, 2))),
        ..swap
    };
    assert_eq!(bob.refusal(swap), "");
}

#[test]
fn an_edit_of_what_is_not_ones_own_takes_no_file() {
    let (alice, bob, _) = three();
    let talk = company(&alice, &[&bob], false);
    assert_eq!(say(&alice, peer(&alice, talk), "hers", 1), "");
    let last = bob.shared.world().boxes[&Peer::Channel(talk).dialog()].last_id;
    let before = bob.shared.world().documents.len();
    let swap = messages::EditMessage {
        media: Some(Box::new(file(&bob, 1))),
        ..messages::EditMessage::new(peer(&bob, talk), last)
    };
    assert_eq!(bob.refusal(swap), "MESSAGE_AUTHOR_REQUIRED");
    assert_eq!(bob.shared.world().documents.len(), before);
}

#[test]
fn a_restricted_member_who_leaves_stays_restricted_below_the_posts() {
    let (alice, bob, carol) = three();
    let news = company(&alice, &[&bob, &carol], true);
    let talk = company(&alice, &[&bob], false);
    assert_eq!(link(&alice, news, talk), "");
    assert_eq!(say(&alice, peer(&alice, news), "news", 1), "");
    let post = alice.shared.world().boxes[&Peer::Channel(talk).dialog()].last_id;
    assert_eq!(restrict(&alice, talk, &bob, |r| r.send_messages = true), "");
    assert_eq!(comment(&bob, talk, post, "no", 2), "USER_BANNED_IN_CHANNEL");
    let leave = channels::LeaveChannel::new(input(&bob, talk));
    bob.call(leave).unwrap();
    assert_eq!(comment(&bob, talk, post, "no", 3), "USER_BANNED_IN_CHANNEL");

    // What nobody may, strangers may not either.
    assert_eq!(comment(&carol, talk, post, "first", 4), "");
    let forbid = |banned| messages::EditChatDefaultBannedRights::new(peer(&alice, talk), banned);
    let no_words = types::ChatBannedRights {
        send_plain: true,
        ..types::ChatBannedRights::new(0)
    };
    alice.call(forbid(no_words)).unwrap();
    let refused = comment(&carol, talk, post, "second", 5);
    assert_eq!(refused, "CHAT_SEND_PLAIN_FORBIDDEN");
    let silence = types::ChatBannedRights {
        send_messages: true,
        ..types::ChatBannedRights::new(0)
    };
    alice.call(forbid(silence)).unwrap();
    let refused = comment(&carol, talk, post, "second", 6);
    assert_eq!(refused, "CHAT_WRITE_FORBIDDEN");
    alice.call(forbid(types::ChatBannedRights::new(0))).unwrap();

    slow(&alice, talk);
    assert!(comment(&carol, talk, post, "second", 7).starts_with("SLOWMODE_WAIT_"));
    alice.shared.clock.advance(Duration::from_secs(10));
    assert_eq!(comment(&carol, talk, post, "second", 8), "");
}

#[test]
fn who_was_removed_from_the_discussion_reads_nothing_below_the_posts() {
    let (alice, bob, carol) = three();
    let news = company(&alice, &[&bob, &carol], true);
    let talk = company(&alice, &[&bob], false);
    assert_eq!(link(&alice, news, talk), "");
    assert_eq!(say(&alice, peer(&alice, news), "news", 1), "");
    let replies = |by: &Program| {
        by.refusal(messages::GetReplies::new(
            peer(by, news),
            2,
            0,
            0,
            0,
            10,
            0,
            0,
            0,
        ))
    };
    let discussed =
        |by: &Program| by.refusal(messages::GetDiscussionMessage::new(peer(by, news), 2));
    assert_eq!(
        (replies(&bob), discussed(&bob)),
        (String::new(), String::new())
    );
    assert_eq!(restrict(&alice, talk, &bob, |r| r.view_messages = true), "");
    assert_eq!(replies(&bob), "CHANNEL_PRIVATE");
    assert_eq!(discussed(&bob), "CHANNEL_PRIVATE");
    assert_eq!(replies(&carol), "", "she never was in the group");
    assert_eq!(discussed(&carol), "");
}

#[test]
fn in_slow_mode_an_album_counts_once_and_goes_whole() {
    let (alice, bob, _) = three();
    let talk = company(&alice, &[&bob], false);
    slow(&alice, talk);
    let files = |n: i64| items(vec![(file(&bob, n), n), (file(&bob, n + 1), n + 1)]);
    let album = messages::SendMultiMedia::new(peer(&bob, talk), files(1));
    assert_eq!(bob.refusal(album), "");
    let album = messages::SendMultiMedia::new(peer(&bob, talk), files(3));
    assert!(bob.refusal(album).starts_with("SLOWMODE_WAIT_"));
    let last = bob.shared.world().boxes[&Peer::Channel(talk).dialog()].last_id;
    alice.shared.clock.advance(Duration::from_secs(10));
    let pass_on = |ids: Vec<i32>, random: Vec<i64>| {
        let (from, to) = (peer(&bob, talk), peer(&bob, talk));
        bob.refusal(messages::ForwardMessages::new(from, ids, random, to))
    };
    assert_eq!(pass_on(vec![last - 1, last], vec![11, 12]), "", "an album");
    alice.shared.clock.advance(Duration::from_secs(10));
    let apart = pass_on(vec![last, last - 3], vec![13, 14]);
    assert_eq!(apart, "MESSAGE_ID_INVALID", "a note is not passed on");
    assert_eq!(say(&bob, peer(&bob, talk), "words", 15), "");
    alice.shared.clock.advance(Duration::from_secs(10));
    let apart = pass_on(vec![last, last + 3], vec![16, 17]);
    assert_eq!(apart, "SLOWMODE_MULTI_MSGS_DISABLED");
}

#[test]
fn a_forward_that_is_refused_sends_and_counts_nothing() {
    let (alice, bob, _) = three();
    let news = company(&alice, &[&bob], true);
    for n in 1..3 {
        assert_eq!(say(&alice, peer(&alice, news), "post", n), "");
    }
    let to = || enums::InputPeer::InputPeerSelf;
    let pass_on = |random: Vec<i64>| {
        let from = peer(&bob, news);
        bob.refusal(messages::ForwardMessages::new(
            from,
            vec![2, 3],
            random,
            to(),
        ))
    };
    let counted = || {
        let w = bob.shared.world();
        w.letters.values().map(|one| one.forwards).sum::<i32>()
    };
    assert_eq!(pass_on(vec![7, 7]), "RANDOM_ID_DUPLICATE");
    assert!(page(&bob, to()).is_empty());
    assert_eq!(counted(), 0);
    assert_eq!(pass_on(vec![7, 8]), "");
    assert_eq!(counted(), 2);
}

#[test]
fn a_message_that_answers_nothing_does_not_start_the_wait() {
    let (alice, bob, _) = three();
    let talk = company(&alice, &[&bob], false);
    slow(&alice, talk);
    assert_eq!(comment(&bob, talk, -1, "no", 1), "REPLY_MESSAGE_ID_INVALID");
    assert_eq!(say(&bob, peer(&bob, talk), "yes", 2), "");
}
