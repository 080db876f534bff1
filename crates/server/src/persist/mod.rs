//! Keeping a world: records in a SQLite file, written before a change is acknowledged.

mod field;
mod store;

pub(crate) use field::{Field, record};
pub use store::DataError;
pub(crate) use store::Store;
