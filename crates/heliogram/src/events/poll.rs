//! Polls: what the votes are, and who voted.

use bytes::Bytes;
use heliogram_api::{enums, types as raw};

use super::{About, Context};
use crate::PeerId;

/// The votes of a poll changed, or it was closed.
///
/// ```no_run
/// use heliogram::events::PollUpdate;
///
/// async fn count(poll: PollUpdate) {
///     for option in poll.options() {
///         println!("{}: {}", option.text().unwrap_or("?"), option.votes().unwrap_or(0));
///     }
/// }
/// ```
///
/// Raw `updateMessagePoll`.
#[derive(Clone, Debug)]
#[doc(alias = "on_poll")]
#[doc(alias = "updateMessagePoll")]
pub struct PollUpdate {
    cx: Context,
    chat: Option<PeerId>,
}

event_members!(PollUpdate);
has_chat!(maybe PollUpdate);

impl PollUpdate {
    pub(super) fn from_update(cx: &Context) -> Option<Self> {
        let enums::Update::MessagePoll(u) = &**cx.update() else {
            return None;
        };
        Some(Self {
            cx: cx.clone(),
            chat: u.peer.as_ref().and_then(PeerId::from_peer),
        })
    }

    fn update(&self) -> Option<&raw::UpdateMessagePoll> {
        match self.raw() {
            enums::Update::MessagePoll(u) => Some(u),
            _ => None,
        }
    }

    fn results(&self) -> Option<&raw::PollResults> {
        self.update().map(|u| &*u.results)
    }

    /// The poll itself, where the server sends it along.
    #[must_use]
    pub fn poll(&self) -> Option<&raw::Poll> {
        self.update()?.poll.as_deref()
    }

    /// The number of the poll, which is the same wherever it is forwarded.
    #[must_use]
    pub fn poll_id(&self) -> i64 {
        self.update().map_or(0, |u| u.poll_id)
    }

    /// The message that carries it, where the server tells.
    #[must_use]
    pub fn message_id(&self) -> Option<i32> {
        self.update()?.msg_id
    }

    /// The topic of a forum that the message is in, where the server tells.
    #[must_use]
    #[doc(alias = "top_msg_id")]
    pub fn topic_id(&self) -> Option<i32> {
        self.update()?.top_msg_id
    }

    /// The question, where the poll comes along.
    #[must_use]
    pub fn question(&self) -> Option<&str> {
        self.poll().map(|p| &*p.question.text)
    }

    /// Whether nobody can vote any more; `None` where the poll does not come along.
    #[must_use]
    pub fn is_closed(&self) -> Option<bool> {
        self.poll().map(|p| p.closed)
    }

    /// Whether there are right and wrong answers; `None` where the poll does not come along.
    #[must_use]
    pub fn is_quiz(&self) -> Option<bool> {
        self.poll().map(|p| p.quiz)
    }

    /// How many have voted.
    #[must_use]
    #[doc(alias = "total_voter_count")]
    pub fn total_voters(&self) -> i32 {
        self.results().and_then(|r| r.total_voters).unwrap_or(0)
    }

    /// Some of those who voted last, by marked id, where votes are public.
    #[must_use]
    pub fn recent_voters(&self) -> Vec<i64> {
        let voters = self.results().and_then(|r| r.recent_voters.as_deref());
        let ids = voters.unwrap_or_default().iter();
        ids.filter_map(|p| PeerId::from_peer(p).map(PeerId::as_i64))
            .collect()
    }

    /// Why the right answer is right, once this account has voted in a quiz.
    #[must_use]
    #[doc(alias = "explanation")]
    pub fn solution(&self) -> Option<&str> {
        self.results()?.solution.as_deref()
    }

    /// What can be voted for, in order, with the votes.
    #[must_use]
    pub fn options(&self) -> Vec<PollOption<'_>> {
        let results = self.results().and_then(|r| r.results.as_deref());
        let results = results.unwrap_or_default();
        let Some(poll) = self.poll() else {
            let option = |result| PollOption {
                answer: None,
                result: Some(result),
            };
            return results.iter().map(option).collect();
        };
        let answers = poll.answers.iter().filter_map(|a| match a {
            enums::PollAnswer::PollAnswer(a) => Some(&**a),
            _ => None,
        });
        answers
            .map(|answer| PollOption {
                answer: Some(answer),
                result: results.iter().find(|r| r.option == answer.option),
            })
            .collect()
    }
}

impl About for PollUpdate {
    fn chat(&self) -> Option<PeerId> {
        self.chat
    }

    fn topic(&self) -> Option<i32> {
        self.topic_id()
    }
}

/// One of the things that can be voted for in a poll.
#[derive(Clone, Copy, PartialEq)]
pub struct PollOption<'a> {
    answer: Option<&'a raw::PollAnswer>,
    result: Option<&'a raw::PollAnswerVoters>,
}

impl<'a> PollOption<'a> {
    /// What it says, where the poll comes along.
    #[must_use]
    pub fn text(&self) -> Option<&'a str> {
        self.answer.map(|a| &*a.text.text)
    }

    /// What stands for it in raw calls such as `messages.sendVote`.
    #[must_use]
    #[doc(alias = "option")]
    pub fn data(&self) -> &'a [u8] {
        let data = self.answer.map(|a| &a.option);
        data.or_else(|| self.result.map(|r| &r.option))
            .map_or(&[], |d| d)
    }

    /// How many voted for it, if this account may see that.
    #[must_use]
    #[doc(alias = "voter_count")]
    pub fn votes(&self) -> Option<i32> {
        self.result?.voters
    }

    /// Whether this account voted for it.
    #[must_use]
    pub fn is_chosen(&self) -> bool {
        self.result.is_some_and(|r| r.chosen)
    }

    /// Whether it is right, in a quiz this account has voted in.
    #[must_use]
    pub fn is_correct(&self) -> bool {
        self.result.is_some_and(|r| r.correct)
    }
}

/// Shows the votes, not what they are for.
impl std::fmt::Debug for PollOption<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PollOption")
            .field("votes", &self.votes())
            .finish_non_exhaustive()
    }
}

/// Somebody voted, or took a vote back, in a poll that the bot made and in which votes are public.
///
/// Raw `updateMessagePollVote`.
#[derive(Clone, Debug)]
#[doc(alias = "PollAnswer")]
#[doc(alias = "updateMessagePollVote")]
pub struct PollVote {
    cx: Context,
    sender: PeerId,
    poll_id: i64,
    options: Vec<Bytes>,
    positions: Vec<i32>,
}

event_members!(PollVote);
has_sender!(one PollVote);

impl PollVote {
    pub(super) fn from_update(cx: &Context) -> Option<Self> {
        let enums::Update::MessagePollVote(u) = &**cx.update() else {
            return None;
        };
        Some(Self {
            cx: cx.clone(),
            sender: PeerId::from_peer(&u.peer)?,
            poll_id: u.poll_id,
            options: u.options.to_vec(),
            positions: u.positions.to_vec(),
        })
    }

    /// The number of the poll.
    #[must_use]
    pub fn poll_id(&self) -> i64 {
        self.poll_id
    }

    /// What they voted for, as [`PollOption::data`] tells it; empty if a vote was taken back.
    #[must_use]
    #[doc(alias = "option_ids")]
    pub fn options(&self) -> &[Bytes] {
        &self.options
    }

    /// The places of the options in the poll, counted from 0.
    #[must_use]
    pub fn positions(&self) -> &[i32] {
        &self.positions
    }

    /// Whether a vote was taken back.
    #[must_use]
    pub fn is_retracted(&self) -> bool {
        self.options.is_empty()
    }
}

impl About for PollVote {
    fn sender(&self) -> Option<PeerId> {
        Some(self.sender)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Client, types::Entities};

    fn context(client: &Client, update: impl Into<enums::Update>) -> Context {
        Context::new(client, update.into(), Arc::new(Entities::default()))
    }

    fn text(text: &str) -> raw::TextWithEntities {
        raw::TextWithEntities::new(text.into(), vec![])
    }

    fn option(data: &'static [u8], voters: i32) -> raw::PollAnswerVoters {
        raw::PollAnswerVoters {
            chosen: voters > 1,
            voters: Some(voters),
            ..raw::PollAnswerVoters::new(Bytes::from_static(data))
        }
    }

    #[tokio::test]
    async fn votes_are_told_beside_what_they_are_for() {
        let client = Client::offline().await;
        let answer = |says: &str, data: &'static [u8]| {
            raw::PollAnswer::new(text(says), Bytes::from_static(data)).into()
        };
        let answers = vec![answer("yes", b"y"), answer("no", b"n")];
        let results = raw::PollResults {
            // In another order than the answers.
            results: Some(vec![option(b"n", 1), option(b"y", 4)]),
            total_voters: Some(5),
            ..raw::PollResults::new()
        };
        let update = raw::UpdateMessagePoll {
            peer: Some(raw::PeerUser { user_id: 7 }.into()),
            msg_id: Some(3),
            poll: Some(Box::new(raw::Poll::new(1, text("well?"), answers, 0))),
            ..raw::UpdateMessagePoll::new(1, Box::new(results))
        };
        let poll = PollUpdate::from_update(&context(&client, update)).unwrap();
        assert_eq!((poll.chat_id(), poll.message_id()), (Some(7), Some(3)));
        assert_eq!((poll.question(), poll.total_voters()), (Some("well?"), 5));
        let options: Vec<_> = poll
            .options()
            .iter()
            .map(|o| (o.text(), o.votes()))
            .collect();
        assert_eq!(options, [(Some("yes"), Some(4)), (Some("no"), Some(1))]);
        assert!(poll.options()[0].is_chosen() && !poll.options()[1].is_chosen());
        assert_eq!(poll.is_closed(), Some(false));
    }

    #[tokio::test]
    async fn votes_alone_are_told_by_their_data() {
        let client = Client::offline().await;
        let results = raw::PollResults {
            results: Some(vec![option(b"n", 1)]),
            ..raw::PollResults::new()
        };
        let update = raw::UpdateMessagePoll::new(1, Box::new(results));
        let poll = PollUpdate::from_update(&context(&client, update)).unwrap();
        let options = poll.options();
        assert_eq!((options[0].text(), options[0].data()), (None, &b"n"[..]));
        assert_eq!((poll.is_closed(), poll.chat_id()), (None, None));
    }

    #[tokio::test]
    async fn a_vote_tells_who_and_what_for() {
        let client = Client::offline().await;
        let peer = raw::PeerUser { user_id: 7 };
        let options = vec![Bytes::from_static(b"y")];
        let update = raw::UpdateMessagePollVote::new(1, peer.clone().into(), options, vec![0], 1);
        let vote = PollVote::from_update(&context(&client, update)).unwrap();
        assert_eq!((vote.sender_id(), vote.poll_id()), (7, 1));
        assert_eq!(
            (vote.options(), vote.positions()),
            (&[Bytes::from_static(b"y")][..], &[0][..])
        );
        let back = raw::UpdateMessagePollVote::new(1, peer.into(), vec![], vec![], 1);
        assert!(
            PollVote::from_update(&context(&client, back))
                .unwrap()
                .is_retracted()
        );
    }
}
