//! Randomness of the operating system.

use std::io;

use heliogram_crypto::{Random, SeededRandom};

/// 32 fresh bytes of the operating system's randomness.
///
/// # Errors
/// The operating system has none to give.
pub(crate) fn seed() -> io::Result<[u8; 32]> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(io::Error::other)?;
    Ok(seed)
}

/// A generator seeded by the operating system, for keys and other secrets.
///
/// # Errors
/// The operating system has no randomness to give.
pub(crate) fn generator() -> io::Result<SeededRandom> {
    seed().map(SeededRandom::new)
}

/// A fresh random id, for messages and files (raw `random_id`); never 0.
///
/// # Errors
/// The operating system has no randomness to give.
pub(crate) fn id() -> io::Result<i64> {
    let mut generator = generator()?;
    loop {
        let mut bytes = [0; 8];
        generator.fill(&mut bytes);
        let id = i64::from_le_bytes(bytes);
        if id != 0 {
            return Ok(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_and_ids_differ() {
        assert_ne!(seed().unwrap(), seed().unwrap());
        assert_ne!(id().unwrap(), id().unwrap());
    }
}
