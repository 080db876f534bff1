//! Requests and who answers them: one table, typed by the generated functions.

mod cx;
mod later;
pub(crate) mod layer;
mod peel;
mod refusal;
mod table;

pub(crate) use cx::Cx;
pub(crate) use later::{Bells, Reply, Wait};
pub(crate) use peel::{constructor, peel};
pub(crate) use refusal::Answer;
pub use refusal::Refusal;
pub(crate) use table::{Access, Method, Table};
