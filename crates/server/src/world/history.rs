use super::{Place, World, is_channel};
use crate::rpc::Answer;

/// Most messages in one answer.
pub(crate) const PAGE_MAX: i32 = 100;

/// Which part of a list of messages, newest first, somebody asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Window {
    /// The list is cut before this id; 0 for the newest.
    pub(crate) offset_id: i32,
    /// Only messages before this date; 0 for all.
    pub(crate) offset_date: i32,
    /// Moves the cut towards older messages, or, if negative, towards newer ones.
    pub(crate) add_offset: i32,
    pub(crate) limit: i32,
    /// Only ids below this; 0 for all.
    pub(crate) max_id: i32,
    /// Only ids above this.
    pub(crate) min_id: i32,
}

/// One page of a list of messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Page {
    /// Where its messages lie, newest first.
    pub(crate) places: Vec<Place>,
    /// Messages in the whole list.
    pub(crate) total: i32,
    /// Whether the page is the whole list.
    pub(crate) complete: bool,
}

impl World {
    /// A page of a conversation.
    pub(crate) fn history(&self, owner: i64, peer: i64, window: Window) -> Answer<Page> {
        let home = self.box_of(owner, peer);
        let mailbox = self.mailbox(home)?;
        let Some(dialog) = mailbox.dialogs.get(&peer) else {
            return Ok(Page::empty());
        };
        let hidden = self.hidden_up_to(owner, peer);
        let ids = &dialog.ids;
        let total = ids.range(hidden.saturating_add(1)..).count();
        let mut cut = if window.offset_id > 0 {
            window.offset_id
        } else {
            i32::MAX
        };
        if window.offset_date > 0 {
            cut = cut.min(self.first_since(home, peer, window.offset_date));
        }
        let limit = window.limit.clamp(0, PAGE_MAX) as usize;
        let newer = usize::try_from(window.add_offset.saturating_neg()).unwrap_or(0);
        let skip = usize::try_from(window.add_offset).unwrap_or(0);

        let newer = newer.min(limit + ids.len());
        let mut page: Vec<i32> = ids.range(cut..).take(newer).copied().collect();
        // Asked to begin above the newest message: the part that would lie there is empty.
        let above = newer - page.len();
        page.reverse();
        page.truncate(limit.saturating_sub(above));
        let left = limit.saturating_sub(above + page.len());
        page.extend(ids.range(..cut).rev().skip(skip).take(left));
        let lowest = window.min_id.max(hidden);
        let fits = |id: &i32| (window.max_id <= 0 || *id < window.max_id) && *id > lowest;
        page.retain(fits);
        Ok(Page {
            complete: page.len() == total,
            places: page
                .into_iter()
                .map(|id| Place { owner: home, id })
                .collect(),
            total: total as i32,
        })
    }

    /// Up to which message a conversation is hidden from an account: what was written before it
    /// came, if the group keeps that from new members, and what it deleted for itself.
    pub(crate) fn hidden_up_to(&self, viewer: i64, peer: i64) -> i32 {
        let chat = self.chats.get(&peer).filter(|chat| chat.is_channel());
        let member = chat.and_then(|chat| chat.members.get(viewer));
        let hides = chat.is_some_and(|chat| chat.settings.hidden_history);
        member.map_or(0, |member| {
            let before = if hides { member.hidden_up_to } else { 0 };
            before.max(member.cleared_up_to)
        })
    }

    /// Whether an account may see a message of a conversation.
    pub(crate) fn can_see(&self, viewer: i64, peer: i64, id: i32) -> bool {
        !is_channel(peer)
            || self.visible_chat(viewer, peer).is_ok() && id > self.hidden_up_to(viewer, peer)
    }

    /// The id of the first message that is not older than a date.
    fn first_since(&self, owner: i64, peer: i64, date: i32) -> i32 {
        let Some(mailbox) = self.boxes.get(&owner) else {
            return i32::MAX;
        };
        let Some(dialog) = mailbox.dialogs.get(&peer) else {
            return i32::MAX;
        };
        let date_of = |id: &i32| {
            let entry = mailbox.entries.get(id)?;
            self.letters.get(&entry.letter).map(|letter| letter.date)
        };
        // Ids and dates grow together, so the search can stop at the first older message.
        let newer = dialog
            .ids
            .iter()
            .rev()
            .take_while(|id| date_of(id) >= Some(date));
        newer.last().copied().unwrap_or(i32::MAX)
    }
}

impl Page {
    /// The ids alone.
    #[cfg(test)]
    pub(crate) fn ids(&self) -> Vec<i32> {
        self.places.iter().map(|place| place.id).collect()
    }

    /// Of a list without messages.
    pub(crate) fn empty() -> Self {
        Self {
            places: Vec::new(),
            total: 0,
            complete: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Actor;
    use super::super::testing::{draft, pair};
    use super::*;

    fn chat(n: i64) -> (World, i64, i64) {
        let (mut w, a, b) = pair();
        for i in 1..=n {
            w.send(Actor::account(a), b, draft("x", i)).unwrap();
        }
        (w, a, b)
    }

    #[test]
    fn pages_go_from_new_to_old() {
        let (w, a, b) = chat(10);
        let page = |window| w.history(a, b, window).unwrap().ids();
        let window = Window {
            limit: 3,
            ..Window::default()
        };
        assert_eq!(page(window), [10, 9, 8]);
        assert_eq!(
            page(Window {
                offset_id: 8,
                ..window
            }),
            [7, 6, 5]
        );
        assert_eq!(
            page(Window {
                offset_id: 8,
                add_offset: 1,
                ..window
            }),
            [6, 5, 4]
        );
        assert_eq!(
            page(Window {
                offset_id: 8,
                add_offset: -2,
                ..window
            }),
            [9, 8, 7]
        );
        assert_eq!(
            page(Window {
                offset_id: 5,
                add_offset: -5,
                ..window
            }),
            [9, 8, 7]
        );
        assert_eq!(
            page(Window {
                offset_id: 10,
                add_offset: -2,
                ..window
            }),
            [10, 9]
        );
        assert_eq!(
            page(Window {
                limit: 100,
                max_id: 6,
                min_id: 3,
                ..window
            }),
            [5, 4]
        );
        assert_eq!(
            page(Window {
                limit: -1,
                ..window
            }),
            [0; 0]
        );
        assert_eq!(
            page(Window {
                add_offset: i32::MIN,
                limit: i32::MAX,
                ..window
            }),
            [0; 0]
        );
    }

    #[test]
    fn a_page_says_whether_it_is_all() {
        let (w, a, b) = chat(3);
        let window = Window {
            limit: 3,
            ..Window::default()
        };
        assert!(w.history(a, b, window).unwrap().complete);
        assert!(
            !w.history(a, b, Window { limit: 2, ..window })
                .unwrap()
                .complete
        );
        assert_eq!(w.history(a, a, window).unwrap(), Page::empty());
    }

    #[test]
    fn a_date_cuts_too() {
        let (mut w, a, b) = chat(2);
        w.clock.advance(std::time::Duration::from_secs(100));
        let later = w.now();
        w.send(Actor::account(a), b, draft("x", 9)).unwrap();
        let window = Window {
            offset_date: later,
            limit: 10,
            ..Window::default()
        };
        assert_eq!(w.history(a, b, window).unwrap().ids(), [2, 1]);
    }
}
