//! The two lists a conversation can be in: the main one, and the archive.

use super::{Actor, Rec, What, World, is_channel};
use crate::rpc::{Answer, Refusal};

/// The main list.
pub(crate) const MAIN: i32 = 0;
/// The archive.
pub(crate) const ARCHIVE: i32 = 1;

/// A list by the number a client gives it.
pub(crate) fn check_folder(folder: i32) -> Answer<i32> {
    match folder {
        MAIN | ARCHIVE => Ok(folder),
        _ => Err(Refusal::bad("FOLDER_ID_INVALID")),
    }
}

/// Conversations that were moved, and where the box stands after that.
pub(crate) struct Moved {
    pub(crate) peers: Vec<(i64, i32)>,
    pub(crate) pts: i32,
    pub(crate) count: i32,
}

impl World {
    /// The list a conversation is in.
    pub(crate) fn folder_of(&self, owner: i64, peer: i64) -> i32 {
        let dialog = self.boxes.get(&owner).and_then(|b| b.dialogs.get(&peer));
        dialog.map_or(MAIN, |dialog| dialog.folder)
    }

    /// The same in the form of updates, which leave the main list out.
    pub(crate) fn archived_in(&self, owner: i64, peer: i64) -> Option<i32> {
        Some(self.folder_of(owner, peer)).filter(|folder| *folder != MAIN)
    }

    /// Moves conversations from one list to the other; those that are not in any, and those that
    /// are there already, stay out of it.
    pub(crate) fn move_dialogs(&mut self, by: Actor, moves: &[(i64, i32)]) -> Answer<Moved> {
        let folders = moves.iter().map(|(_, folder)| check_folder(*folder));
        folders.collect::<Answer<Vec<i32>>>()?;
        let mut moved = Moved {
            peers: Vec::new(),
            pts: self.mailbox(by.user)?.pts,
            count: 0,
        };
        for (peer, folder) in moves {
            if let Some(pts) = self.move_dialog(by, by.user, *peer, *folder) {
                moved.peers.push((*peer, *folder));
                moved.pts = pts;
                moved.count += 1;
            }
        }
        Ok(moved)
    }

    fn move_dialog(&mut self, by: Actor, owner: i64, peer: i64, folder: i32) -> Option<i32> {
        let mailbox = self.boxes.get_mut(&owner)?;
        let dialog = mailbox.dialogs.get_mut(&peer)?;
        if dialog.folder == folder {
            return None;
        }
        dialog.folder = folder;
        // What is pinned in one list is not so in the other.
        dialog.pinned = None;
        self.note_archived(owner, peer, folder == ARCHIVE);
        self.touch(Rec::Dialog(owner, peer));
        let pts = self.log(owner, 1, What::Moved { peer, folder });
        self.push_step(owner, by, pts);
        Some(pts)
    }

    /// Keeps track of who has a channel in the archive, so that a new post need not ask everybody.
    pub(crate) fn note_archived(&mut self, owner: i64, peer: i64, archived: bool) {
        if !is_channel(peer) {
            return;
        }
        let owners = self.archived.entry(peer).or_default();
        if archived {
            owners.insert(owner);
        } else {
            owners.remove(&owner);
        }
        if owners.is_empty() {
            self.archived.remove(&peer);
        }
    }

    /// A new message brings an archived conversation back, unless it is muted.
    pub(crate) fn unarchive(&mut self, by: Actor, owner: i64, peer: i64) {
        let archived = self.folder_of(owner, peer) == ARCHIVE;
        let stays =
            || self.is_muted(owner, peer) || self.global_privacy(owner).keep_archived_unmuted;
        if archived && !stays() {
            self.move_dialog(by, owner, peer, MAIN);
        }
    }

    /// The same for everybody who has a channel in the archive, except who wrote there.
    pub(crate) fn unarchive_channel(&mut self, by: Actor, channel: i64) {
        let owners = self.archived.get(&channel).cloned().unwrap_or_default();
        for owner in owners.into_iter().filter(|owner| *owner != by.user) {
            self.unarchive(by, owner, channel);
        }
    }
}
