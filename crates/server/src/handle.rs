//! What a test holds in its hands: a server that is gone when it is dropped.

use crate::server::{Server, StartError};

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
