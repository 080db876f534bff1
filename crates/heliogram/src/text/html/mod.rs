//! The tags that [`text`](super) lists.

mod parse;
mod write;

pub(super) use parse::parse;
pub(super) use write::write;

/// Longest text that is taken for an e-mail address, in UTF-16 units.
const LONGEST_ADDRESS: usize = 256;
