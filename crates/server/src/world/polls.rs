//! Polls, which all messages that carry them share.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bytes::Bytes;

use super::{Actor, Form, Handled, Letter, Media, Place, Rec, Rich, Told, World};
use crate::persist::record;
use crate::rpc::{Answer, Refusal};

/// Most polls that are closed at one look; the others follow at the next.
const CLOSED_MAX: usize = 1000;

/// A question with answers to choose from. Its votes are records of their own.
#[derive(Clone)]
pub(crate) struct Poll {
    pub(crate) id: i64,
    pub(crate) by: i64,
    pub(crate) question: Rich,
    pub(crate) answers: Vec<PollAnswer>,
    /// Everybody sees who voted for what.
    pub(crate) public: bool,
    pub(crate) multiple: bool,
    pub(crate) quiz: bool,
    pub(crate) final_votes: bool,
    pub(crate) shuffled: bool,
    /// Nobody sees how it stands before it is closed.
    pub(crate) hidden: bool,
    /// For how long it takes votes, in seconds, once it is sent.
    pub(crate) period: Option<i32>,
    /// When it is closed by itself.
    pub(crate) closes: Option<i32>,
    pub(crate) closed: bool,
    /// The right answers of a quiz.
    pub(crate) correct: Vec<Bytes>,
    /// Why they are right.
    pub(crate) solution: Option<Rich>,
}

record!(Poll {
    id,
    by,
    question,
    answers,
    public,
    multiple,
    quiz,
    final_votes,
    shuffled,
    hidden,
    period,
    closes,
    closed,
    correct,
    solution
});

/// One answer of a poll.
#[derive(Clone)]
pub(crate) struct PollAnswer {
    pub(crate) text: Rich,
    pub(crate) option: Bytes,
}

record!(PollAnswer { text, option });

/// What one account voted for.
#[derive(Clone, PartialEq)]
pub(crate) struct Vote {
    pub(crate) options: Vec<Bytes>,
    pub(crate) date: i32,
}

record!(Vote { options, date });

/// All polls, and what follows from them and from messages.
#[derive(Default)]
pub(crate) struct Polls {
    all: HashMap<i64, Poll>,
    votes: HashMap<i64, BTreeMap<i64, Vote>>,
    /// How many votes each option of a poll has: a poll is shown more often than it changes.
    tallies: HashMap<i64, HashMap<Bytes, i32>>,
    /// The messages that carry a poll.
    letters: HashMap<i64, BTreeSet<i64>>,
    closing: BTreeSet<(i32, i64)>,
}

impl Polls {
    /// The poll with that id.
    pub(crate) fn get(&self, id: i64) -> Option<&Poll> {
        self.all.get(&id)
    }

    /// The vote of an account.
    pub(crate) fn vote(&self, poll: i64, user: i64) -> Option<&Vote> {
        self.votes.get(&poll)?.get(&user)
    }

    /// All votes in a poll, by account.
    pub(crate) fn votes(&self, poll: i64) -> impl Iterator<Item = (i64, &Vote)> {
        let votes = self.votes.get(&poll).into_iter().flatten();
        votes.map(|(user, vote)| (*user, vote))
    }

    /// Whether nothing is kept at all.
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        let none = self.votes.is_empty() && self.tallies.is_empty();
        none && self.all.is_empty() && self.letters.is_empty() && self.closing.is_empty()
    }

    /// Takes over a stored poll.
    pub(crate) fn restore(&mut self, poll: Poll) {
        let closes = poll.closes.filter(|_| !poll.closed);
        self.closing.extend(closes.map(|date| (date, poll.id)));
        self.all.insert(poll.id, poll);
    }

    /// How many accounts voted in a poll.
    pub(crate) fn voters(&self, poll: i64) -> i32 {
        let votes = self.votes.get(&poll).map_or(0, BTreeMap::len);
        i32::try_from(votes).unwrap_or(i32::MAX)
    }

    /// How many votes an option of a poll has.
    pub(crate) fn tally(&self, poll: i64, option: &Bytes) -> i32 {
        let tally = self.tallies.get(&poll).and_then(|tally| tally.get(option));
        tally.copied().unwrap_or_default()
    }

    /// Keeps the vote of an account in place of the one before; with nothing it is taken back.
    pub(crate) fn set_vote(&mut self, poll: i64, user: i64, vote: Option<Vote>) {
        let votes = self.votes.entry(poll).or_default();
        let tally = self.tallies.entry(poll).or_default();
        for option in vote.iter().flat_map(|vote| &vote.options) {
            *tally.entry(option.clone()).or_default() += 1;
        }
        let before = match vote {
            Some(vote) => votes.insert(user, vote),
            None => votes.remove(&user),
        };
        for option in before.iter().flat_map(|before| &before.options) {
            if let Some(count) = tally.get_mut(option) {
                *count -= 1;
            }
        }
    }

    /// Notes that a message carries a poll, if it does.
    pub(super) fn note(&mut self, letter: &Letter) {
        if let Some(Media::Poll(poll)) = letter.media {
            self.letters.entry(poll).or_default().insert(letter.id);
        }
    }

    /// Whether the time of some poll is over.
    pub(super) fn is_due(&self, now: i32) -> bool {
        self.closing.first().is_some_and(|(date, _)| *date <= now)
    }
}

impl World {
    /// Keeps a new poll and gives what a message carries then.
    pub(crate) fn add_poll(&mut self, mut poll: Poll) -> Media {
        poll.id = self.random_id();
        let id = poll.id;
        self.polls.restore(poll);
        self.touch(Rec::Poll(id));
        Media::Poll(id)
    }

    /// The poll starts to run with the first message that carries it.
    pub(super) fn open_poll(&mut self, letter: &Letter) {
        self.polls.note(letter);
        let Some(Media::Poll(id)) = letter.media else {
            return;
        };
        let Some(poll) = self.polls.all.get_mut(&id) else {
            return;
        };
        if let (Some(period), None, false) = (poll.period, poll.closes, poll.closed) {
            let date = letter.date.saturating_add(period);
            poll.closes = Some(date);
            self.polls.closing.insert((date, id));
            self.touch(Rec::Poll(id));
        }
    }

    /// A message is gone: so is its poll, if nothing else carries it.
    pub(super) fn leave_poll(&mut self, letter: &Letter) {
        let Some(Media::Poll(id)) = letter.media else {
            return;
        };
        if let Some(letters) = self.polls.letters.get_mut(&id) {
            letters.remove(&letter.id);
        }
        self.drop_unused_poll(id);
    }

    /// Forgets a poll that no message carries, be it one that waits.
    pub(crate) fn drop_unused_poll(&mut self, id: i64) {
        let letters = self.polls.letters.get(&id);
        let used = letters.is_some_and(|letters| !letters.is_empty());
        if used || self.scheduled.carry(&Media::Poll(id)) {
            return;
        }
        self.polls.letters.remove(&id);
        self.polls.tallies.remove(&id);
        if let Some(poll) = self.polls.all.remove(&id) {
            let closes = poll.closes.map(|date| (date, id));
            closes.map(|closes| self.polls.closing.remove(&closes));
        }
        self.touch(Rec::Poll(id));
        for (user, _) in self.polls.votes.remove(&id).into_iter().flatten() {
            self.touch(Rec::Vote(id, user));
        }
    }

    /// The poll in a message of a conversation.
    pub(crate) fn poll_in(&self, viewer: i64, peer: i64, id: i32) -> Answer<&Poll> {
        let missing = || Refusal::bad("MESSAGE_ID_INVALID");
        let letter = self.message_of(viewer, peer, id)?;
        let letter = self.letters.get(&letter).ok_or_else(missing)?;
        let Some(Media::Poll(poll)) = letter.media else {
            return Err(missing());
        };
        self.polls.get(poll).ok_or_else(missing)
    }

    /// Polls that show who voted do not go into channels.
    pub(super) fn check_poll(&self, peer: i64, media: Option<&Media>) -> Answer<()> {
        let Some(Media::Poll(id)) = media else {
            return Ok(());
        };
        let channel = self.chats.get(&peer);
        let channel = channel.is_some_and(|chat| chat.form == Form::Broadcast);
        match channel && self.polls.get(*id).is_some_and(|poll| poll.public) {
            true => Err(Refusal::bad("BROADCAST_PUBLIC_VOTERS_FORBIDDEN")),
            false => Ok(()),
        }
    }

    /// Votes in the poll of a message; without options the vote is taken back.
    pub(crate) fn vote(
        &mut self,
        by: Actor,
        peer: i64,
        id: i32,
        mut options: Vec<Bytes>,
    ) -> Answer<()> {
        let poll = self.poll_in(by.user, peer, id)?;
        let number = poll.id;
        options.sort();
        options.dedup();
        check_vote(poll, self.polls.vote(number, by.user), &options)?;
        let positions = options.iter().filter_map(|option| poll.position(option));
        let positions: Vec<i32> = positions.collect();
        let bot = Some(poll.by).filter(|bot| poll.public && self.is_bot(*bot));
        let date = self.now();
        let vote = Vote {
            options: options.clone(),
            date,
        };
        let vote = Some(vote).filter(|vote| !vote.options.is_empty());
        self.polls.set_vote(number, by.user, vote);
        self.touch(Rec::Vote(number, by.user));
        self.tell_poll(by, number);
        if let Some(bot) = bot {
            let voter = crate::render::peer(by.user);
            self.tell_in_order(bot, by, &[by.user], |qts| {
                heliogram_api::types::UpdateMessagePollVote::new(
                    number, voter, options, positions, qts,
                )
                .into()
            });
        }
        Ok(())
    }

    /// Ends the poll of a message the account may edit.
    pub(crate) fn close_poll(&mut self, by: Actor, peer: i64, id: i32) -> Answer<()> {
        let poll = self.poll_in(by.user, peer, id)?;
        let (number, closed) = (poll.id, poll.closed);
        let letter = self.editable(by.user, peer, id)?;
        let letter = self.letters.get(&letter);
        if letter.is_some_and(|letter| letter.forward.is_some()) {
            return Err(Refusal::forbidden("MESSAGE_AUTHOR_REQUIRED"));
        }
        if closed {
            return Err(Refusal::bad("MESSAGE_POLL_CLOSED"));
        }
        self.end_poll(by, number);
        let owner = self.box_of(by.user, peer);
        self.note_handled(by.user, Place { owner, id }, Handled::Closed);
        Ok(())
    }

    fn end_poll(&mut self, by: Actor, id: i64) {
        let Some(poll) = self.polls.all.get_mut(&id) else {
            return;
        };
        poll.closed = true;
        if let Some(date) = poll.closes {
            self.polls.closing.remove(&(date, id));
        }
        self.touch(Rec::Poll(id));
        self.tell_poll(by, id);
    }

    /// Closes the polls whose time is over.
    pub(super) fn close_due(&mut self) {
        let now = self.now();
        for _ in 0..CLOSED_MAX {
            match self.polls.closing.first().copied() {
                Some((date, id)) if date <= now => {
                    self.polls.closing.remove(&(date, id));
                    self.end_poll(Actor::account(0), id);
                }
                _ => return,
            }
        }
    }

    /// Tells everybody who sees a poll how it stands.
    fn tell_poll(&mut self, by: Actor, poll: i64) {
        let letters = self.polls.letters.get(&poll).into_iter().flatten();
        let copies = letters.filter_map(|letter| self.letters.get(letter));
        let copies: Vec<(i64, i32)> = copies.flat_map(|letter| letter.copies.clone()).collect();
        for (owner, id) in copies {
            self.tell(owner, by, Told::Poll(id));
        }
    }
}

impl Poll {
    /// Where an option stands among the answers.
    pub(crate) fn position(&self, option: &Bytes) -> Option<i32> {
        let at = self.answers.iter().position(|one| one.option == *option)?;
        i32::try_from(at).ok()
    }
}

fn check_vote(poll: &Poll, before: Option<&Vote>, options: &[Bytes]) -> Answer<()> {
    if poll.closed {
        return Err(Refusal::bad("MESSAGE_POLL_CLOSED"));
    }
    if before.is_some() && (poll.quiz || poll.final_votes) {
        return Err(Refusal::bad("REVOTE_NOT_ALLOWED"));
    }
    if !options.iter().all(|one| poll.position(one).is_some()) {
        return Err(Refusal::bad("OPTION_INVALID"));
    }
    match options.len() > 1 && !poll.multiple {
        true => Err(Refusal::bad("OPTIONS_TOO_MUCH")),
        false => Ok(()),
    }
}
