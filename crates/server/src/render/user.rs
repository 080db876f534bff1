use std::collections::BTreeSet;

use heliogram_api::{enums, types};

use crate::world::{Exactness, Kind, Private, TELEGRAM, User, World};

impl World {
    /// An account as another one (or itself) sees it.
    pub(crate) fn user_for(&self, viewer: i64, id: i64) -> enums::User {
        let Some(user) = self.users.get(&id) else {
            return types::UserEmpty::new(id).into();
        };
        if user.deleted {
            return types::User {
                deleted: true,
                access_hash: Some(self.access_hash(viewer, Kind::User, id)),
                ..types::User::new(id)
            }
            .into();
        }
        let viewed_by = self.users.get(&viewer);
        let contact = viewed_by.and_then(|viewer| viewer.contacts.get(&id));
        let told = contact.is_some_and(|contact| contact.knows_phone);
        let shown = || !self.is_bot(viewer) && self.allows(id, Private::Phone, viewer);
        let knows_phone = id == viewer || told || shown();
        let bot = self.bot(id);
        let called = bot.map(|_| self.bot_texts_for(viewer, id).name);
        let called = called.as_ref().unwrap_or(&user.first_name);
        let first = contact.map_or(called, |contact| &contact.first_name);
        let last = contact.map_or(&user.last_name, |contact| &contact.last_name);
        types::User {
            is_self: id == viewer,
            contact: contact.is_some(),
            mutual_contact: contact.is_some() && self.is_mutual(viewer, id),
            close_friend: self.is_close_friend(viewer, id),
            bot: user.is_bot(),
            verified: id == TELEGRAM,
            support: id == TELEGRAM,
            // Bots see everything that is written in their groups here.
            bot_chat_history: user.is_bot(),
            bot_nochats: bot.is_some_and(|bot| bot.no_chats),
            bot_inline_placeholder: bot.and_then(|bot| bot.placeholder.clone()),
            access_hash: Some(self.access_hash(viewer, Kind::User, id)),
            first_name: Some(first.clone()),
            last_name: (!last.is_empty()).then(|| last.clone()),
            username: user.username.clone(),
            phone: user.phone.clone().filter(|_| knows_phone),
            status: (!user.is_bot() && id != TELEGRAM).then(|| self.status_for(viewer, user)),
            photo: self.face_for(viewer, id).map(Box::new),
            bot_info_version: user.is_bot().then(|| bot.map_or(1, |bot| bot.version + 1)),
            ..types::User::new(id)
        }
        .into()
    }

    /// What a bot says about itself to one account in a conversation; nothing for people.
    pub(crate) fn bot_info(&self, viewer: i64, id: i64, dialog: i64) -> Option<types::BotInfo> {
        self.users.get(&id).filter(|user| user.is_bot())?;
        let description = self.bot_texts_for(viewer, id).description;
        Some(types::BotInfo {
            user_id: Some(id),
            description: Some(description).filter(|text| !text.is_empty()),
            commands: Some(self.commands_for(id, viewer, dialog)),
            menu_button: Some(Box::new(self.menu_button(id, Some(viewer)))),
            ..types::BotInfo::new()
        })
    }

    /// Whether an account is there, or when it was, as well as another one may know it.
    pub(crate) fn status_for(&self, viewer: i64, user: &User) -> enums::UserStatus {
        const DAY: i32 = 86_400;
        let by_me = match self.sees_exactly(viewer, user.id) {
            Exactness::Exact => return self.status_of(user),
            Exactness::Hidden => false,
            Exactness::HiddenByViewer => true,
        };
        let blocked = user.blocked.contains(&viewer);
        let now = self.now();
        let since = now.saturating_sub(user.seen.max(user.online_until.min(now)));
        if blocked || since > 30 * DAY {
            enums::UserStatus::Empty
        } else if since <= 3 * DAY {
            types::UserStatusRecently { by_me }.into()
        } else if since <= 7 * DAY {
            types::UserStatusLastWeek { by_me }.into()
        } else {
            types::UserStatusLastMonth { by_me }.into()
        }
    }

    fn status_of(&self, user: &User) -> enums::UserStatus {
        if user.online_until > self.now() {
            types::UserStatusOnline::new(user.online_until).into()
        } else {
            types::UserStatusOffline::new(user.seen).into()
        }
    }

    /// The profile photo of an account in small, as another one sees it.
    fn face_for(&self, viewer: i64, id: i64) -> Option<enums::UserProfilePhoto> {
        let newest = self.faces_of(viewer, id).first().copied()?;
        let photo = self.photos.get(&newest)?;
        let face = types::UserProfilePhoto {
            stripped_thumb: Some(photo.stripped.clone()),
            ..types::UserProfilePhoto::new(photo.id, photo.dc)
        };
        Some(face.into())
    }

    /// Accounts as one of them sees them, each once, with the viewer itself.
    pub(crate) fn users_for(
        &self,
        viewer: i64,
        ids: impl IntoIterator<Item = i64>,
    ) -> Vec<enums::User> {
        let mut all: BTreeSet<i64> = ids.into_iter().collect();
        all.insert(viewer);
        all.iter().map(|id| self.user_for(viewer, *id)).collect()
    }

    /// The public names of an account, in the form of updates.
    pub(crate) fn usernames_of(&self, id: i64) -> Vec<types::Username> {
        let name = self.users.get(&id).and_then(|user| user.username.clone());
        let active = |name| types::Username {
            active: true,
            editable: true,
            ..types::Username::new(name)
        };
        name.map(active).into_iter().collect()
    }
}
