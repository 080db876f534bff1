use heliogram_api::{enums, types};

use crate::world::{Form, Invite, World};

/// How many members somebody who looks at a link is shown.
const SHOWN_MAX: usize = 5;

impl World {
    /// An invite link as administrators see it.
    pub(crate) fn exported(&self, link: &Invite) -> enums::ExportedChatInvite {
        let terms = &link.terms;
        let requests = self.chats.get(&link.chat).map(|chat| &chat.requests);
        let waiting = requests.into_iter().flatten();
        let waiting = waiting.filter(|(_, one)| one.link == link.id).count() as i32;
        let some = |n: i32| (n > 0).then_some(n);
        types::ChatInviteExported {
            revoked: link.revoked,
            permanent: terms.permanent,
            request_needed: terms.request_needed,
            start_date: link.start,
            expire_date: some(terms.expire),
            usage_limit: some(terms.limit),
            usage: some(link.usage),
            requested: some(waiting),
            title: Some(terms.title.clone()).filter(|title| !title.is_empty()),
            ..types::ChatInviteExported::new(link.link(), link.admin, link.date)
        }
        .into()
    }

    /// What somebody who has a link is told about where it leads.
    pub(crate) fn invitation(&self, viewer: i64, link: &Invite) -> enums::ChatInvite {
        let Some(chat) = self.chats.get(&link.chat) else {
            return types::ChatInviteAlready::new(self.chat_for(viewer, link.chat)).into();
        };
        if chat.members.has(viewer) {
            return types::ChatInviteAlready::new(self.chat_for(viewer, chat.id)).into();
        }
        let photo = self.photo_or_none(viewer, chat.photo);
        let contacts = self.users.get(&viewer).map(|user| &user.contacts);
        let contacts = contacts.into_iter().flat_map(|contacts| contacts.keys());
        let shown =
            contacts.filter(|user| chat.form != Form::Broadcast && chat.members.has(**user));
        let shown: Vec<enums::User> = shown
            .take(SHOWN_MAX)
            .map(|user| self.user_for(viewer, *user))
            .collect();
        types::ChatInvite {
            channel: chat.is_channel(),
            broadcast: chat.form == Form::Broadcast,
            megagroup: chat.form == Form::Supergroup,
            public: chat.is_public(),
            request_needed: link.terms.request_needed,
            about: Some(chat.about.clone()).filter(|about| !about.is_empty()),
            participants: Some(shown).filter(|shown| !shown.is_empty()),
            ..types::ChatInvite::new(chat.title.clone(), photo, chat.members.count(), 0)
        }
        .into()
    }
}
