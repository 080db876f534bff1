use heliogram_api::{enums, types};

use crate::rpc::Answer;
use crate::world::{Form, Member, Peer, Right, Rung, Standing, World};

/// How people come into a group or channel, as an administrator sees it.
#[derive(Default)]
struct Door {
    link: Option<enums::ExportedChatInvite>,
    /// How many wait to be let in, and who asked last.
    waiting: Option<(i32, Vec<i64>)>,
}

impl World {
    /// A basic group in full, with who appears in it.
    pub(crate) fn full_group(&self, viewer: i64, dialog: i64) -> Answer<types::messages::ChatFull> {
        let chat = self.visible_chat(viewer, dialog)?;
        let photo = chat.photo.and_then(|id| self.photos.get(&id));
        let dialog_of = self.boxes.get(&viewer).and_then(|b| b.dialogs.get(&dialog));
        let settings = self.notify_settings(viewer, Rung::Peer(dialog));
        let door = self.door_for(viewer, dialog);
        let full = types::ChatFull {
            exported_invite: door.link,
            requests_pending: door.waiting.as_ref().map(|(count, _)| *count),
            recent_requesters: door.waiting.as_ref().map(|(_, recent)| recent.clone()),
            can_set_username: chat.creator == viewer,
            has_scheduled: self.has_planned(viewer, dialog),
            chat_photo: photo.map(|photo| self.photo_for(viewer, photo)),
            bot_info: Some(self.bots_in(viewer, dialog)).filter(|bots| !bots.is_empty()),
            folder_id: self.archived_in(viewer, dialog),
            pinned_msg_id: dialog_of.and_then(|dialog| dialog.pins.last().copied()),
            ttl_period: self.ttl_of(viewer, dialog),
            reactions_limit: chat.settings.reactions_limit,
            available_reactions: Some(Box::new(self.reactions_allowed(dialog))),
            ..types::ChatFull::new(
                Peer::of(dialog).id(),
                chat.about.clone(),
                self.group_members(viewer, chat),
                settings,
            )
        };
        let members = chat.members.inside().map(|(user, _)| user);
        let waiting = door.waiting.into_iter().flat_map(|(_, recent)| recent);
        let cast = self.cast(viewer, members.chain(waiting).chain([dialog]));
        Ok(types::messages::ChatFull::new(
            full.into(),
            cast.chats,
            cast.users,
        ))
    }

    /// A channel or supergroup in full, with who appears in it.
    pub(crate) fn full_channel(
        &self,
        viewer: i64,
        dialog: i64,
    ) -> Answer<types::messages::ChatFull> {
        let chat = self.visible_chat(viewer, dialog)?;
        let mailbox = self.mailbox(dialog)?;
        let own = self.boxes.get(&viewer).and_then(|b| b.dialogs.get(&dialog));
        let (read_in, read_out) = own.map_or((0, 0), |own| (own.read_in, own.read_out));
        let admin = chat.is_admin(viewer);
        let count = |which: &dyn Fn(&Member) -> bool| {
            chat.members
                .all()
                .filter(|(_, member)| which(member))
                .count() as i32
        };
        let admins = chat
            .members
            .inside()
            .filter(|(user, _)| chat.is_admin(*user))
            .count();
        let photo = self.photo_or_none(viewer, chat.photo);
        let pins = mailbox.dialogs.get(&dialog).map(|dialog| &dialog.pins);
        let hidden = self.hidden_up_to(viewer, dialog);
        let settings = &chat.settings;
        let visible_list = chat.form == Form::Supergroup && !settings.participants_hidden;
        let door = self.door_for(viewer, dialog);
        let full = types::ChannelFull {
            exported_invite: door.link,
            requests_pending: door.waiting.as_ref().map(|(count, _)| *count),
            recent_requesters: door.waiting.as_ref().map(|(_, recent)| recent.clone()),
            can_view_participants: admin || visible_list,
            can_set_username: chat.creator == viewer,
            has_scheduled: self.has_planned(viewer, dialog),
            can_set_stickers: chat.form == Form::Supergroup && chat.may(viewer, Right::ChangeInfo),
            hidden_prehistory: settings.hidden_history,
            can_delete_channel: chat.creator == viewer,
            participants_hidden: settings.participants_hidden,
            participants_count: Some(chat.members.count()),
            admins_count: admin.then_some(admins as i32),
            kicked_count: admin.then(|| count(&|m| m.standing == Standing::Kicked)),
            banned_count: admin
                .then(|| count(&|m| m.standing != Standing::Kicked && m.banned.is_some())),
            online_count: (chat.form == Form::Supergroup).then(|| self.online_in(dialog)),
            migrated_from_chat_id: chat.migrated_from.map(|old| Peer::of(old).id()),
            migrated_from_max_id: chat.migrated_from.map(|old| {
                let top = self.top_of(viewer, old);
                top.map_or(0, |(_, id)| id)
            }),
            folder_id: self.archived_in(viewer, dialog),
            pinned_msg_id: pins.and_then(|pins| pins.last().copied()),
            available_min_id: (hidden > 0).then_some(hidden),
            linked_chat_id: chat.linked.map(|other| Peer::of(other).id()),
            slowmode_seconds: (settings.slow_mode > 0).then_some(settings.slow_mode),
            ttl_period: (settings.ttl > 0).then_some(settings.ttl),
            slowmode_next_send_date: self.next_turn(viewer, dialog),
            default_send_as: self
                .usual_voice(viewer, dialog)
                .filter(|_| chat.form == Form::Supergroup)
                .map(super::peer),
            reactions_limit: settings.reactions_limit,
            available_reactions: Some(Box::new(self.reactions_allowed(dialog))),
            ..types::ChannelFull::new(
                Peer::of(dialog).id(),
                chat.about.clone(),
                read_in,
                read_out,
                self.unread_in(viewer, dialog),
                photo,
                self.notify_settings(viewer, Rung::Peer(dialog)),
                self.bots_in(viewer, dialog),
                mailbox.pts,
            )
        };
        let voice = self.usual_voice(viewer, dialog);
        let about = [Some(dialog), chat.linked, chat.migrated_from, voice];
        let waiting = door.waiting.into_iter().flat_map(|(_, recent)| recent);
        let cast = self.cast(viewer, about.into_iter().flatten().chain(waiting));
        Ok(types::messages::ChatFull::new(
            full.into(),
            cast.chats,
            cast.users,
        ))
    }

    /// How people come in, for those who let them.
    fn door_for(&self, viewer: i64, dialog: i64) -> Door {
        if self.check_links(viewer, dialog).is_err() {
            return Door::default();
        }
        let link = self.own_link(dialog, viewer);
        let waiting = self.pending(dialog);
        Door {
            link: link.map(|link| self.exported(link)),
            waiting: (waiting.0 > 0).then_some(waiting),
        }
    }

    /// What the bots of a group say about themselves.
    fn bots_in(&self, viewer: i64, dialog: i64) -> Vec<types::BotInfo> {
        let members = self.members_of(dialog).into_iter();
        let bots = members.filter(|user| self.is_bot(*user));
        bots.filter_map(|bot| self.bot_info(viewer, bot, dialog))
            .collect()
    }

    /// The reactions a group or channel allows.
    fn reactions_allowed(&self, dialog: i64) -> enums::ChatReactions {
        let chat = self.chats.get(&dialog);
        let said = chat.and_then(|chat| chat.settings.reactions.clone());
        said.unwrap_or_else(|| {
            let allow_custom = true;
            types::ChatReactionsAll { allow_custom }.into()
        })
    }

    fn online_in(&self, dialog: i64) -> i32 {
        let now = self.now();
        let online = |user: &i64| self.users.get(user).is_some_and(|u| u.online_until > now);
        self.members_of(dialog)
            .iter()
            .filter(|user| online(user))
            .count() as i32
    }
}
