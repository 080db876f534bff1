//! Those who write, and what they do.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt::Write,
};

use heliogram_crypto::{Random, SeededRandom};
use heliogram_server::{Account, Chat, Refusal, Said, TestServer};

/// A conversation the reader is part of.
pub(crate) enum Place {
    Private(Account),
    Chat(Chat),
}

impl Place {
    /// Its marked id, for the reader.
    pub(crate) fn id(&self) -> i64 {
        match self {
            Self::Private(other) => other.id(),
            Self::Chat(chat) => chat.id(),
        }
    }

    /// Whether it has a sequence of its own.
    pub(crate) fn is_channel(&self) -> bool {
        self.id() < -1_000_000_000_000
    }
}

/// How many chats there may be.
const MOST_CHATS: usize = 8;

pub(crate) struct People {
    pub(crate) me: Account,
    ann: Account,
    bo: Account,
    pub(crate) places: Vec<Place>,
    /// Every text that was ever written in a chat.
    pub(crate) written: HashMap<i64, HashSet<String>>,
    said: u32,
    log: String,
}

impl People {
    pub(crate) async fn meet(server: &TestServer, seed: u64) -> Self {
        let user = async |name| server.user(&format!("{name}{seed}")).await;
        let (me, ann, bo) = (user("me").await, user("ann").await, user("bo").await);
        let title = |what| format!("{what} {seed}");
        let everybody = [&me, &bo];
        let group = server.group(&title("group"), &ann).with(everybody).await;
        let club = server
            .supergroup(&title("club"), &ann)
            .with(everybody)
            .await;
        let news = server.channel(&title("news"), &ann).with([&me]).await;
        let chats = [group, club, news].map(Place::Chat);
        let private = [ann.clone(), bo.clone()].map(Place::Private);
        Self {
            me,
            ann,
            bo,
            places: private.into_iter().chain(chats).collect(),
            written: HashMap::new(),
            said: 0,
            log: String::new(),
        }
    }

    /// One of those the reader has a private chat with.
    pub(crate) fn other(&self) -> &Account {
        &self.bo
    }

    /// That one says something.
    pub(crate) async fn answer(&mut self) {
        let is_other = |p: &Place| p.id() == self.bo.id();
        if let Some(at) = self.places.iter().position(is_other) {
            self.say(at, 0).await;
        }
    }

    /// What was done, step by step.
    pub(crate) fn log(&self) -> &str {
        &self.log
    }

    /// Each chat as the server has it, for the reader: the texts by id.
    pub(crate) fn history(&self, place: &Place) -> BTreeMap<i32, String> {
        let texts = seen_by(&self.me, &self.me, place).into_iter();
        texts
            .filter(|s| !s.is_note)
            .map(|s| (s.id, s.text))
            .collect()
    }

    /// Everybody writes a greeting, so that the reader knows all chats.
    pub(crate) async fn greet(&mut self) {
        for at in 0..self.places.len() {
            self.say(at, 0).await;
        }
    }

    /// The last word in every chat.
    pub(crate) async fn say_goodbye(&mut self) {
        self.greet().await;
    }

    /// Ann makes one more chat with everybody in it, at most a few of them.
    pub(crate) async fn make_chat(&mut self, server: &TestServer, random: &mut SeededRandom) {
        let many = self.places.len();
        if many >= MOST_CHATS {
            return;
        }
        let number = format!("{many} {}", self.me.id());
        let chat = match random.u64() % 2 {
            0 => {
                let title = format!("club {number}");
                let with = [&self.me, &self.bo];
                server.supergroup(&title, &self.ann).with(with).await
            }
            _ => {
                let title = format!("news {number}");
                server.channel(&title, &self.ann).with([&self.me]).await
            }
        };
        writeln!(self.log, "  {} is made: {}", chat.title(), chat.id()).unwrap();
        self.places.push(Place::Chat(chat));
        self.say(many, random.u64()).await;
    }

    /// One of them does something somewhere.
    pub(crate) async fn act(&mut self, random: &mut SeededRandom) {
        let at = random.u64() as usize % self.places.len();
        let who = random.u64();
        match random.u64() % 10 {
            0..6 => self.say(at, who).await,
            6..8 => self.edit(at, who, random.u64()).await,
            _ => self.delete(at, who, random.u64()).await,
        }
    }

    /// Who writes in a chat: the other one in private, Ann alone in the news, anybody in groups.
    fn author(&self, at: usize, who: u64) -> Account {
        let everybody = match &self.places[at] {
            Place::Private(other) => vec![other, &self.me],
            Place::Chat(chat) if chat.title().starts_with("news") => vec![&self.ann],
            Place::Chat(_) => vec![&self.ann, &self.bo, &self.me],
        };
        everybody[who as usize % everybody.len()].clone()
    }

    /// A text that was never written before.
    fn text(&mut self, at: usize) -> String {
        self.said += 1;
        let text = format!("text {}", self.said);
        let place = self.places[at].id();
        self.written.entry(place).or_default().insert(text.clone());
        text
    }

    async fn say(&mut self, at: usize, who: u64) {
        let (author, text) = (self.author(at, who), self.text(at));
        let said = match &self.places[at] {
            // In private the other end is whoever does not write.
            Place::Private(other) if author.id() == other.id() => {
                author.says(&self.me, &text).await
            }
            Place::Private(other) => author.says(other, &text).await,
            Place::Chat(chat) => author.says(chat, &text).await,
        };
        self.note("says", at, &author, &text, said.map(drop));
    }

    async fn edit(&mut self, at: usize, who: u64, which: u64) {
        let author = self.author(at, who);
        let Some(message) = self.own(at, &author, which) else {
            return;
        };
        let text = self.text(at);
        let edited = author.edits(&message, &text).await;
        self.note(
            "edits",
            at,
            &author,
            &format!("{:?} to {text:?}", message.text),
            edited,
        );
    }

    async fn delete(&mut self, at: usize, who: u64, which: u64) {
        let author = self.author(at, who);
        let Some(message) = self.own(at, &author, which) else {
            return;
        };
        let deleted = author.deletes(&message).await;
        self.note("deletes", at, &author, &message.text, deleted);
    }

    /// A message that somebody wrote somewhere.
    fn own(&self, at: usize, author: &Account, which: u64) -> Option<Said> {
        let mut own = seen_by(author, &self.me, &self.places[at]);
        own.retain(|said| said.out && !said.is_note);
        let which = which as usize % own.len().max(1);
        own.into_iter().nth(which)
    }

    fn note(
        &mut self,
        what: &str,
        at: usize,
        who: &Account,
        text: &str,
        done: Result<(), Refusal>,
    ) {
        let (place, who) = (self.places[at].id(), who.username());
        writeln!(self.log, "  in {place} {who} {what} {text}").unwrap();
        done.unwrap();
    }
}

/// The messages of a place as one of its people sees them.
fn seen_by(who: &Account, me: &Account, place: &Place) -> Vec<Said> {
    match place {
        Place::Private(other) if who.id() == other.id() => who.messages_with(me),
        Place::Private(other) => who.messages_with(other),
        Place::Chat(chat) => who.messages_with(chat),
    }
}
