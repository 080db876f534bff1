use std::{
    fmt,
    fs::Metadata,
    path::{Path, PathBuf},
    pin::Pin,
    time::SystemTime,
};

use bytes::{Bytes, BytesMut};
use tokio::{
    fs::File,
    io::{AsyncRead, AsyncReadExt},
};

use super::{FileError, parts::PART, parts::SMALL};
use crate::{Error, Result};

type Reader = Pin<Box<dyn AsyncRead + Send>>;

/// A file to send: a path, bytes in memory, or anything that can be read.
///
/// ```
/// use heliogram::files::InputFile;
///
/// let by_path = InputFile::from("holiday.mp4");
/// let in_memory = InputFile::bytes("notes.txt", "remember the milk");
/// let streamed = InputFile::reader("log.txt", tokio::io::empty()).size(0);
/// ```
#[doc(alias = "upload_file")]
#[must_use = "a file is sent by `send_file` or `upload`"]
pub struct InputFile {
    source: Source,
    name: String,
    size: Option<u64>,
}

enum Source {
    Path(PathBuf),
    Bytes(Bytes),
    Reader(Reader),
}

impl InputFile {
    /// The file at a path; it is read while it is sent.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
        Self {
            name: name.unwrap_or_default(),
            source: Source::Path(path),
            size: None,
        }
    }

    /// Bytes in memory, under a name.
    pub fn bytes(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self {
            name: name.into(),
            source: Source::Bytes(bytes.into()),
            size: None,
        }
    }

    /// Whatever a reader gives until its end, under a name.
    #[doc(alias = "upload_stream")]
    pub fn reader(name: impl Into<String>, reader: impl AsyncRead + Send + 'static) -> Self {
        Self {
            name: name.into(),
            source: Source::Reader(Box::pin(reader)),
            size: None,
        }
    }

    /// How much a reader will give, in bytes; without it up to 10 MiB are read ahead.
    ///
    /// Of no effect for paths and bytes, which know their size.
    pub fn size(mut self, bytes: u64) -> Self {
        self.size = Some(bytes);
        self
    }

    /// The name it will be sent under, unless another one is chosen.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same file once more; `None` for readers, which can be read once.
    pub(crate) fn again(&self) -> Option<Self> {
        let source = match &self.source {
            Source::Path(path) => Source::Path(path.clone()),
            Source::Bytes(bytes) => Source::Bytes(bytes.clone()),
            Source::Reader(_) => return None,
        };
        Some(Self {
            source,
            name: self.name.clone(),
            size: self.size,
        })
    }

    /// Opens it and finds out its size.
    pub(super) async fn open(self) -> Result<Opened> {
        let Self { source, name, size } = self;
        match source {
            Source::Path(path) => open_path(path, name).await,
            Source::Bytes(bytes) => {
                let size = Some(bytes.len() as u64);
                Ok(Opened {
                    name,
                    size,
                    data: Data::Bytes(bytes),
                    watched: None,
                })
            }
            Source::Reader(reader) => open_reader(reader, name, size).await,
        }
    }
}

async fn open_path(path: PathBuf, name: String) -> Result<Opened> {
    let unreadable = |e| Error::file(&path, "read", &e);
    // Before it is opened: opening a pipe waits for its other end.
    check_kind(
        &path,
        &tokio::fs::metadata(&path).await.map_err(unreadable)?,
    )?;
    let file = File::open(&path).await.map_err(unreadable)?;
    let meta = file.metadata().await.map_err(unreadable)?;
    check_kind(&path, &meta)?;
    let watched = Watched {
        size: meta.len(),
        modified: meta.modified().ok(),
        path,
    };
    let data = Data::Reader(Box::pin(file));
    Ok(Opened {
        name,
        size: Some(watched.size),
        data,
        watched: Some(watched),
    })
}

fn check_kind(path: &Path, meta: &Metadata) -> Result<()> {
    if meta.is_file() {
        return Ok(());
    }
    Err(FileError::NotAFile {
        path: path.display().to_string(),
    }
    .into())
}

/// Reads ahead where the size is not known, for small files must be known as such.
async fn open_reader(mut reader: Reader, name: String, size: Option<u64>) -> Result<Opened> {
    if size.is_some() {
        return Ok(Opened {
            name,
            size,
            data: Data::Reader(reader),
            watched: None,
        });
    }
    let mut ahead = BytesMut::new();
    while (ahead.len() as u64) <= SMALL {
        if reader.read_buf(&mut ahead).await? == 0 {
            let size = Some(ahead.len() as u64);
            return Ok(Opened {
                name,
                size,
                data: Data::Bytes(ahead.freeze()),
                watched: None,
            });
        }
    }
    let data = Data::Reader(Box::pin(std::io::Cursor::new(ahead.freeze()).chain(reader)));
    Ok(Opened {
        name,
        size: None,
        data,
        watched: None,
    })
}

/// A file that is being read.
pub(super) struct Opened {
    pub(super) name: String,
    /// `None` only for long streams.
    pub(super) size: Option<u64>,
    data: Data,
    watched: Option<Watched>,
}

enum Data {
    Bytes(Bytes),
    Reader(Reader),
}

/// What a file looked like when it was opened.
struct Watched {
    path: PathBuf,
    size: u64,
    modified: Option<SystemTime>,
}

impl Opened {
    /// The next part; shorter than the others, maybe empty, at the end.
    pub(super) async fn next_part(&mut self) -> Result<Bytes> {
        match &mut self.data {
            Data::Bytes(bytes) => {
                let len = bytes.len().min(usize::try_from(PART).unwrap_or(usize::MAX));
                Ok(bytes.split_to(len))
            }
            Data::Reader(reader) => {
                let mut part = Vec::with_capacity(usize::try_from(PART).unwrap_or(0));
                let mut limited = reader.take(PART);
                limited
                    .read_to_end(&mut part)
                    .await
                    .map_err(|e| self.read_error(&e))?;
                Ok(part.into())
            }
        }
    }

    fn read_error(&self, e: &std::io::Error) -> Error {
        let path = self
            .watched
            .as_ref()
            .map_or_else(|| Path::new(&self.name), |w| &w.path);
        Error::file(path, "read", e)
    }

    /// Whether the file is still what was opened.
    ///
    /// # Errors
    /// [`FileError::Changed`] if it is not.
    pub(super) async fn check_unchanged(&mut self) -> Result<()> {
        let Some(watched) = &self.watched else {
            return Ok(());
        };
        let now = tokio::fs::metadata(&watched.path).await;
        let now = now.map_err(|e| Error::file(&watched.path, "read", &e))?;
        if now.len() != watched.size || now.modified().ok() != watched.modified {
            return Err(self.changed());
        }
        Ok(())
    }

    pub(super) fn changed(&self) -> Error {
        FileError::Changed {
            name: self.name.clone(),
        }
        .into()
    }
}

impl From<&str> for InputFile {
    fn from(path: &str) -> Self {
        Self::path(path)
    }
}

impl From<String> for InputFile {
    fn from(path: String) -> Self {
        Self::path(path)
    }
}

impl From<&Path> for InputFile {
    fn from(path: &Path) -> Self {
        Self::path(path)
    }
}

impl From<PathBuf> for InputFile {
    fn from(path: PathBuf) -> Self {
        Self::path(path)
    }
}

impl From<&PathBuf> for InputFile {
    fn from(path: &PathBuf) -> Self {
        Self::path(path.as_path())
    }
}

impl fmt::Debug for InputFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InputFile")
            .field("name", &self.name)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn parts(mut opened: Opened) -> Vec<usize> {
        let mut lens = Vec::new();
        loop {
            let part = opened.next_part().await.unwrap();
            if part.is_empty() {
                return lens;
            }
            lens.push(part.len());
        }
    }

    #[tokio::test]
    async fn all_sources_are_cut_alike() {
        let part = usize::try_from(PART).unwrap();
        let data = vec![7; part + 5];
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.bin");
        std::fs::write(&path, &data).unwrap();
        let streamed = InputFile::reader("a", std::io::Cursor::new(data.clone()));
        for file in [
            InputFile::path(&path),
            InputFile::bytes("a", data),
            streamed,
        ] {
            let opened = file.open().await.unwrap();
            assert_eq!(opened.size, Some(PART + 5));
            assert_eq!(parts(opened).await, [part, 5]);
        }
    }

    #[tokio::test]
    async fn long_streams_keep_what_was_read_ahead() {
        let len = usize::try_from(SMALL).unwrap() + 100_000;
        let opened = InputFile::reader("a", std::io::Cursor::new(vec![1; len]))
            .open()
            .await
            .unwrap();
        assert_eq!(opened.size, None);
        assert_eq!(parts(opened).await.iter().sum::<usize>(), len);
    }

    #[tokio::test]
    async fn a_file_that_changes_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.bin");
        std::fs::write(&path, "one").unwrap();
        let mut opened = InputFile::path(&path).open().await.unwrap();
        opened.check_unchanged().await.unwrap();
        std::fs::write(&path, "three").unwrap();
        let e = opened.check_unchanged().await.unwrap_err();
        assert!(
            matches!(&e, Error::File(e) if matches!(**e, FileError::Changed { .. })),
            "{e}"
        );
    }

    #[tokio::test]
    async fn missing_files_and_folders_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let missing = InputFile::path(dir.path().join("no.bin")).open().await;
        assert!(missing.err().unwrap().to_string().contains("no.bin"));
        let folder = InputFile::path(dir.path()).open().await.err().unwrap();
        assert!(matches!(&folder, Error::File(e) if matches!(**e, FileError::NotAFile { .. })));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_pipe_is_refused_without_waiting_for_its_other_end() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let opening = InputFile::path(&pipe).open();
        let opened = tokio::time::timeout(std::time::Duration::from_secs(10), opening).await;
        let e = opened.expect("it does not hang").err().unwrap();
        assert!(matches!(&e, Error::File(e) if matches!(**e, FileError::NotAFile { .. })));
    }
}
