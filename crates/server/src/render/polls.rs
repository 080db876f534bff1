use heliogram_api::{enums, types};

use super::peer;
use crate::world::{Media, Place, Poll, Rich, Vote, World};

/// How many of those who voted last are named.
const RECENT_MAX: usize = 3;

impl World {
    /// A poll as an account sees it in a message.
    pub(super) fn poll_media(&self, viewer: i64, id: i64) -> enums::MessageMedia {
        match self.polls.get(id) {
            Some(poll) => {
                let results = self.poll_results(viewer, poll);
                types::MessageMediaPoll::new(Box::new(poll_for(viewer, poll)), Box::new(results))
                    .into()
            }
            None => enums::MessageMedia::Unsupported,
        }
    }

    /// How a poll stands, as far as an account may know: who did not vote sees only how many did.
    fn poll_results(&self, viewer: i64, poll: &Poll) -> types::PollResults {
        let own = self.polls.vote(poll.id, viewer);
        let mut results = types::PollResults {
            total_voters: Some(self.polls.voters(poll.id)),
            ..types::PollResults::new()
        };
        if !self.is_told(viewer, poll) {
            return results;
        }
        let counted = is_counted(poll);
        let answers = poll.answers.iter();
        let answers = answers.map(|answer| {
            let chose = |vote: &Vote| vote.options.contains(&answer.option);
            let recent = || match poll.public {
                true => self
                    .recent_voters(poll, chose)
                    .into_iter()
                    .map(peer)
                    .collect(),
                false => Vec::new(),
            };
            types::PollAnswerVoters {
                chosen: own.is_some_and(chose),
                correct: poll.correct.contains(&answer.option),
                voters: counted.then(|| self.polls.tally(poll.id, &answer.option)),
                // Said together with the number, or not at all.
                recent_voters: counted.then(recent),
                ..types::PollAnswerVoters::new(answer.option.clone())
            }
        });
        results.results = Some(answers.collect());
        if let Some(why) = &poll.solution {
            results.solution = Some(why.text.clone());
            results.solution_entities = Some(why.entities.clone());
        }
        if poll.public && counted {
            let recent = self.recent_voters(poll, |_| true);
            results.recent_voters = Some(recent.into_iter().map(peer).collect());
        }
        results
    }

    /// Those who gave such a vote last.
    fn recent_voters(&self, poll: &Poll, fits: impl Fn(&Vote) -> bool) -> Vec<i64> {
        let all = self.polls.votes(poll.id).filter(|(_, vote)| fits(vote));
        let mut all: Vec<(i64, &Vote)> = all.collect();
        all.sort_by_key(|(user, vote)| std::cmp::Reverse((vote.date, *user)));
        all.truncate(RECENT_MAX);
        all.into_iter().map(|(user, _)| user).collect()
    }

    /// Whether an account is told what others voted for, or at least what is right.
    fn is_told(&self, viewer: i64, poll: &Poll) -> bool {
        poll.closed || self.polls.vote(poll.id, viewer).is_some()
    }

    /// Those who are named with a poll to an account, by dialog id.
    pub(super) fn voters_in(&self, viewer: i64, media: Option<&Media>) -> Vec<i64> {
        let Some(Media::Poll(id)) = media else {
            return Vec::new();
        };
        let told = |poll: &&Poll| poll.public && self.is_told(viewer, poll) && is_counted(poll);
        let Some(poll) = self.polls.get(*id).filter(told) else {
            return Vec::new();
        };
        let named = poll.answers.iter().flat_map(|answer| {
            let chose = |vote: &Vote| vote.options.contains(&answer.option);
            self.recent_voters(poll, chose)
        });
        named.chain(self.recent_voters(poll, |_| true)).collect()
    }

    /// How the poll of a message stands now, and who appears in that. A client that has the poll
    /// itself already is not told it again.
    pub(crate) fn poll_update(
        &self,
        viewer: i64,
        place: Place,
        known: Option<i64>,
    ) -> Option<(enums::Update, Vec<i64>)> {
        let entry = self.boxes.get(&place.owner)?.entries.get(&place.id)?;
        let letter = self.letters.get(&entry.letter)?;
        let Some(Media::Poll(id)) = letter.media else {
            return None;
        };
        let poll = self.polls.get(id)?;
        let shown = poll_for(viewer, poll);
        let update = types::UpdateMessagePoll {
            peer: Some(peer(entry.peer)),
            msg_id: Some(place.id),
            top_msg_id: entry.thread,
            poll: (known != Some(shown.hash)).then(|| Box::new(shown)),
            ..types::UpdateMessagePoll::new(id, Box::new(self.poll_results(viewer, poll)))
        };
        let mut about = self.voters_in(viewer, letter.media.as_ref());
        about.push(entry.peer);
        Some((update.into(), about))
    }
}

/// Whether anybody is told the numbers yet.
fn is_counted(poll: &Poll) -> bool {
    poll.closed || !poll.hidden
}

fn poll_for(viewer: i64, poll: &Poll) -> types::Poll {
    let answers = poll.answers.iter();
    let answers =
        answers.map(|one| types::PollAnswer::new(words(&one.text), one.option.clone()).into());
    types::Poll {
        closed: poll.closed,
        public_voters: poll.public,
        multiple_choice: poll.multiple,
        quiz: poll.quiz,
        revoting_disabled: poll.final_votes,
        shuffle_answers: poll.shuffled,
        hide_results_until_close: poll.hidden,
        creator: poll.by == viewer,
        close_period: poll.period,
        close_date: poll.closes,
        // Only whether it is closed ever changes.
        ..types::Poll::new(
            poll.id,
            words(&poll.question),
            answers.collect(),
            1 + i64::from(poll.closed),
        )
    }
}

fn words(rich: &Rich) -> types::TextWithEntities {
    types::TextWithEntities::new(rich.text.clone(), rich.entities.clone())
}
