//! What happened in one box, and what became of it.

use std::collections::VecDeque;

use heliogram_updates::Content;

use super::Trouble;

/// An update on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// The box it belongs to; see [`Server::log_mut`](super::server::Server::log_mut).
    pub(super) log: usize,
    pub(super) label: u64,
    /// The answer that brought it; 0 for a push.
    pub(super) answer: u64,
    /// Whether it is a message, which answers keep apart from everything else.
    pub(super) message: bool,
    /// It counts nothing, or is what the client did itself: it may come, not at all or twice.
    pub(super) free: bool,
    /// When it happened.
    pub(super) date: i32,
    /// It is history of a channel that the client comes to know later.
    pub(super) old: bool,
}

impl Content for Item {
    fn message_id(&self) -> Option<i32> {
        i32::try_from(self.label).ok().filter(|_| self.message)
    }

    /// Some changes tell when they were made, others do not.
    fn date(&self) -> Option<i32> {
        Some(self.date).filter(|_| self.message || self.label.is_multiple_of(2))
    }
}

/// Something that happened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Happening {
    pub(super) label: u64,
    /// The counter after it.
    pub(super) pts: i32,
    pub(super) count: i32,
    pub(super) date: i32,
    pub(super) message: bool,
    /// See [`Item::free`].
    pub(super) free: bool,
    /// See [`Item::old`].
    pub(super) old: bool,
    /// The server skipped it, or does not give it.
    pub(super) skipped: bool,
    /// The life of the client in which it was last delivered; 0 for never, or in vain.
    life: u32,
    /// It was delivered to somebody who died with it in hand.
    in_vain: bool,
    /// It was delivered and its taker acknowledged it, so that it must never come again.
    safe: bool,
}

/// The truth about one box.
#[derive(Debug, Default)]
pub(super) struct Log {
    pub(super) pts: i32,
    entries: VecDeque<Happening>,
    /// Everything up to this label is done with.
    done: u64,
    /// What counts for the order: the newest label before an answer, the answer, and its newest
    /// message and other update.
    floor: u64,
    answer: u64,
    last: [u64; 2],
    /// Ranges that the client was told to be missing.
    told: Vec<(i32, i32)>,
    /// The gap that was told and is open.
    pub(super) gap: Option<(i32, i32)>,
    /// Whether the client may say that something is lost.
    pub(super) may_lose: bool,
}

impl Log {
    pub(super) fn new(pts: i32) -> Self {
        Self {
            pts,
            ..Self::default()
        }
    }

    /// Something happens.
    pub(super) fn add(&mut self, label: u64, count: i32, date: i32, message: bool, free: bool) {
        self.pts += count;
        self.entries.push_back(Happening {
            label,
            pts: self.pts,
            count,
            date,
            message,
            free: free || count == 0,
            old: false,
            skipped: false,
            life: 0,
            in_vain: false,
            safe: false,
        });
    }

    /// Something without a counter happens, in a container that moves the seq by so much.
    pub(super) fn add_plain(&mut self, label: u64, count: i32, date: i32) {
        self.add(label, count, date, false, false);
        if let Some(h) = self.entries.back_mut() {
            h.free = false;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// What is not done with.
    pub(super) fn entries(&self) -> impl DoubleEndedIterator<Item = &Happening> {
        self.entries.iter()
    }

    /// What happened after a counter.
    pub(super) fn since(&self, pts: i32) -> impl Iterator<Item = &Happening> {
        let at = self.entries.partition_point(|h| h.pts <= pts);
        self.entries.range(at..)
    }

    /// The server will not tell what is in the range.
    pub(super) fn skip(&mut self, from: i32, to: i32) {
        let range = |h: &&mut Happening| h.pts > from && h.pts <= to;
        self.entries
            .iter_mut()
            .filter(range)
            .for_each(|h| h.skipped = true);
    }

    /// The client is told that the range is missing.
    pub(super) fn told(&mut self, from: i32, to: i32) {
        self.told.push((from, to));
        self.gap = None;
    }

    /// The client begins a new life.
    pub(super) fn reborn(&mut self) {
        (self.floor, self.answer, self.last, self.gap) = (0, 0, [0; 2], None);
    }

    /// The newest is history: it is not told to who comes to know the box later.
    pub(super) fn is_history(&mut self) {
        if let Some(h) = self.entries.back_mut() {
            (h.free, h.old) = (true, true);
        }
    }

    /// Some of what happened is not owed.
    pub(super) fn excuse(&mut self, which: impl Fn(&Happening) -> bool) {
        let excused = self.entries.iter_mut().filter(|h| which(h));
        excused.for_each(|h| h.free = true);
    }

    /// An update is delivered; answers whether it is so for the second time, in an earlier life.
    pub(super) fn deliver(&mut self, item: &Item, life: u32) -> Result<bool, Trouble> {
        if item.old && item.message {
            return Err(Trouble::new(format!("{item:?} is no news")));
        }
        if item.free {
            return Ok(false);
        }
        let at = self.entries.partition_point(|h| h.label < item.label);
        let found = self.entries.get_mut(at).filter(|h| h.label == item.label);
        let Some(h) = found else {
            return match item.label <= self.done {
                true => Err(Trouble::again(item)),
                false => Ok(false),
            };
        };
        if h.free {
            return Ok(false);
        }
        if h.safe || h.life == life {
            return Err(Trouble::again(item));
        }
        let repeated = h.in_vain;
        h.life = life;
        let skipped = h.skipped;
        match skipped {
            // Comes along with the word that it was skipped.
            true => Ok(repeated),
            false => self.in_order(item).map(|()| repeated),
        }
    }

    fn in_order(&mut self, item: &Item) -> Result<(), Trouble> {
        let newest = self.floor.max(self.last[0]).max(self.last[1]);
        if item.answer == 0 || item.answer != self.answer {
            (self.floor, self.last, self.answer) = (newest, [0; 2], item.answer);
        }
        let last = &mut self.last[usize::from(item.message)];
        if item.label <= self.floor.max(*last) {
            return Err(Trouble::new(format!("{item:?} comes late")));
        }
        *last = item.label;
        Ok(())
    }

    /// The taker died before it acknowledged an update.
    pub(super) fn lose(&mut self, label: u64) {
        let at = self.entries.partition_point(|h| h.label < label);
        if let Some(h) = self.entries.get_mut(at).filter(|h| h.label == label) {
            (h.life, h.in_vain) = (0, true);
        }
    }

    /// The taker acknowledged an update, and that is stored.
    pub(super) fn acknowledge(&mut self, label: u64) {
        let at = self.entries.partition_point(|h| h.label < label);
        if let Some(h) = self.entries.get_mut(at).filter(|h| h.label == label) {
            h.safe = true;
        }
    }

    /// In the end, everything must have come and be stored.
    pub(super) fn owes_nothing(&self) -> Result<(), Trouble> {
        let owed = |h: &&Happening| !h.free && !h.safe && !h.skipped && !self.may_lose;
        match self.entries.iter().find(owed) {
            Some(h) => Err(Trouble::new(format!("{h:?} never came, or is not stored"))),
            None => Ok(()),
        }
    }

    /// The counter is stored: nothing up to it may be missing. Gives how much was skipped.
    pub(super) fn settle(&mut self, stored: i32) -> Result<u64, Trouble> {
        let mut skipped = 0;
        while let Some(h) = self.entries.front().copied().filter(|h| h.pts <= stored) {
            let told = || {
                self.told
                    .iter()
                    .any(|(from, to)| h.pts > *from && h.pts <= *to)
            };
            if !h.free && !h.safe {
                if h.life > 0 {
                    return Err(Trouble::new(format!(
                        "{h:?} is stored and in no safe hands"
                    )));
                }
                if !(h.skipped || self.may_lose) {
                    return Err(Trouble::new(format!("{h:?} never came")));
                }
                if !told() {
                    return Err(Trouble::new(format!("{h:?} was skipped and nobody told")));
                }
                skipped += 1;
            }
            self.entries.pop_front();
            self.done = h.label;
        }
        if self.entries.is_empty() {
            self.told.clear();
        }
        Ok(skipped)
    }
}
