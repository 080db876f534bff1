//! Clearing the history of groups and channels, for oneself or for everybody.

use heliogram_api::types;

use super::{Actor, Form, Handled, Peer, Place, Right, World, is_channel};
use crate::rpc::{Answer, Refusal};

impl World {
    /// Hides the history of a channel up to a message from one account.
    pub(crate) fn clear_channel(&mut self, by: Actor, channel: i64, up_to: i32) -> Answer<i32> {
        let found = self.visible_chat(by.user, channel)?;
        let missing = || Refusal::bad("CHANNEL_PARICIPANT_MISSING");
        let mut member = found.members.get(by.user).cloned().ok_or_else(missing)?;
        let newest = self.top_of(by.user, channel).map_or(0, |(_, id)| id);
        let up_to = if up_to <= 0 {
            newest
        } else {
            up_to.min(newest)
        };
        member.cleared_up_to = member.cleared_up_to.max(up_to);
        let cleared = member.cleared_up_to;
        self.set_member(channel, by.user, member)?;
        let update = types::UpdateChannelAvailableMessages::new(Peer::of(channel).id(), cleared);
        self.push_one(by.user, by, update.into(), &[channel]);
        Ok(cleared)
    }

    /// Deletes the history of a channel up to a message for everybody. Gives the channel's pts and
    /// how far it moved.
    pub(crate) fn wipe_channel(
        &mut self,
        by: Actor,
        channel: i64,
        up_to: i32,
    ) -> Answer<(i32, i32)> {
        self.check_right(by.user, channel, Right::DeleteMessages)?;
        let up_to = if up_to <= 0 { i32::MAX } else { up_to };
        self.wipe_where(by, channel, |_, id, _| id <= up_to)
    }

    /// Deletes everything one member wrote in a supergroup.
    pub(crate) fn wipe_member(&mut self, by: Actor, channel: i64, user: i64) -> Answer<(i32, i32)> {
        let form = self
            .check_right(by.user, channel, Right::DeleteMessages)?
            .form;
        if form != Form::Supergroup {
            return Err(Refusal::bad("CHANNEL_INVALID"));
        }
        self.wipe_where(by, channel, |w, _, letter| {
            w.letters
                .get(&letter)
                .is_some_and(|letter| letter.from == user)
        })
    }

    /// Deletes the messages of a thread or topic.
    pub(crate) fn wipe_thread(
        &mut self,
        by: Actor,
        channel: i64,
        thread: i32,
    ) -> Answer<(i32, i32)> {
        let ids = self.thread_ids(channel, thread).cloned();
        let ids = ids.unwrap_or_default();
        self.wipe_where(by, channel, |_, id, _| id == thread || ids.contains(&id))
    }

    fn wipe_where(
        &mut self,
        by: Actor,
        channel: i64,
        wanted: impl Fn(&Self, i32, i64) -> bool,
    ) -> Answer<(i32, i32)> {
        let mailbox = self.mailbox(channel)?;
        let entries = mailbox.entries.iter();
        // What made the channel stays as long as the channel.
        let gone: Vec<i32> = entries
            .filter(|(id, entry)| **id > 1 && wanted(self, **id, entry.letter))
            .map(|(id, _)| *id)
            .collect();
        if gone.is_empty() {
            return Ok((mailbox.pts, 0));
        }
        for id in &gone {
            let (owner, id) = (channel, *id);
            self.note_handled(by.user, Place { owner, id }, Handled::Deleted);
            self.remove(owner, id);
        }
        Ok(self.deleted(by, channel, gone))
    }

    /// Deletes a conversation up to a message: for everybody with `revoke`, else for oneself.
    pub(crate) fn forget_history(
        &mut self,
        by: Actor,
        peer: i64,
        up_to: i32,
        (revoke, keep_dialog): (bool, bool),
    ) -> Answer<(i32, i32)> {
        if is_channel(peer) {
            if revoke {
                return self.wipe_channel(by, peer, up_to);
            }
            self.clear_channel(by, peer, up_to)?;
            return Ok((self.mailbox(peer)?.pts, 0));
        }
        let done = self.clear(by, peer, up_to, revoke, keep_dialog)?;
        let left = self.mailbox(by.user)?.dialogs.get(&peer);
        let emptied = done.1 > 0 && left.is_some_and(|dialog| dialog.ids.is_empty());
        // Something has to stay, or the conversation would leave the list.
        if keep_dialog && emptied {
            let pts = self.note_own(by, peer, heliogram_api::enums::MessageAction::HistoryClear)?;
            return Ok((pts, done.1 + 1));
        }
        Ok(done)
    }
}
