//! What a test holds in its hands: accounts that speak, and faults.

use std::sync::Arc;
use std::time::Duration;

use heliogram_crypto::Random;

use crate::faults::Fault;
use crate::rpc::Refusal;
use crate::server::{Server, StartError};
use crate::shared::Shared;
use crate::world::{Actor, Draft, Place, Window, World};

/// An account on a server, as a test sees it.
#[derive(Clone)]
pub struct Account {
    shared: Arc<Shared>,
    id: i64,
    username: String,
    phone: Option<String>,
    token: Option<String>,
}

/// One message, as an account sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its id in this account's numbering.
    pub id: i32,
    /// Whether the account wrote it itself.
    pub out: bool,
    /// The text.
    pub text: String,
    /// Whether it carries a file, a picture or something else besides its text.
    pub has_media: bool,
    /// Whether it was edited.
    pub edited: bool,
}

impl Account {
    pub(crate) fn person(shared: &Arc<Shared>, username: &str) -> Self {
        let name = username.trim_start_matches('@');
        let id = shared.change(|world| {
            if let Some(id) = world.by_username(name) {
                let taken = || Refusal::bad("USERNAME_OCCUPIED");
                let person = id > 0 && !world.is_bot(id);
                return person.then_some(id).ok_or_else(taken);
            }
            let (phone, home) = world.free_test_number();
            let id = world.add_person(&phone, home, &capitalised(name));
            world.put_username(id, name)?;
            Ok(id)
        });
        Self::of(
            shared,
            id.unwrap_or_else(|refusal| not_made(username, &refusal)),
        )
    }

    pub(crate) fn bot(shared: &Arc<Shared>, username: &str) -> Self {
        let id = shared.change(|world| {
            let home = world.dcs.min(2);
            world.add_bot(username, home)
        });
        Self::of(
            shared,
            id.unwrap_or_else(|refusal| not_made(username, &refusal)),
        )
    }

    fn of(shared: &Arc<Shared>, id: i64) -> Self {
        let world = shared.world();
        let user = world.users.get(&id);
        Self {
            shared: Arc::clone(shared),
            id,
            username: user
                .and_then(|user| user.username.clone())
                .unwrap_or_default(),
            phone: user.and_then(|user| user.phone.clone()),
            token: user.and_then(|user| user.token.clone()),
        }
    }

    /// The account's id.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id
    }

    /// The account's public name, without `@`.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The account's phone number; empty for a bot.
    #[must_use]
    pub fn phone(&self) -> &str {
        self.phone.as_deref().unwrap_or_default()
    }

    /// What a bot logs in with.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The login code that is out for the account's phone number.
    #[must_use]
    pub fn code(&self) -> Option<String> {
        self.shared.world().code_for(self.phone())
    }

    /// The account writes to another; every session of both hears of it. Gives the message's id
    /// in the writer's numbering.
    ///
    /// # Errors
    /// The refusal a client would get, for example for an empty text.
    pub async fn says(&self, to: &Self, text: &str) -> Result<i32, Refusal> {
        let sent = self.shared.change(|world| {
            let rich = world.rich(self.id, text, None)?;
            let random_id = world.random_id();
            let draft = Draft {
                rich,
                random_id,
                ..Draft::default()
            };
            world.send(Actor::account(self.id), to.id, draft)
        })?;
        Ok(sent.id)
    }

    /// Up to 100 newest messages of the account's conversation with another, oldest first.
    #[must_use]
    pub fn messages_with(&self, other: &Self) -> Vec<Said> {
        let world = self.shared.world();
        let window = Window {
            limit: 100,
            ..Window::default()
        };
        let page = world.history(self.id, other.id, window).unwrap_or_default();
        page.places
            .iter()
            .rev()
            .filter_map(|place| self.said(&world, *place))
            .collect()
    }

    fn said(&self, world: &World, place: Place) -> Option<Said> {
        let letter = world.letter_at(place)?;
        Some(Said {
            id: place.id,
            out: letter.by == self.id,
            text: letter.text.clone(),
            has_media: letter.media.is_some(),
            edited: letter.edited.is_some(),
        })
    }
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

/// A name with a capital at its beginning.
fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

#[allow(clippy::panic, reason = "a test cannot go on without its account")]
fn not_made(username: &str, refusal: &Refusal) -> ! {
    panic!("there is no account @{username} to give: {refusal}")
}

impl World {
    /// A test phone number nobody has, and its home.
    fn free_test_number(&mut self) -> (String, i32) {
        let home = self.dcs.min(2);
        loop {
            let number = self.rng.below(10_000);
            let phone = format!("99966{home}{number:04}");
            if !self.by_phone.contains_key(&phone) {
                return (phone, home);
            }
        }
    }
}

/// Things that shall go wrong, each of them once: see [`Server::faults`].
///
/// Methods are named as in the schema, such as `messages.sendMessage`; several faults of one
/// method strike one call after the other.
#[derive(Clone, Copy)]
pub struct Faults<'a> {
    shared: &'a Shared,
}

impl<'a> Faults<'a> {
    pub(crate) fn new(shared: &'a Shared) -> Self {
        Self { shared }
    }

    /// The next call of the method is refused with `FLOOD_WAIT`.
    pub fn flood_wait(self, method: &str, seconds: u32) -> Self {
        self.refuse(method, Refusal::flood_wait(seconds))
    }

    /// The next call of the method is refused.
    pub fn refuse(self, method: &str, refusal: Refusal) -> Self {
        self.shared.faults.add(method, Fault::Refuse(refusal));
        self
    }

    /// The next call of the method is run only after this time.
    pub fn delay(self, method: &str, by: Duration) -> Self {
        self.shared.faults.add(method, Fault::Delay(by));
        self
    }

    /// The connection ends when the next call of the method comes. The call is lost, and the
    /// server's memory of the session with it, so the client has to send the call again.
    pub fn cut_before(self, method: &str) -> Self {
        self.shared.faults.add(method, Fault::CutBefore);
        self
    }

    /// The next call of the method is run, and the connection ends before its answer leaves.
    pub fn cut_after(self, method: &str) -> Self {
        self.shared.faults.add(method, Fault::CutAfter);
        self
    }

    /// All connections end now.
    pub fn cut_connections(self) -> Self {
        self.shared.hub.cut(None);
        self
    }

    /// All connections of an account end now.
    pub fn cut(self, account: &Account) -> Self {
        self.shared.hub.cut(Some(&self.keys_of(account)));
        self
    }

    /// A connection ends once the server has received that many bytes more, on all of them
    /// together.
    pub fn cut_after_bytes(self, bytes: u64) -> Self {
        self.shared.faults.cut_after_bytes(bytes);
        self
    }

    /// A connection ends once the server has received that many encrypted packets more.
    pub fn cut_after_packets(self, packets: u32) -> Self {
        self.shared.faults.cut_after_packets(packets);
        self
    }

    /// That many of the next encrypted packets are lost without a sign.
    pub fn drop_packets(self, packets: u32) -> Self {
        self.shared.faults.drop_packets(packets);
        self
    }

    /// The next encrypted packet is refused with `bad_server_salt`.
    pub fn bad_salt_once(self) -> Self {
        self.shared.faults.bad_salt();
        self
    }

    /// That many of the next updates for an account never reach it; the difference has them.
    pub fn lose_updates(self, account: &Account, updates: u32) -> Self {
        self.shared.faults.lose_pushes(account.id, updates);
        self
    }

    /// The server forgets every auth key of an account: connections end, and what comes under
    /// those keys is answered with transport error -404.
    pub fn forget_keys(self, account: &Account) -> Self {
        let keys = self.keys_of(account);
        let forgotten = self.shared.change(|world| {
            for key in &keys {
                world.forget_key(*key);
            }
            Ok(())
        });
        if forgotten.is_ok() {
            keys.iter().for_each(|key| self.shared.hub.forget_key(*key));
        }
        self
    }

    /// Every file reference given so far expires.
    pub fn expire_file_references(self) -> Self {
        // It fails only with the data file, which has been told of then.
        let _ = self.shared.change(|world| {
            world.expire_references();
            Ok(())
        });
        self
    }

    fn keys_of(self, account: &Account) -> Vec<i64> {
        let world = self.shared.world();
        let mut keys = world.keys_of(account.id);
        let temporary = world.auths.iter().filter(|(_, auth)| {
            auth.bound_to
                .is_some_and(|permanent| keys.contains(&permanent))
        });
        let temporary: Vec<i64> = temporary.map(|(id, _)| *id).collect();
        keys.extend(temporary);
        keys
    }
}

impl std::fmt::Debug for Faults<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Faults(..)")
    }
}

/// A server for tests: on loopback, on free ports, gone without a trace when it is dropped.
///
/// Everything else is that of [`Server`].
#[derive(Debug)]
pub struct TestServer {
    server: Server,
}

impl TestServer {
    /// Starts a server.
    ///
    /// # Panics
    /// When it does not start: a test cannot go on without it.
    pub async fn start() -> Self {
        match Self::try_start().await {
            Ok(server) => server,
            Err(error) => start_failed(&error),
        }
    }

    /// Starts a server.
    ///
    /// # Errors
    /// [`StartError`] when the system has no free port or no random bytes to give.
    pub async fn try_start() -> Result<Self, StartError> {
        Ok(Self {
            server: Server::builder().start().await?,
        })
    }
}

#[allow(clippy::panic, reason = "a test cannot go on without its server")]
fn start_failed(error: &StartError) -> ! {
    panic!("the test server does not start: {error}")
}

impl From<Server> for TestServer {
    fn from(server: Server) -> Self {
        Self { server }
    }
}

impl std::ops::Deref for TestServer {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}
