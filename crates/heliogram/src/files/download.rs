use std::{
    collections::VecDeque,
    future::Future,
    ops::Range,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use heliogram_api::{enums, functions as f, types};
use tokio::task::JoinHandle;

use super::{
    Downloadable, FileError, RemoteFile,
    cdn::{CdnFile, Route, Way},
    parts::{self, Piece, WINDOW},
    upload::is_passing,
};
use crate::{Client, Error, Purpose, Result, net::lock};

/// How often a part is asked for before its failure is the file's.
const MAX_TRIES: u32 = 5;
/// How often a file is followed to another data centre.
const MAX_MOVES: u32 = 5;

/// Fetches the bytes of a file in order, several parts at once.
pub(crate) struct Fetcher {
    shared: Arc<Shared>,
    pieces: Box<dyn Iterator<Item = Piece> + Send>,
    on_their_way: VecDeque<Task>,
    failed: bool,
}

/// A part on its way; taken back when dropped.
struct Task(JoinHandle<Result<Bytes>>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What all parts of a file have in common.
struct Shared {
    client: Client,
    file: Mutex<Located>,
    route: Route,
    /// Held while the file is looked for anew.
    renewing: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Located {
    file: RemoteFile,
    /// How often the location was renewed.
    renewed: u32,
}

impl Fetcher {
    /// Prepares to fetch a range of a file; nothing is asked for before the first poll.
    pub(crate) fn new(client: Client, file: RemoteFile, range: Range<u64>) -> Self {
        let pieces = Box::new(parts::pieces(file.size, range));
        let file = Mutex::new(Located { file, renewed: 0 });
        let shared = Arc::new(Shared {
            route: Route::new(&client),
            client,
            file,
            renewing: tokio::sync::Mutex::default(),
        });
        Self {
            shared,
            pieces,
            on_their_way: VecDeque::new(),
            failed: false,
        }
    }

    /// The next bytes; `None` at the end.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        while !self.failed && self.on_their_way.len() < WINDOW {
            let Some(piece) = self.pieces.next() else {
                break;
            };
            let shared = Arc::clone(&self.shared);
            self.on_their_way
                .push_back(Task(tokio::spawn(shared.piece(piece))));
        }
        let Some(first) = self.on_their_way.front_mut() else {
            return Poll::Ready(None);
        };
        let bytes = ready!(Pin::new(&mut first.0).poll(cx)).unwrap_or(Err(Error::Cancelled));
        self.on_their_way.pop_front();
        if bytes.is_err() {
            self.failed = true;
            self.on_their_way.clear();
        }
        Poll::Ready(Some(bytes))
    }
}

impl Shared {
    async fn piece(self: Arc<Self>, piece: Piece) -> Result<Bytes> {
        let bytes = self.ask(&piece).await?;
        let got = bytes.len() as u64;
        if got > piece.expected {
            return Err(FileError::TooMuch {
                asked: piece.expected,
                got,
            }
            .into());
        }
        if got < piece.expected {
            let size = lock(&self.file).file.size;
            return Err(FileError::Truncated {
                at: piece.offset + got,
                size,
            }
            .into());
        }
        let index = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
        Ok(bytes.slice(index(piece.keep.start)..index(piece.keep.end)))
    }

    /// The bytes of a piece, from wherever they are to be had.
    async fn ask(&self, piece: &Piece) -> Result<Bytes> {
        loop {
            match self.route.way() {
                Way::Owner { may_redirect } => {
                    if let Some(bytes) = self.ask_owner(piece, may_redirect).await? {
                        return Ok(bytes);
                    }
                }
                Way::Cdn(file) => {
                    let size = lock(&self.file).file.size;
                    match file.piece(&self.client, piece, size).await {
                        Ok(bytes) => return Ok(bytes),
                        Err(trouble) if self.route.leave(&file, &trouble) => {
                            self.client.net().cdns.avoid();
                        }
                        Err(_) => {}
                    }
                }
            }
        }
    }

    /// The bytes of a piece from the data centre that owns the file; `None` if it sent us to a CDN
    /// instead, which it does only when it may.
    async fn ask_owner(&self, piece: &Piece, may_redirect: bool) -> Result<Option<Bytes>> {
        let (mut tries, mut moves) = (1, 0);
        let offset = i64::try_from(piece.offset).unwrap_or(i64::MAX);
        let limit = i32::try_from(piece.limit).unwrap_or(i32::MAX);
        loop {
            let at = lock(&self.file).clone();
            let call = f::upload::GetFile {
                precise: piece.precise,
                cdn_supported: may_redirect,
                ..f::upload::GetFile::new(at.file.location, offset, limit)
            };
            let e = match self
                .client
                .invoke_on(at.file.dc, Purpose::Download, call)
                .await
            {
                Ok(enums::upload::File::File(file)) => return Ok(Some(file.bytes)),
                Ok(enums::upload::File::CdnRedirect(to)) if may_redirect => {
                    self.follow(&to, at.file.dc);
                    return Ok(None);
                }
                Ok(_) => {
                    let method = "upload.getFile";
                    return Err(Error::unexpected(
                        method,
                        "bytes",
                        "a CDN that was not asked for",
                    ));
                }
                Err(e) => e,
            };
            match moved_to(&e) {
                Some(dc) if moves < MAX_MOVES => {
                    moves += 1;
                    lock(&self.file).file.dc = dc;
                }
                _ if is_expired(&e) && at.renewed < 2 => self.renew(at.renewed).await?,
                _ if is_passing(&e) && tries < MAX_TRIES => tries += 1,
                _ => return Err(e),
            }
        }
    }

    fn follow(&self, redirect: &types::upload::FileCdnRedirect, owner: i32) {
        match CdnFile::new(redirect, owner) {
            Ok(file) => self.route.redirected(file),
            Err(why) => self.route.refuse(&why),
        }
    }

    /// Looks for the file anew, unless another part did since it was renewed `seen` times.
    async fn renew(&self, seen: u32) -> Result<()> {
        let _turn = self.renewing.lock().await;
        let old = lock(&self.file).clone();
        if old.renewed != seen {
            return Ok(());
        }
        let source = old.file.source.ok_or(FileError::ReferenceExpired)?;
        let found = self
            .client
            .get_messages(source.chat, source.message)
            .await?;
        let message = found
            .into_iter()
            .next()
            .flatten()
            .ok_or(FileError::ReferenceExpired)?;
        let Downloadable(file) = (&message).into();
        let file = file?;
        if file.id != old.file.id || file.size != old.file.size {
            return Err(FileError::ReferenceExpired.into());
        }
        *lock(&self.file) = Located {
            file,
            renewed: seen + 1,
        };
        Ok(())
    }
}

fn moved_to(e: &Error) -> Option<i32> {
    let e = e.rpc().filter(|e| &*e.name == "FILE_MIGRATE")?;
    i32::try_from(e.value?)
        .ok()
        .filter(|dc| (1..=1000).contains(dc))
}

fn is_expired(e: &Error) -> bool {
    e.rpc().is_some_and(|e| {
        e.name.starts_with("FILE_REFERENCE") || &*e.name == "FILEREF_UPGRADE_NEEDED"
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RpcError;

    #[test]
    fn refusals_that_can_be_helped_are_known() {
        let rpc = |code, text| Error::from(RpcError::new("upload.getFile", code, text));
        assert_eq!(moved_to(&rpc(303, "FILE_MIGRATE_4")), Some(4));
        assert_eq!(moved_to(&rpc(303, "FILE_MIGRATE_0")), None);
        assert!(is_expired(&rpc(400, "FILE_REFERENCE_0_EXPIRED")));
        assert!(is_expired(&rpc(400, "FILE_REFERENCE_EXPIRED")));
        assert!(!is_expired(&rpc(400, "FILE_ID_INVALID")));
    }
}
