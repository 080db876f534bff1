//! What was said in a conversation, and what of it was handed out: no clock, no waiting.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::{Message, updates::Receipt};

/// A message, as far as this module looks at it.
pub(super) trait Line: Clone {
    fn number(&self) -> i32;
    fn replied(&self) -> Option<i32>;
    /// Whether both are the same message in the same form.
    fn is_same(&self, other: &Self) -> bool;
}

impl Line for Message {
    fn number(&self) -> i32 {
        self.id()
    }

    fn replied(&self) -> Option<i32> {
        self.reply_to()
    }

    fn is_same(&self, other: &Self) -> bool {
        self.raw() == other.raw()
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

/// What nobody asked for.
#[derive(Debug, PartialEq)]
pub(super) enum Left<M> {
    Message(M),
    Edit(M),
}

/// The messages of a conversation, at most `limit` of them, and what became of them.
pub(super) struct Transcript<M> {
    limit: usize,
    replies_are_responses: bool,
    /// The place of what comes next in the order of arrival.
    next: u64,
    heard: VecDeque<Kept<M>>,
    /// The first place after every message that was handed out.
    handed_to: u64,
    edits: VecDeque<Kept<M>>,
    /// What there was no room for, to be given to others.
    spilled: Vec<(Left<M>, Receipt)>,
    /// The first place after everything that was handed out.
    asked_to: u64,
    responses: Ledger,
    replies: Ledger,
    last_heard: i32,
    last_sent: Option<i32>,
    read_to: i32,
}

struct Kept<M> {
    place: u64,
    handed: bool,
    /// Whether it is about what was said here: an edit may be of an earlier message.
    own: bool,
    message: M,
    /// Kept while it may still be given to others: it was not dealt with.
    receipt: Option<Receipt>,
}

/// What was handed out, by the message it was handed out for.
#[derive(Default)]
struct Ledger(BTreeMap<i32, BTreeSet<u64>>);

impl<M> Kept<M> {
    /// It came again, since those who read began anew: the new receipt is the one that counts.
    fn comes_again(&mut self, message: M, receipt: Receipt) {
        if self.receipt.is_some() {
            self.message = message;
            self.receipt = Some(receipt);
        }
    }
}

impl<M: Line> Transcript<M> {
    pub(super) fn new(limit: usize, replies_are_responses: bool) -> Self {
        Self {
            limit: limit.max(1),
            replies_are_responses,
            next: 0,
            heard: VecDeque::new(),
            handed_to: 0,
            edits: VecDeque::new(),
            spilled: Vec::new(),
            asked_to: 0,
            responses: Ledger::default(),
            replies: Ledger::default(),
            last_heard: 0,
            last_sent: None,
            read_to: 0,
        }
    }

    /// Keeps a message; refuses it if there is no room but that of messages nobody asked for yet.
    pub(super) fn hear(&mut self, message: M, receipt: Receipt) -> bool {
        let same = |k: &&mut Kept<M>| k.message.number() == message.number();
        if let Some(known) = self.heard.iter_mut().find(same) {
            match known.handed && !known.message.is_same(&message) {
                true => self.hear_edit(message, receipt),
                false => known.comes_again(message, receipt),
            }
            return true;
        }
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
        let kept = self.keep(message, receipt, true);
        self.heard.push_back(kept);
        true
    }

    /// Keeps an edit. In want of room one that was handed out goes, an earlier one of the same
    /// message, or the oldest, to the others.
    pub(super) fn hear_edit(&mut self, message: M, receipt: Receipt) {
        let same = |k: &&mut Kept<M>| k.message.is_same(&message);
        if let Some(known) = self.edits.iter_mut().find(same) {
            known.comes_again(message, receipt);
            return;
        }
        if self.edits.len() >= self.limit {
            let earlier = |k: &Kept<M>| k.message.number() == message.number();
            let handed = self.edits.iter().position(|k| k.handed);
            let at = handed.or_else(|| self.edits.iter().position(earlier));
            let gone = self.edits.remove(at.unwrap_or(0));
            if at.is_none()
                && let Some(Kept {
                    message,
                    receipt: Some(receipt),
                    ..
                }) = gone
            {
                self.spilled.push((Left::Edit(message), receipt));
            }
        }
        let of_what_was_said = |k: &Kept<M>| k.message.number() == message.number();
        let own = self.heard.iter().any(of_what_was_said);
        let kept = self.keep(message, receipt, own);
        self.edits.push_back(kept);
    }

    /// What there was no room for.
    pub(super) fn take_spilled(&mut self) -> Vec<(Left<M>, Receipt)> {
        std::mem::take(&mut self.spilled)
    }

    fn keep(&mut self, message: M, receipt: Receipt, own: bool) -> Kept<M> {
        let place = self.next;
        self.next += 1;
        Kept {
            place,
            handed: false,
            own,
            message,
            receipt: Some(receipt),
        }
    }

    /// Something else has told of it: it is not for others any more.
    pub(super) fn was_told(&mut self, message: &M) {
        let all = self.heard.iter_mut().chain(&mut self.edits);
        for kept in all.filter(|k| k.message.is_same(message)) {
            kept.receipt = None;
        }
    }

    /// How many messages it keeps.
    pub(super) fn len(&self) -> usize {
        self.heard.len()
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

    /// What nobody asked for, in the order it came: messages after the last that was handed out,
    /// their edits after everything that was, and all edits of earlier messages.
    pub(super) fn leftover(&mut self) -> Vec<(Left<M>, Receipt)> {
        let heard = std::mem::take(&mut self.heard).into_iter();
        let edits = std::mem::take(&mut self.edits).into_iter();
        let mut left = Vec::new();
        left.extend(heard.map(|k| (k.place, Left::Message(k.message), k.receipt)));
        left.extend(edits.map(|k| (k.place, Left::Edit(k.message), k.receipt)));
        left.sort_by_key(|(place, ..)| *place);
        let kept = left.into_iter();
        kept.filter_map(|(_, what, receipt)| Some((what, receipt?)))
            .collect()
    }

    fn hand_out(&mut self, at: usize) -> Option<M> {
        let kept = self.heard.get_mut(at)?;
        kept.handed = true;
        let message = kept.message.clone();
        self.handed_to = self.handed_to.max(kept.place + 1);
        self.asked_to = self.asked_to.max(kept.place + 1);
        self.settle();
        Some(message)
    }

    /// What was said here and handed out or passed over belongs to the conversation and counts as
    /// dealt with.
    fn settle(&mut self) {
        for kept in &mut self.heard {
            if kept.place < self.handed_to {
                kept.receipt = None;
            }
        }
        for kept in &mut self.edits {
            if kept.handed || (kept.own && kept.place < self.asked_to) {
                kept.receipt = None;
            }
        }
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
        let fits = |k: &&mut Kept<M>| {
            let number = k.message.number();
            !k.handed
                && match of {
                    EditOf::After(id) => number > id,
                    EditOf::Message(id) => number == id,
                }
        };
        let kept = self.edits.iter_mut().find(fits)?;
        kept.handed = true;
        let message = kept.message.clone();
        self.asked_to = self.asked_to.max(kept.place + 1);
        self.settle();
        Some(message)
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
mod tests;
