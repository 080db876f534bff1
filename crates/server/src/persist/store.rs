use std::path::{Path, PathBuf};

use bytes::Bytes;
use heliogram_tl::{Reader, Writer};
use rusqlite::{Connection, OptionalExtension, params};

use super::Field;
use crate::world::{Chat, ChatRecord, Mailbox, Rec, World};

/// Marks a file as one of ours.
const APPLICATION: i32 = 0x4847_5356;
/// Version of the format below.
const VERSION: i32 = 3;

/// Why a data file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The file is one of another program.
    #[error("{} is not a data file of this server; name another file", .0.display())]
    Foreign(PathBuf),
    /// The file was written by a newer version.
    #[error("{} was written by a newer version ({found}; this one knows {VERSION}); update, or name another file", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i32,
    },
    /// The file was written by an older version, in a format that is not read any more.
    #[error("{} was written by an older version ({found}; this one knows {VERSION}); name another file", .path.display())]
    Older {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i32,
    },
    /// Another server uses the file.
    #[error("{} is in use by another server; stop it first, or name another file", .0.display())]
    InUse(PathBuf),
    /// A record in the file cannot be read.
    #[error("{} is damaged: a record of kind {kind} cannot be read", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Which kind of record.
        kind: i64,
    },
    /// The file cannot be opened, read or written.
    #[error("{}: {source}", .path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The folder for uploaded files beside it cannot be made.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// The records of a world in one SQLite file.
pub(crate) struct Store {
    db: Connection,
    path: PathBuf,
}

impl Store {
    /// Opens a data file, or makes it.
    pub(crate) fn open(path: &Path) -> Result<Self, DataError> {
        let sqlite = |source| Self::explain(path, source);
        let db = Connection::open(path).map_err(sqlite)?;
        let store = Self {
            db,
            path: path.to_owned(),
        };
        store
            .db
            .busy_timeout(std::time::Duration::from_millis(200))
            .map_err(sqlite)?;
        store.check().map_err(sqlite)??;
        store.prepare().map_err(sqlite)?;
        Ok(store)
    }

    fn check(&self) -> rusqlite::Result<Result<(), DataError>> {
        let number = |name: &str| {
            self.db
                .pragma_query_value(None, name, |row| row.get::<_, i32>(0))
        };
        let (application, version) = (number("application_id")?, number("user_version")?);
        let tables: i64 = self
            .db
            .query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
        let path = self.path.clone();
        Ok(match (application, version) {
            (0, 0) if tables == 0 => Ok(()),
            (APPLICATION, found) if found > VERSION => Err(DataError::Newer { path, found }),
            (APPLICATION, found) if found < VERSION => Err(DataError::Older { path, found }),
            (APPLICATION, _) => Ok(()),
            _ => Err(DataError::Foreign(path)),
        })
    }

    /// A write-ahead log survives the end of the process at any point; the lock is held for as
    /// long as the server runs, so that two servers cannot share a file.
    fn prepare(&self) -> rusqlite::Result<()> {
        self.db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        self.db.pragma_update(None, "journal_mode", "WAL")?;
        self.db.pragma_update(None, "synchronous", "NORMAL")?;
        self.db.pragma_update(None, "application_id", APPLICATION)?;
        self.db.pragma_update(None, "user_version", VERSION)?;
        self.db.execute_batch(
            "BEGIN IMMEDIATE;
             CREATE TABLE IF NOT EXISTS records (
                 kind INTEGER NOT NULL, a INTEGER NOT NULL, b INTEGER NOT NULL, body BLOB NOT NULL,
                 PRIMARY KEY (kind, a, b)) WITHOUT ROWID;
             CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
             COMMIT;",
        )
    }

    fn explain(path: &Path, source: rusqlite::Error) -> DataError {
        use rusqlite::ErrorCode as Code;
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(Code::NotADatabase) => DataError::Foreign(path),
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => DataError::InUse(path),
            _ => DataError::Sqlite { path, source },
        }
    }

    /// A setting that was kept under that name.
    pub(crate) fn setting(&self, name: &str) -> Result<Option<String>, DataError> {
        self.db
            .query_row(
                "SELECT value FROM settings WHERE name = ?1",
                [name],
                |row| row.get(0),
            )
            .optional()
            .map_err(|source| Self::explain(&self.path, source))
    }

    /// Keeps a setting.
    pub(crate) fn set_setting(&self, name: &str, value: &str) -> Result<(), DataError> {
        self.db
            .execute(
                "INSERT OR REPLACE INTO settings VALUES (?1, ?2)",
                [name, value],
            )
            .map(|_| ())
            .map_err(|source| Self::explain(&self.path, source))
    }

    /// Writes everything that changed, all of it or nothing.
    pub(crate) fn write(&mut self, world: &mut World) -> Result<(), DataError> {
        let recs = world.dirty.take();
        if recs.is_empty() {
            return Ok(());
        }
        self.write_all(world, &recs).map_err(|source| {
            let error = Self::explain(&self.path, source);
            world.dirty.restore(recs);
            error
        })
    }

    fn write_all(&mut self, world: &World, recs: &[Rec]) -> rusqlite::Result<()> {
        let tx = self.db.transaction()?;
        {
            let mut put = tx.prepare("INSERT OR REPLACE INTO records VALUES (?1, ?2, ?3, ?4)")?;
            let mut remove =
                tx.prepare("DELETE FROM records WHERE kind = ?1 AND a = ?2 AND b = ?3")?;
            for rec in recs {
                let (kind, a, b) = rec.key();
                match rec.body(world) {
                    Some(body) => put.execute(params![kind, a, b, body])?,
                    None => remove.execute(params![kind, a, b])?,
                };
            }
        }
        tx.commit()
    }

    /// Fills an empty world with what was kept, and begins to note what changes.
    pub(crate) fn load(&self, world: &mut World) -> Result<(), DataError> {
        let sqlite = |source| Self::explain(&self.path, source);
        // Boxes come before what lies in them: kinds are ordered that way.
        let mut all = self
            .db
            .prepare("SELECT kind, a, b, body FROM records ORDER BY kind, a, b")
            .map_err(sqlite)?;
        let mut rows = all.query([]).map_err(sqlite)?;
        while let Some(row) = rows.next().map_err(sqlite)? {
            let read = || {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get::<_, Vec<u8>>(3)?,
                ))
            };
            let (kind, a, b, body): (i64, i64, i64, Vec<u8>) = read().map_err(sqlite)?;
            if !take(world, (kind, a, b), body.into()) {
                return Err(DataError::Damaged {
                    path: self.path.clone(),
                    kind,
                });
            }
        }
        world.reindex();
        world.dirty.turn_on();
        Ok(())
    }
}

impl Rec {
    /// Kind and key of the record.
    fn key(self) -> (i64, i64, i64) {
        match self {
            Self::Meta => (0, 0, 0),
            Self::User(id) => (1, id, 0),
            Self::Auth(id) => (2, id, 0),
            Self::Box(owner) => (3, owner, 0),
            Self::Dialog(owner, peer) => (4, owner, peer),
            Self::Entry(owner, id) => (5, owner, id.into()),
            Self::Logged(owner, pts) => (6, owner, pts.into()),
            Self::Letter(id) => (7, id, 0),
            Self::Document(id) => (8, id, 0),
            Self::Photo(id) => (9, id, 0),
            Self::Chat(id) => (10, id, 0),
            Self::Member(chat, user) => (11, chat, user),
            Self::Secondary(owner, qts) => (12, owner, qts.into()),
            Self::Invite(chat, id) => (13, chat, id),
            Self::Request(chat, user) => (14, chat, user),
            Self::Deed(chat, id) => (15, chat, id),
            Self::Topic(chat, id) => (16, chat, id.into()),
            Self::Bot(id) => (30, id, 0),
            Self::Preferences(user) => (40, user, 0),
            Self::Poll(id) => (50, id, 0),
            Self::Vote(poll, user) => (51, poll, user),
            Self::Queue(peer, owner) => (52, peer, owner),
            Self::StickerSet(id) => (60, id, 0),
        }
    }

    /// What is to be written, or nothing if the thing is gone.
    fn body(self, world: &World) -> Option<Vec<u8>> {
        let mailbox = |owner: i64| world.boxes.get(&owner);
        match self {
            Self::Meta => Some(bytes(&world.stored())),
            Self::User(id) => world.users.get(&id).map(bytes),
            Self::Auth(id) => world.auths.get(&id).map(bytes),
            Self::Box(owner) => mailbox(owner).map(|b| bytes(&((b.last_id, b.pts), b.qts))),
            Self::Dialog(owner, peer) => mailbox(owner)?
                .dialogs
                .get(&peer)
                .map(|dialog| bytes(&dialog.record())),
            Self::Entry(owner, id) => mailbox(owner)?.entries.get(&id).map(bytes),
            Self::Logged(owner, pts) => mailbox(owner)?.logged_at(pts).map(bytes),
            Self::Letter(id) => world.letters.get(&id).map(bytes),
            Self::Document(id) => world.documents.get(&id).map(bytes),
            Self::Photo(id) => world.photos.get(&id).map(bytes),
            Self::Chat(id) => world.chats.get(&id).map(|chat| bytes(&chat.record())),
            Self::Member(chat, user) => world.chats.get(&chat)?.members.get(user).map(bytes),
            Self::Secondary(owner, qts) => mailbox(owner)?.secondary_at(qts).map(bytes),
            Self::Invite(chat, id) => world.link(chat, id).map(bytes),
            Self::Request(chat, user) => world.chats.get(&chat)?.requests.get(&user).map(bytes),
            Self::Deed(chat, id) => {
                let deeds = &world.chats.get(&chat)?.deeds;
                let at = deeds.binary_search_by_key(&id, |deed| deed.id).ok()?;
                deeds.get(at).map(bytes)
            }
            Self::Topic(chat, id) => world.chats.get(&chat)?.topics.get(&id).map(bytes),
            Self::Preferences(user) => world.preferences.get(&user).map(bytes),
            Self::Bot(id) => world.bots.get(&id).map(bytes),
            Self::Poll(id) => world.polls.get(id).map(bytes),
            Self::Vote(poll, user) => world.polls.vote(poll, user).map(bytes),
            Self::Queue(peer, owner) => world.scheduled.record((peer, owner)).map(bytes),
            Self::StickerSet(id) => world.sticker_sets.get(id).map(bytes),
        }
    }
}

fn bytes<T: Field>(value: &T) -> Vec<u8> {
    let mut w = Writer::new();
    value.put(&mut w);
    w.into_vec()
}

fn value<T: Field>(body: &Bytes) -> Option<T> {
    let mut r = Reader::shared(body);
    let value = T::get(&mut r);
    r.finish().ok().map(|()| value)
}

/// Puts one record into the world; `false` if it cannot be read.
fn take(world: &mut World, key: (i64, i64, i64), body: Bytes) -> bool {
    fn put<T: Field>(body: &Bytes, keep: impl FnOnce(T)) -> bool {
        value(body).map(keep).is_some()
    }
    fn put_in<T: Field>(
        mailbox: Option<&mut Mailbox>,
        body: &Bytes,
        keep: impl FnOnce(&mut Mailbox, T),
    ) -> bool {
        let Some(mailbox) = mailbox else { return false };
        value(body).map(|value| keep(mailbox, value)).is_some()
    }
    let (kind, a, b) = key;
    let small = i32::try_from(b).unwrap_or_default();
    match kind {
        0 => put(&body, |stored| world.restore(&stored)),
        1 => put(&body, |user| drop(world.users.insert(a, user))),
        2 => put(&body, |auth| drop(world.auths.insert(a, auth))),
        3 => put(&body, |((last_id, pts), qts)| {
            let mailbox = Mailbox {
                last_id,
                pts,
                qts,
                ..Mailbox::new()
            };
            world.boxes.insert(a, mailbox);
        }),
        4 => put_in(
            world.boxes.get_mut(&a),
            &body,
            |mailbox, record: crate::world::DialogRecord| {
                mailbox.dialogs.insert(b, record.into());
            },
        ),
        5 => put_in(world.boxes.get_mut(&a), &body, |mailbox, entry| {
            mailbox.entries.insert(small, entry);
        }),
        6 => put_in(world.boxes.get_mut(&a), &body, |mailbox, step| {
            mailbox.log.push_back(step)
        }),
        7 => put(&body, |letter| drop(world.letters.insert(a, letter))),
        8 => put(&body, |document| drop(world.documents.insert(a, document))),
        9 => put(&body, |photo| drop(world.photos.insert(a, photo))),
        10 => put(&body, |record: ChatRecord| {
            world.chats.insert(a, Chat::restored(a, record));
        }),
        11 => match (world.chats.get_mut(&a), value(&body)) {
            (Some(chat), Some(member)) => {
                chat.members.put(b, member);
                true
            }
            _ => false,
        },
        12 => put_in(world.boxes.get_mut(&a), &body, |mailbox, update| {
            mailbox.secondary.push_back(update);
        }),
        13 => put(&body, |link| drop(world.invites.insert((a, b), link))),
        14 => match (world.chats.get_mut(&a), value(&body)) {
            (Some(chat), Some(request)) => {
                chat.requests.insert(b, request);
                true
            }
            _ => false,
        },
        15 => match (world.chats.get_mut(&a), value(&body)) {
            (Some(chat), Some(deed)) => {
                chat.deeds.push_back(deed);
                true
            }
            _ => false,
        },
        16 => match (world.chats.get_mut(&a), value(&body)) {
            (Some(chat), Some(topic)) => {
                chat.topics.insert(small, topic);
                true
            }
            _ => false,
        },
        30 => put(&body, |bot| drop(world.bots.insert(a, bot))),
        40 => put(&body, |set| drop(world.preferences.insert(a, set))),
        50 => put(&body, |poll| world.polls.restore(poll)),
        51 => put(&body, |vote| world.polls.set_vote(a, b, Some(vote))),
        52 => put(&body, |queue| world.scheduled.restore((a, b), queue)),
        60 => put(&body, |set| world.sticker_sets.put(set)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use heliogram_api::{enums, types};

    use super::*;
    use crate::clock::Clock;
    use crate::render::sign;
    use crate::world::testing::{draft, key, world};
    use crate::world::{
        Actor, Blob, Document, Form, LinkTerms, Member, NewSticker, Private, Rung, Scope, Words,
        all_rights,
    };

    fn lived_in(store: &mut Store) -> (World, i64, i64) {
        let mut w = world();
        store.load(&mut w).unwrap();
        let a = w.add_person("9996610001", 1, "Alice");
        let b = w.add_person("9996610002", 2, "Bob");
        w.put_username(a, "alice").unwrap();
        w.add_document(Document {
            id: 77,
            date: 5,
            dc: 2,
            mime: "text/plain".into(),
            attributes: Vec::new(),
            blob: Blob {
                name: "f".into(),
                size: 9,
                part: 4,
                places: vec![4, 0, 8],
            },
            thumb: None,
        });
        for n in 1..=3 {
            w.send(Actor::account(a), b, draft("hi", n)).unwrap();
        }
        w.delete(Actor::account(a), &[2], true).unwrap();
        w.read(Actor::account(b), a, 1).unwrap();
        w.pin_dialog(a, b, true).unwrap();
        let group = w.add_chat(Form::Supergroup, a, "Group", "").unwrap();
        w.set_chat_username(group, "the_group").unwrap();
        w.set_member(group, b, Member::joined(3, a)).unwrap();
        w.open_dialog(b, group);
        w.move_dialogs(Actor::account(b), &[(group, 1)]).unwrap();
        let muted = types::PeerNotifySettings {
            mute_until: Some(i32::MAX),
            ..types::PeerNotifySettings::new()
        };
        w.set_notify(b, Rung::Peer(group), muted);
        let nobody = vec![enums::PrivacyRule::PrivacyValueDisallowAll];
        w.set_privacy(b, Private::About, nobody).unwrap();
        w.set_birthday(b, Some(types::Birthday::new(5, 11)))
            .unwrap();
        w.set_session_days(b, 9).unwrap();
        w.note_recent_signs(b, &[sign("🔥")]);
        w.set_default_reaction(b, sign("❤")).unwrap();
        w.save_contact(b, "15550100".into(), "C".into(), String::new());
        w.pin_saved(b, vec![b]).unwrap();
        w.protect(b, "secret", "").unwrap();
        w.reset_password(b).unwrap();
        w.send(Actor::account(a), group, draft("to all", 9))
            .unwrap();
        let bot = w.add_bot("kept_bot", 1).unwrap();
        w.set_inline(bot, "Search...").unwrap();
        let commands = vec![types::BotCommand::new("help".into(), "Helps".into())];
        w.set_commands(Actor::account(bot), Scope::Users, "de", commands)
            .unwrap();
        let login = key(&mut w, 1);
        w.log_in(login, a).unwrap();
        store.write(&mut w).unwrap();
        (w, a, b)
    }

    #[test]
    fn everything_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("world.db");
        let mut store = Store::open(&path).unwrap();
        let (old, a, b) = lived_in(&mut store);
        drop(store);

        let mut new = World::new(Clock::default(), 3, [9; 32]);
        Store::open(&path).unwrap().load(&mut new).unwrap();
        assert_eq!(new.secret, old.secret);
        assert_eq!(new.by_username("alice"), Some(a));
        assert_eq!(new.by_phone.get("9996610002"), Some(&b));
        for id in [a, b] {
            let (old, new) = (&old.boxes[&id], &new.boxes[&id]);
            assert_eq!((old.pts, old.last_id), (new.pts, new.last_id));
            assert!(old.entries.keys().eq(new.entries.keys()));
            assert_eq!(old.log.len(), new.log.len());
            // That of a message which is gone need not be remembered.
            assert!(
                new.random
                    .iter()
                    .all(|(random, id)| old.random[random] == *id)
            );
            assert_eq!(new.random.len(), if id == a { 2 } else { 0 });
            assert_eq!(old.unread(), new.unread());
        }
        let group = new.by_username("the_group").unwrap();
        assert_eq!(new.chats[&group].members.count(), 2);
        assert_eq!(new.chats_of(b), [group]);
        assert_eq!(new.unread_in(b, group), 1);
        assert_eq!(new.boxes[&group].pts, old.boxes[&group].pts);
        let bot = new.by_username("kept_bot").unwrap();
        assert_eq!(new.token_of(bot), old.token_of(bot));
        let kept = new.bot(bot).unwrap();
        assert_eq!(kept.placeholder.as_deref(), Some("Search..."));
        let commands = new.commands_at(bot, Scope::Users, "de").unwrap();
        assert_eq!(commands[0].command, "help");
        assert_eq!(new.boxes[&a].dialogs[&b].pinned, Some(0));
        assert_eq!(new.folder_of(b, group), 1);
        assert!(new.archived[&group].contains(&b) && new.is_muted(b, group));
        assert!(!new.allows(b, Private::About, a) && new.allows(a, Private::About, b));
        assert_eq!(new.birthday(b), Some(types::Birthday::new(5, 11)));
        assert_eq!((new.session_days(b), new.saved_contacts(b).len()), (9, 1));
        let set = new.preferences(b).unwrap();
        assert_eq!(set.recent_reactions, [sign("🔥")]);
        assert_eq!(set.default_reaction, Some(sign("❤")));
        assert_eq!((new.saved_pins(b), new.saved_pins(a)), (vec![b], vec![]));
        assert_eq!(new.reset_date(b), old.reset_date(b));
        assert!(new.reset_date(b).is_some());
        assert_eq!(new.boxes[&a].dialogs[&b].read_out, 1);
        assert_eq!(new.keys_of(a), old.keys_of(a));
        assert_eq!(new.documents[&77].blob.places, [4, 0, 8]);
        assert_eq!(new.add_user(1, "next"), bot + 1);
    }

    #[test]
    fn what_groups_are_administered_with_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("world.db");
        let mut store = Store::open(&path).unwrap();
        let (mut old, a, b) = lived_in(&mut store);
        let group = old.by_username("the_group").unwrap();
        let bot = old.add_bot("guard", 1).unwrap();
        old.promote(Actor::account(a), group, bot, Some(all_rights()), None)
            .unwrap();
        let terms = LinkTerms {
            request_needed: true,
            ..LinkTerms::default()
        };
        let door = old.new_link(a, group, terms).unwrap();
        let c = old.add_user(1, "Carol");
        assert!(old.join_by_link(Actor::account(c), &door.link()).is_err());
        let brief = draft("brief", 72);
        old.set_forum(Actor::account(a), group, true, false)
            .unwrap();
        let topic = old
            .add_topic(Actor::account(a), group, "Cats", (None, None), 70)
            .unwrap();
        old.put_username(b, "bobby").unwrap();
        let mut draft = draft("@bobby", 71);
        draft.rich = old.rich(a, "@bobby", None).unwrap();
        draft.thread = Some(topic.id);
        let meant = old.send(Actor::account(a), group, draft).unwrap();
        old.read_thread(Actor::account(b), group, topic.id, meant.id)
            .unwrap();
        old.set_ttl(Actor::account(a), b, 86_400).unwrap();
        old.send(Actor::account(b), a, brief).unwrap();
        store.write(&mut old).unwrap();
        drop(store);

        let mut new = World::new(Clock::default(), 3, [9; 32]);
        Store::open(&path).unwrap().load(&mut new).unwrap();
        assert!(new.chats[&group].has_topic(topic.id));
        assert_eq!(new.last_of_thread(group, topic.id), Some(meant.id));
        assert_eq!(new.thread_read(b, group, topic.id).inbox, meant.id);
        assert_eq!(new.unread_mentions_in(b, group, Some(topic.id)).len(), 1);
        assert_eq!((new.ttl_between(b, a), new.ends.len()), (86_400, 1));
        assert_eq!(new.links_of(group).len(), 2);
        assert_eq!(new.followed(b, &door.link()).unwrap().id, door.id);
        assert_eq!(new.pending(group), (1, vec![c]));
        assert_eq!(new.chats[&group].deeds.len(), old.chats[&group].deeds.len());
        assert_eq!(new.chats[&group].administrators(), [a, bot]);
        let missed = new.missed_in_order(bot, 1, None).unwrap();
        assert_eq!((missed.updates.len(), missed.qts), (2, 3));
    }

    #[test]
    fn stickers_and_photos_of_accounts_are_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("world.db");
        let mut store = Store::open(&path).unwrap();
        let (mut old, a, b) = lived_in(&mut store);
        let sticker = || NewSticker {
            blob: Blob::default(),
            dc: 2,
            mime: "image/webp".into(),
            thumb: None,
            shape: types::DocumentAttributeImageSize::new(512, 512).into(),
            words: Words::read("😀", Some("smile")).unwrap(),
        };
        let by = Actor::account(a);
        let make = |old: &mut World, name| old.make_set(by, a, ("Cats", name), vec![sticker()]);
        let set = make(&mut old, "cats").unwrap();
        let gone = make(&mut old, "dogs").unwrap();
        let document = old.sticker_sets.get(set).unwrap().stickers[0].document;
        old.install_set(b, set, false);
        old.fave_sticker(b, document, false).unwrap();
        old.use_sticker(b, document, false, false).unwrap();
        old.set_face(by, a, Some(5)).unwrap();
        store.write(&mut old).unwrap();
        old.delete_set(by, gone).unwrap();
        store.write(&mut old).unwrap();
        drop(store);

        let mut new = World::new(Clock::default(), 3, [9; 32]);
        Store::open(&path).unwrap().load(&mut new).unwrap();
        let found = new.sticker_sets.named("CATS").unwrap();
        let before = old.sticker_sets.get(set).unwrap();
        assert_eq!((found.id, found.hash()), (set, before.hash()));
        assert!(new.sticker_sets.named("dogs").is_none());
        assert_eq!(new.installed_sets(b, false), [set]);
        assert_eq!(new.shelf(b).unwrap().faved, [document]);
        assert_eq!(new.shelf(b).unwrap().recent[0].document, document);
        assert_eq!(new.stickers_for(b, "😀"), [document]);
        assert_eq!(new.users[&a].photos, [5]);
    }

    #[test]
    fn files_of_others_and_of_the_future_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        std::fs::write(
            &path,
            "not a database, but a text that is long enough".repeat(50),
        )
        .unwrap();
        assert!(matches!(Store::open(&path), Err(DataError::Foreign(_))));

        let path = folder.path().join("y");
        Connection::open(&path)
            .unwrap()
            .execute("CREATE TABLE t (x)", [])
            .unwrap();
        assert!(matches!(Store::open(&path), Err(DataError::Foreign(_))));

        let path = folder.path().join("z");
        let store = Store::open(&path).unwrap();
        store
            .db
            .pragma_update(None, "user_version", VERSION + 1)
            .unwrap();
        drop(store);
        assert!(matches!(
            Store::open(&path),
            Err(DataError::Newer { found, .. }) if found == VERSION + 1
        ));
    }

    #[test]
    fn a_file_in_use_and_a_damaged_record_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("world.db");
        let store = Store::open(&path).unwrap();
        assert!(matches!(Store::open(&path), Err(DataError::InUse(_))));
        store
            .db
            .execute("INSERT INTO records VALUES (1, 5, 0, x'0102')", [])
            .unwrap();
        let mut w = world();
        assert!(matches!(
            store.load(&mut w),
            Err(DataError::Damaged { kind: 1, .. })
        ));
    }
}
