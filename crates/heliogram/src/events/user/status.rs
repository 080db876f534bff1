use std::time::SystemTime;

use heliogram_api::enums;

use crate::types::system_time;

/// When somebody is or was online, as far as they let this account see.
///
/// Raw `UserStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UserStatus {
    /// Online now.
    Online {
        /// Until when, unless something else comes.
        until: SystemTime,
    },
    /// Gone.
    Offline {
        /// Since when.
        last_seen: SystemTime,
    },
    /// They do not show when; it was within three days.
    Recently,
    /// They do not show when; it was within a week.
    LastWeek,
    /// They do not show when; it was within a month.
    LastMonth,
    /// They do not show when, or it is longer ago than a month.
    Hidden,
}

impl UserStatus {
    /// Reads the raw value.
    #[must_use]
    pub fn from_raw(status: &enums::UserStatus) -> Self {
        match status {
            enums::UserStatus::Online(s) => Self::Online {
                until: system_time(s.expires),
            },
            enums::UserStatus::Offline(s) => Self::Offline {
                last_seen: system_time(s.was_online),
            },
            enums::UserStatus::Recently(_) => Self::Recently,
            enums::UserStatus::LastWeek(_) => Self::LastWeek,
            enums::UserStatus::LastMonth(_) => Self::LastMonth,
            _ => Self::Hidden,
        }
    }

    /// Whether it is online now.
    #[must_use]
    pub const fn is_online(self) -> bool {
        matches!(self, Self::Online { .. })
    }

    /// Until when somebody online counts as such.
    #[must_use]
    pub const fn until(self) -> Option<SystemTime> {
        match self {
            Self::Online { until } => Some(until),
            _ => None,
        }
    }

    /// Since when somebody is gone.
    #[must_use]
    pub const fn last_seen(self) -> Option<SystemTime> {
        match self {
            Self::Offline { last_seen } => Some(last_seen),
            _ => None,
        }
    }
}
