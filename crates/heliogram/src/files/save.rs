use std::{
    future::poll_fn,
    path::{Path, PathBuf},
};

use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::{Fetcher, Meter};
use crate::{Error, Result, random};

/// Writes everything into `out`; gives the number of bytes.
pub(crate) async fn to_writer<W>(
    mut fetcher: Fetcher,
    meter: &mut Meter,
    out: &mut W,
) -> Result<u64>
where
    W: AsyncWrite + Unpin + Send,
{
    let mut written = 0;
    while let Some(bytes) = poll_fn(|cx| fetcher.poll_next(cx)).await {
        let bytes = bytes?;
        out.write_all(&bytes).await?;
        written += bytes.len() as u64;
        meter.add(bytes.len() as u64);
    }
    out.flush().await?;
    Ok(written)
}

/// Writes everything into a file next to `path`, which takes its place once it is whole.
///
/// A link is followed. Devices and pipes are written into: nothing may take their place.
pub(crate) async fn to_file(fetcher: Fetcher, meter: &mut Meter, path: &Path) -> Result<u64> {
    let named = |e: &std::io::Error| Error::file(path, "write", e);
    let target = match tokio::fs::metadata(path).await {
        Ok(meta) if meta.is_file() => tokio::fs::canonicalize(path).await.map_err(|e| named(&e))?,
        Ok(meta) if meta.is_dir() => {
            return Err(named(&std::io::ErrorKind::IsADirectory.into()));
        }
        Ok(_) => return into_device(fetcher, meter, path).await,
        // What is wrong with the folder shows when the file is made.
        Err(_) => path.to_owned(),
    };
    let temporary = Temporary::next_to(&target)?;
    let mut options = tokio::fs::OpenOptions::new();
    let file = options
        .write(true)
        .create_new(true)
        .open(&temporary.path)
        .await;
    let mut file = file.map_err(|e| named(&e))?;
    let written = match to_writer(fetcher, meter, &mut file).await {
        Err(Error::Io(e)) => return Err(named(&e)),
        other => other?,
    };
    drop(file);
    tokio::fs::rename(&temporary.path, &target)
        .await
        .map_err(|e| named(&e))?;
    Ok(written)
}

async fn into_device(fetcher: Fetcher, meter: &mut Meter, path: &Path) -> Result<u64> {
    let named = |e: &std::io::Error| Error::file(path, "write", e);
    let opened = tokio::fs::OpenOptions::new().write(true).open(path).await;
    let mut device = opened.map_err(|e| named(&e))?;
    match to_writer(fetcher, meter, &mut device).await {
        Err(Error::Io(e)) => Err(named(&e)),
        other => other,
    }
}

/// A file that is removed again if it does not become another.
struct Temporary {
    path: PathBuf,
}

impl Temporary {
    fn next_to(path: &Path) -> Result<Self> {
        let Some(name) = path.file_name() else {
            let e = std::io::Error::from(std::io::ErrorKind::InvalidInput);
            return Err(Error::file(path, "write", &e));
        };
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{:016x}.part", random::id()?));
        Ok(Self {
            path: path.with_file_name(hidden),
        })
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After the rename there is nothing left to remove.
        drop(std::fs::remove_file(&self.path));
    }
}
