//! Takeouts: an account asks for everything there is of it.

use super::{Page, Window, World, is_channel};
use crate::rpc::{Answer, Refusal};

/// Messages in one range that a takeout goes through at a time.
const RANGE: i32 = 100_000;

/// Part of an account's messages, by the lowest and the highest id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MessageRange {
    pub(crate) min: i32,
    pub(crate) max: i32,
}

impl MessageRange {
    /// What of a window lies in the range.
    pub(crate) fn part_of(self, window: Window) -> Window {
        let top = self.max.saturating_add(1);
        let cut = |id: i32| if id <= 0 { top } else { id.min(top) };
        Window {
            offset_id: cut(window.offset_id),
            max_id: cut(window.max_id),
            min_id: window.min_id.max(self.min.saturating_sub(1)),
            ..window
        }
    }
}

impl World {
    /// Begins a takeout; one that was under way is over.
    pub(crate) fn begin_takeout(&mut self, user: i64) -> i64 {
        let id = self.random_id();
        self.preferences_mut(user).takeout = Some(id);
        id
    }

    /// Whether that is the takeout an account is in.
    pub(crate) fn check_takeout(&self, user: i64, id: i64) -> Answer<()> {
        let current = self.preferences(user).and_then(|all| all.takeout);
        match current == Some(id) {
            true => Ok(()),
            false => Err(Refusal::bad("TAKEOUT_INVALID")),
        }
    }

    /// Ends the takeout of an account.
    pub(crate) fn end_takeout(&mut self, user: i64) {
        self.preferences_mut(user).takeout = None;
    }

    /// The ranges an account's own messages lie in.
    pub(crate) fn message_ranges(&self, user: i64) -> Answer<Vec<MessageRange>> {
        let last = self.mailbox(user)?.last_id.max(1);
        let begins = (0..=(last - 1) / RANGE).map(|n| n * RANGE + 1);
        let range = |min: i32| MessageRange {
            min,
            max: min.saturating_add(RANGE - 1).min(last),
        };
        Ok(begins.map(range).collect())
    }

    /// A page of the part of a conversation that lies in a range. Channels count by themselves and
    /// are not divided.
    pub(crate) fn history_in(
        &self,
        owner: i64,
        peer: i64,
        window: Window,
        range: Option<MessageRange>,
    ) -> Answer<Page> {
        let Some(range) = range.filter(|_| !is_channel(peer)) else {
            return self.history(owner, peer, window);
        };
        let mut page = self.history(owner, peer, range.part_of(window))?;
        let total = self.in_range(owner, peer, range);
        page.total = total as i32;
        page.complete = page.places.len() == total;
        Ok(page)
    }

    /// How many messages of a conversation lie in a range.
    fn in_range(&self, owner: i64, peer: i64, range: MessageRange) -> usize {
        let dialog = self.boxes.get(&owner).and_then(|b| b.dialogs.get(&peer));
        match dialog.filter(|_| range.min <= range.max) {
            Some(dialog) => dialog.ids.range(range.min..=range.max).count(),
            None => 0,
        }
    }

    /// Whether a conversation has messages in a range; channels are in all of them.
    pub(crate) fn reaches(&self, owner: i64, peer: i64, range: MessageRange) -> bool {
        is_channel(peer) || self.in_range(owner, peer, range) > 0
    }

    /// The channels and supergroups an account was in.
    pub(crate) fn left_channels(&self, user: i64) -> Vec<i64> {
        let left = self.chats.values().filter(|chat| {
            let member = chat.members.get(user);
            let left = member.is_some_and(|member| member.standing == super::Standing::Left);
            chat.is_channel() && !chat.deleted && left
        });
        let mut left: Vec<i64> = left.map(|chat| chat.id).collect();
        left.sort_unstable();
        left
    }
}

#[cfg(test)]
mod tests {
    use super::super::Actor;
    use super::super::testing::{draft, name_of, pair};
    use super::*;

    #[test]
    fn ranges_cover_all_messages_once() {
        let (mut w, a, _) = pair();
        let range = |min, max| MessageRange { min, max };
        assert_eq!(w.message_ranges(a).unwrap(), [range(1, 1)]);
        w.boxes.get_mut(&a).unwrap().last_id = 100_000;
        assert_eq!(w.message_ranges(a).unwrap(), [range(1, 100_000)]);
        w.boxes.get_mut(&a).unwrap().last_id = 250_000;
        assert_eq!(
            w.message_ranges(a).unwrap(),
            [
                range(1, 100_000),
                range(100_001, 200_000),
                range(200_001, 250_000)
            ]
        );
    }

    #[test]
    fn a_page_keeps_to_its_range() {
        let (mut w, a, b) = pair();
        for n in 1..=10 {
            w.send(Actor::account(a), b, draft("x", n)).unwrap();
        }
        let page = |offset_id, limit, min, max| {
            let window = Window {
                offset_id,
                limit,
                ..Window::default()
            };
            let range = Some(MessageRange { min, max });
            let page = w.history_in(a, b, window, range).unwrap();
            (page.ids(), page.total, page.complete)
        };
        assert_eq!(page(0, 2, 3, 6), (vec![6, 5], 4, false));
        assert_eq!(page(5, 9, 3, 6), (vec![4, 3], 4, false));
        assert_eq!(page(0, 9, 3, 6), (vec![6, 5, 4, 3], 4, true));
        assert_eq!(page(0, 9, 20, 30), (vec![], 0, true));
        assert_eq!(page(0, 9, 6, 3), (vec![], 0, true));
        let whole = MessageRange { min: 1, max: 10 };
        assert!(w.reaches(a, b, whole) && !w.reaches(a, a, whole));
    }

    #[test]
    fn only_the_takeout_under_way_counts() {
        let (mut w, a, b) = pair();
        let first = w.begin_takeout(a);
        let second = w.begin_takeout(a);
        assert_eq!(name_of(w.check_takeout(a, first)), "TAKEOUT_INVALID");
        assert_eq!(w.check_takeout(a, second), Ok(()));
        assert_eq!(name_of(w.check_takeout(b, second)), "TAKEOUT_INVALID");
        w.end_takeout(a);
        assert_eq!(name_of(w.check_takeout(a, second)), "TAKEOUT_INVALID");
    }
}
