//! People, bots, groups and channels as a test sees them: they are made in a line, they speak, and
//! they wait for answers.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! use heliogram_server::TestServer;
//!
//! let server = TestServer::start().await;
//! let (alice, bob) = (server.user("alice").await, server.user("bob").await);
//! let team = server.group("Team", &alice).with([&bob]).await;
//!
//! let id = alice.says(&team, "lunch?").await?;
//! let heard = bob.hears_from(&team).await?;
//! assert_eq!((heard.text.as_str(), heard.from), ("lunch?", alice.id()));
//! bob.replies(&heard, "yes!").await?;
//! assert_eq!(alice.hears_from(&team).await?.reply_to, Some(id));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # }).unwrap();
//! ```

mod account;
mod acts;
mod calls;
mod chat;
mod hearing;
mod said;
mod told;

pub use account::Account;
pub use calls::{Calling, NotCalled};
pub use chat::{Chat, ChatBuilder};
pub use hearing::{Hearing, Silence};
pub use said::Said;

/// Whoever can be spoken to: an account, or a group or channel.
pub trait Talk: sealed::Sealed {}

impl Talk for Account {}
impl Talk for Chat {}

pub(crate) mod sealed {
    /// What a conversation is called in the model.
    pub trait Sealed {
        /// The dialog id.
        fn dialog(&self) -> i64;
    }

    impl Sealed for super::Account {
        fn dialog(&self) -> i64 {
            self.id()
        }
    }

    impl Sealed for super::Chat {
        fn dialog(&self) -> i64 {
            self.id()
        }
    }
}
