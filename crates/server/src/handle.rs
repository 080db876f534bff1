//! What a test holds in its hands: a server, and what shall go wrong with it.

use std::time::Duration;

use crate::faults::Fault;
use crate::people::Account;
use crate::rpc::Refusal;
use crate::server::{Server, StartError};
use crate::shared::Shared;

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
        self.shared.faults.lose_pushes(account.id(), updates);
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
        let keys = world.keys_of(account.id());
        keys.into_iter()
            .flat_map(|key| world.spoken_under(key))
            .collect()
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
