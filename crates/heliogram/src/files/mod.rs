//! Files on their way up and down: in parts, several at once, with little memory.
//!
//! [`Client::send_file`](crate::Client::send_file) and
//! [`Client::download`](crate::Client::download) stand on this. Parts that fail with the connection
//! are asked for again; what a server sends beyond what it declared is refused. What comes from a CDN
//! is checked against hashes of the data centre that owns the file before anybody sees it.

mod cdn;
mod download;
mod error;
mod input;
mod location;
pub(crate) mod mime;
mod parts;
mod progress;
mod save;
mod upload;

pub(crate) use download::Fetcher;
pub use error::FileError;
pub use input::InputFile;
pub use location::Downloadable;
pub(crate) use location::RemoteFile;
pub use progress::Progress;
pub(crate) use progress::{Meter, ProgressFn};
pub(crate) use save::{to_file, to_writer};
pub(crate) use upload::{Finished, upload};
