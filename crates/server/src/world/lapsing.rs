//! Restrictions that end by themselves.

use heliogram_api::types;

use super::members::{Member, Standing};
use super::{Actor, World};

/// An end closer than this, or further away than the longest, is none: it lasts for ever.
const SHORTEST: i32 = 30;
const LONGEST: i32 = 366 * 86_400;

/// A restriction as it is kept: one without a sensible end has the end of time.
pub(super) fn with_end(banned: types::ChatBannedRights, now: i32) -> types::ChatBannedRights {
    let left = banned.until_date.saturating_sub(now);
    let until_date = match (SHORTEST..=LONGEST).contains(&left) {
        true => banned.until_date,
        false => i32::MAX,
    };
    types::ChatBannedRights {
        until_date,
        ..banned
    }
}

/// When a member's restriction ends by itself.
fn end_of(member: &Member) -> Option<i32> {
    let until = member.banned.as_ref()?.until_date;
    (until != i32::MAX).then_some(until)
}

impl World {
    /// Notes when a member's restriction ends.
    pub(super) fn note_end(&mut self, chat: i64, user: i64) {
        let member = self.chats.get(&chat).and_then(|c| c.members.get(user));
        if let Some(until) = member.and_then(end_of) {
            self.lapses.insert((until, chat, user));
        }
    }

    /// Notes the ends of all restrictions.
    pub(super) fn index_ends(&mut self) {
        let all = self.chats.iter().flat_map(|(chat, found)| {
            let members = found.members.all();
            members.filter_map(|(user, member)| Some((end_of(member)?, *chat, user)))
        });
        self.lapses = all.collect();
    }

    /// Whether a restriction ends by now.
    pub(super) fn lapses_by(&self, now: i32) -> bool {
        self.lapses.first().is_some_and(|(until, ..)| *until <= now)
    }

    /// Lifts the restrictions whose end has come: who was removed may come back, who was silenced
    /// may speak.
    pub(super) fn lapse_due(&mut self) {
        let now = self.now();
        while self.lapses_by(now) {
            let Some((until, chat, user)) = self.lapses.pop_first() else {
                return;
            };
            let member = self.chats.get(&chat).and_then(|c| c.members.get(user));
            // It may have been lifted or made anew meanwhile.
            let Some(mut member) = member.filter(|m| end_of(m) == Some(until)).cloned() else {
                continue;
            };
            member.banned = None;
            if member.standing == Standing::Kicked {
                member.standing = Standing::Left;
            }
            if self.set_member(chat, user, member).is_ok() {
                self.push_chat(user, Actor::account(user).everywhere(), chat);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::testing::{draft, pair};
    use super::*;
    use crate::world::Form;

    /// A supergroup of two: its creator, a member, and its id.
    fn group() -> (World, i64, i64, i64) {
        let (mut w, a, b) = pair();
        let id = w.add_chat(Form::Supergroup, a, "Group", "").unwrap();
        w.set_member(id, b, Member::joined(3, a)).unwrap();
        (w, a, b, id)
    }

    fn silenced(until_date: i32) -> types::ChatBannedRights {
        types::ChatBannedRights {
            send_messages: true,
            ..types::ChatBannedRights::new(until_date)
        }
    }

    #[test]
    fn a_restriction_ends_when_it_says_and_is_noted_anew_after_a_restart() {
        let (mut w, a, b, id) = group();
        let until = w.now() + 3600;
        w.restrict(Actor::account(a), id, b, silenced(until))
            .unwrap();
        assert!(w.send(Actor::account(b), id, draft("no", 1)).is_err());
        w.clock.advance(Duration::from_secs(3599));
        assert!(!w.is_due());
        w.lapses.clear();
        w.index_ends();
        w.clock.advance(Duration::from_secs(2));
        assert!(w.is_due());
        w.let_happen();
        w.send(Actor::account(b), id, draft("yes", 2)).unwrap();
    }

    #[test]
    fn who_was_removed_for_a_time_may_come_back_after_it() {
        let (mut w, a, b, id) = group();
        let removed = types::ChatBannedRights {
            view_messages: true,
            ..types::ChatBannedRights::new(w.now() + 60)
        };
        w.restrict(Actor::account(a), id, b, removed).unwrap();
        w.clock.advance(Duration::from_secs(61));
        w.let_happen();
        let member = w.chats[&id].members.get(b).unwrap();
        assert_eq!(
            (member.standing, member.banned.is_none()),
            (Standing::Left, true)
        );
    }

    #[test]
    fn an_end_that_is_too_close_or_too_far_is_none() {
        let (mut w, a, b, id) = group();
        let now = w.now();
        for until in [0, now - 5, now + 29, now + LONGEST + 1] {
            w.restrict(Actor::account(a), id, b, silenced(until))
                .unwrap();
            let member = w.chats[&id].members.get(b).unwrap();
            assert_eq!(member.banned.as_ref().unwrap().until_date, i32::MAX);
        }
        assert!(w.lapses.is_empty());
    }

    #[test]
    fn a_restriction_made_anew_does_not_end_with_the_old_one() {
        let (mut w, a, b, id) = group();
        let now = w.now();
        for seconds in [60, 600] {
            let banned = silenced(now + seconds);
            w.restrict(Actor::account(a), id, b, banned).unwrap();
        }
        w.clock.advance(Duration::from_secs(61));
        w.let_happen();
        assert!(w.send(Actor::account(b), id, draft("no", 1)).is_err());
    }
}
