use heliogram_api::functions::users::{GetFullUser, GetRequirementsToContact, GetUsers};
use heliogram_api::{enums, types};

use crate::rpc::{Answer, Cx, Table};
use crate::world::{Private, Rung, World};

pub(super) fn register(table: &mut Table) {
    table.on::<GetUsers>(|w, cx, call| {
        // What cannot be found is left out: the answer is what is known of the rest.
        let known = call
            .id
            .iter()
            .filter_map(|user| w.input_user(cx.me, user).ok());
        Ok(known.map(|id| w.user_for(cx.me, id)).collect())
    });
    table.on::<GetFullUser>(full);
    table.on::<GetRequirementsToContact>(|_, _, call| {
        Ok(call
            .id
            .iter()
            .map(|_| enums::RequirementToContact::Empty)
            .collect())
    });
}

fn full(w: &mut World, cx: &Cx<'_>, call: GetFullUser) -> Answer<types::users::UserFull> {
    let id = w.input_user(cx.me, &call.id)?;
    let user = w.user(id)?;
    let about = match user.is_bot() {
        true => w.bot_texts_for(cx.me, id).about,
        false => user.about.clone(),
    };
    let settings = w.peer_settings(cx.me, id);
    let shows = |about| w.allows(id, about, cx.me);
    let bot_info = w.bot_info(cx.me, id, id);
    let bot = w.bot(id);
    let rings = w.notify_settings(cx.me, Rung::Peer(id));
    let dialog = w
        .boxes
        .get(&cx.me)
        .and_then(|mailbox| mailbox.dialogs.get(&id));
    let pinned = dialog.and_then(|dialog| dialog.pins.last().copied());
    let face = w.faces_of(cx.me, id).first().copied();
    let face = face.and_then(|id| w.photos.get(&id));
    let full = types::UserFull {
        blocked: w.user(cx.me)?.blocked.contains(&id),
        can_pin_message: true,
        has_scheduled: w.has_planned(cx.me, id),
        about: Some(about).filter(|about| !about.is_empty() && shows(Private::About)),
        birthday: w.birthday(id).filter(|_| shows(Private::Birthday)),
        voice_messages_forbidden: !shows(Private::Voices),
        phone_calls_private: !shows(Private::Calls),
        private_forward_name: (!shows(Private::Forwards)).then(|| user.full_name()),
        bot_group_admin_rights: bot.and_then(|bot| bot.group_rights.clone()),
        bot_broadcast_admin_rights: bot.and_then(|bot| bot.channel_rights.clone()),
        profile_photo: face.map(|photo| w.photo_for(cx.me, photo)),
        bot_info: bot_info.map(Into::into),
        pinned_msg_id: pinned,
        ttl_period: w.ttl_of(cx.me, id),
        folder_id: w.archived_in(cx.me, id),
        ..types::UserFull::new(id, settings.into(), rings, 0)
    };
    Ok(types::users::UserFull::new(
        full.into(),
        Vec::new(),
        w.users_for(cx.me, [id]),
    ))
}

impl World {
    /// What a client may offer above a conversation.
    pub(crate) fn peer_settings(&self, viewer: i64, id: i64) -> types::PeerSettings {
        let is_contact = self
            .users
            .get(&viewer)
            .is_some_and(|u| u.contacts.contains_key(&id));
        let stranger = viewer != id && id > 0 && !is_contact && !self.is_bot(id);
        types::PeerSettings {
            add_contact: stranger,
            block_contact: stranger,
            report_spam: stranger,
            ..types::PeerSettings::new()
        }
    }
}
