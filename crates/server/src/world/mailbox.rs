use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use heliogram_api::enums;

use super::{Rec, World, is_channel};
use crate::persist::record;
use crate::rpc::{Answer, Refusal};

/// How many steps of its history a box keeps; who is further behind is told to start over.
const LOG_MAX: usize = 100_000;

/// Messages under ids of their own, with a history of changes: what an account sees in private
/// chats and basic groups, or all of a channel.
pub(crate) struct Mailbox {
    pub(crate) last_id: i32,
    pub(crate) pts: i32,
    /// The newest update of the secondary box.
    pub(crate) qts: i32,
    pub(crate) entries: BTreeMap<i32, Entry>,
    pub(crate) dialogs: HashMap<i64, Dialog>,
    /// The messages of each thread, by its first.
    pub(crate) threads: HashMap<i32, BTreeSet<i32>>,
    pub(crate) log: VecDeque<Logged>,
    /// The updates that carry a qts.
    pub(crate) secondary: VecDeque<super::Secondary>,
    /// Random ids that were used, by account, with the message each one led to.
    pub(crate) random: HashMap<(i64, i64), i32>,
    /// When the box changed last: the second, and the moment in it.
    pub(crate) changed: (i32, u64),
}

/// One message as the owner of a box sees it.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) letter: i64,
    /// The other end, as a dialog id: the owner for Saved Messages, the channel in its own box.
    pub(crate) peer: i64,
    /// The message it answers, in this box.
    pub(crate) reply_to: Option<i32>,
    /// The first message of the thread or topic it belongs to, in this box.
    pub(crate) thread: Option<i32>,
    pub(crate) pinned: bool,
    /// A voice message or round video that was not listened to yet.
    pub(crate) unheard: bool,
    /// Of a channel's post: the discussion group and the message in it that answers are below.
    pub(crate) comments: Option<(i64, i32)>,
}

record!(Entry {
    letter,
    peer,
    reply_to,
    thread,
    pinned,
    unheard,
    comments
});

impl Entry {
    /// A message of a conversation, with nothing special about it.
    pub(crate) fn of(letter: i64, peer: i64) -> Self {
        Self {
            letter,
            peer,
            reply_to: None,
            thread: None,
            pinned: false,
            unheard: false,
            comments: None,
        }
    }
}

/// One conversation as the owner of a box sees it.
#[derive(Default)]
pub(crate) struct Dialog {
    pub(crate) ids: BTreeSet<i32>,
    /// The newest incoming message that was read.
    pub(crate) read_in: i32,
    /// The newest outgoing message the other side read.
    pub(crate) read_out: i32,
    pub(crate) unread: i32,
    pub(crate) marked: bool,
    /// Place among the pinned dialogs, from the top.
    pub(crate) pinned: Option<i32>,
    /// The messages pinned in it.
    pub(crate) pins: BTreeSet<i32>,
    pub(crate) draft: Option<enums::DraftMessage>,
    /// Seconds until new messages of a private chat delete themselves; 0 for never.
    pub(crate) ttl: i32,
    /// Messages of the owner that got reactions it has not looked at.
    pub(crate) reacted: BTreeSet<i32>,
    /// Messages that mean the owner and that it has not looked at.
    pub(crate) mentions: BTreeSet<i32>,
    /// How far the threads and topics of a channel were read.
    pub(crate) threads: BTreeMap<i32, super::ThreadRead>,
    /// The newest message there was when the owner came into a channel.
    pub(crate) since: i32,
    /// The list it is in: the main one, or the archive.
    pub(crate) folder: i32,
}

record!(DialogRecord {
    read_in,
    read_out,
    marked,
    pinned,
    draft,
    ttl,
    mentions,
    reacted,
    threads,
    since,
    folder
});

/// What of a dialog is stored: the rest follows from its messages.
pub(crate) struct DialogRecord {
    read_in: i32,
    read_out: i32,
    marked: bool,
    pinned: Option<i32>,
    draft: Option<enums::DraftMessage>,
    ttl: i32,
    mentions: BTreeSet<i32>,
    reacted: BTreeSet<i32>,
    threads: BTreeMap<i32, super::ThreadRead>,
    since: i32,
    folder: i32,
}

impl Dialog {
    /// What is stored of it.
    pub(crate) fn record(&self) -> DialogRecord {
        DialogRecord {
            read_in: self.read_in,
            read_out: self.read_out,
            marked: self.marked,
            pinned: self.pinned,
            draft: self.draft.clone(),
            ttl: self.ttl,
            mentions: self.mentions.clone(),
            reacted: self.reacted.clone(),
            threads: self.threads.clone(),
            since: self.since,
            folder: self.folder,
        }
    }
}

impl From<DialogRecord> for Dialog {
    fn from(record: DialogRecord) -> Self {
        Self {
            ids: BTreeSet::new(),
            read_in: record.read_in,
            read_out: record.read_out,
            unread: 0,
            marked: record.marked,
            pinned: record.pinned,
            pins: BTreeSet::new(),
            draft: record.draft,
            ttl: record.ttl,
            mentions: record.mentions,
            reacted: record.reacted,
            threads: record.threads,
            since: record.since,
            folder: record.folder,
        }
    }
}

/// One step of a box's history.
#[derive(Clone)]
pub(crate) struct Logged {
    /// The box's pts after the step.
    pub(crate) pts: i32,
    /// How far the step moved it.
    pub(crate) count: i32,
    pub(crate) what: What,
}

record!(Logged { pts, count, what });

/// What happened in one step.
#[derive(Clone)]
pub(crate) enum What {
    /// A message came or was sent.
    New(i32),
    /// A message was edited.
    Edited(i32),
    /// Messages were deleted.
    Deleted(Vec<i32>),
    /// The owner read incoming messages.
    ReadIn { peer: i64, up_to: i32, left: i32 },
    /// The other side read outgoing messages.
    ReadOut { peer: i64, up_to: i32 },
    /// Voice messages or round videos were listened to.
    Heard(Vec<i32>),
    /// Messages were pinned or unpinned.
    Pinned {
        peer: i64,
        ids: Vec<i32>,
        pinned: bool,
    },
    /// A conversation was moved to another list.
    Moved { peer: i64, folder: i32 },
}

impl crate::persist::Field for What {
    fn put(&self, w: &mut heliogram_tl::Writer) {
        let (kind, peer, ids, a, b) = match self {
            Self::New(id) => (1, 0, vec![*id], 0, 0),
            Self::Edited(id) => (2, 0, vec![*id], 0, 0),
            Self::Deleted(ids) => (3, 0, ids.clone(), 0, 0),
            Self::ReadIn { peer, up_to, left } => (4, *peer, Vec::new(), *up_to, *left),
            Self::ReadOut { peer, up_to } => (5, *peer, Vec::new(), *up_to, 0),
            Self::Heard(ids) => (6, 0, ids.clone(), 0, 0),
            Self::Pinned { peer, ids, pinned } => (7, *peer, ids.clone(), i32::from(*pinned), 0),
            Self::Moved { peer, folder } => (40, *peer, Vec::new(), *folder, 0),
        };
        w.i32(kind);
        ((peer, ids), (a, b)).put(w);
    }

    fn get(r: &mut heliogram_tl::Reader<'_>) -> Self {
        let kind = r.i32();
        let ((peer, ids), (a, b)): ((i64, Vec<i32>), (i32, i32)) = crate::persist::Field::get(r);
        let first = ids.first().copied().unwrap_or_default();
        match kind {
            1 => Self::New(first),
            2 => Self::Edited(first),
            3 => Self::Deleted(ids),
            4 => Self::ReadIn {
                peer,
                up_to: a,
                left: b,
            },
            5 => Self::ReadOut { peer, up_to: a },
            6 => Self::Heard(ids),
            40 => Self::Moved { peer, folder: a },
            _ => Self::Pinned {
                peer,
                ids,
                pinned: a != 0,
            },
        }
    }
}

impl Mailbox {
    /// An empty box.
    pub(crate) fn new() -> Self {
        Self {
            last_id: 0,
            pts: 1,
            qts: 1,
            entries: BTreeMap::new(),
            dialogs: HashMap::new(),
            threads: HashMap::new(),
            log: VecDeque::new(),
            secondary: VecDeque::new(),
            random: HashMap::new(),
            changed: (0, 0),
        }
    }

    /// Fills what follows from the entries; `author` gives who wrote a letter and the random id it
    /// was given.
    pub(crate) fn reindex(&mut self, owner: i64, author: impl Fn(i64) -> Option<(i64, i64)>) {
        for (id, entry) in &self.entries {
            let dialog = self.dialogs.entry(entry.peer).or_default();
            dialog.ids.insert(*id);
            if let Some(top) = entry.thread {
                self.threads.entry(top).or_default().insert(*id);
            }
            if entry.pinned {
                dialog.pins.insert(*id);
            }
            let own = author(entry.letter).filter(|(by, _)| *by == owner || is_channel(owner));
            match own {
                // Notes have no random id.
                Some((_, 0)) => {}
                Some((by, random_id)) => {
                    self.random.insert((by, random_id), *id);
                }
                None if *id > dialog.read_in => dialog.unread += 1,
                None => {}
            }
        }
    }

    /// The step that led to a pts, if it is still kept.
    pub(crate) fn logged_at(&self, pts: i32) -> Option<&Logged> {
        let at = self.log.binary_search_by_key(&pts, |step| step.pts).ok()?;
        self.log.get(at)
    }

    /// Unread messages in all dialogs.
    pub(crate) fn unread(&self) -> i32 {
        self.dialogs.values().map(|dialog| dialog.unread).sum()
    }
}

impl World {
    /// The box of an account.
    pub(crate) fn mailbox(&self, owner: i64) -> Answer<&Mailbox> {
        self.boxes
            .get(&owner)
            .ok_or_else(|| Refusal::bad("USER_ID_INVALID"))
    }

    /// The box of an account, to be changed.
    pub(crate) fn mailbox_mut(&mut self, owner: i64) -> Answer<&mut Mailbox> {
        self.boxes
            .get_mut(&owner)
            .ok_or_else(|| Refusal::bad("USER_ID_INVALID"))
    }

    /// Writes one step into an account's history and gives the box's new pts.
    pub(crate) fn log(&mut self, owner: i64, count: i32, what: What) -> i32 {
        let changed = (self.now(), self.next_moment());
        let Some(mailbox) = self.boxes.get_mut(&owner) else {
            return 0;
        };
        mailbox.changed = changed;
        mailbox.pts += count;
        let pts = mailbox.pts;
        mailbox.log.push_back(Logged { pts, count, what });
        let gone = if mailbox.log.len() > LOG_MAX {
            mailbox.log.pop_front()
        } else {
            None
        };
        self.touch(Rec::Box(owner));
        self.touch(Rec::Logged(owner, pts));
        if let Some(gone) = gone {
            self.touch(Rec::Logged(owner, gone.pts));
        }
        pts
    }

    /// Puts a letter into a box and gives its id there.
    pub(crate) fn file(&mut self, owner: i64, entry: Entry) -> i32 {
        let (peer, letter) = (entry.peer, entry.letter);
        let Some(mailbox) = self.boxes.get_mut(&owner) else {
            return 0;
        };
        mailbox.last_id += 1;
        let id = mailbox.last_id;
        mailbox.thread_in(entry.thread, id);
        mailbox.entries.insert(id, entry);
        mailbox.dialogs.entry(peer).or_default().ids.insert(id);
        if let Some(letter) = self.letters.get_mut(&letter) {
            letter.copies.push((owner, id));
        }
        self.touch(Rec::Box(owner));
        self.touch(Rec::Entry(owner, id));
        self.touch(Rec::Dialog(owner, peer));
        id
    }
}
