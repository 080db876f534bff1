//! Small worlds for the tests of this folder.

use heliogram_crypto::AuthKey;

use super::{Draft, Push, Rich, World};
use crate::clock::Clock;
use crate::rpc::Answer;

/// A world with three data centres and nobody in it.
pub(crate) fn world() -> World {
    World::new(Clock::default(), 3, [7; 32])
}

/// A world with two people.
pub(crate) fn pair() -> (World, i64, i64) {
    let mut w = world();
    let a = w.add_person("9996610001", 1, "Alice");
    let b = w.add_person("9996610002", 1, "Bob");
    (w, a, b)
}

/// A plain message.
pub(crate) fn draft(text: &str, random_id: i64) -> Draft {
    let rich = Rich {
        text: text.to_owned(),
        entities: Vec::new(),
    };
    Draft {
        rich,
        random_id,
        ..Draft::default()
    }
}

/// An auth key on a data centre, by id.
pub(crate) fn key(w: &mut World, dc: i32) -> i64 {
    made(w, dc, None)
}

/// A temporary key on the first data centre that ends by itself after so many seconds, by id.
pub(crate) fn temporary_key(w: &mut World, seconds: i32) -> i64 {
    let end = w.now() + seconds;
    made(w, 1, Some(end))
}

fn made(w: &mut World, dc: i32, expires: Option<i32>) -> i64 {
    let mut bytes = [0; 256];
    heliogram_crypto::Random::fill(&mut w.rng, &mut bytes);
    let key = AuthKey::new(bytes);
    let id = key.id();
    w.add_key(key, dc, expires);
    id
}

/// Everything that was pushed so far.
pub(crate) fn pushes(w: &mut World) -> Vec<Push> {
    std::mem::take(&mut w.out)
}

/// Name of the error, or nothing if there was none.
pub(crate) fn name_of<T>(answer: Answer<T>) -> String {
    answer
        .err()
        .map(|refusal| refusal.name.into_owned())
        .unwrap_or_default()
}
