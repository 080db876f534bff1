//! Files that lie on a CDN: fetched encrypted, decrypted here, and checked before they are used.

mod blocks;
mod hashes;
mod route;
mod trouble;

use std::{fmt, ops::Range, sync::Mutex};

use bytes::Bytes;
use heliogram_api::{enums, functions as f, types};
use heliogram_crypto::{Ctr, Zeroizing};
use tokio::{sync::watch, time::timeout};

use self::{
    blocks::{Block, GRAIN, blocks},
    hashes::{Hashed, Hashes},
};
pub(super) use self::{
    route::{Route, Way},
    trouble::Trouble,
};
use super::parts::Piece;
use crate::{Client, Purpose, net::lock};

/// How often the CDN may ask for the file before it sends a block of it.
const MAX_REUPLOADS: u32 = 3;
/// How often hashes are asked for before a part is given up.
const MAX_LOOKUPS: u32 = 8;
/// The longest token of a CDN that is passed on, in bytes.
const MAX_TOKEN: usize = 1024;

/// A file on a CDN, as a redirect describes it.
pub(super) struct CdnFile {
    dc: i32,
    /// The data centre that owns the file and sent the redirect.
    master: i32,
    token: Bytes,
    key: Zeroizing<[u8; 32]>,
    iv: [u8; 16],
    hashes: Mutex<Hashes>,
    /// Becomes `true` when the file is fetched elsewhere.
    left: watch::Sender<bool>,
}

impl CdnFile {
    /// Reads a redirect of the data centre `master`.
    pub(super) fn new(
        redirect: &types::upload::FileCdnRedirect,
        master: i32,
    ) -> Result<Self, Trouble> {
        let key = redirect.encryption_key.as_ref().try_into();
        let iv = redirect.encryption_iv.as_ref().try_into();
        if !(1..=1000).contains(&redirect.dc_id) {
            return Err(Trouble::Redirect);
        }
        let mut hashes = Hashes::default();
        hashes.learn(&redirect.file_hashes);
        Ok(Self {
            dc: redirect.dc_id,
            master,
            token: redirect.file_token.clone(),
            key: Zeroizing::new(key.map_err(|_| Trouble::Redirect)?),
            iv: iv.map_err(|_| Trouble::Redirect)?,
            hashes: Mutex::new(hashes),
            left: watch::Sender::new(false),
        })
    }

    /// Takes over the hashes of another redirect, if it is one of the same file.
    fn learn_from(&self, other: &Self) {
        if self.token == other.token && self.master == other.master {
            let told = std::mem::take(&mut *lock(&other.hashes));
            lock(&self.hashes).merge(told);
        }
    }

    /// The bytes of a piece of a file of this size, all of them checked.
    pub(super) async fn piece(
        &self,
        client: &Client,
        piece: &Piece,
        size: u64,
    ) -> Result<Bytes, Trouble> {
        // Whatever a CDN does to keep its clients waiting, the file is to be had elsewhere.
        let limit = client.net().config.request_timeout;
        let mut left = self.left.subscribe();
        tokio::select! {
            got = timeout(limit, self.fetch(client, piece, size)) => {
                got.unwrap_or(Err(Trouble::Late))
            }
            _ = left.wait_for(|left| *left) => Err(Trouble::Left),
        }
    }

    async fn fetch(&self, client: &Client, piece: &Piece, size: u64) -> Result<Bytes, Trouble> {
        let wanted = piece.offset..piece.offset + piece.expected;
        let ranges = self.cover(client, &wanted).await?;
        let (Some(first), Some(last)) = (ranges.first(), ranges.last()) else {
            return Ok(Bytes::new());
        };
        if last.end > size {
            return Err(Trouble::Long);
        }
        let start = first.start / GRAIN * GRAIN;
        let blocks = blocks(&(first.start..last.end), size);
        let mut bytes = self.blocks(client, &blocks).await?;
        Ctr::for_cdn(&self.key, &self.iv, start).apply(&mut bytes);
        hashes::verify(&ranges, start, &bytes)?;
        let index = |at: u64| usize::try_from(at - start).unwrap_or(usize::MAX);
        let wanted = index(wanted.start)..index(wanted.end);
        // The ranges that were checked cover it, so it is there.
        if bytes.len() < wanted.end {
            return Err(Trouble::Short { at: piece.offset });
        }
        Ok(Bytes::from(bytes).slice(wanted))
    }

    /// The hashed ranges that cover a stretch; those that are missing are asked for.
    async fn cover(&self, client: &Client, wanted: &Range<u64>) -> Result<Vec<Hashed>, Trouble> {
        let mut lookups = 0;
        loop {
            let covered = lock(&self.hashes).cover(wanted);
            let at = match covered {
                Ok(ranges) => return Ok(ranges),
                Err(at) if lookups >= MAX_LOOKUPS => return Err(Trouble::NoHash { at }),
                Err(at) => at,
            };
            lookups += 1;
            let offset = i64::try_from(at).unwrap_or(i64::MAX);
            let call = f::upload::GetCdnFileHashes::new(self.token.clone(), offset);
            let told = client
                .invoke_on(self.master, Purpose::Download, call)
                .await?;
            lock(&self.hashes).learn(&told);
            if told.is_empty() {
                return Err(Trouble::NoHash { at });
            }
        }
    }

    /// What the CDN has at consecutive blocks, as it sends it. Only the last may be cut short.
    async fn blocks(&self, client: &Client, blocks: &[Block]) -> Result<Vec<u8>, Trouble> {
        let mut out = Vec::new();
        for (index, (offset, limit)) in blocks.iter().enumerate() {
            let bytes = self.block(client, *offset, *limit).await?;
            let got = bytes.len() as u64;
            if got > *limit {
                return Err(Trouble::TooMuch);
            }
            if got < *limit && index + 1 < blocks.len() {
                return Err(Trouble::Short { at: *offset });
            }
            out.extend_from_slice(&bytes);
        }
        Ok(out)
    }

    async fn block(&self, client: &Client, offset: u64, limit: u64) -> Result<Bytes, Trouble> {
        let offset = i64::try_from(offset).unwrap_or(i64::MAX);
        let limit = i32::try_from(limit).unwrap_or(i32::MAX);
        for _ in 0..=MAX_REUPLOADS {
            let call = f::upload::GetCdnFile::new(self.token.clone(), offset, limit);
            match client.invoke_on(self.dc, Purpose::Cdn, call).await? {
                enums::upload::CdnFile::CdnFile(part) => return Ok(part.bytes),
                enums::upload::CdnFile::ReuploadNeeded(needed) => {
                    match self.reupload(client, needed.request_token).await {
                        Err(e) if !e.is_passing() => return Err(e),
                        _ => {}
                    }
                }
                _ => return Err(Trouble::NeverThere),
            }
        }
        Err(Trouble::NeverThere)
    }

    /// Lets the data centre that owns the file send it to the CDN.
    async fn reupload(&self, client: &Client, request: Bytes) -> Result<(), Trouble> {
        if request.len() > MAX_TOKEN {
            return Err(Trouble::NeverThere);
        }
        let call = f::upload::ReuploadCdnFile::new(self.token.clone(), request);
        let told = client
            .invoke_on(self.master, Purpose::Download, call)
            .await?;
        lock(&self.hashes).learn(&told);
        Ok(())
    }
}

impl fmt::Debug for CdnFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CdnFile")
            .field("dc", &self.dc)
            .field("master", &self.master)
            .finish_non_exhaustive()
    }
}
