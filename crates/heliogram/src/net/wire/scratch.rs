//! The memory that sockets are read into. It is shared by all connections of a thread, since what
//! was read goes on into a framing at once: a connection that waits has none of its own.

use std::cell::Cell;

/// Bytes asked of a socket at once.
const READ: usize = 64 * 1024;

thread_local! {
    static INPUT: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Runs `read` with room for what a socket has. What it leaves there is gone afterwards.
pub(super) fn with<T>(read: impl FnOnce(&mut [u8]) -> T) -> T {
    // A reader inside of a reader, and one at the end of the thread, get memory of their own.
    let mut input = INPUT.try_with(Cell::take).unwrap_or_default();
    input.resize(READ, 0);
    let done = read(&mut input);
    // Where it cannot be kept it is freed.
    let _ = INPUT.try_with(|kept| kept.set(input));
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_share_memory_unless_one_runs_inside_of_another() {
        let place = |input: &mut [u8]| input.as_ptr();
        let outer = with(|input| (place(input), with(place)));
        assert_ne!(outer.0, outer.1);
        assert_eq!(with(place), with(place));
        assert_eq!(with(|input| input.len()), READ);
    }
}
