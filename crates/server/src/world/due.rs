//! What happens by itself once its time has come.

use super::World;

impl World {
    /// Whether anything will happen by itself; most worlds need not look at the clock.
    fn awaits_something(&self) -> bool {
        self.wipes_by(i32::MAX)
            || self.lapses_by(i32::MAX)
            || self.scheduled.is_due(i32::MAX)
            || self.polls.is_due(i32::MAX)
    }

    /// Whether the time of something has come.
    pub(crate) fn is_due(&self) -> bool {
        if !self.awaits_something() {
            return false;
        }
        let now = self.now();
        self.wipes_by(now)
            || self.lapses_by(now)
            || self.scheduled.is_due(now)
            || self.polls.is_due(now)
    }

    /// Lets happen what is due by now.
    pub(crate) fn let_happen(&mut self) {
        if !self.awaits_something() {
            return;
        }
        self.wipe_due();
        self.lapse_due();
        self.publish_due();
        self.close_due();
    }
}
