use heliogram_api::{enums, types};

use super::{Actor, Peer, Told, World};
use crate::render::peer;
use crate::rpc::Answer;

impl World {
    /// Tells the other side of a conversation that somebody is writing.
    pub(crate) fn type_into(
        &mut self,
        by: Actor,
        to: i64,
        thread: Option<i32>,
        action: enums::SendMessageAction,
    ) -> Answer<()> {
        match Peer::of(to) {
            Peer::User(_) => {
                self.check_may_write(by.user, to)?;
                let blocked = self.user(to)?.blocked.contains(&by.user);
                if to != by.user && self.has_dialog(to, by.user) && !blocked {
                    let update = types::UpdateUserTyping::new(by.user, action);
                    self.push_short(to, by, update.into());
                }
            }
            Peer::Group(id) => {
                self.check_speaks(by.user, to)?;
                let from = peer(by.user);
                let update = types::UpdateChatUserTyping::new(id, from, action);
                self.push_others(by, to, update.into());
            }
            Peer::Channel(id) => {
                self.check_speaks(by.user, to)?;
                let update = types::UpdateChannelUserTyping {
                    top_msg_id: thread,
                    ..types::UpdateChannelUserTyping::new(id, peer(by.user), action)
                };
                self.push_others(by, to, update.into());
            }
        }
        Ok(())
    }

    /// Tells everybody in a group or channel but who did it.
    fn push_others(&mut self, by: Actor, chat: i64, update: enums::Update) {
        self.push_all(chat, by, Told::Others(update));
    }
}
