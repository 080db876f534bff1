use heliogram_api::enums::{self, ChannelAdminLogEventAction as Action};
use heliogram_api::types;

use crate::world::{
    Act, Chat, Deed, Handled, Member, Place, Shift, Snapshot, Topic, World, shift_of,
};

impl World {
    /// Something that was done, as an administrator reads it, and who appears in it.
    pub(crate) fn deed_for(
        &self,
        viewer: i64,
        chat: &Chat,
        deed: &Deed,
    ) -> (types::ChannelAdminLogEvent, Vec<i64>) {
        let mut about = vec![deed.by];
        let message = |message: &Snapshot| {
            let place = Place {
                owner: chat.id,
                id: message.id,
            };
            let (entry, letter) = (&message.entry, &message.letter);
            (
                self.message_from(viewer, place, entry, letter),
                self.named_by(entry, letter),
            )
        };
        let action: Action = match &deed.act {
            Act::Plain(action) => {
                about.extend(named_in(action));
                action.clone()
            }
            Act::Photo(before, after) => types::ChannelAdminLogEventActionChangePhoto::new(
                self.photo_or_none(viewer, *before),
                self.photo_or_none(viewer, *after),
            )
            .into(),
            Act::Message(handled, snapshot) => {
                let (message, who) = message(snapshot);
                about.extend(who);
                match handled {
                    Handled::Sent => {
                        types::ChannelAdminLogEventActionSendMessage::new(message).into()
                    }
                    Handled::Deleted => {
                        types::ChannelAdminLogEventActionDeleteMessage::new(message).into()
                    }
                    Handled::Pinned => {
                        types::ChannelAdminLogEventActionUpdatePinned::new(message).into()
                    }
                    Handled::Closed => {
                        types::ChannelAdminLogEventActionStopPoll::new(message).into()
                    }
                }
            }
            Act::Edited(before, after) => {
                let (old, who) = message(before);
                about.extend(who);
                let (new, who) = message(after);
                about.extend(who);
                types::ChannelAdminLogEventActionEditMessage::new(old, new).into()
            }
            Act::Place(user, before, after) => {
                about.extend([*user, after.inviter, after.promoted_by, after.kicked_by]);
                self.placed(viewer, chat, *user, before.as_deref(), after)
            }
            Act::TopicMade(topic) => {
                about.push(topic.by);
                let shown = self.topic_for(viewer, chat, topic);
                types::ChannelAdminLogEventActionCreateTopic::new(shown).into()
            }
            Act::TopicChanged(before, after) => {
                about.push(after.by);
                self.topic_changed(viewer, chat, before, after)
            }
            Act::TopicGone(topic) => {
                about.push(topic.by);
                let shown = self.topic_for(viewer, chat, topic);
                types::ChannelAdminLogEventActionDeleteTopic::new(shown).into()
            }
        };
        let event = types::ChannelAdminLogEvent::new(deed.id, deed.date, deed.by, action);
        (event, about)
    }

    fn placed(
        &self,
        viewer: i64,
        chat: &Chat,
        user: i64,
        before: Option<&Member>,
        after: &Member,
    ) -> Action {
        let left = || types::ChannelParticipantLeft::new(super::peer(user)).into();
        let place = |member: Option<&Member>| -> enums::ChannelParticipant {
            let place = member.and_then(|member| self.channel_place(viewer, chat, user, member));
            place.unwrap_or_else(left)
        };
        let (old, new) = (place(before), place(Some(after)));
        match shift_of(before, after) {
            Shift::Invited => types::ChannelAdminLogEventActionParticipantInvite::new(new).into(),
            Shift::Promoted | Shift::Demoted => {
                types::ChannelAdminLogEventActionParticipantToggleAdmin::new(old, new).into()
            }
            Shift::Kicked | Shift::Unkicked | Shift::Banned | Shift::Unbanned => {
                types::ChannelAdminLogEventActionParticipantToggleBan::new(old, new).into()
            }
        }
    }

    fn topic_changed(&self, viewer: i64, chat: &Chat, before: &Topic, after: &Topic) -> Action {
        let shown = |topic: &Topic| self.topic_for(viewer, chat, topic);
        let pinned = |topic: &Topic| topic.pinned.is_some();
        if pinned(before) == pinned(after) {
            let (old, new) = (shown(before), shown(after));
            return types::ChannelAdminLogEventActionEditTopic::new(old, new).into();
        }
        types::ChannelAdminLogEventActionPinTopic {
            prev_topic: pinned(before).then(|| shown(before)),
            new_topic: pinned(after).then(|| shown(after)),
        }
        .into()
    }

    /// A photo as an account sees it, or that there is none.
    pub(crate) fn photo_or_none(&self, viewer: i64, photo: Option<i64>) -> enums::Photo {
        let photo = photo.and_then(|id| self.photos.get(&id));
        photo.map_or_else(
            || types::PhotoEmpty::new(0).into(),
            |photo| self.photo_for(viewer, photo),
        )
    }
}

/// The accounts an entry of the log names.
fn named_in(action: &Action) -> Vec<i64> {
    let admin = |invite: &enums::ExportedChatInvite| match invite {
        enums::ExportedChatInvite::ChatInviteExported(invite) => vec![invite.admin_id],
        _ => Vec::new(),
    };
    match action {
        Action::ParticipantJoinByInvite(action) => admin(&action.invite),
        Action::ParticipantJoinByRequest(action) => {
            let mut all = admin(&action.invite);
            all.push(action.approved_by);
            all
        }
        Action::ExportedInviteDelete(action) => admin(&action.invite),
        Action::ExportedInviteRevoke(action) => admin(&action.invite),
        Action::ExportedInviteEdit(action) => admin(&action.new_invite),
        Action::ParticipantEditRank(action) => vec![action.user_id],
        _ => Vec::new(),
    }
}
