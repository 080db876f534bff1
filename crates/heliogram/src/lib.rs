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
//!
//! # What is where
//!
//! | to | use | in Telethon |
//! |---|---|---|
//! | connect | [`Client::builder`], [`ClientBuilder::connect`] | `TelegramClient(..)`, `connect` |
//! | go through a proxy | [`ClientBuilder::proxy`] with a [`Proxy`] or a link | `proxy=`, `connection=ConnectionTcpMTProxy..` |
//! | sign in | [`Client::sign_in`], [`Client::sign_in_bot`]; step by step [`Client::send_code`] | `start`, `send_code_request` |
//! | keep a session | [`storage::Sqlite`], [`storage::File`], [`Client::session_string`] | `SQLiteSession`, `StringSession` |
//! | send | [`Client::send_message`] with [`md`] or [`html`], [`Client::send_file`] | `send_message(parse_mode=..)`, `send_file` |
//! | read | [`Client::history`], a stream; [`Client::get_messages`] by id | `iter_messages`, `get_messages` |
//! | remember where somebody is | `dispatch::Dialogue`, with the feature `dialogue` | `FSMContext` of others |
//! | ask and wait for the answer | [`Client::conversation`] | `client.conversation`, `get_response` |
//! | choose what to handle | [`filter`], combined with `&`, `\|` and `!`; [`commands!`] | arguments of `events.NewMessage(..)` |
//! | handle what comes | [`Client::run`] with a [`Router`], [`Client::on`] | `@client.on(..)`, `run_until_disconnected` |
//! | answer what comes | [`Client::updates`], a stream of [`Event`]s; [`Message::reply`] | `on(events.NewMessage)`, `event.reply` |
//! | be a bot with buttons | [`Keyboard`], [`events::CallbackQuery`], [`events::InlineQuery`], [the guide](methods::bots) | `Button`, `events.CallbackQuery` |
//! | know what happens in chats | [`events`]: [`ChatAction`](events::ChatAction), [`Album`](events::Album), [`MessageRead`](events::MessageRead), [`UserUpdate`](events::UserUpdate) | `events.ChatAction`, `events.Album` |
//! | miss nothing, skip what was missed | [`updates`], [`ClientBuilder::catch_up`], [`Updates::acknowledge`] | `catch_up=`, `catch_up()` |
//! | fetch files | [`Client::download`] to a file, a writer, or as a stream | `download_media`, `iter_download` |
//! | name a chat | anything that turns into [`PeerLike`]: `"@name"`, `"me"`, an id, a [`User`] | `get_entity` |
//! | call anything else | [`Client::invoke`] with [`api::functions`] | `client(request)` |
//! | set limits, sleep floods, spread calls | [`invoke`], [`Client::with`] | `flood_sleep_threshold`, `request_retries` |
//! | make many calls at once, or in order | [`Client::invoke_all`] | `client([..], ordered=True)`, `MultiError` |
//! | tell errors apart | [`Error`], [`Error::is`] with [`errors`] | `except errors.FloodWaitError` |
//! | know that a session is over | [`Error::SessionEnded`] | `AuthKeyDuplicatedError`, `SessionRevokedError` |
//! | end | [`Client::stop`] | `disconnect` |
//!
//! Everything that is async needs a [Tokio](https://docs.rs/tokio) runtime around it, of one thread or
//! several, with clock and network enabled (`enable_all`, as `#[tokio::main]` does).
//!
//! What takes options is a builder that is sent by awaiting it. The search of this page knows the
//! names of Telethon, Pyrogram and the raw API.
//!
//! # Features
//!
//! `sqlite` (on by default): sessions in SQLite, which is compiled in. `regex`: filters by regular
//! expressions. `dialogue`: dialogues whose state is stored, with serde and JSON. `metrics`: counts
//! and times of calls for the recorder of the program, through the crate `metrics`. `websocket`:
//! connections inside of WebSockets. `tls`: those inside of TLS, with rustls and ring. `testing`: an
//! embedded server and signed-in clients for tests, see `heliogram::testing`.
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
pub mod conversation;
pub mod dispatch;
mod error;
pub mod events;
pub mod files;
pub mod invoke;
pub mod methods;
#[cfg(feature = "metrics")]
mod metric;
#[cfg(not(feature = "metrics"))]
#[path = "metric_off.rs"]
mod metric;
mod net;
pub mod paging;
pub mod peers;
pub mod proxy;
mod random;
mod stats;
pub mod storage;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text;
pub mod types;
pub mod updates;

use std::{future::Future, pin::Pin};

pub use auth::{Authorization, LoginToken, SignIn};
pub use builder::ClientBuilder;
/// What raw calls and answers are made of, from the crate `bytes`.
pub use bytes::Bytes;
pub use client::Client;
pub(crate) use client::WeakClient;
pub use config::{FloodKind, FloodWait, Identity};
pub use conversation::{Conversation, ConversationError};
pub use dispatch::{Filter, Flow, Router, UpdateCx, filter, run_all};
pub use error::{
    DialogueError, Error, FilterError, NetworkError, ProtocolError, Result, RpcError, SessionEnd,
    SessionEnded, Unexpected, UsageError,
};
pub use events::Event;
pub use files::{FileError, InputFile};
pub use heliogram_api::{self as api, LAYER, errors};
pub use heliogram_mtproto::framing::Transport;
pub use invoke::{
    Answers, Budget, CallOptions, InvokeAll, Layer, MultiError, Next, Purpose, RawCall,
};
pub use net::carrier::Carrier;
pub use net::servers::{ServerAddr, Servers};
pub use paging::Paged;
pub use peers::{PeerError, PeerId, PeerKind, PeerLike};
pub use proxy::Proxy;
#[cfg(feature = "tls")]
pub use rustls;
pub use stats::Stats;
pub use text::{Text, html, md};
pub use types::{Button, Chat, ChatKind, Document, Keyboard, Media, Message, Photo, User};
pub use updates::{Receipt, UpdateStats, Updates};

/// A future on the heap, as the awaitable builders and dyn-safe traits of this crate return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../../../docs/connecting.md")]
struct Connecting;

#[cfg(doctest)]
#[doc = include_str!("../../../docs/handlers.md")]
struct Handlers;

#[cfg(doctest)]
#[doc = include_str!("../../../docs/bots.md")]
struct Bots;

#[cfg(doctest)]
#[doc = include_str!("../../../docs/filters.md")]
struct Filters;

#[cfg(doctest)]
#[doc = include_str!("../../../docs/conversations.md")]
struct Conversations;

#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../../../docs/testing.md")]
struct Testing;
