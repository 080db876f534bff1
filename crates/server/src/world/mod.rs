//! The state of the embedded Telegram: who exists, what was said, and what each account has seen.
//!
//! Nothing in here knows sockets, files or bytes on the wire. A change leaves two trails behind:
//! [`Push`]es for the sessions that should hear of it, and the records that [`crate::persist`]
//! has to write before the change is acknowledged.

mod access;
mod actor;
mod auths;
mod birthday;
mod bots;
mod cdn;
mod chats;
mod checks;
mod codes;
mod contacts;
mod delete;
mod deletion;
mod dialogs;
mod difference;
mod discussion;
mod document_forms;
mod due;
mod edit;
mod emoji;
mod entities;
mod expiry;
mod faces;
mod filters;
mod folders;
mod forward;
mod governing;
mod history;
mod invites;
mod joining;
mod journal;
mod lapsing;
mod letters;
mod login_tokens;
mod logout_tokens;
mod mailbox;
mod media;
mod members;
mod mentions;
mod moments;
mod notes;
mod notify;
mod password;
mod peer;
mod peers;
mod pins;
mod placing;
mod planned_edit;
mod polls;
mod preferences;
mod privacy;
mod push;
mod reactions;
mod read;
mod records;
mod requests;
mod reset;
mod rights;
mod saved;
mod saved_contacts;
mod scheduled;
mod search;
mod secondary;
mod send;
mod send_as;
mod service;
mod sessions;
mod stickers;
mod stock;
mod takeout;
mod temporary;
#[cfg(test)]
pub(crate) mod testing;
mod text;
mod threads;
mod toggles;
mod topics;
mod typing;
mod uploads;
mod users;
mod views;
mod wiping;
mod writing;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use heliogram_crypto::{Random, SeededRandom};

pub(crate) use access::Kind;
pub(crate) use actor::{Actor, Origin};
pub(crate) use auths::{AppInfo, Auth};
pub(crate) use bots::{
    BotProfile, CallbackAnswer, GIF_SEARCH, IMAGE_SEARCH, InlineAnswer, InlineBody, InlineMessage,
    InlineQuery, InlineResult, Questions, Scope, Shown, VENUE_SEARCH, check_start,
};
pub(crate) use chats::{Chat, ChatRecord, Form, clean_about, clean_title};
pub(crate) use checks::{check_length, check_text};
pub(crate) use codes::{Verdict, phone_digits};
pub(crate) use dialogs::{After, Which};
pub(crate) use difference::Difference;
pub(crate) use edit::Edit;
pub(crate) use expiry::check_ttl;
pub(crate) use folders::{ARCHIVE, MAIN, check_folder};
pub(crate) use forward::How;
pub(crate) use history::{Page, Window};
pub(crate) use invites::{Invite, LinkTerms};
pub(crate) use joining::Way;
pub(crate) use journal::{Act, Deed, Handled, Shift, Snapshot, shift_of};
pub(crate) use letters::{Forward, Letter, Media, Quote};
pub(crate) use login_tokens::Token;
pub(crate) use mailbox::{DialogRecord, Entry, Logged, Mailbox, What};
pub(crate) use media::{
    Blob, Document, PHOTO_MAX, Photo, PhotoSize, Thumb, clean_mime, dimensions,
};
pub(crate) use members::{GROUP_MAX, Member, Standing};
pub(crate) use notify::Rung;
pub(crate) use password::{Password, Proof, group as password_group};
pub(crate) use peer::{Peer, Place, channel_dialog, group_dialog, is_channel};
pub(crate) use polls::{Poll, PollAnswer, Vote};
pub(crate) use preferences::Preferences;
pub(crate) use privacy::{Exactness, Private, named};
pub(crate) use push::{Push, Told};
pub(crate) use reactions::{Reacted, SIGNS};
pub(crate) use records::{Dirty, Rec};
pub(crate) use requests::JoinRequest;
pub(crate) use reset::Forgotten;
pub(crate) use rights::{Right, all_rights};
pub(crate) use scheduled::{QueueKey, gone_updates};
pub(crate) use search::{Among, Query, page_of as page_of_places};
pub(crate) use secondary::Secondary;
pub(crate) use send::{Draft, Sent};
pub(crate) use service::TELEGRAM;
pub(crate) use sessions::Ended;
pub(crate) use stickers::{
    BadName, FAVED_MAX, GIFS_MAX, NewSticker, Recent, StickerSet, StickerSets, Words, as_sticker,
    check_count,
};
pub(crate) use stock::Stock;
pub(crate) use takeout::MessageRange;
pub(crate) use text::Rich;
pub(crate) use threads::ThreadRead;
pub(crate) use topics::{GENERAL, Topic, TopicEdit};
pub(crate) use uploads::{Uploads, check_part};
pub(crate) use users::{Contact, User, clean_name, is_name};

use crate::clock::Clock;
use crate::event::Event;

/// First id given to an account: above 32 bits, so that a client which cuts ids shows it.
const FIRST_USER: i64 = 5_000_000_001;
/// First number given to a group or channel: above 31 bits, for the same reason.
const FIRST_CHAT: i64 = 2_200_000_001;

/// Everything the server knows.
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) rng: SeededRandom,
    /// Number of data centres, ids 1 to this.
    pub(crate) dcs: i32,
    /// Key of access hashes, file references and password salts.
    pub(crate) secret: [u8; 32],
    /// Counts up whenever file references are made to expire.
    pub(crate) reference_epoch: i32,
    pub(crate) next_user: i64,
    pub(crate) next_letter: i64,
    pub(crate) next_chat: i64,
    pub(crate) users: HashMap<i64, User>,
    /// What is kept of bots beside their accounts.
    pub(crate) bots: HashMap<i64, BotProfile>,
    /// What bots are asked by people who wait.
    pub(crate) questions: Questions,
    pub(crate) by_phone: HashMap<String, i64>,
    pub(crate) by_username: HashMap<String, i64>,
    /// Who has a user among their contacts.
    pub(crate) contact_of: HashMap<i64, HashSet<i64>>,
    pub(crate) auths: HashMap<i64, Auth>,
    pub(crate) keys_of: HashMap<i64, HashSet<i64>>,
    /// Keys in the order they were made, until somebody logs in with them or they stand for one.
    pub(crate) strangers: VecDeque<i64>,
    pub(crate) codes: codes::Codes,
    pub(crate) temporary: temporary::Temporary,
    pub(crate) tickets: auths::Tickets,
    pub(crate) login_tokens: login_tokens::LoginTokens,
    /// Groups and channels, by dialog id.
    pub(crate) chats: HashMap<i64, Chat>,
    /// The groups and channels an account is in.
    pub(crate) chats_of: HashMap<i64, BTreeSet<i64>>,
    /// Invite links, by the dialog id of where they lead and their own id.
    pub(crate) invites: BTreeMap<(i64, i64), Invite>,
    /// The same by their secret part.
    pub(crate) by_invite: HashMap<String, (i64, i64)>,
    /// Boxes of accounts, and of channels by dialog id.
    pub(crate) boxes: HashMap<i64, Mailbox>,
    /// Who has a channel in the archive.
    pub(crate) archived: HashMap<i64, BTreeSet<i64>>,
    pub(crate) preferences: HashMap<i64, Preferences>,
    pub(crate) letters: HashMap<i64, Letter>,
    /// The messages that delete themselves: when, and which.
    pub(crate) ends: BTreeSet<(i32, i64)>,
    /// Restrictions that end by themselves: when, in which chat, and whose.
    lapses: BTreeSet<(i32, i64, i64)>,
    pub(crate) documents: HashMap<i64, Document>,
    /// The files every Telegram has, once they are there.
    pub(crate) stock: Option<Stock>,
    pub(crate) photos: HashMap<i64, Photo>,
    pub(crate) polls: polls::Polls,
    /// The messages that wait for their time.
    pub(crate) scheduled: scheduled::Queues,
    pub(crate) sticker_sets: StickerSets,
    pub(crate) uploads: Uploads,
    pub(crate) cdn: cdn::Cdn,
    moments: moments::Moments,
    pub(crate) out: Vec<Push>,
    /// Questions that were answered just now, for those who wait.
    pub(crate) answered: Vec<i64>,
    /// What whoever watches the server should hear of.
    pub(crate) events: Vec<Event>,
    pub(crate) dirty: Dirty,
}

impl World {
    /// An empty world; `seed` decides every id, code and token it will make up.
    pub(crate) fn new(clock: Clock, dcs: i32, seed: [u8; 32]) -> Self {
        let mut rng = SeededRandom::new(seed);
        let mut secret = [0; 32];
        rng.fill(&mut secret);
        Self {
            clock,
            rng,
            dcs,
            secret,
            reference_epoch: 1,
            next_user: FIRST_USER,
            next_letter: 1,
            next_chat: FIRST_CHAT,
            users: HashMap::new(),
            bots: HashMap::new(),
            questions: Questions::default(),
            by_phone: HashMap::new(),
            by_username: HashMap::new(),
            contact_of: HashMap::new(),
            auths: HashMap::new(),
            keys_of: HashMap::new(),
            strangers: VecDeque::new(),
            codes: codes::Codes::default(),
            temporary: temporary::Temporary::default(),
            tickets: auths::Tickets::default(),
            login_tokens: login_tokens::LoginTokens::default(),
            chats: HashMap::new(),
            chats_of: HashMap::new(),
            invites: BTreeMap::new(),
            by_invite: HashMap::new(),
            boxes: HashMap::new(),
            archived: HashMap::new(),
            preferences: HashMap::new(),
            letters: HashMap::new(),
            ends: BTreeSet::new(),
            lapses: BTreeSet::new(),
            documents: HashMap::new(),
            stock: None,
            photos: HashMap::new(),
            polls: polls::Polls::default(),
            scheduled: scheduled::Queues::default(),
            sticker_sets: StickerSets::default(),
            uploads: Uploads::default(),
            cdn: cdn::Cdn::default(),
            moments: moments::Moments::default(),
            out: Vec::new(),
            answered: Vec::new(),
            events: Vec::new(),
            dirty: Dirty::default(),
        }
    }

    /// The date of anything that happens now.
    pub(crate) fn now(&self) -> i32 {
        self.clock.date()
    }

    /// A random id that no client can guess.
    pub(crate) fn random_id(&mut self) -> i64 {
        let mut bytes = [0; 8];
        self.rng.fill(&mut bytes);
        // Ids of files and hashes are signed on the wire; zero means "none" in several places.
        i64::from_le_bytes(bytes)
            .max(1 - i64::MAX)
            .wrapping_abs()
            .max(1)
    }

    /// Random characters from the alphabet of bot tokens and code hashes.
    pub(crate) fn random_text(&mut self, len: usize) -> String {
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut bytes = vec![0; len];
        self.rng.fill(&mut bytes);
        bytes
            .iter()
            .map(|b| char::from(ALPHABET[usize::from(b & 63)]))
            .collect()
    }
}
