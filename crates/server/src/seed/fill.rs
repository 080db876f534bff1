//! People who are made up, and what they say to each other.

use heliogram_crypto::Random;

use super::Fill;
use crate::rpc::Answer;
use crate::world::{Actor, Draft, Form, Member, Rich, World};

/// Members of one made-up supergroup.
const MEMBERS: u64 = 50;
/// Everything was said within this many seconds before the server started.
const SPAN: i32 = 30 * 86_400;
const WORDS: [&str; 16] = [
    "yes", "no", "maybe", "tomorrow", "the", "train", "is", "late", "again", "see", "you", "there",
    "coffee", "at", "nine", "ok",
];

impl Fill {
    /// Makes the people, their supergroups, and their messages.
    pub(super) fn grow(self, w: &mut World) -> Answer<()> {
        let users: Vec<i64> = (0..self.users)
            .map(|n| person(w, n))
            .collect::<Answer<_>>()?;
        if users.len() < 2 {
            return Ok(());
        }
        let mut chats = Vec::with_capacity(self.chats as usize);
        for n in 0..self.chats {
            chats.push(supergroup(w, n, &users)?);
        }
        let now = w.now();
        for n in 0..self.messages {
            let done = (u64::from(n) * SPAN as u64 / u64::from(self.messages)) as i32;
            speak(w, n, now - SPAN + done, &users, &chats)?;
            w.out.clear();
        }
        Ok(())
    }
}

fn pick<T: Copy>(w: &mut World, all: &[T]) -> Option<T> {
    let at = w.rng.below(all.len().max(1) as u64) as usize;
    all.get(at).copied()
}

fn person(w: &mut World, n: u32) -> Answer<i64> {
    let phone = format!("1555{n:07}");
    let home = (n % w.dcs.unsigned_abs()) as i32 + 1;
    let id = w.add_person(&phone, home, &format!("Person {n}"));
    w.put_username(id, &format!("person_{n}"))?;
    Ok(id)
}

fn supergroup(w: &mut World, n: u32, users: &[i64]) -> Answer<(i64, Vec<i64>)> {
    let start = w.rng.below(users.len() as u64) as usize;
    let around = users.iter().cycle().skip(start);
    let members: Vec<i64> = around
        .take(users.len().min(MEMBERS as usize))
        .copied()
        .collect();
    let creator = members.first().copied().unwrap_or_default();
    let id = w.add_chat(Form::Supergroup, creator, &format!("Group {n}"), "")?;
    w.set_chat_username(id, &format!("group_{n}"))?;
    let date = w.now();
    for user in &members {
        w.set_member(id, *user, Member::joined(date, creator))?;
    }
    w.begin_chat(Actor::account(creator), id, members.clone())?;
    Ok((id, members))
}

fn speak(w: &mut World, n: u32, date: i32, users: &[i64], chats: &[(i64, Vec<i64>)]) -> Answer<()> {
    let at = w.rng.below(chats.len().max(1) as u64) as usize;
    let (from, to) = match chats.get(at).filter(|_| n % 2 == 1) {
        Some((chat, members)) => (pick(w, members), Some(*chat)),
        None => {
            // Most people talk to those around them.
            let first = w.rng.below(users.len() as u64) as usize;
            let near = 1 + w.rng.below(8.min(users.len() as u64 - 1)) as usize;
            let second = (first + near) % users.len();
            (users.get(first).copied(), users.get(second).copied())
        }
    };
    let (Some(from), Some(to)) = (from, to) else {
        return Ok(());
    };
    let mut text = String::with_capacity(32);
    for _ in 0..1 + w.rng.below(8) {
        text.push_str(pick(w, &WORDS).unwrap_or_default());
        text.push(' ');
    }
    text.pop();
    let draft = Draft {
        rich: Rich {
            text,
            entities: Vec::new(),
        },
        random_id: w.random_id(),
        date: Some(date),
        ..Draft::default()
    };
    w.post(Actor::account(from), to, draft).map(drop)
}
