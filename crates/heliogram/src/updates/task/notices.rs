//! What the engine tells about its work, in the words of users.

use crate::{
    PeerId,
    events::{GapKind, GapPlace, UpdateGap},
    updates::{
        engine::{Key, Notice},
        meter::Meter,
    },
};

/// Looks at the engine's notices.
#[derive(Default)]
pub(super) struct Notices {}

impl Notices {
    /// Counts a notice and logs it; gives what readers are told of it.
    pub(super) fn take(&mut self, notice: Notice, meter: &Meter) -> Option<UpdateGap> {
        let gap = translate(notice)?;
        match gap.kind {
            GapKind::Opened => meter.gaps.count(),
            GapKind::Recovered => meter.recovered.count(),
            GapKind::TooLong => meter.too_long.count(),
            GapKind::Lost => meter.lost.count(),
            GapKind::Reset => meter.resets.count(),
            _ => {}
        }
        match gap.is_loss() {
            true => tracing::warn!("{gap}"),
            false => tracing::debug!("{gap}"),
        }
        Some(gap)
    }

    /// How many channels are left alone.
    pub(super) fn quarantined(&self) -> usize {
        0
    }
}

fn translate(notice: Notice) -> Option<UpdateGap> {
    let gap = |kind, place| UpdateGap {
        kind,
        place,
        from: None,
        to: None,
    };
    Some(match notice {
        Notice::TooLong(key) => gap(GapKind::TooLong, place(key)?),
        Notice::Lost { key, from, to } => UpdateGap {
            from: Some(from),
            to: Some(to),
            ..gap(GapKind::Lost, place(key)?)
        },
        Notice::Stalled(key) => gap(GapKind::Stalled, place(key)?),
        Notice::Reset => gap(GapKind::Reset, GapPlace::Account),
        Notice::Gone(id) => gap(GapKind::Gone, GapPlace::Channel(PeerId::channel(id)?)),
    })
}

fn place(key: Key) -> Option<GapPlace> {
    Some(match key {
        Key::Common => GapPlace::Account,
        Key::Channel(id) => GapPlace::Channel(PeerId::channel(id)?),
    })
}
