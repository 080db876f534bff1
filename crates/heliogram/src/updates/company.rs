use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// The readers that were handed an event: what one of them leaves is for others only if it was the
/// last of those.
#[derive(Clone, Default)]
pub(crate) struct Company(Option<Arc<AtomicUsize>>);

impl Company {
    /// That of so many readers.
    pub(super) fn of(readers: usize) -> Self {
        Self((readers > 1).then(|| Arc::new(AtomicUsize::new(readers))))
    }

    /// One of them does not have the event any more and has not dealt with it; answers whether nobody
    /// else has it, or had it.
    pub(super) fn leave(&self) -> bool {
        let others = self.0.as_ref();
        others.is_none_or(|readers| readers.fetch_sub(1, Ordering::AcqRel) == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_those_who_leave_an_event_leaves_it_to_others() {
        assert!(Company::of(1).leave());
        let three = Company::of(3);
        let left: Vec<_> = (0..3).map(|_| three.clone().leave()).collect();
        assert_eq!(left, [false, false, true]);
    }
}
