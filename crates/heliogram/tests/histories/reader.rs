//! The client under test, through its lives.

use std::{
    fmt::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

use heliogram::{
    Client, ClientBuilder, Event, Updates,
    events::{GapKind, UpdateGap},
    storage::{File, Memory, Storage},
};
use heliogram_crypto::{Random, SeededRandom};
use heliogram_server::TestServer;
use tokio::task::JoinHandle;

use crate::{mortal::Mortal, people::People, room};

/// How long a conversation waits for what somebody says.
const TALK: Duration = Duration::from_millis(60);

/// What the reader was told.
#[derive(Clone, Debug)]
pub(crate) enum Told {
    New {
        chat: i64,
        id: i32,
        text: String,
    },
    Edited {
        chat: i64,
        id: i32,
        text: String,
    },
    /// Outside of channels the chat is not told.
    Deleted {
        chat: Option<i64>,
        ids: Vec<i32>,
    },
    Gap(UpdateGap),
    Lagged,
    /// The reader could not connect, and tries again.
    NotConnected(String),
    /// The reader died here; what it had in hand may be told again.
    Died,
    /// The reader stopped in good order here.
    Stopped,
    /// The reader went away here, while its client went on; what it had in hand is told again.
    Left,
    /// A conversation was told this, maybe before what the next reader is told.
    Heard {
        chat: i64,
        id: i32,
        text: String,
    },
}

#[derive(Default)]
pub(crate) struct Book(pub(crate) Vec<Told>);

impl Book {
    pub(crate) fn log(&self) -> String {
        let mut log = String::new();
        for told in &self.0 {
            match told {
                Told::NotConnected(why) => writeln!(log, "    not connected: {why}"),
                told => writeln!(log, "    {told:?}"),
            }
            .unwrap();
        }
        log
    }
}

pub(crate) struct Reader<'a> {
    server: &'a TestServer,
    storage: Arc<dyn Storage>,
    told: Arc<Mutex<Book>>,
    life: Option<Life>,
    _folder: tempfile::TempDir,
}

struct Life {
    client: Client,
    storage: Arc<Mortal>,
    reading: JoinHandle<()>,
}

impl<'a> Reader<'a> {
    /// A reader that knows every chat, with a storage of this kind.
    pub(crate) async fn sign_in(server: &'a TestServer, people: &mut People, kind: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let storage: Arc<dyn Storage> = match kind {
            0 => Arc::new(File::open(folder.path().join("session"))),
            _ => Arc::new(Memory::default()),
        };
        let mut reader = Self {
            server,
            storage,
            told: Arc::default(),
            life: None,
            _folder: folder,
        };
        let first = reader.builder().shared_storage(Arc::clone(&reader.storage));
        let client = room::enter_by(first, &people.me).await;
        client.stop().await.unwrap();
        drop(client);
        reader.start().await;
        people.greet().await;
        let met = || {
            let told = reader.told.lock().unwrap();
            let new = told.0.iter().filter(|t| matches!(t, Told::New { .. }));
            new.count() >= people.places.len()
        };
        room::until(met).await;
        reader.stop().await;
        reader
    }

    pub(crate) fn told(&self) -> Arc<Mutex<Book>> {
        Arc::clone(&self.told)
    }

    fn builder(&self) -> ClientBuilder {
        room::builder(self.server)
            .max_backoff(Duration::from_millis(100))
            .connect_timeout(Duration::from_secs(5))
            .connect_attempts(20)
    }

    /// Comes to life and reads.
    pub(crate) async fn start(&mut self) {
        let (client, storage) = loop {
            let storage = Mortal::new(Arc::clone(&self.storage));
            let builder = self
                .builder()
                .shared_storage(Arc::clone(&storage) as Arc<dyn Storage>);
            match builder.connect().await {
                Ok(client) => break (client, storage),
                Err(e) => {
                    let failed = Told::NotConnected(e.to_string());
                    self.told.lock().unwrap().0.push(failed);
                }
            }
        };
        let told = Arc::clone(&self.told);
        let reading = tokio::spawn(read(client.updates(), told));
        self.life = Some(Life {
            client,
            storage,
            reading,
        });
    }

    /// Stops in good order.
    pub(crate) async fn stop(&mut self) {
        let life = self.life.take().unwrap();
        life.client.stop().await.unwrap();
        life.reading.await.unwrap();
        self.told.lock().unwrap().0.push(Told::Stopped);
    }

    /// Goes away, while the client goes on.
    pub(crate) async fn leave(&mut self) {
        let life = self.life.as_mut().unwrap();
        life.reading.abort();
        drop((&mut life.reading).await);
        self.told.lock().unwrap().0.push(Told::Left);
    }

    /// Reads again.
    pub(crate) fn come_back(&mut self) {
        let (told, life) = (Arc::clone(&self.told), self.life.as_mut().unwrap());
        life.reading = tokio::spawn(read(life.client.updates(), told));
    }

    /// Talks with somebody while nobody reads.
    pub(crate) async fn talk(&mut self, people: &mut People, random: &mut SeededRandom) {
        let client = &self.life.as_ref().unwrap().client;
        let with = people.other().id();
        let conversation = client.conversation(with).timeout(TALK).begin();
        let conversation = conversation.await.unwrap();
        for _ in 0..random.u64() % 5 {
            match random.u64() % 2 {
                0 => people.answer().await,
                _ => people.act(random).await,
            }
            if let Ok(message) = conversation.next().await {
                let heard = Told::Heard {
                    chat: message.chat_id(),
                    id: message.id(),
                    text: message.text().to_owned(),
                };
                self.told.lock().unwrap().0.push(heard);
            }
        }
    }

    /// Dies: nothing more is stored, and nobody reads on.
    pub(crate) async fn die(&mut self) {
        let life = self.life.take().unwrap();
        life.storage.die();
        life.reading.abort();
        drop(life.reading.await);
        self.told.lock().unwrap().0.push(Told::Died);
        drop(life.client.stop().await);
    }
}

async fn read(mut updates: Updates, told: Arc<Mutex<Book>>) {
    let mut read = 0;
    while let Some(event) = updates.next().await {
        read += 1;
        if read % 5 == 0 {
            // Longer than it takes to store what should not be stored yet.
            tokio::time::sleep(Duration::from_millis(80)).await;
        }
        let it = match event.unwrap() {
            Event::NewMessage(m) => Told::New {
                chat: m.chat_id(),
                id: m.id(),
                text: m.text().to_owned(),
            },
            Event::MessageEdited(m) => Told::Edited {
                chat: m.chat_id(),
                id: m.id(),
                text: m.text().to_owned(),
            },
            Event::MessagesDeleted(d) => Told::Deleted {
                chat: d.chat_id(),
                ids: d.ids().to_vec(),
            },
            Event::Gap(gap) => {
                assert_ne!(gap.kind(), GapKind::Lost, "the server has everything");
                Told::Gap(gap)
            }
            Event::Lagged(_) => Told::Lagged,
            _ => continue,
        };
        told.lock().unwrap().0.push(it);
    }
}
