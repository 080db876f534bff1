//! What happens by itself once its time has come.

use super::World;

impl World {
    /// Whether the time of something has come.
    pub(crate) fn is_due(&self) -> bool {
        let now = self.now();
        self.wipes_by(now)
            || self.lapses_by(now)
            || self.scheduled.is_due(now)
            || self.polls.is_due(now)
    }

    /// Lets happen what is due by now.
    pub(crate) fn let_happen(&mut self) {
        self.wipe_due();
        self.lapse_due();
        self.publish_due();
        self.close_due();
    }
}
