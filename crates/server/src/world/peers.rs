use heliogram_api::enums::{InputPeer, InputUser};

use super::{Kind, World};
use crate::rpc::{Answer, Refusal};

impl World {
    /// The account an input peer means to `viewer`.
    pub(crate) fn peer(&self, viewer: i64, peer: &InputPeer) -> Answer<i64> {
        match peer {
            InputPeer::InputPeerSelf => Ok(viewer),
            InputPeer::User(user) => self
                .opened(viewer, user.user_id, user.access_hash)
                .ok_or_else(|| Refusal::bad("PEER_ID_INVALID")),
            InputPeer::UserFromMessage(from) => {
                self.seen_in(viewer, from.msg_id, from.user_id, "PEER_ID_INVALID")
            }
            InputPeer::Chat(_) => Err(Refusal::bad("CHAT_ID_INVALID")),
            InputPeer::Channel(_) | InputPeer::ChannelFromMessage(_) => {
                Err(Refusal::bad("CHANNEL_INVALID"))
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
            InputUser::FromMessage(from) => {
                self.seen_in(viewer, from.msg_id, from.user_id, "USER_ID_INVALID")
            }
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

    /// The account, if a message in the viewer's box shows it.
    fn seen_in(&self, viewer: i64, msg: i32, id: i64, error: &'static str) -> Answer<i64> {
        let entry = self.boxes.get(&viewer).and_then(|b| b.entries.get(&msg));
        let shown = entry.is_some_and(|entry| {
            let letter = self.letters.get(&entry.letter);
            entry.peer == id
                || letter.is_some_and(|letter| {
                    letter.from == id || letter.forward.as_ref().is_some_and(|f| f.from == id)
                })
        });
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
            .mailbox(viewer)?
            .entries
            .get(&id)
            .filter(|entry| entry.peer == peer);
        entry
            .map(|entry| entry.letter)
            .ok_or_else(|| Refusal::bad("MESSAGE_ID_INVALID"))
    }
}
