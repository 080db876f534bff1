//! The tags that [`text`](super) lists.

mod parse;
mod write;

pub(super) use parse::parse;
pub(super) use write::write;
