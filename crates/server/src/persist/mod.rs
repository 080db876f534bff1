//! Keeping a world: records in a SQLite file, written before a change is acknowledged.

mod error;
mod field;
mod records;
mod store;
#[cfg(test)]
mod tests;

pub use error::DataError;
pub(crate) use field::{Field, record};
pub(crate) use store::Store;

/// Version of the format of data files.
const VERSION: i32 = 3;
