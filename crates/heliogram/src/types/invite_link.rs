use std::{fmt, sync::Arc, time::SystemTime};

use heliogram_api::{enums, types as raw};

use super::system_time;

/// A link that invites into a group or channel.
///
/// Raw `chatInviteExported`.
#[derive(Clone, PartialEq)]
#[doc(alias = "ChatInviteLink")]
#[doc(alias = "chatInviteExported")]
pub struct InviteLink {
    raw: Arc<raw::ChatInviteExported>,
}

impl InviteLink {
    /// The link in a raw value; `None` if somebody came by the public name.
    #[must_use]
    pub fn from_raw(invite: &enums::ExportedChatInvite) -> Option<Self> {
        match invite {
            enums::ExportedChatInvite::ChatInviteExported(link) => Some(Self {
                raw: Arc::new((**link).clone()),
            }),
            _ => None,
        }
    }

    /// The address. Others than its maker and the bots that may invite are told only its beginning.
    #[must_use]
    #[doc(alias = "invite_link")]
    pub fn link(&self) -> &str {
        &self.raw.link
    }

    /// The name its maker gave it.
    #[must_use]
    #[doc(alias = "name")]
    pub fn title(&self) -> Option<&str> {
        self.raw.title.as_deref()
    }

    /// The id of the administrator who made it.
    #[must_use]
    #[doc(alias = "admin_id")]
    #[doc(alias = "creator")]
    pub fn creator_id(&self) -> i64 {
        self.raw.admin_id
    }

    /// When it was made.
    #[must_use]
    pub fn date(&self) -> SystemTime {
        system_time(self.raw.date)
    }

    /// Until when it can be used, if not for ever.
    #[must_use]
    #[doc(alias = "expire_date")]
    pub fn expires(&self) -> Option<SystemTime> {
        self.raw.expire_date.map(system_time)
    }

    /// How many may come in by it, if not any number.
    #[must_use]
    #[doc(alias = "member_limit")]
    pub fn usage_limit(&self) -> Option<i32> {
        self.raw.usage_limit
    }

    /// How many came in by it.
    #[must_use]
    #[doc(alias = "member_count")]
    pub fn usage(&self) -> i32 {
        self.raw.usage.unwrap_or(0)
    }

    /// Whether those who use it must be let in by an administrator.
    #[must_use]
    #[doc(alias = "request_needed")]
    #[doc(alias = "creates_join_request")]
    pub fn needs_approval(&self) -> bool {
        self.raw.request_needed
    }

    /// Whether it can no longer be used because an administrator said so.
    #[must_use]
    pub fn is_revoked(&self) -> bool {
        self.raw.revoked
    }

    /// Whether it is the main link of the administrator who made it.
    #[must_use]
    #[doc(alias = "permanent")]
    pub fn is_primary(&self) -> bool {
        self.raw.permanent
    }

    /// The raw value, with everything that has no method here.
    #[must_use]
    pub fn raw(&self) -> &raw::ChatInviteExported {
        &self.raw
    }
}

/// Shows whose it is, not the link, by which anybody comes in.
impl fmt::Debug for InviteLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InviteLink")
            .field("creator_id", &self.creator_id())
            .field("title", &self.title())
            .finish_non_exhaustive()
    }
}
