use heliogram_api::{enums, types};

use super::{Cast, peer};
use crate::world::{Place, World, is_channel};

impl World {
    /// A conversation as the owner of a box sees it.
    pub(crate) fn dialog_for(&self, owner: i64, with: i64) -> enums::Dialog {
        let mailbox = self.boxes.get(&owner);
        let dialog = mailbox.and_then(|mailbox| mailbox.dialogs.get(&with));
        let top = self.top_of(owner, with).map_or(0, |(_, id)| id);
        let (read_in, read_out) = dialog.map_or((0, 0), |d| (d.read_in, d.read_out));
        // Nobody else reads Saved Messages, so all of it counts as read.
        let (read_in, read_out) = if with == owner {
            (top, top)
        } else {
            (read_in, read_out)
        };
        let channel = self.boxes.get(&with).filter(|_| is_channel(with));
        types::Dialog {
            pinned: dialog.is_some_and(|d| d.pinned.is_some()),
            unread_mark: dialog.is_some_and(|d| d.marked),
            pts: channel.map(|channel| channel.pts),
            draft: dialog.and_then(|d| d.draft.clone()),
            ttl_period: self.ttl_of(owner, with),
            ..types::Dialog::new(
                peer(with),
                top,
                read_in,
                read_out,
                self.unread_in(owner, with),
                self.unread_mentions(owner, with)
                    .map_or(0, |ids| ids.len() as i32),
                0,
                0,
                types::PeerNotifySettings::new(),
            )
        }
        .into()
    }

    /// Conversations, their newest messages, and who appears in them.
    pub(crate) fn dialogs_for(
        &self,
        owner: i64,
        peers: &[i64],
    ) -> (Vec<enums::Dialog>, Vec<enums::Message>, Cast) {
        let dialogs = peers
            .iter()
            .map(|with| self.dialog_for(owner, *with))
            .collect();
        let tops: Vec<Place> = peers
            .iter()
            .filter_map(|with| {
                let (_, id) = self.top_of(owner, *with)?;
                let owner = self.box_of(owner, *with);
                Some(Place { owner, id })
            })
            .collect();
        let messages = tops.iter().map(|top| self.message_for(owner, *top));
        let messages = messages.collect();
        let people = tops.iter().flat_map(|top| self.mentioned_in(owner, *top));
        let cast = self.cast(owner, people.chain(peers.iter().copied()));
        (dialogs, messages, cast)
    }
}
