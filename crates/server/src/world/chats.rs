//! Groups and channels: what each is, apart from its members and its messages.

use std::collections::{BTreeMap, VecDeque};

use heliogram_api::{enums, types};

use super::members::Member;
use super::{Mailbox, Peer, Rec, World};
use crate::persist::record;
use crate::rpc::{Answer, Refusal};

/// Longest title, in characters.
const TITLE_MAX: usize = 128;
/// Longest description, in characters.
const ABOUT_MAX: usize = 255;

/// What a group or channel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A basic group: its messages lie in the boxes of its members.
    Group,
    /// A supergroup: a channel in which all members write.
    Supergroup,
    /// A broadcast channel.
    Broadcast,
}

impl crate::persist::Field for Form {
    fn put(&self, w: &mut heliogram_tl::Writer) {
        w.i32(*self as i32);
    }

    fn get(r: &mut heliogram_tl::Reader<'_>) -> Self {
        match r.i32() {
            0 => Self::Group,
            1 => Self::Supergroup,
            _ => Self::Broadcast,
        }
    }
}

/// A group or channel.
pub(crate) struct Chat {
    /// Its dialog id.
    pub(crate) id: i64,
    pub(crate) form: Form,
    pub(crate) title: String,
    pub(crate) about: String,
    pub(crate) username: Option<String>,
    pub(crate) photo: Option<i64>,
    pub(crate) creator: i64,
    pub(crate) date: i32,
    /// Counts the changes to who is in a basic group.
    pub(crate) version: i32,
    /// What members may not do unless they are administrators.
    pub(crate) default_banned: types::ChatBannedRights,
    pub(crate) settings: Settings,
    /// The supergroup a basic group became.
    pub(crate) migrated_to: Option<i64>,
    /// The basic group a supergroup was.
    pub(crate) migrated_from: Option<i64>,
    /// The discussion group of a channel, or the channel of a discussion group.
    pub(crate) linked: Option<i64>,
    /// It was deleted: nobody is in it, and nobody can see it.
    pub(crate) deleted: bool,
    /// Everybody who is or was in it; records of their own.
    pub(crate) members: super::members::Members,
    /// Who asked to be let in; records of their own.
    pub(crate) requests: BTreeMap<i64, super::JoinRequest>,
    /// The admin log, oldest first; records of their own.
    pub(crate) deeds: VecDeque<super::Deed>,
    /// The topics of a forum; records of their own.
    pub(crate) topics: BTreeMap<i32, super::Topic>,
}

/// What administrators have switched on or off.
#[derive(Clone, Default)]
pub(crate) struct Settings {
    /// Posts carry the name of who wrote them.
    pub(crate) signatures: bool,
    /// New members do not see what was written before they came.
    pub(crate) hidden_history: bool,
    pub(crate) noforwards: bool,
    /// Seconds between two messages of one member; 0 for none.
    pub(crate) slow_mode: i32,
    /// Only members may write into a public or discussion group.
    pub(crate) join_to_send: bool,
    /// Whoever wants to join a public group has to be let in.
    pub(crate) join_request: bool,
    pub(crate) forum: bool,
    /// Clients show the topics of a forum as tabs.
    pub(crate) forum_tabs: bool,
    pub(crate) participants_hidden: bool,
    /// Seconds until new messages delete themselves; 0 for never.
    pub(crate) ttl: i32,
    /// The reactions that are allowed; all unless said.
    pub(crate) reactions: Option<enums::ChatReactions>,
    /// How many different reactions a message can have.
    pub(crate) reactions_limit: Option<i32>,
}

record!(Settings {
    signatures,
    hidden_history,
    noforwards,
    slow_mode,
    join_to_send,
    join_request,
    forum,
    forum_tabs,
    participants_hidden,
    ttl,
    reactions,
    reactions_limit
});

/// What of a group or channel is one record.
pub(crate) struct ChatRecord {
    form: Form,
    title: String,
    about: String,
    username: Option<String>,
    photo: Option<i64>,
    creator: i64,
    date: i32,
    version: i32,
    default_banned: types::ChatBannedRights,
    settings: Settings,
    migrated_to: Option<i64>,
    migrated_from: Option<i64>,
    linked: Option<i64>,
    deleted: bool,
}

record!(ChatRecord {
    form,
    title,
    about,
    username,
    photo,
    creator,
    date,
    version,
    default_banned,
    settings,
    migrated_to,
    migrated_from,
    linked,
    deleted
});

impl Chat {
    /// What is stored of it.
    pub(crate) fn record(&self) -> ChatRecord {
        ChatRecord {
            form: self.form,
            title: self.title.clone(),
            about: self.about.clone(),
            username: self.username.clone(),
            photo: self.photo,
            creator: self.creator,
            date: self.date,
            version: self.version,
            default_banned: self.default_banned.clone(),
            settings: self.settings.clone(),
            migrated_to: self.migrated_to,
            migrated_from: self.migrated_from,
            linked: self.linked,
            deleted: self.deleted,
        }
    }

    /// What was stored, without the members.
    pub(crate) fn restored(id: i64, record: ChatRecord) -> Self {
        Self {
            id,
            form: record.form,
            title: record.title,
            about: record.about,
            username: record.username,
            photo: record.photo,
            creator: record.creator,
            date: record.date,
            version: record.version,
            default_banned: record.default_banned,
            settings: record.settings,
            migrated_to: record.migrated_to,
            migrated_from: record.migrated_from,
            linked: record.linked,
            deleted: record.deleted,
            members: super::members::Members::default(),
            requests: BTreeMap::new(),
            deeds: VecDeque::new(),
            topics: BTreeMap::new(),
        }
    }

    /// Whether its messages lie in a box of its own.
    pub(crate) fn is_channel(&self) -> bool {
        self.form != Form::Group
    }

    /// Whether everybody can find it.
    pub(crate) fn is_public(&self) -> bool {
        self.username.is_some()
    }
}

impl World {
    /// The group or channel with that dialog id.
    pub(crate) fn chat(&self, id: i64) -> Answer<&Chat> {
        self.chats.get(&id).ok_or_else(|| unknown(id))
    }

    /// The group or channel with that dialog id, to be changed.
    pub(crate) fn chat_mut(&mut self, id: i64) -> Answer<&mut Chat> {
        self.touch(Rec::Chat(id));
        self.chats.get_mut(&id).ok_or_else(|| unknown(id))
    }

    /// Makes a group or channel with nobody in it but its creator.
    pub(crate) fn add_chat(
        &mut self,
        form: Form,
        creator: i64,
        title: &str,
        about: &str,
    ) -> Answer<i64> {
        let title = clean_title(title)?;
        let about = clean_about(about)?;
        let date = self.now();
        let number = self.next_chat;
        self.next_chat += 1;
        let id = match form {
            Form::Group => Peer::Group(number),
            _ => Peer::Channel(number),
        }
        .dialog();
        let mut chat = Chat {
            id,
            form,
            title,
            about,
            username: None,
            photo: None,
            creator,
            date,
            version: 1,
            default_banned: super::rights::default_banned(form),
            settings: Settings::default(),
            migrated_to: None,
            migrated_from: None,
            linked: None,
            deleted: false,
            members: super::members::Members::default(),
            requests: BTreeMap::new(),
            deeds: VecDeque::new(),
            topics: BTreeMap::new(),
        };
        chat.members.put(creator, Member::joined(date, creator));
        if chat.is_channel() {
            self.boxes.insert(id, Mailbox::new());
            self.touch(Rec::Box(id));
        }
        self.chats.insert(id, chat);
        self.chats_of.entry(creator).or_default().insert(id);
        self.touch_meta();
        self.touch(Rec::Chat(id));
        self.touch(Rec::Member(id, creator));
        self.add_link(id, creator, super::LinkTerms::permanent());
        Ok(id)
    }

    /// Gives a channel a public name, or takes it away with an empty one.
    pub(crate) fn set_chat_username(&mut self, id: i64, name: &str) -> Answer<()> {
        let chat = self.chat(id)?;
        if !chat.is_channel() {
            return Err(Refusal::bad("CHANNEL_INVALID"));
        }
        if chat.username.as_deref().unwrap_or_default() == name {
            return Err(Refusal::bad("USERNAME_NOT_MODIFIED"));
        }
        if !name.is_empty() {
            self.check_username(id, name)?;
        }
        let new = (!name.is_empty()).then(|| name.to_owned());
        let old = std::mem::replace(&mut self.chat_mut(id)?.username, new);
        if let Some(old) = old {
            self.by_username.remove(&old.to_lowercase());
        }
        if !name.is_empty() {
            self.by_username.insert(name.to_lowercase(), id);
        }
        Ok(())
    }
}

impl World {
    /// Groups and channels with a word of their title or their public name beginning like this:
    /// those the account is in, and the public ones it is not in.
    pub(crate) fn find_chats(&self, viewer: i64, query: &str) -> (Vec<i64>, Vec<i64>) {
        let query = query.trim().trim_start_matches('@').to_lowercase();
        let begins = |text: &str| {
            let text = text.to_lowercase();
            text.starts_with(&query) || text.split(' ').any(|word| word.starts_with(&query))
        };
        let fits = |chat: &&Chat| {
            let named = chat.username.as_deref().is_some_and(begins);
            !chat.deleted && (named || begins(&chat.title))
        };
        let found = self.chats.values().filter(fits);
        let (own, others): (Vec<&Chat>, Vec<&Chat>) =
            found.partition(|chat| chat.members.has(viewer));
        let mut own: Vec<i64> = own.iter().map(|chat| chat.id).collect();
        let others = others.iter().filter(|chat| chat.is_public());
        let mut others: Vec<i64> = others.map(|chat| chat.id).collect();
        own.sort_unstable();
        others.sort_unstable();
        (own, others)
    }
}

fn unknown(id: i64) -> Refusal {
    match Peer::of(id) {
        Peer::Channel(_) => Refusal::bad("CHANNEL_INVALID"),
        _ => Refusal::bad("CHAT_ID_INVALID"),
    }
}

/// A title as it is kept: trimmed, not empty, not too long.
pub(crate) fn clean_title(title: &str) -> Answer<String> {
    let title: String = title.trim().chars().take(TITLE_MAX).collect();
    if title.is_empty() {
        Err(Refusal::bad("CHAT_TITLE_EMPTY"))
    } else {
        Ok(title)
    }
}

/// A description as it is kept.
pub(crate) fn clean_about(about: &str) -> Answer<String> {
    let about = about.trim();
    if about.chars().count() > ABOUT_MAX {
        Err(Refusal::bad("CHAT_ABOUT_TOO_LONG"))
    } else {
        Ok(about.to_owned())
    }
}
