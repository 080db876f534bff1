use std::path::PathBuf;

use super::VERSION;

/// Why a data file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The file is one of another program.
    #[error("{} is not a data file of this server; name another file", .0.display())]
    Foreign(PathBuf),
    /// The path is that of a folder.
    #[error("{} is a folder; name a file in it", .0.display())]
    Folder(PathBuf),
    /// The file can neither be opened nor made.
    #[error("{} cannot be opened or made; check that its folder is there and may be written to", .0.display())]
    Unreachable(PathBuf),
    /// The file can be read and not be written to.
    #[error("{} may not be written to; give yourself the right to, or name another file", .0.display())]
    ReadOnly(PathBuf),
    /// There is no room left for it.
    #[error("{} cannot grow: the disk is full; make room on it, or name a file on another one", .0.display())]
    Full(PathBuf),
    /// Something that is no folder stands where the folder for uploaded files should be.
    #[error("{} is no folder: uploaded files go into a folder of that name; move the file away, or name another data file", .0.display())]
    NoFolder(PathBuf),
    /// The file was written by a newer version.
    #[error("{} was written by a newer version ({found}; this one knows {VERSION}); update, or name another file", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i32,
    },
    /// The file was written by an older version, in a format that is not read any more.
    #[error("{} was written by an older version ({found}; this one knows {VERSION}); name another file", .path.display())]
    Older {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i32,
    },
    /// Another server uses the file.
    #[error("{} is in use by another server; stop it first, or name another file", .0.display())]
    InUse(PathBuf),
    /// A record in the file cannot be read.
    #[error("{} is damaged: a record of kind {kind} cannot be read", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Which kind of record.
        kind: i64,
    },
    /// The file cannot be opened, read or written.
    #[error("{}: {source}", .path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The folder for uploaded files beside it cannot be made.
    #[error("{} cannot be made or written to ({source}); check that the folder it is in may be written to", .path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

impl DataError {
    /// Why the folder for uploaded files cannot be used.
    pub(crate) fn of_files(path: PathBuf, source: std::io::Error) -> Self {
        use std::io::ErrorKind as Kind;
        match source.kind() {
            Kind::StorageFull | Kind::QuotaExceeded => Self::Full(path),
            Kind::AlreadyExists | Kind::NotADirectory => Self::NoFolder(path),
            _ => Self::Io { path, source },
        }
    }
}
