use heliogram_api::{enums, types};

use super::{Cast, peer};
use crate::world::{After, Place, Rung, Which, World, is_channel};

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
            folder_id: self.archived_in(owner, with),
            ..types::Dialog::new(
                peer(with),
                top,
                read_in,
                read_out,
                self.unread_in(owner, with),
                self.unread_mentions(owner, with)
                    .map_or(0, |ids| ids.len() as i32),
                self.unread_reactions(owner, with).len() as i32,
                0,
                self.notify_settings(owner, Rung::Peer(with)),
            )
        }
        .into()
    }

    /// The archive as one entry above a list: its newest conversation, and how much in it is
    /// unread. Nothing if it is empty.
    pub(crate) fn folder_for(&self, owner: i64, folder: i32) -> Option<(i64, types::DialogFolder)> {
        let which = Which {
            folder: Some(folder),
            not_pinned: true,
            range: None,
        };
        let newest = self.dialogs(owner, which, After::default(), 1);
        let pinned = self.pinned_dialogs(owner, folder).ok()?;
        let newest = newest.ok()?.peers.into_iter().chain(pinned);
        let newest = newest.max_by_key(|peer| self.top_of(owner, *peer))?;
        let about = types::Folder::new(folder, "Archived chats".to_owned());
        let (_, top) = self.top_of(owner, newest)?;
        let mut entry = types::DialogFolder {
            pinned: true,
            ..types::DialogFolder::new(about, peer(newest), top, 0, 0, 0, 0)
        };
        let dialogs = self.boxes.get(&owner)?.dialogs.iter();
        for (with, _) in dialogs.filter(|(_, dialog)| dialog.folder == folder) {
            let unread = self.unread_in(owner, *with);
            let some = i32::from(unread > 0);
            if self.is_muted(owner, *with) {
                entry.unread_muted_peers_count += some;
                entry.unread_muted_messages_count += unread;
            } else {
                entry.unread_unmuted_peers_count += some;
                entry.unread_unmuted_messages_count += unread;
            }
        }
        Some((newest, entry))
    }

    /// Conversations, their newest messages, and who appears in them; above them, if there is one,
    /// the entry of a folder.
    pub(crate) fn dialogs_for(
        &self,
        owner: i64,
        peers: &[i64],
        above: Option<(i64, types::DialogFolder)>,
    ) -> (Vec<enums::Dialog>, Vec<enums::Message>, Cast) {
        let shown = above.iter().map(|(with, _)| *with);
        let shown: Vec<i64> = shown.chain(peers.iter().copied()).collect();
        let dialogs = peers.iter().map(|with| self.dialog_for(owner, *with));
        let above = above.map(|(_, entry)| entry.into());
        let dialogs = above.into_iter().chain(dialogs).collect();
        let tops: Vec<Place> = shown
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
        let cast = self.cast(owner, people.chain(shown.iter().copied()));
        (dialogs, messages, cast)
    }
}
