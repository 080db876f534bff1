//! The dialect of Markdown that [`text`](super) describes.

mod code;
mod link;
mod parse;
mod tokens;
mod write;

pub(super) use parse::parse;
pub(super) use write::write;
