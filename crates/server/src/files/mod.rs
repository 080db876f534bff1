//! Uploaded bytes, in one folder on disk.

mod blobs;

pub(crate) use blobs::Blobs;
