use heliogram_api::{enums, types};

use super::peer;
use crate::world::World;

impl World {
    /// A conversation as the owner of a box sees it.
    pub(crate) fn dialog_for(&self, owner: i64, with: i64) -> enums::Dialog {
        let mailbox = self.boxes.get(&owner);
        let dialog = mailbox.and_then(|mailbox| mailbox.dialogs.get(&with));
        let top = dialog
            .and_then(|dialog| dialog.ids.last().copied())
            .unwrap_or_default();
        let (read_in, read_out) = dialog.map_or((0, 0), |d| (d.read_in, d.read_out));
        let unread = dialog.map_or(0, |d| d.unread);
        // Nobody else reads Saved Messages, so all of it counts as read.
        let (read_in, read_out) = if with == owner {
            (top, top)
        } else {
            (read_in, read_out)
        };
        types::Dialog {
            pinned: dialog.is_some_and(|d| d.pinned.is_some()),
            unread_mark: dialog.is_some_and(|d| d.marked),
            draft: dialog.and_then(|d| d.draft.clone()),
            ..types::Dialog::new(
                peer(with),
                top,
                read_in,
                read_out,
                unread,
                0,
                0,
                0,
                types::PeerNotifySettings::new(),
            )
        }
        .into()
    }

    /// Conversations, their newest messages, and the accounts in them.
    pub(crate) fn dialogs_for(
        &self,
        owner: i64,
        peers: &[i64],
    ) -> (Vec<enums::Dialog>, Vec<enums::Message>, Vec<enums::User>) {
        let dialogs = peers
            .iter()
            .map(|with| self.dialog_for(owner, *with))
            .collect();
        let tops: Vec<i32> = peers
            .iter()
            .filter_map(|with| self.top_of(owner, *with))
            .map(|(_, id)| id)
            .collect();
        let (messages, _) = self.messages_for(owner, &tops);
        let people = tops.iter().flat_map(|id| self.people_in(owner, *id));
        let users = self.users_for(owner, people.chain(peers.iter().copied()));
        (dialogs, messages, users)
    }
}
