//! An embedded server and a client that is signed in to it, kept for many inputs: to begin takes too
//! long for each.

use std::{
    future::ready,
    sync::{Mutex, OnceLock, PoisonError},
};

use heliogram::{
    Client, ClientBuilder,
    storage::Memory,
    testing::{Account, Server, TestServer},
};
use heliogram_crypto::{RsaPrivateKey, SeededRandom};
use tokio::runtime::{Builder, Runtime};

/// A host is replaced after so many inputs: what they leave behind is kept in memory.
const USES: u32 = 500;
/// The secret of the server's MTProxy.
pub(super) const SECRET: [u8; 16] = [0x5e; 16];

/// Where the host of a target is kept.
pub(super) type Place = Mutex<Option<Host>>;

pub(super) struct Host {
    pub(super) runtime: Runtime,
    pub(super) server: TestServer,
    pub(super) client: Client,
    /// Whose client it is, and somebody else.
    pub(super) people: [Account; 2],
    uses: u32,
}

/// Runs something with the host of a target, which begins if there is none; the next input gets a new
/// one if it answers `false`.
pub(super) fn with(
    place: &'static Place,
    configure: impl FnOnce(ClientBuilder) -> ClientBuilder,
    run: impl FnOnce(&Host) -> bool,
) {
    let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
    let host = place.get_or_insert_with(|| Host::begin(configure));
    host.uses += 1;
    if !run(host) || host.uses >= USES {
        *place = None;
    }
}

fn key() -> &'static str {
    static KEY: OnceLock<String> = OnceLock::new();
    KEY.get_or_init(|| {
        let key = RsaPrivateKey::generate(&mut SeededRandom::new([3; 32])).expect("a key");
        key.to_pem().expect("it can be written").to_string()
    })
}

impl Host {
    fn begin(configure: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Self {
        // One thread, which runs while an input does: what the input brings about is over with it.
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("the system gives a runtime");
        let (server, client, people) = runtime.block_on(async {
            let any = ([127, 0, 0, 1], 0);
            let server = Server::builder()
                .key(key())
                .cdn(true)
                .mtproxy(any.into(), SECRET)
                .control(any)
                .start()
                .await
                .expect("the server starts");
            let server = TestServer::from(server);
            let people = [server.user("alice").await, server.user("bob").await];
            let builder = server.client_builder().storage(Memory::new());
            let client = configure(builder).connect().await.expect("it is there");
            let owner = people[0].clone();
            let code = move || ready(Ok(owner.code().expect("a code was sent")));
            let signed_in = client.sign_in(people[0].phone()).code(code);
            signed_in.await.expect("the code is right");
            (server, client, people)
        });
        Self {
            runtime,
            server,
            client,
            people,
            uses: 0,
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // How the end goes is of no interest: all of it is in memory.
        let _ = self.runtime.block_on(self.client.stop());
    }
}
