use heliogram_api::enums::{InputChannel, InputPeer, InputUser};

use super::{Kind, Place, World, channel_dialog, group_dialog};
use crate::rpc::{Answer, Refusal};

impl World {
    /// The conversation an input peer means to `viewer`, as a dialog id.
    pub(crate) fn peer(&self, viewer: i64, peer: &InputPeer) -> Answer<i64> {
        match peer {
            InputPeer::InputPeerSelf => Ok(viewer),
            InputPeer::User(user) => self
                .opened(viewer, user.user_id, user.access_hash)
                .ok_or_else(|| Refusal::bad("PEER_ID_INVALID")),
            InputPeer::UserFromMessage(from) => self.seen_in(
                viewer,
                &from.peer,
                from.msg_id,
                from.user_id,
                "PEER_ID_INVALID",
            ),
            InputPeer::Chat(chat) => self.group(viewer, chat.chat_id),
            InputPeer::Channel(channel) => {
                self.opened_channel(viewer, channel.channel_id, channel.access_hash)
            }
            InputPeer::ChannelFromMessage(from) => {
                self.channel_seen_in(viewer, &from.peer, from.msg_id, from.channel_id)
            }
            _ => Err(Refusal::bad("PEER_ID_INVALID")),
        }
    }

    /// The account an input user means to `viewer`.
    pub(crate) fn input_user(&self, viewer: i64, user: &InputUser) -> Answer<i64> {
        match user {
            InputUser::InputUserSelf => Ok(viewer),
            InputUser::InputUser(user) => self
                .opened(viewer, user.user_id, user.access_hash)
                .ok_or_else(|| Refusal::bad("USER_ID_INVALID")),
            InputUser::FromMessage(from) => self.seen_in(
                viewer,
                &from.peer,
                from.msg_id,
                from.user_id,
                "USER_ID_INVALID",
            ),
            _ => Err(Refusal::bad("USER_ID_INVALID")),
        }
    }

    /// The account, if the hash is the one this viewer was given. Bots may leave it at zero for
    /// accounts that wrote to them, and everybody for themselves.
    fn opened(&self, viewer: i64, id: i64, hash: i64) -> Option<i64> {
        let known = self.users.contains_key(&id);
        let right = id == viewer || hash == self.access_hash(viewer, Kind::User, id);
        let bot = hash == 0 && self.is_bot(viewer) && self.has_dialog(viewer, id);
        (known && (right || bot)).then_some(id)
    }

    /// The basic group with that id, if the viewer is or was in it.
    fn group(&self, viewer: i64, id: i64) -> Answer<i64> {
        let dialog = group_dialog(id)?;
        self.visible_chat(viewer, dialog).map(|chat| chat.id)
    }

    /// The channel or supergroup an input channel means to `viewer`, as a dialog id; it is one that
    /// the viewer may look at.
    pub(crate) fn channel(&self, viewer: i64, channel: &InputChannel) -> Answer<i64> {
        match channel {
            InputChannel::InputChannel(channel) => {
                self.opened_channel(viewer, channel.channel_id, channel.access_hash)
            }
            InputChannel::FromMessage(from) => {
                self.channel_seen_in(viewer, &from.peer, from.msg_id, from.channel_id)
            }
            _ => Err(Refusal::bad("CHANNEL_INVALID")),
        }
    }

    /// The same, but also one that the viewer may not look at any more.
    pub(crate) fn channel_even_private(&self, viewer: i64, channel: &InputChannel) -> Answer<i64> {
        match self.channel(viewer, channel) {
            Err(refusal) if refusal.name == "CHANNEL_PRIVATE" => match channel {
                InputChannel::InputChannel(channel) => channel_dialog(channel.channel_id),
                _ => Err(refusal),
            },
            other => other,
        }
    }

    /// The channel, if the hash is the one this viewer was given. Bots may leave it at zero for
    /// channels they are in.
    fn opened_channel(&self, viewer: i64, id: i64, hash: i64) -> Answer<i64> {
        let dialog = channel_dialog(id)?;
        let chat = self.chat(dialog)?;
        let right = hash == self.access_hash(viewer, Kind::Channel, id);
        let bot = hash == 0 && self.is_bot(viewer) && chat.members.has(viewer);
        if !right && !bot {
            return Err(Refusal::bad("CHANNEL_INVALID"));
        }
        self.visible_chat(viewer, dialog).map(|chat| chat.id)
    }

    /// The channel, if a message that the viewer can see shows it.
    fn channel_seen_in(&self, viewer: i64, peer: &InputPeer, msg: i32, id: i64) -> Answer<i64> {
        let dialog = channel_dialog(id)?;
        let at = self.peer(viewer, peer)?;
        let place = Place {
            owner: self.box_of(viewer, at),
            id: msg,
        };
        if !self.mentioned_in(viewer, place).contains(&dialog) {
            return Err(Refusal::bad("CHANNEL_INVALID"));
        }
        self.visible_chat(viewer, dialog).map(|chat| chat.id)
    }

    /// The account, if a message that the viewer can see shows it.
    fn seen_in(
        &self,
        viewer: i64,
        peer: &InputPeer,
        msg: i32,
        id: i64,
        error: &'static str,
    ) -> Answer<i64> {
        let at = self.peer(viewer, peer)?;
        let place = Place {
            owner: self.box_of(viewer, at),
            id: msg,
        };
        let shown = self.mentioned_in(viewer, place).contains(&id);
        if shown && self.users.contains_key(&id) {
            Ok(id)
        } else {
            Err(Refusal::bad(error))
        }
    }

    /// Whether two accounts have written to each other, seen from one of them.
    pub(crate) fn has_dialog(&self, owner: i64, peer: i64) -> bool {
        self.boxes
            .get(&owner)
            .is_some_and(|mailbox| mailbox.dialogs.contains_key(&peer))
    }

    /// The conversation a message belongs to.
    pub(crate) fn entry_peer(&self, viewer: i64, id: i32) -> Answer<i64> {
        let entry = self.mailbox(viewer)?.entries.get(&id);
        entry
            .map(|entry| entry.peer)
            .ok_or_else(|| Refusal::bad("MESSAGE_ID_INVALID"))
    }

    /// What a message of a conversation says, by the letter's id.
    pub(crate) fn message_of(&self, viewer: i64, peer: i64, id: i32) -> Answer<i64> {
        let entry = self
            .mailbox(self.box_of(viewer, peer))?
            .entries
            .get(&id)
            .filter(|entry| entry.peer == peer);
        entry
            .map(|entry| entry.letter)
            .filter(|_| self.can_see(viewer, peer, id))
            .ok_or_else(|| Refusal::bad("MESSAGE_ID_INVALID"))
    }
}
