use std::time::SystemTime;

use heliogram_api::{enums, types as raw};

use super::system_time;

/// What somebody is in a group or channel.
///
/// Raw `channelParticipant..` and `chatParticipant..`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[doc(alias = "ChatMember")]
#[doc(alias = "ChatMemberStatus")]
#[doc(alias = "channelParticipant")]
#[doc(alias = "chatParticipant")]
pub enum MemberState {
    /// The owner.
    #[doc(alias = "channelParticipantCreator")]
    Owner {
        /// The title shown beside the name.
        title: Option<String>,
    },
    /// An administrator.
    #[doc(alias = "channelParticipantAdmin")]
    Admin {
        /// What they may do.
        rights: raw::ChatAdminRights,
        /// The id of who made them one, as far as the server tells.
        promoted_by: Option<i64>,
        /// Whether this account may change their rights.
        can_edit: bool,
        /// The title shown beside the name.
        title: Option<String>,
    },
    /// A member without special rights.
    Member {
        /// Until when it is paid for, where it must be.
        until: Option<SystemTime>,
    },
    /// Somebody who may not do everything that members may.
    Restricted {
        /// Whether they are in the chat.
        is_member: bool,
        /// What they may not do.
        forbidden: raw::ChatBannedRights,
        /// Until when, if not for ever.
        until: Option<SystemTime>,
    },
    /// Somebody who is not in the chat and may come in.
    #[doc(alias = "channelParticipantLeft")]
    Left,
    /// Somebody who may not come in.
    #[doc(alias = "channelParticipantBanned")]
    Banned {
        /// Until when, if not for ever.
        until: Option<SystemTime>,
    },
}

impl MemberState {
    /// The state in a raw value of a supergroup or channel; nothing stands for somebody outside.
    #[must_use]
    pub fn from_channel(participant: Option<&enums::ChannelParticipant>) -> Self {
        use enums::ChannelParticipant as P;
        match participant {
            Some(P::ChannelParticipant(p)) => Self::Member {
                until: p.subscription_until_date.map(system_time),
            },
            Some(P::ChannelParticipantSelf(p)) => Self::Member {
                until: p.subscription_until_date.map(system_time),
            },
            Some(P::Creator(p)) => Self::Owner {
                title: p.rank.clone(),
            },
            Some(P::Admin(p)) => Self::Admin {
                rights: p.admin_rights.clone(),
                promoted_by: Some(p.promoted_by),
                can_edit: p.can_edit,
                title: p.rank.clone(),
            },
            Some(P::Banned(p)) => Self::banned(p),
            _ => Self::Left,
        }
    }

    fn banned(p: &raw::ChannelParticipantBanned) -> Self {
        let date = p.banned_rights.until_date;
        // 0 and the end of time stand for ever.
        let until = (date > 0 && date < i32::MAX).then(|| system_time(date));
        if p.banned_rights.view_messages {
            return Self::Banned { until };
        }
        Self::Restricted {
            is_member: !p.left,
            forbidden: p.banned_rights.clone(),
            until,
        }
    }

    /// The state in a raw value of a basic group; nothing stands for somebody outside.
    #[must_use]
    pub fn from_group(participant: Option<&enums::ChatParticipant>) -> Self {
        use enums::ChatParticipant as P;
        match participant {
            Some(P::ChatParticipant(_)) => Self::Member { until: None },
            Some(P::Creator(p)) => Self::Owner {
                title: p.rank.clone(),
            },
            Some(P::Admin(p)) => Self::Admin {
                rights: group_rights(),
                promoted_by: None,
                can_edit: false,
                title: p.rank.clone(),
            },
            _ => Self::Left,
        }
    }

    /// Whether they are in the chat.
    #[must_use]
    pub fn is_in(&self) -> bool {
        match self {
            Self::Owner { .. } | Self::Admin { .. } | Self::Member { .. } => true,
            Self::Restricted { is_member, .. } => *is_member,
            Self::Left | Self::Banned { .. } => false,
        }
    }

    /// Whether they own or administer the chat.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        matches!(self, Self::Owner { .. } | Self::Admin { .. })
    }

    /// Whether they may not do everything that members may.
    #[must_use]
    pub fn is_restricted(&self) -> bool {
        matches!(self, Self::Restricted { .. })
    }

    /// Whether they may not come in.
    #[must_use]
    #[doc(alias = "kicked")]
    pub fn is_banned(&self) -> bool {
        matches!(self, Self::Banned { .. })
    }
}

/// What all administrators of basic groups may do.
fn group_rights() -> raw::ChatAdminRights {
    raw::ChatAdminRights {
        change_info: true,
        delete_messages: true,
        ban_users: true,
        invite_users: true,
        pin_messages: true,
        manage_call: true,
        other: true,
        ..raw::ChatAdminRights::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn banned(left: bool, rights: raw::ChatBannedRights) -> MemberState {
        let peer = raw::PeerUser::new(7).into();
        let banned = raw::ChannelParticipantBanned {
            left,
            ..raw::ChannelParticipantBanned::new(peer, 1, 0, rights)
        };
        MemberState::from_channel(Some(&banned.into()))
    }

    #[test]
    fn who_may_not_see_the_chat_is_banned_and_others_are_restricted() {
        let mut rights = raw::ChatBannedRights::new(1000);
        rights.send_messages = true;
        let MemberState::Restricted {
            is_member, until, ..
        } = banned(false, rights.clone())
        else {
            panic!("not restricted");
        };
        assert!(is_member && until == Some(system_time(1000)));
        assert!(!banned(true, rights.clone()).is_in());
        rights.view_messages = true;
        for (date, until) in [
            (0, None),
            (i32::MAX, None),
            (-5, None),
            (9, Some(system_time(9))),
        ] {
            rights.until_date = date;
            assert_eq!(banned(true, rights.clone()), MemberState::Banned { until });
        }
    }

    #[test]
    fn who_is_not_named_is_outside() {
        assert_eq!(MemberState::from_channel(None), MemberState::Left);
        assert_eq!(MemberState::from_group(None), MemberState::Left);
        let admin = raw::ChatParticipantAdmin::new(7, 1, 0).into();
        let admin = MemberState::from_group(Some(&admin));
        assert!(admin.is_in() && admin.is_admin() && !admin.is_banned());
    }
}
