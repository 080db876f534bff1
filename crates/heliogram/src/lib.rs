//! Telegram for user accounts and bots, over MTProto.
//!
//! ```no_run
//! use heliogram::{Authorization, Client, Result, storage};
//!
//! async fn prompt(label: &str) -> Result<String> {
//! #   let _ = label; Ok(String::new())
//! # /*
//!     ...
//! # */
//! }
//!
//! # async fn run() -> Result<()> {
//! let client = Client::builder(12345, "0123456789abcdef0123456789abcdef")
//!     .storage(storage::File::open("me.session"))
//!     .connect()
//!     .await?;
//! if client.authorization() == Authorization::None {
//!     client
//!         .sign_in("+15550100")
//!         .code(|| prompt("code"))
//!         .password(|hint| async move { prompt(&hint).await })
//!         .await?;
//! }
//! println!("signed in as {}", client.me().await?.id());
//! # Ok(())
//! # }
//! ```
//!
//! [`Client`] is a cheap handle: clone it freely; the connection ends with its last clone. Every
//! function of Telegram's API can be called with [`Client::invoke`] and the types of [`api`].
#![forbid(unsafe_code)]

/// Implements `IntoFuture` for a builder that has `async fn send(self) -> Result<T>`.
macro_rules! awaitable {
    ($builder:ty => $output:ty) => {
        impl IntoFuture for $builder {
            type Output = $crate::Result<$output>;
            type IntoFuture = $crate::BoxFuture<'static, $crate::Result<$output>>;

            fn into_future(self) -> Self::IntoFuture {
                Box::pin(self.send())
            }
        }
    };
}

pub mod auth;
mod builder;
mod client;
mod config;
mod error;
pub mod events;
pub mod files;
pub mod invoke;
pub mod methods;
mod net;
pub mod paging;
pub mod peers;
mod random;
pub mod storage;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text;
pub mod types;
pub mod updates;

use std::{future::Future, pin::Pin};

pub use auth::{Authorization, LoginToken, SignIn};
pub use builder::ClientBuilder;
pub use client::Client;
pub(crate) use client::WeakClient;
pub use config::{FloodWait, Identity};
pub use error::{Error, NetworkError, ProtocolError, Result, RpcError, Unexpected, UsageError};
pub use events::Event;
pub use files::{FileError, InputFile};
pub use heliogram_api::{self as api, LAYER, errors};
pub use heliogram_mtproto::framing::Transport;
pub use invoke::{Layer, Next, Purpose, RawCall};
pub use net::servers::{ServerAddr, Servers};
pub use paging::Paged;
pub use peers::{PeerError, PeerId, PeerKind, PeerLike};
pub use text::{Text, html, md};
pub use types::{Chat, ChatKind, Document, Media, Message, Photo, User};
pub use updates::Updates;

/// A future on the heap, as the awaitable builders and dyn-safe traits of this crate return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../../../docs/testing.md")]
struct Testing;
