//! What the engine tells about its work, in the words of users.

use std::collections::HashSet;

use crate::{
    PeerId,
    events::{GapKind, GapPlace, UpdateGap},
    updates::{
        engine::{Counter, Counts, Key, Notice},
        meter::Meter,
    },
};

/// Looks at the notices of one engine.
#[derive(Default)]
pub(super) struct Notices {
    /// Channels that are left alone.
    quarantined: HashSet<i64>,
    /// What the engine had counted when it was looked at last.
    seen: Counts,
}

impl Notices {
    /// Counts a notice and logs it; gives what readers are told of it.
    pub(super) fn take(&mut self, notice: Notice, meter: &Meter) -> Option<UpdateGap> {
        match notice {
            Notice::Quarantined { channel, .. } => {
                self.quarantined.insert(channel);
            }
            Notice::Released { channel } | Notice::Gone { channel, .. } => {
                self.quarantined.remove(&channel);
            }
            _ => {}
        }
        match notice {
            Notice::Gap { .. } | Notice::Recovered { .. } | Notice::CaughtUp { .. } => {
                tracing::debug!("{notice}");
            }
            Notice::Gone { .. } | Notice::Released { .. } => tracing::info!("{notice}"),
            _ => tracing::warn!("{notice}"),
        }
        let gap = translate(notice)?;
        match gap.kind {
            GapKind::Opened => meter.gaps.count(),
            GapKind::Recovered => meter.recovered.count(),
            GapKind::TooLong => meter.too_long.count(),
            GapKind::Lost => meter.lost.count(),
            GapKind::Reset => meter.resets.count(),
            _ => {}
        }
        Some(gap)
    }

    /// Counts what is told by no notice.
    pub(super) fn count(&mut self, counts: Counts, meter: &Meter) {
        let more = counts.duplicates.saturating_sub(self.seen.duplicates);
        if more > 0 {
            meter.duplicates.add(more);
        }
        self.seen = counts;
    }

    /// How many channels are left alone.
    pub(super) fn quarantined(&self) -> usize {
        self.quarantined.len()
    }
}

/// `None` for what is no news to users.
fn translate(notice: Notice) -> Option<UpdateGap> {
    let gap = |kind, place, from, to| UpdateGap {
        kind,
        place,
        from,
        to,
    };
    let channel = |id| PeerId::channel(id).map(GapPlace::Channel);
    Some(match notice {
        Notice::Gap { counter, from, to } => {
            gap(GapKind::Opened, place(counter)?, Some(from), Some(to))
        }
        Notice::Recovered {
            counter, from, to, ..
        } => gap(GapKind::Recovered, place(counter)?, Some(from), Some(to)),
        Notice::TooLong {
            counter, from, to, ..
        } => gap(GapKind::TooLong, place(counter)?, from, to),
        Notice::Lost { counter, from, to } => {
            gap(GapKind::Lost, place(counter)?, Some(from), Some(to))
        }
        Notice::Reset { counter, from, to } => {
            gap(GapKind::Reset, place(counter)?, Some(from), Some(to))
        }
        Notice::Stalled(Key::Common) => gap(GapKind::Stalled, GapPlace::Account, None, None),
        Notice::Stalled(Key::Channel(id)) => gap(GapKind::Stalled, channel(id)?, None, None),
        Notice::Gone { channel: id, pts } => gap(GapKind::Gone, channel(id)?, Some(pts), None),
        Notice::Quarantined {
            channel: id, pts, ..
        } => gap(GapKind::Quarantined, channel(id)?, Some(pts), None),
        Notice::Released { channel: id } => gap(GapKind::Released, channel(id)?, None, None),
        _ => return None,
    })
}

fn place(counter: Counter) -> Option<GapPlace> {
    Some(match counter {
        Counter::Pts => GapPlace::Account,
        Counter::Qts => GapPlace::Secondary,
        Counter::Seq => GapPlace::Containers,
        Counter::Channel(id) => GapPlace::Channel(PeerId::channel(id)?),
    })
}
