//! Polls and quizzes.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use heliogram_api::enums::Update;
use heliogram_api::functions::{channels, messages};
use heliogram_api::{enums, types};

use super::groups::{channel, company, group, input, peer, three};
use super::{Program, served, server};
use crate::Server;
use crate::shared::Shared;

fn words(text: &str) -> types::TextWithEntities {
    types::TextWithEntities::new(text.into(), Vec::new())
}

fn option(name: &'static str) -> Bytes {
    Bytes::from_static(name.as_bytes())
}

/// A question with three answers, named a, b and c.
pub(super) fn tea() -> types::Poll {
    let answers = ["a", "b", "c"].map(|n| types::PollAnswer::new(words(n), option(n)).into());
    types::Poll::new(0, words("Tea?"), answers.to_vec(), 0)
}

pub(super) fn media(poll: types::Poll) -> types::InputMediaPoll {
    types::InputMediaPoll::new(Box::new(poll))
}

fn quiz() -> types::InputMediaPoll {
    let poll = types::Poll {
        quiz: true,
        ..tea()
    };
    types::InputMediaPoll {
        correct_answers: Some(vec![1]),
        solution: Some("b it is".into()),
        ..media(poll)
    }
}

pub(super) fn sending(
    to: enums::InputPeer,
    media: types::InputMediaPoll,
    random_id: i64,
) -> messages::SendMedia {
    messages::SendMedia::new(to, media.into(), String::new(), random_id)
}

fn people(shared: &Arc<Shared>) -> (Program, Program) {
    let alice = Program::logged_in(shared, "9996610001", "Alice");
    let bob = Program::logged_in(shared, "9996610002", "Bob");
    (alice, bob)
}

fn updates_of(answer: enums::Updates) -> Vec<Update> {
    match answer {
        enums::Updates::Updates(all) => all.updates,
        other => panic!("{other:?}"),
    }
}

/// How a poll stands for an account, by asking for it.
fn results(of: &Program, peer: enums::InputPeer, id: i32) -> types::PollResults {
    let call = messages::GetPollResults::new(peer, id, 0);
    match &updates_of(of.call(call).unwrap())[..] {
        [Update::MessagePoll(update)] => {
            assert_eq!(update.msg_id, Some(id));
            assert!(update.poll.is_some());
            (*update.results).clone()
        }
        other => panic!("{other:?}"),
    }
}

/// The same in short: votes for each answer, and which of them are the account's own.
fn stand(results: &types::PollResults) -> (Vec<i32>, Vec<bool>) {
    let all = results.results.iter().flatten();
    all.map(|one| (one.voters.unwrap_or(-1), one.chosen))
        .unzip()
}

/// Votes for each answer with those who gave the last of them.
fn seen_answers(of: &Program, peer: enums::InputPeer, id: i32) -> Vec<(i32, Vec<enums::Peer>)> {
    let all = results(of, peer, id).results.unwrap().into_iter();
    all.map(|one| (one.voters.unwrap(), one.recent_voters.unwrap()))
        .collect()
}

fn vote(of: &Program, peer: enums::InputPeer, id: i32, names: &[&'static str]) -> String {
    let options = names.iter().map(|name| option(name)).collect();
    of.refusal(messages::SendVote::new(peer, id, options))
}

fn poll_of(message: &enums::Message) -> types::Poll {
    match message {
        enums::Message::Message(message) => match message.media.as_deref() {
            Some(enums::MessageMedia::Poll(poll)) => (*poll.poll).clone(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn newest(of: &Program, peer: enums::InputPeer) -> enums::Message {
    let call = messages::GetHistory::new(peer, 0, 0, 0, 1, 0, 0, 0);
    let list = match of.call(call).unwrap() {
        enums::messages::Messages::Messages(page) => page.messages,
        enums::messages::Messages::Slice(page) => page.messages,
        enums::messages::Messages::ChannelMessages(page) => page.messages,
        other => panic!("{other:?}"),
    };
    list[0].clone()
}

#[test]
fn a_vote_is_given_changed_and_taken_back() {
    let (alice, bob, carol) = three();
    let id = company(&alice, &[&bob, &carol], false);
    let at = |of: &Program| peer(of, id);
    alice.call(sending(at(&alice), media(tea()), 1)).unwrap();
    let shown = poll_of(&newest(&bob, at(&bob)));
    assert!(shown.id != 0 && !shown.creator && !shown.closed);
    assert!(poll_of(&newest(&alice, at(&alice))).creator);
    let before = results(&bob, at(&bob), 3);
    assert_eq!((before.total_voters, before.results), (Some(0), None));

    carol.listen();
    assert_eq!(vote(&bob, at(&bob), 3, &["a"]), "");
    let heard = carol.heard();
    let [Update::MessagePoll(told)] = &heard[..] else {
        panic!("{heard:?}")
    };
    // Who did not vote is not told how it stands, nor who did.
    assert_eq!(told.results.total_voters, Some(1));
    assert!(told.results.results.is_none() && told.results.recent_voters.is_none());
    assert_eq!(vote(&carol, at(&carol), 3, &["a"]), "");
    let seen = results(&bob, at(&bob), 3);
    assert_eq!(stand(&seen), (vec![2, 0, 0], vec![true, false, false]));
    assert_eq!(vote(&bob, at(&bob), 3, &["c"]), "");
    let seen = results(&carol, at(&carol), 3);
    assert_eq!(stand(&seen), (vec![1, 0, 1], vec![true, false, false]));
    assert_eq!(vote(&bob, at(&bob), 3, &[]), "");
    let seen = results(&bob, at(&bob), 3);
    assert_eq!((seen.total_voters, seen.results), (Some(1), None));

    assert_eq!(vote(&bob, at(&bob), 3, &["x"]), "OPTION_INVALID");
    assert_eq!(vote(&bob, at(&bob), 3, &["a", "b"]), "OPTIONS_TOO_MUCH");
    assert_eq!(vote(&bob, at(&bob), 1, &["a"]), "MESSAGE_ID_INVALID");
    let list = messages::GetPollVotes::new(at(&carol), 3, 10);
    assert_eq!(carol.refusal(list), "BROADCAST_FORBIDDEN");
}

#[test]
fn many_answers_are_chosen_where_that_is_allowed_and_votes_are_listed() {
    let (alice, bob, carol) = three();
    let id = group(&alice, &[&bob, &carol]);
    let at = || enums::InputPeer::from(types::InputPeerChat::new(id));
    let poll = types::Poll {
        multiple_choice: true,
        public_voters: true,
        ..tea()
    };
    alice.call(sending(at(), media(poll), 1)).unwrap();
    assert_eq!(vote(&bob, at(), 2, &["c", "a", "a"]), "");
    let list = |option: Option<&'static str>, offset: Option<&str>, limit| messages::GetPollVotes {
        option: option.map(self::option),
        offset: offset.map(str::to_owned),
        ..messages::GetPollVotes::new(at(), 2, limit)
    };
    assert_eq!(alice.refusal(list(None, None, 9)), "POLL_VOTE_REQUIRED");
    // Nor is it told in passing.
    let call = messages::GetHistory::new(at(), 0, 0, 0, 1, 0, 0, 0);
    let named = |answer| match answer {
        enums::messages::Messages::Messages(page) => page.users.len(),
        enums::messages::Messages::Slice(page) => page.users.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(named(alice.call(call.clone()).unwrap()), 1);
    assert_eq!(named(bob.call(call).unwrap()), 2);
    alice.shared.clock.advance(Duration::from_secs(5));
    assert_eq!(vote(&carol, at(), 2, &["b"]), "");
    assert_eq!(vote(&alice, at(), 2, &["b"]), "");
    let seen = results(&alice, at(), 2);
    assert_eq!(stand(&seen), (vec![1, 2, 1], vec![false, true, false]));
    assert_eq!(seen.recent_voters.unwrap().len(), 3);

    let all = alice.call(list(None, None, 2)).unwrap();
    assert_eq!((all.count, all.votes.len()), (3, 2));
    let next = all.next_offset.unwrap();
    let rest = alice.call(list(None, Some(&next), 2)).unwrap();
    let [enums::MessagePeerVote::Multiple(one)] = &rest.votes[..] else {
        panic!("{rest:?}")
    };
    assert_eq!(one.options, [option("a"), option("c")]);
    assert!(rest.next_offset.is_none());
    assert_eq!(alice.refusal(list(None, Some("x"), 2)), "OFFSET_INVALID");
    let for_b = alice.call(list(Some("b"), None, 9)).unwrap();
    assert_eq!(for_b.count, 2);
    let answers = seen_answers(&alice, at(), 2);
    assert_eq!(answers[0], (1, vec![types::PeerUser::new(bob.me).into()]));
    assert_eq!(answers[1].1.len(), 2);
    assert!(matches!(
        for_b.votes[0],
        enums::MessagePeerVote::InputOption(_)
    ));
}

#[test]
fn a_quiz_tells_what_is_right_to_who_has_answered_and_takes_one_answer() {
    let (alice, bob) = people(&server());
    alice.call(sending(alice.peer(&bob), quiz(), 1)).unwrap();
    let before = results(&bob, bob.peer(&alice), 1);
    assert!(before.solution.is_none() && before.results.is_none());
    assert_eq!(vote(&bob, bob.peer(&alice), 1, &["a"]), "");
    let after = results(&bob, bob.peer(&alice), 1);
    assert_eq!(after.solution.as_deref(), Some("b it is"));
    let right = after.results.iter().flatten().map(|one| one.correct);
    assert_eq!(right.collect::<Vec<_>>(), [false, true, false]);
    let again = vote(&bob, bob.peer(&alice), 1, &["b"]);
    assert_eq!(again, "REVOTE_NOT_ALLOWED");
    assert_eq!(vote(&bob, bob.peer(&alice), 1, &[]), "REVOTE_NOT_ALLOWED");
}

#[test]
fn polls_that_cannot_be_are_refused_and_leave_nothing_behind() {
    let (alice, bob) = people(&server());
    let refused = |media| alice.refusal(sending(alice.peer(&bob), media, 1));
    let with = |change: fn(&mut types::Poll)| {
        let mut poll = tea();
        change(&mut poll);
        media(poll)
    };
    let quiz_of = |correct: Option<Vec<i32>>| types::InputMediaPoll {
        correct_answers: correct,
        ..quiz()
    };
    for (media, name) in [
        (with(|p| p.question = words(" ")), "POLL_QUESTION_INVALID"),
        (with(|p| p.answers.truncate(1)), "POLL_ANSWERS_INVALID"),
        (
            with(|p| p.answers = vec![p.answers[0].clone(); 13]),
            "POLL_ANSWERS_INVALID",
        ),
        (
            with(|p| p.answers[1] = p.answers[0].clone()),
            "POLL_OPTION_DUPLICATE",
        ),
        (
            with(|p| p.answers[1] = types::PollAnswer::new(words("d"), Bytes::new()).into()),
            "POLL_OPTION_INVALID",
        ),
        (
            with(|p| p.answers[1] = types::InputPollAnswer::new(words("")).into()),
            "POLL_ANSWER_INVALID",
        ),
        (with(|p| p.open_answers = true), "POLL_UNSUPPORTED"),
        (with(|p| p.close_period = Some(4)), "MEDIA_INVALID"),
        (with(|p| p.close_date = Some(1)), "MEDIA_INVALID"),
        (quiz_of(None), "QUIZ_ANSWER_MISSING"),
        (quiz_of(Some(vec![])), "QUIZ_CORRECT_ANSWERS_EMPTY"),
        (quiz_of(Some(vec![0, 1])), "QUIZ_CORRECT_ANSWERS_TOO_MUCH"),
        (quiz_of(Some(vec![3])), "QUIZ_CORRECT_ANSWER_INVALID"),
        (quiz_of(Some(vec![-1])), "QUIZ_CORRECT_ANSWER_INVALID"),
    ] {
        assert_eq!(refused(media), name);
    }
    let id = channel(&alice, true);
    let public = with(|p| p.public_voters = true);
    let call = sending(peer(&alice, id), public, 2);
    assert_eq!(alice.refusal(call), "BROADCAST_PUBLIC_VOTERS_FORBIDDEN");
    let id = company(&alice, &[&bob], false);
    let mut banned = types::ChatBannedRights::new(0);
    banned.send_polls = true;
    alice
        .call(messages::EditChatDefaultBannedRights::new(
            peer(&alice, id),
            banned,
        ))
        .unwrap();
    let call = sending(peer(&bob, id), media(tea()), 3);
    assert_eq!(bob.refusal(call), "CHAT_SEND_POLL_FORBIDDEN");
    assert!(alice.shared.world().polls.is_empty());
}

#[test]
fn a_poll_is_closed_by_its_author() {
    let (alice, bob) = people(&server());
    alice
        .call(sending(alice.peer(&bob), media(tea()), 1))
        .unwrap();
    assert_eq!(vote(&bob, bob.peer(&alice), 1, &["a"]), "");
    let shown = poll_of(&newest(&alice, alice.peer(&bob)));
    let close = |of: &Program, with: &Program, poll: types::Poll| messages::EditMessage {
        media: Some(Box::new(media(poll).into())),
        ..messages::EditMessage::new(of.peer(with), 1)
    };
    let still = close(&alice, &bob, shown.clone());
    assert_eq!(alice.refusal(still), "MEDIA_NEW_INVALID");
    let closed = types::Poll {
        closed: true,
        ..shown
    };
    let foreign = close(&bob, &alice, closed.clone());
    assert_eq!(bob.refusal(foreign), "MESSAGE_AUTHOR_REQUIRED");
    bob.listen();
    let answer = updates_of(alice.call(close(&alice, &bob, closed.clone())).unwrap());
    let [Update::MessagePoll(update)] = &answer[..] else {
        panic!("{answer:?}")
    };
    assert!(update.poll.as_ref().unwrap().closed);
    // Everybody sees how it ended.
    assert_eq!(stand(&update.results), (vec![1, 0, 0], vec![false; 3]));
    assert!(matches!(&bob.heard()[..], [Update::MessagePoll(_)]));
    assert_eq!(
        vote(&bob, bob.peer(&alice), 1, &["b"]),
        "MESSAGE_POLL_CLOSED"
    );
    let again = close(&alice, &bob, closed);
    assert_eq!(alice.refusal(again), "MESSAGE_POLL_CLOSED");
    let known =
        messages::GetPollResults::new(alice.peer(&bob), 1, update.poll.as_ref().unwrap().hash);
    let answer = updates_of(alice.call(known).unwrap());
    let [Update::MessagePoll(update)] = &answer[..] else {
        panic!("{answer:?}")
    };
    assert!(update.poll.is_none(), "the client has it");
}

#[test]
fn a_poll_ends_when_its_time_is_over() {
    let (alice, bob) = people(&server());
    let brief = types::Poll {
        close_period: Some(60),
        hide_results_until_close: true,
        ..tea()
    };
    alice
        .call(sending(alice.peer(&bob), media(brief), 1))
        .unwrap();
    let shown = poll_of(&newest(&bob, bob.peer(&alice)));
    let now = alice.shared.world().now();
    assert_eq!(shown.close_date, Some(now + 60));
    assert_eq!(vote(&bob, bob.peer(&alice), 1, &["b"]), "");
    let seen = results(&bob, bob.peer(&alice), 1);
    assert_eq!(stand(&seen), (vec![-1; 3], vec![false, true, false]));
    bob.listen();
    alice.shared.clock.advance(Duration::from_secs(60));
    alice.shared.pass_time();
    assert!(matches!(&bob.heard()[..], [Update::MessagePoll(_)]));
    let seen = results(&alice, alice.peer(&bob), 1);
    assert_eq!(stand(&seen), (vec![0, 1, 0], vec![false; 3]));
    let late = vote(&alice, alice.peer(&bob), 1, &["b"]);
    assert_eq!(late, "MESSAGE_POLL_CLOSED");
}

#[test]
fn a_forwarded_poll_is_the_same_poll() {
    let (alice, bob) = people(&server());
    let me = || enums::InputPeer::InputPeerSelf;
    alice.call(sending(me(), media(tea()), 1)).unwrap();
    let call = messages::ForwardMessages::new(me(), vec![1], vec![2], alice.peer(&bob));
    alice.call(call).unwrap();
    assert_eq!(vote(&bob, bob.peer(&alice), 1, &["b"]), "");
    assert_eq!(results(&alice, me(), 1).total_voters, Some(1));
    // It lives as long as some message carries it.
    alice.call(messages::DeleteMessages::new(vec![1])).unwrap();
    assert_eq!(results(&bob, bob.peer(&alice), 1).total_voters, Some(1));
    let all = messages::DeleteMessages {
        revoke: true,
        ..messages::DeleteMessages::new(vec![1])
    };
    bob.call(all).unwrap();
    assert!(alice.shared.world().polls.is_empty());
}

#[test]
fn a_poll_can_wait_and_starts_to_run_when_it_is_sent() {
    let (alice, bob) = people(&server());
    let brief = types::Poll {
        close_period: Some(60),
        ..tea()
    };
    let now = alice.shared.world().now();
    let later = messages::SendMedia {
        schedule_date: Some(now + 3600),
        ..sending(alice.peer(&bob), media(brief), 1)
    };
    alice.call(later.clone()).unwrap();
    let swap = messages::EditMessage {
        schedule_date: Some(now + 3600),
        media: Some(Box::new(super::albums::file(&alice, 9))),
        ..messages::EditMessage::new(alice.peer(&bob), 1)
    };
    assert_eq!(alice.refusal(swap), "MEDIA_PREV_INVALID");
    let gone = messages::DeleteScheduledMessages::new(alice.peer(&bob), vec![1]);
    alice.call(gone).unwrap();
    assert!(alice.shared.world().polls.is_empty());
    alice.call(later).unwrap();
    alice.shared.clock.advance(Duration::from_secs(3600));
    alice.shared.pass_time();
    let shown = poll_of(&newest(&bob, bob.peer(&alice)));
    assert_eq!((shown.closed, shown.close_date), (false, Some(now + 3660)));
}

#[test]
fn a_bot_hears_the_votes_in_its_public_polls() {
    let shared = server();
    let (alice, _) = people(&shared);
    let bot = Program::bot(&shared, "poll_bot");
    alice.say(&bot, "/start");
    let public = types::Poll {
        public_voters: true,
        ..tea()
    };
    bot.call(sending(bot.peer(&alice), media(public), 1))
        .unwrap();
    bot.call(sending(bot.peer(&alice), media(tea()), 2))
        .unwrap();
    bot.listen();
    assert_eq!(vote(&alice, alice.peer(&bot), 2, &["c"]), "");
    let heard = bot.heard();
    let votes: Vec<_> = heard
        .iter()
        .filter_map(|update| match update {
            Update::MessagePollVote(vote) => Some((vote.options.clone(), vote.positions.clone())),
            _ => None,
        })
        .collect();
    assert_eq!(votes, [(vec![option("c")], vec![2])]);
    assert_eq!(vote(&alice, alice.peer(&bot), 3, &["c"]), "");
    let heard = bot.heard();
    assert!(
        !heard
            .iter()
            .any(|update| matches!(update, Update::MessagePollVote(_)))
    );
    let own = messages::SendVote::new(bot.peer(&alice), 2, vec![option("a")]);
    assert_eq!(bot.refusal(own), "BOT_METHOD_INVALID");
}

#[test]
fn polls_and_votes_outlive_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("world.db");
    let start = || served(Server::builder().data(&data));
    let (alice, bob) = people(&start());
    let brief = types::Poll {
        close_period: Some(60),
        ..tea()
    };
    alice
        .call(sending(alice.peer(&bob), media(brief), 1))
        .unwrap();
    assert_eq!(vote(&bob, bob.peer(&alice), 1, &["b"]), "");
    assert_eq!(vote(&alice, alice.peer(&bob), 1, &["b"]), "");
    assert_eq!(vote(&alice, alice.peer(&bob), 1, &[]), "");
    drop((alice, bob));
    let (alice, bob) = people(&start());
    let seen = results(&bob, bob.peer(&alice), 1);
    assert_eq!(stand(&seen), (vec![0, 1, 0], vec![false, true, false]));
    alice.shared.clock.advance(Duration::from_secs(61));
    alice.shared.pass_time();
    let late = vote(&alice, alice.peer(&bob), 1, &["b"]);
    assert_eq!(late, "MESSAGE_POLL_CLOSED");
}

#[test]
fn a_channels_post_is_voted_on_and_found_as_a_poll() {
    let (alice, bob, _) = three();
    let id = company(&alice, &[&bob], true);
    alice
        .call(sending(peer(&alice, id), media(tea()), 1))
        .unwrap();
    bob.call(channels::GetFullChannel::new(input(&bob, id)))
        .unwrap();
    assert_eq!(vote(&bob, peer(&bob, id), 2, &["a"]), "");
    assert_eq!(results(&alice, peer(&alice, id), 2).total_voters, Some(1));
    let counters = messages::GetSearchCounters::new(
        peer(&bob, id),
        vec![enums::MessagesFilter::InputMessagesFilterPoll; 1000],
    );
    let counted = bob.call(counters).unwrap();
    assert_eq!(counted.len(), 1, "each kind is counted once");
    assert_eq!(counted[0].count, 1);
    let shown = poll_of(&newest(&alice, peer(&alice, id)));
    let closed = types::Poll {
        closed: true,
        ..shown
    };
    let close = messages::EditMessage {
        media: Some(Box::new(media(closed).into())),
        ..messages::EditMessage::new(peer(&alice, id), 2)
    };
    alice.call(close).unwrap();
    let log = channels::GetAdminLog::new(input(&alice, id), String::new(), 0, 0, 1);
    let log = alice.call(log).unwrap();
    assert!(matches!(
        log.events[0].action,
        enums::ChannelAdminLogEventAction::StopPoll(_)
    ));
}
