use std::{error, fmt, io, path::PathBuf};

use super::{Holder, SessionStringError, Table};

/// Why a session could not be read or written.
///
/// Each text names the file, says what is the matter with it and what to do about it. No variant
/// leads to a change of the file it names.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The file exists and is no session of this library.
    NotASession {
        /// The file.
        path: PathBuf,
        /// What it is, as far as could be told.
        what: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// A newer version of this library wrote the session.
    Newer {
        /// The file.
        path: PathBuf,
        /// The format of the file.
        found: u32,
        /// The newest format known here.
        known: u32,
    },
    /// The session is half written or damaged.
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// Another process, or another client of this one, uses the session.
    Locked {
        /// The file.
        path: PathBuf,
        /// Who uses it, where it could be told.
        holder: Option<Holder>,
    },
    /// Another client of this process was given the same storage and has not ended.
    InUse,
    /// The operating system refused.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried, such as `read`.
        action: &'static str,
        /// What the operating system said.
        source: io::Error,
    },
    /// A stored value cannot be what was once written there.
    Record {
        /// The table of the value.
        table: Table,
        /// What the value should be.
        what: &'static str,
    },
    /// A text that is no session, or a session that a format cannot hold.
    SessionString(SessionStringError),
    /// A [`Batch`](super::Batch) that no storage can carry out.
    Usage(&'static str),
    /// A backend's own failure.
    Backend(Box<dyn error::Error + Send + Sync>),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotASession { path, what, remedy } => write!(
                f,
                "{} is {what}, not a session of this storage; {remedy}",
                path.display()
            ),
            Self::Newer { path, found, known } => write!(
                f,
                "{} has format {found}, this version of heliogram knows formats up to {known}; \
                 update heliogram or use another session file",
                path.display()
            ),
            Self::Corrupt { path, what } => write!(
                f,
                "{} is damaged ({what}); restore it from a copy, or move it away and sign in again",
                path.display()
            ),
            Self::Locked { path, holder } => write!(
                f,
                "{} is in use by {}; stop that one or use another session file",
                path.display(),
                by(holder.as_ref())
            ),
            Self::InUse => f.write_str(
                "another client of this process uses this storage; stop that one, or give each \
                 client a session of its own",
            ),
            Self::Io {
                path,
                action,
                source,
            } => {
                let remedy = remedy(source.kind());
                write!(f, "cannot {action} {}: {source}{remedy}", path.display())
            }
            Self::Record { table, what } => write!(
                f,
                "the session's record of {what} in table `{}` is damaged; restore the session from \
                 a copy, or sign in again",
                table.name()
            ),
            Self::SessionString(e) => e.fmt(f),
            Self::Usage(what) => f.write_str(what),
            Self::Backend(e) => write!(f, "the storage failed: {e}"),
        }
    }
}

impl error::Error for Error {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            Self::SessionString(e) => e.source(),
            Self::Backend(e) => Some(&**e),
            _ => None,
        }
    }
}

impl From<SessionStringError> for Error {
    fn from(e: SessionStringError) -> Self {
        Self::SessionString(e)
    }
}

impl Error {
    /// Wraps the failure of a backend of one's own.
    pub fn backend(e: impl Into<Box<dyn error::Error + Send + Sync>>) -> Self {
        Self::Backend(e.into())
    }

    pub(super) fn io(path: impl Into<PathBuf>, action: &'static str, source: io::Error) -> Self {
        Self::Io {
            path: path.into(),
            action,
            source,
        }
    }

    pub(super) fn corrupt(path: impl Into<PathBuf>, what: impl Into<String>) -> Self {
        Self::Corrupt {
            path: path.into(),
            what: what.into(),
        }
    }
}

/// What to do about what the operating system said, where there is something to do.
fn remedy(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::NotFound => "; make the folder first, or keep the session elsewhere",
        io::ErrorKind::IsADirectory => "; name a file in it",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; see to it that it may be read and written, or keep the session elsewhere"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "; make room and try again",
        _ => "",
    }
}

/// Names the holder of a lock.
fn by(holder: Option<&Holder>) -> String {
    holder.map_or_else(|| "another process".to_owned(), Holder::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_about_a_file_names_it_and_a_remedy() {
        let path = PathBuf::from("dir/me.session");
        let errors = [
            Error::NotASession {
                path: path.clone(),
                what: "a picture",
                remedy: "use another",
            },
            Error::Newer {
                path: path.clone(),
                found: 9,
                known: 1,
            },
            Error::corrupt(path.clone(), "cut short"),
            Error::Locked {
                path: path.clone(),
                holder: Some(Holder::this()),
            },
            Error::io(&path, "create", io::ErrorKind::PermissionDenied.into()),
            Error::io(&path, "create", io::ErrorKind::NotFound.into()),
            Error::io(path, "write", io::ErrorKind::StorageFull.into()),
        ];
        for e in errors {
            let text = e.to_string();
            assert!(text.contains("me.session"), "{text}");
            assert!(text.contains("; "), "{text}");
        }
    }

    #[test]
    fn a_lock_names_its_holder() {
        let locked = |holder| {
            Error::Locked {
                path: "x".into(),
                holder,
            }
            .to_string()
        };
        let this = locked(Some(Holder::this()));
        assert!(this.contains("another client of this process"), "{this}");
        assert!(locked(None).contains("another process"));
    }
}
