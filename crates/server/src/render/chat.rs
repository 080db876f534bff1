use heliogram_api::{enums, types};

use crate::world::{Chat, Form, Kind, Member, Peer, Standing, World, all_rights};

impl World {
    /// A group or channel as an account sees it.
    pub(crate) fn chat_for(&self, viewer: i64, dialog: i64) -> enums::Chat {
        let Some(chat) = self.chats.get(&dialog) else {
            return types::ChatEmpty::new(Peer::of(dialog).id()).into();
        };
        if chat.is_channel() {
            self.channel_for(viewer, chat)
        } else {
            self.group_for(viewer, chat)
        }
    }

    fn group_for(&self, viewer: i64, chat: &Chat) -> enums::Chat {
        let id = Peer::of(chat.id).id();
        let member = chat.members.get(viewer);
        if member.is_some_and(|member| member.standing == Standing::Kicked) {
            return types::ChatForbidden::new(id, chat.title.clone()).into();
        }
        let moved = chat.migrated_to.map(|to| self.input_channel(viewer, to));
        types::Chat {
            creator: chat.creator == viewer,
            left: !chat.members.has(viewer),
            deactivated: chat.deleted || chat.migrated_to.is_some(),
            noforwards: chat.settings.noforwards,
            migrated_to: moved.map(Box::new),
            admin_rights: chat.admin_rights(viewer),
            default_banned_rights: Some(chat.default_banned.clone().into()),
            ..types::Chat::new(
                id,
                chat.title.clone(),
                self.chat_photo(chat),
                chat.members.count(),
                chat.date,
                chat.version,
            )
        }
        .into()
    }

    fn channel_for(&self, viewer: i64, chat: &Chat) -> enums::Chat {
        let id = Peer::of(chat.id).id();
        let hash = self.access_hash(viewer, Kind::Channel, id);
        let broadcast = chat.form == Form::Broadcast;
        if self.visible_chat(viewer, chat.id).is_err() {
            let member = chat.members.get(viewer);
            let banned = member.and_then(|member| member.banned.as_ref());
            return types::ChannelForbidden {
                broadcast,
                megagroup: !broadcast,
                until_date: banned
                    .map(|banned| banned.until_date)
                    .filter(|date| *date > 0),
                ..types::ChannelForbidden::new(id, hash, chat.title.clone())
            }
            .into();
        }
        let member = chat.members.get(viewer);
        // Who is in it is told since when; everybody else, when it was made.
        let date = member.filter(|m| m.is_in()).map_or(chat.date, |m| m.date);
        let settings = &chat.settings;
        types::Channel {
            creator: chat.creator == viewer,
            left: !member.is_some_and(Member::is_in),
            broadcast,
            megagroup: !broadcast,
            signatures: settings.signatures,
            has_link: chat.linked.is_some(),
            slowmode_enabled: settings.slow_mode > 0,
            noforwards: settings.noforwards,
            join_to_send: settings.join_to_send,
            join_request: settings.join_request,
            forum: settings.forum,
            forum_tabs: settings.forum_tabs,
            access_hash: Some(hash),
            username: chat.username.clone(),
            admin_rights: chat.admin_rights(viewer),
            banned_rights: member
                .and_then(|member| member.banned.clone())
                .map(Box::new),
            default_banned_rights: Some(Box::new(chat.default_banned.clone())),
            participants_count: Some(chat.members.count()),
            ..types::Channel::new(id, chat.title.clone(), self.chat_photo(chat), date)
        }
        .into()
    }

    /// A channel as an account has to name it.
    pub(crate) fn input_channel(&self, viewer: i64, dialog: i64) -> enums::InputChannel {
        let id = Peer::of(dialog).id();
        types::InputChannel::new(id, self.access_hash(viewer, Kind::Channel, id)).into()
    }

    pub(super) fn chat_photo(&self, chat: &Chat) -> enums::ChatPhoto {
        match chat.photo.and_then(|id| self.photos.get(&id)) {
            Some(photo) => types::ChatPhoto {
                stripped_thumb: Some(photo.stripped.clone()),
                ..types::ChatPhoto::new(photo.id, photo.dc)
            }
            .into(),
            None => enums::ChatPhoto::Empty,
        }
    }

    /// A member of a basic group.
    pub(crate) fn group_member(
        &self,
        chat: &Chat,
        user: i64,
        m: &Member,
    ) -> enums::ChatParticipant {
        let rank = (!m.rank.is_empty()).then(|| m.rank.clone());
        if user == chat.creator {
            let creator = types::ChatParticipantCreator::new(user);
            types::ChatParticipantCreator { rank, ..creator }.into()
        } else if m.rights.is_some() {
            let admin = types::ChatParticipantAdmin::new(user, m.inviter, m.date);
            types::ChatParticipantAdmin { rank, ..admin }.into()
        } else {
            let plain = types::ChatParticipant::new(user, m.inviter, m.date);
            types::ChatParticipant { rank, ..plain }.into()
        }
    }

    /// Who is in a basic group, as an account may see it.
    pub(crate) fn group_members(&self, viewer: i64, chat: &Chat) -> enums::ChatParticipants {
        let id = Peer::of(chat.id).id();
        if !chat.members.has(viewer) {
            return types::ChatParticipantsForbidden::new(id).into();
        }
        let inside = chat.members.inside();
        let list = inside.map(|(user, member)| self.group_member(chat, user, member));
        types::ChatParticipants::new(id, list.collect(), chat.version).into()
    }

    /// Somebody's place in a channel, as an account sees it; nothing for who was never in it.
    pub(crate) fn channel_member(
        &self,
        viewer: i64,
        chat: &Chat,
        user: i64,
    ) -> Option<enums::ChannelParticipant> {
        self.channel_place(viewer, chat, user, chat.members.get(user)?)
            .or_else(|| Some(types::ChannelParticipantLeft::new(super::peer(user)).into()))
    }

    /// The same for the place somebody has or had; nothing for who is not there and not banned.
    pub(crate) fn channel_place(
        &self,
        viewer: i64,
        chat: &Chat,
        user: i64,
        m: &Member,
    ) -> Option<enums::ChannelParticipant> {
        let rank = (!m.rank.is_empty()).then(|| m.rank.clone());
        let place = if let Some(banned) = m.banned.clone().filter(|_| user != chat.creator) {
            types::ChannelParticipantBanned {
                left: !m.is_in(),
                rank,
                ..types::ChannelParticipantBanned::new(
                    super::peer(user),
                    m.kicked_by,
                    m.date,
                    banned,
                )
            }
            .into()
        } else if !m.is_in() {
            return None;
        } else if user == chat.creator {
            let creator = types::ChannelParticipantCreator::new(user, all_rights());
            types::ChannelParticipantCreator { rank, ..creator }.into()
        } else if let Some(rights) = m.rights.clone() {
            types::ChannelParticipantAdmin {
                can_edit: viewer == chat.creator || m.promoted_by == viewer,
                is_self: user == viewer,
                inviter_id: Some(m.inviter),
                rank,
                ..types::ChannelParticipantAdmin::new(user, m.promoted_by, m.date, rights)
            }
            .into()
        } else if user == viewer {
            let own = types::ChannelParticipantSelf::new(user, m.inviter, m.date);
            types::ChannelParticipantSelf {
                via_request: m.approved_by != 0,
                rank,
                ..own
            }
            .into()
        } else {
            let plain = types::ChannelParticipant::new(user, m.date);
            types::ChannelParticipant { rank, ..plain }.into()
        };
        Some(place)
    }
}
