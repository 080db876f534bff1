//! What a server remembers of the messages a client sent.

use crate::{BadMsg, rising::RisingMap};

/// How many messages are remembered, requests in work not counted.
const CAPACITY: usize = 16_384;

/// What became of a client's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// No request: done with at once.
    Service,
    /// Handed to the application, no answer yet.
    Running,
    /// Answered by this message, which is not acknowledged yet.
    Answered(i64),
    /// Answered and acknowledged, or dropped.
    Done,
    /// Said not to have been received: if it comes after all, it must not run, because the client
    /// has sent it again by then.
    Disowned,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// `None` where the message itself never came.
    seq_no: Option<i32>,
    state: State,
}

/// Every message of a client within the time that counts, by id.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    entries: RisingMap<i64, Entry>,
    /// Ids up to this one were forgotten.
    floor: i64,
    highest: i64,
    running: usize,
}

impl Ledger {
    pub(super) fn state(&self, msg_id: i64) -> Option<State> {
        self.entries.get(msg_id).map(|entry| entry.state)
    }

    /// Requests in work.
    pub(super) fn running(&self) -> usize {
        self.running
    }

    /// Whether a message with this id may have been forgotten.
    pub(super) fn is_below_floor(&self, msg_id: i64) -> bool {
        msg_id <= self.floor
    }

    /// Remembers a new message.
    pub(super) fn insert(&mut self, msg_id: i64, seq_no: i32, state: State) {
        self.highest = self.highest.max(msg_id);
        self.put(
            msg_id,
            Entry {
                seq_no: Some(seq_no),
                state,
            },
        );
    }

    /// Remembers that the client was told that this message was not received.
    pub(super) fn disown(&mut self, msg_id: i64) {
        self.put(
            msg_id,
            Entry {
                seq_no: None,
                state: State::Disowned,
            },
        );
    }

    fn put(&mut self, msg_id: i64, entry: Entry) {
        self.running += usize::from(entry.state == State::Running);
        self.entries.insert(msg_id, entry);
        if self.entries.len() > CAPACITY + self.running {
            self.forget_lowest();
        }
    }

    fn forget_lowest(&mut self) {
        let old = |e: &Entry| !matches!(e.state, State::Running | State::Answered(_));
        let lowest = self
            .entries
            .iter()
            .find(|(_, entry)| old(entry))
            .map(|(id, _)| id);
        if let Some(id) = lowest {
            self.entries.remove(id);
            self.floor = self.floor.max(id);
        }
    }

    /// Changes what is known of a message; answers whether it was known.
    pub(super) fn set(&mut self, msg_id: i64, state: State) -> bool {
        let Some(entry) = self.entries.get_mut(msg_id) else {
            return false;
        };
        self.running -= usize::from(entry.state == State::Running);
        self.running += usize::from(state == State::Running);
        entry.state = state;
        true
    }

    /// Checks a new message's sequence number against its neighbours.
    pub(super) fn check_order(&self, msg_id: i64, seq_no: i32) -> Result<(), BadMsg> {
        let clash = |other: i32| other == seq_no && seq_no & 1 == 1;
        let mut before = self.entries.before(msg_id).filter_map(|e| e.seq_no);
        if before
            .next()
            .is_some_and(|other| other > seq_no || clash(other))
        {
            return Err(BadMsg::SeqTooLow);
        }
        let mut after = self.entries.at_or_after(msg_id).filter_map(|e| e.seq_no);
        if after
            .next()
            .is_some_and(|other| other < seq_no || clash(other))
        {
            return Err(BadMsg::SeqTooHigh);
        }
        Ok(())
    }

    /// The status byte of `msgs_state_info`.
    pub(super) fn status(&self, msg_id: i64) -> u8 {
        match self.state(msg_id) {
            Some(State::Running) => 4 | 32,
            Some(State::Answered(_)) => 4 | 64,
            Some(State::Service | State::Done) => 4,
            Some(State::Disowned) => 2,
            None if msg_id <= self.floor => 1,
            None if msg_id > self.highest => 3,
            None => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequence_numbers_must_rise_with_ids() {
        let mut ledger = Ledger::default();
        ledger.insert(100, 5, State::Service);
        ledger.insert(200, 9, State::Service);
        assert_eq!(ledger.check_order(150, 7), Ok(()));
        assert_eq!(ledger.check_order(150, 6), Ok(()));
        assert_eq!(ledger.check_order(150, 5), Err(BadMsg::SeqTooLow));
        assert_eq!(ledger.check_order(150, 9), Err(BadMsg::SeqTooHigh));
        assert_eq!(ledger.check_order(250, 8), Err(BadMsg::SeqTooLow));
        assert_eq!(ledger.check_order(50, 6), Err(BadMsg::SeqTooHigh));
    }

    #[test]
    fn requests_in_work_are_never_forgotten() {
        let mut ledger = Ledger::default();
        ledger.insert(4, 1, State::Running);
        for id in 2..CAPACITY as i64 + 10 {
            ledger.insert(id * 4, 2, State::Service);
        }
        assert_eq!(ledger.state(4), Some(State::Running));
        assert!(ledger.is_below_floor(8) && ledger.state(8).is_none());
        assert!(ledger.entries.len() <= CAPACITY + 1);
        assert_eq!(ledger.status(8), 1);
    }

    #[test]
    fn status_tells_what_the_protocol_has_words_for() {
        let mut ledger = Ledger::default();
        ledger.insert(8, 1, State::Running);
        ledger.insert(16, 3, State::Answered(1));
        ledger.disown(12);
        let got = [8, 12, 14, 16, 20].map(|id| ledger.status(id));
        assert_eq!(got, [36, 2, 2, 68, 3]);
    }
}
