//! The keys under which records are stored. They are part of the format of every storage.

use super::record::{RecordReader, RecordWriter};

/// Version of the bytes of a number.
const VERSION: u8 = 1;
const KEY_PREFIX: &str = "dc:";
pub(super) const HOME: &str = "home";
pub(super) const TEST_MODE: &str = "test_mode";
pub(super) const LAYER: &str = "layer";
pub(super) const SELF: &str = "self";
pub(super) const ADDRESSES: &str = "addresses";
pub(super) const WAITS: &str = "waits";
pub(super) const VALUE_PREFIX: &str = "value:";
pub(super) const STATE: &str = "state";
pub(super) const AHEAD: &str = "ahead";
pub(super) const CHANNEL_PREFIX: &str = "channel:";

pub(super) fn key_name(dc: i32) -> String {
    format!("{KEY_PREFIX}{dc}")
}

pub(super) fn channel_name(id: i64) -> String {
    format!("{CHANNEL_PREFIX}{id}")
}

pub(super) fn number_bytes(n: i32) -> Vec<u8> {
    RecordWriter::new(VERSION).i32(n).finish()
}

pub(super) fn number(bytes: &[u8]) -> Option<i32> {
    let mut r = RecordReader::new(bytes, VERSION)?;
    let n = r.i32()?;
    r.end(n)
}
