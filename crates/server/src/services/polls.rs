use std::collections::HashSet;

use bytes::Bytes;
use heliogram_api::functions::messages::{GetPollResults, GetPollVotes, SendVote};
use heliogram_api::{enums, types};

use crate::render::peer as peer_of;
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Place, Poll, PollAnswer, Rich, Vote, World};

/// Most answers of a poll.
const ANSWERS_MAX: usize = 12;
/// Longest question, answer and solution, in characters.
const QUESTION_MAX: usize = 300;
const ANSWER_MAX: usize = 100;
const SOLUTION_MAX: usize = 200;
/// Longest name of an option, in bytes.
const OPTION_MAX: usize = 100;
/// For how long a poll may run by itself, in seconds.
const PERIODS: std::ops::RangeInclusive<i32> = 5..=2_628_000;
/// Most votes in one list.
const PAGE_MAX: usize = 50;

pub(super) fn register(table: &mut Table) {
    table.on::<SendVote>(|w, cx, call| {
        let peer = w.peer(cx.me, &call.peer)?;
        w.vote(cx.actor(), peer, call.msg_id, call.options)?;
        poll_answer(w, cx, peer, call.msg_id, None)
    });
    table.on::<GetPollResults>(|w, cx, call| {
        let peer = w.peer(cx.me, &call.peer)?;
        w.poll_in(cx.me, peer, call.msg_id)?;
        let known = Some(call.poll_hash).filter(|hash| *hash != 0);
        poll_answer(w, cx, peer, call.msg_id, known)
    });
    table.on::<GetPollVotes>(votes);
}

/// How a poll stands, as the answer to a call.
pub(super) fn poll_answer(
    w: &World,
    cx: &Cx<'_>,
    peer: i64,
    id: i32,
    known: Option<i64>,
) -> Answer<enums::Updates> {
    let owner = w.box_of(cx.me, peer);
    let told = w.poll_update(cx.me, Place { owner, id }, known);
    let (update, about) = told.ok_or_else(|| Refusal::bad("MESSAGE_ID_INVALID"))?;
    Ok(w.updates(cx.me, vec![update], &about))
}

fn votes(w: &mut World, cx: &Cx<'_>, call: GetPollVotes) -> Answer<types::messages::VotesList> {
    let peer = w.peer(cx.me, &call.peer)?;
    let poll = w.poll_in(cx.me, peer, call.id)?;
    if !poll.public {
        return Err(Refusal::forbidden("BROADCAST_FORBIDDEN"));
    }
    if !poll.closed && w.polls.vote(poll.id, cx.me).is_none() {
        return Err(Refusal::forbidden("POLL_VOTE_REQUIRED"));
    }
    if poll.hidden && !poll.closed {
        return Err(Refusal::forbidden("POLL_VOTE_REQUIRED"));
    }
    let start = match call.offset.as_deref() {
        None | Some("") => 0,
        Some(text) => text.parse().map_err(|_| Refusal::bad("OFFSET_INVALID"))?,
    };
    let wanted = call.option.as_ref();
    let fits = |vote: &Vote| wanted.is_none_or(|option| vote.options.contains(option));
    let all = w.polls.votes(poll.id).filter(|(_, vote)| fits(vote));
    let mut all: Vec<(i64, &Vote)> = all.collect();
    all.sort_by_key(|(user, vote)| std::cmp::Reverse((vote.date, *user)));
    let total = all.len();
    let limit = usize::try_from(call.limit).unwrap_or(0).clamp(1, PAGE_MAX);
    let page: Vec<(i64, &Vote)> = all.into_iter().skip(start).take(limit).collect();
    let end = start.saturating_add(page.len());
    let cast = w.cast(cx.me, page.iter().map(|(user, _)| *user).chain([peer]));
    let shown = page.iter().map(|(user, vote)| {
        let (voter, date) = (peer_of(*user), vote.date);
        match (wanted, &vote.options[..]) {
            (Some(_), _) => types::MessagePeerVoteInputOption::new(voter, date).into(),
            (None, [one]) => types::MessagePeerVote::new(voter, one.clone(), date).into(),
            (None, all) => types::MessagePeerVoteMultiple::new(voter, all.to_vec(), date).into(),
        }
    });
    let (count, shown) = (i32::try_from(total).unwrap_or(i32::MAX), shown.collect());
    Ok(types::messages::VotesList {
        next_offset: (end < total).then(|| end.to_string()),
        ..types::messages::VotesList::new(count, shown, cast.chats, cast.users)
    })
}

/// A poll somebody sends, if it can be one.
pub(super) fn poll_of(w: &World, cx: &Cx<'_>, media: types::InputMediaPoll) -> Answer<Poll> {
    let asked = media.poll;
    let more = asked.open_answers || asked.subscribers_only || asked.countries_iso2.is_some();
    if more || media.attached_media.is_some() || media.solution_media.is_some() {
        return Err(Refusal::bad("POLL_UNSUPPORTED"));
    }
    let question = text(w, cx, asked.question, QUESTION_MAX, "POLL_QUESTION_INVALID")?;
    let answers = answers_of(w, cx, asked.answers)?;
    let correct = correct_of(
        &answers,
        asked.quiz,
        asked.multiple_choice,
        media.correct_answers,
    )?;
    let solution = match media.solution.filter(|_| asked.quiz) {
        Some(why) if !why.is_empty() => {
            let entities = media.solution_entities.unwrap_or_default();
            let why = types::TextWithEntities::new(why, entities);
            Some(text(w, cx, why, SOLUTION_MAX, "MEDIA_INVALID")?)
        }
        _ => None,
    };
    let left = asked.close_date.map(|date| date.saturating_sub(w.now()));
    let both = asked.close_period.is_some() && left.is_some();
    let fits = |seconds: Option<i32>| seconds.is_none_or(|s| PERIODS.contains(&s));
    if both || !fits(asked.close_period) || !fits(left) {
        return Err(Refusal::bad("MEDIA_INVALID"));
    }
    Ok(Poll {
        id: 0,
        by: cx.me,
        question,
        answers,
        public: asked.public_voters,
        multiple: asked.multiple_choice,
        quiz: asked.quiz,
        final_votes: asked.revoting_disabled,
        shuffled: asked.shuffle_answers,
        hidden: asked.hide_results_until_close,
        period: asked.close_period,
        closes: asked.close_date,
        closed: asked.closed,
        correct,
        solution,
    })
}

fn text(
    w: &World,
    cx: &Cx<'_>,
    given: types::TextWithEntities,
    max: usize,
    wrong: &'static str,
) -> Answer<Rich> {
    let rich = w.rich(cx.me, &given.text, Some(given.entities))?;
    match rich.text.is_empty() || rich.text.chars().count() > max {
        true => Err(Refusal::bad(wrong)),
        false => Ok(rich),
    }
}

/// The answers; those that come without a name for their option are named by their place.
fn answers_of(w: &World, cx: &Cx<'_>, given: Vec<enums::PollAnswer>) -> Answer<Vec<PollAnswer>> {
    if !(2..=ANSWERS_MAX).contains(&given.len()) {
        return Err(Refusal::bad("POLL_ANSWERS_INVALID"));
    }
    let mut names = HashSet::new();
    let mut answers = Vec::with_capacity(given.len());
    for (place, answer) in given.into_iter().enumerate() {
        let (words, option, media) = match answer {
            enums::PollAnswer::PollAnswer(one) => (one.text, one.option, one.media.is_some()),
            enums::PollAnswer::InputPollAnswer(one) => (
                one.text,
                Bytes::from(place.to_string()),
                one.media.is_some(),
            ),
            _ => return Err(Refusal::bad("POLL_ANSWER_INVALID")),
        };
        if media {
            return Err(Refusal::bad("POLL_UNSUPPORTED"));
        }
        if !(1..=OPTION_MAX).contains(&option.len()) {
            return Err(Refusal::bad("POLL_OPTION_INVALID"));
        }
        if !names.insert(option.clone()) {
            return Err(Refusal::bad("POLL_OPTION_DUPLICATE"));
        }
        let text = text(w, cx, words, ANSWER_MAX, "POLL_ANSWER_INVALID")?;
        answers.push(PollAnswer { text, option });
    }
    Ok(answers)
}

/// The options that are right, which only a quiz has.
fn correct_of(
    answers: &[PollAnswer],
    quiz: bool,
    multiple: bool,
    given: Option<Vec<i32>>,
) -> Answer<Vec<Bytes>> {
    if !quiz {
        return Ok(Vec::new());
    }
    if multiple {
        return Err(Refusal::bad("QUIZ_MULTIPLE_INVALID"));
    }
    let right = given.ok_or_else(|| Refusal::bad("QUIZ_ANSWER_MISSING"))?;
    match right[..] {
        [] => Err(Refusal::bad("QUIZ_CORRECT_ANSWERS_EMPTY")),
        [place] => {
            let place = usize::try_from(place).ok();
            let answer = place.and_then(|place| answers.get(place));
            let answer = answer.ok_or_else(|| Refusal::bad("QUIZ_CORRECT_ANSWER_INVALID"))?;
            Ok(vec![answer.option.clone()])
        }
        _ => Err(Refusal::bad("QUIZ_CORRECT_ANSWERS_TOO_MUCH")),
    }
}
