//! What was said in a conversation, and what of it was handed out: no clock, no waiting.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::Message;

/// A message, as far as this module looks at it.
pub(super) trait Line: Clone {
    fn number(&self) -> i32;
    fn replied(&self) -> Option<i32>;
}

impl Line for Message {
    fn number(&self) -> i32 {
        self.id()
    }

    fn replied(&self) -> Option<i32> {
        self.reply_to()
    }
}

/// Which edit is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) enum EditOf {
    /// That of a message later than this one.
    After(i32),
    /// That of this message.
    Message(i32),
}

/// The messages of a conversation, at most `limit` of them, and what became of them.
pub(super) struct Transcript<M> {
    limit: usize,
    replies_are_responses: bool,
    /// The place of the next message in the order of arrival.
    next: u64,
    heard: VecDeque<Kept<M>>,
    /// The first place after everything that was handed out.
    handed_to: u64,
    edits: VecDeque<M>,
    responses: Ledger,
    replies: Ledger,
    last_heard: i32,
    last_sent: Option<i32>,
    read_to: i32,
}

struct Kept<M> {
    place: u64,
    handed: bool,
    message: M,
}

/// What was handed out, by the message it was handed out for.
#[derive(Default)]
struct Ledger(BTreeMap<i32, BTreeSet<u64>>);

impl<M: Line> Transcript<M> {
    pub(super) fn new(limit: usize, replies_are_responses: bool) -> Self {
        Self {
            limit: limit.max(1),
            replies_are_responses,
            next: 0,
            heard: VecDeque::new(),
            handed_to: 0,
            edits: VecDeque::new(),
            responses: Ledger::default(),
            replies: Ledger::default(),
            last_heard: 0,
            last_sent: None,
            read_to: 0,
        }
    }

    /// Keeps a message; refuses it if there is no room but that of messages nobody asked for yet.
    pub(super) fn hear(&mut self, message: M) -> bool {
        if self.heard.len() >= self.limit {
            let Some(at) = self.heard.iter().position(|k| k.handed) else {
                return false;
            };
            if let Some(gone) = self.heard.remove(at) {
                self.responses.forget(gone.place);
                self.replies.forget(gone.place);
            }
        }
        self.last_heard = self.last_heard.max(message.number());
        self.heard.push_back(Kept {
            place: self.next,
            handed: false,
            message,
        });
        self.next += 1;
        true
    }

    /// Keeps an edit. In want of room an earlier edit of the same message goes, or the oldest.
    pub(super) fn hear_edit(&mut self, message: M) {
        if self.edits.len() >= self.limit {
            let same = |e: &M| e.number() == message.number();
            let at = self.edits.iter().position(same).unwrap_or(0);
            self.edits.remove(at);
        }
        self.edits.push_back(message);
    }

    /// The other side has read this far.
    pub(super) fn hear_read(&mut self, to: i32) {
        self.read_to = self.read_to.max(to);
    }

    pub(super) fn sent(&mut self, id: i32) {
        self.last_sent = Some(self.last_sent.map_or(id, |last| last.max(id)));
    }

    pub(super) const fn last_sent(&self) -> Option<i32> {
        self.last_sent
    }

    /// The newest message of the others; 0 if there was none.
    pub(super) const fn last_heard(&self) -> i32 {
        self.last_heard
    }

    pub(super) const fn is_read(&self, id: i32) -> bool {
        self.read_to >= id
    }

    /// The next message that was not handed out in any way.
    pub(super) fn take_next(&mut self) -> Option<M> {
        let at = self.heard.iter().position(|k| !k.handed)?;
        self.hand_out(at)
    }

    /// What came after everything that was handed out: nobody asked for it.
    pub(super) fn leftover(&mut self) -> Vec<M> {
        let kept = std::mem::take(&mut self.heard);
        let after = kept.into_iter().filter(|k| k.place >= self.handed_to);
        after.map(|k| k.message).collect()
    }

    fn hand_out(&mut self, at: usize) -> Option<M> {
        let kept = self.heard.get_mut(at)?;
        kept.handed = true;
        self.handed_to = self.handed_to.max(kept.place + 1);
        Some(kept.message.clone())
    }

    /// The next message after `target` that was not handed out for it.
    pub(super) fn take_response(&mut self, target: i32) -> Option<M> {
        let ledger = &mut self.responses;
        let at = ledger.find(&self.heard, self.limit, target, |_| true)?;
        self.hand_out(at)
    }

    /// The next reply to `target` that was not handed out for it.
    pub(super) fn take_reply(&mut self, target: i32) -> Option<M> {
        let ledger = match self.replies_are_responses {
            true => &mut self.responses,
            false => &mut self.replies,
        };
        let answers = |m: &M| m.replied() == Some(target);
        let at = ledger.find(&self.heard, self.limit, target, answers)?;
        self.hand_out(at)
    }

    /// The next edit that fits; each is handed out once.
    pub(super) fn take_edit(&mut self, of: EditOf) -> Option<M> {
        let at = self.edits.iter().position(|m| match of {
            EditOf::After(id) => m.number() > id,
            EditOf::Message(id) => m.number() == id,
        })?;
        self.edits.remove(at)
    }
}

impl Ledger {
    /// Finds the next message for `target`, and notes that it is handed out for it.
    fn find<M: Line>(
        &mut self,
        heard: &VecDeque<Kept<M>>,
        limit: usize,
        target: i32,
        fits: impl Fn(&M) -> bool,
    ) -> Option<usize> {
        let places = self.0.entry(target).or_default();
        let at = heard.iter().position(|k| {
            k.message.number() > target && fits(&k.message) && !places.contains(&k.place)
        });
        if let Some(kept) = at.and_then(|at| heard.get(at)) {
            places.insert(kept.place);
        }
        if places.is_empty() {
            self.0.remove(&target);
        }
        while self.0.len() > limit {
            self.0.pop_first();
        }
        at
    }

    /// A message is no longer kept.
    fn forget(&mut self, place: u64) {
        self.0.retain(|_, places| {
            places.remove(&place);
            !places.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A message: its id, and what it replies to.
    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Said(i32, Option<i32>);

    impl Line for Said {
        fn number(&self) -> i32 {
            self.0
        }

        fn replied(&self) -> Option<i32> {
            self.1
        }
    }

    fn transcript(limit: usize, shared: bool, heard: &[Said]) -> Transcript<Said> {
        let mut transcript = Transcript::new(limit, shared);
        for said in heard {
            assert!(transcript.hear(*said));
        }
        transcript
    }

    const HI: Said = Said(2, Some(1));
    const HOW: Said = Said(3, Some(1));

    #[test]
    fn replies_are_responses_or_counted_apart() {
        let mut one = transcript(9, true, &[HI, HOW]);
        assert_eq!(
            (one.take_response(1), one.take_reply(1)),
            (Some(HI), Some(HOW))
        );
        let mut two = transcript(9, false, &[HI, HOW]);
        assert_eq!(
            (two.take_response(1), two.take_reply(1)),
            (Some(HI), Some(HI))
        );
    }

    #[test]
    fn what_a_search_for_replies_passes_over_is_a_response_still() {
        let plain = Said(2, None);
        let mut t = transcript(9, true, &[plain, HOW]);
        assert_eq!(t.take_reply(1), Some(HOW));
        assert_eq!(t.take_response(1), Some(plain));
        assert_eq!(t.take_response(1), None);
    }

    #[test]
    fn responses_are_later_than_what_they_respond_to_and_each_target_has_its_own() {
        let mut t = transcript(9, true, &[Said(2, None), Said(4, None)]);
        assert_eq!(t.take_response(3), Some(Said(4, None)));
        assert_eq!(t.take_response(3), None);
        assert_eq!(t.take_response(1), Some(Said(2, None)));
        assert_eq!(t.take_response(1), Some(Said(4, None)));
        assert_eq!(t.take_next(), None);
    }

    #[test]
    fn what_was_handed_out_makes_room_and_what_was_not_is_never_dropped() {
        let mut t = transcript(2, true, &[Said(1, None), Said(2, None)]);
        assert!(!t.hear(Said(3, None)));
        assert_eq!(t.take_next(), Some(Said(1, None)));
        assert!(t.hear(Said(3, None)));
        assert!(!t.hear(Said(4, None)));
        assert_eq!(t.take_next(), Some(Said(2, None)));
        assert_eq!(t.take_next(), Some(Said(3, None)));
        assert_eq!((t.take_next(), t.last_heard()), (None, 3));
    }

    #[test]
    fn what_is_left_over_is_what_came_after_all_that_was_handed_out() {
        let heard = [1, 2, 3, 4].map(|id| Said(id, None));
        let mut t = transcript(4, true, &heard);
        assert_eq!(t.take_response(1), Some(Said(2, None)));
        assert!(t.hear(Said(5, None)), "in the room of 2");
        assert_eq!(t.leftover(), [3, 4, 5].map(|id| Said(id, None)));
        assert_eq!((t.leftover(), t.take_next()), (vec![], None));
    }

    #[test]
    fn a_conversation_without_end_needs_bounded_memory() {
        let mut t = Transcript::new(4, false);
        for id in 0..1000 {
            t.sent(2 * id);
            assert!(t.hear(Said(2 * id + 1, Some(2 * id))));
            t.hear_edit(Said(id % 9, None));
            assert!(t.take_response(2 * id).is_some() && t.take_reply(2 * id).is_some());
        }
        let kept = t.heard.len() + t.edits.len() + t.responses.0.len() + t.replies.0.len();
        assert!(kept <= 16, "{kept}");
    }

    #[test]
    fn edits_come_in_order_and_each_once() {
        let mut t = transcript(2, true, &[]);
        for said in [Said(5, None), Said(6, None), Said(5, Some(0))] {
            t.hear_edit(said);
        }
        // There was room for two: the newer edit of 5 took the place of the older.
        assert_eq!(t.take_edit(EditOf::Message(5)), Some(Said(5, Some(0))));
        assert_eq!(t.take_edit(EditOf::Message(5)), None);
        assert_eq!(t.take_edit(EditOf::After(6)), None);
        assert_eq!(t.take_edit(EditOf::After(5)), Some(Said(6, None)));
        assert_eq!(t.take_edit(EditOf::After(0)), None);
    }

    #[test]
    fn reading_never_goes_back() {
        let mut t = transcript(1, true, &[]);
        t.hear_read(7);
        t.hear_read(3);
        assert!(t.is_read(7) && !t.is_read(8));
    }
}
