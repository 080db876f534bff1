//! Files of sessions: private, replaced as a whole, and found by one name.

use std::{
    ffi::OsString,
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::Error;

/// The path with links and relative parts resolved, so that one file has one lock.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, Error> {
    if let Ok(full) = path.canonicalize() {
        return Ok(full);
    }
    let Some(name) = path.file_name() else {
        let e = io::Error::new(io::ErrorKind::InvalidInput, "the path names no file");
        return Err(Error::io(path, "open", e));
    };
    let folder = folder(path);
    match folder.canonicalize() {
        Ok(folder) => Ok(folder.join(name)),
        Err(e) => Err(Error::io(folder, "open the folder", e)),
    }
}

/// The folder a file is in.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."))
}

/// The path of a companion file: the same name with more behind it.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Opens a file for writing, which nobody but its owner may read if it is new.
pub(super) fn private(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.open(path)
}

/// Writes a file so that either its old or its new contents are there after a crash.
pub(super) fn replace(path: &Path, contents: &[u8]) -> Result<(), Error> {
    let temporary = beside(path, ".new");
    let write = || {
        // One that a crash has left behind may be anything, a link included.
        remove(&temporary)?;
        let mut options = OpenOptions::new();
        let mut file = private(options.write(true).create_new(true), &temporary)?;
        file.write_all(contents)?;
        file.sync_all()
    };
    let result = write()
        .map_err(|e| Error::io(&temporary, "write", e))
        .and_then(|()| {
            std::fs::rename(&temporary, path).map_err(|e| Error::io(path, "replace", e))
        });
    if result.is_err() {
        // The first failure is the one to report.
        let _ = std::fs::remove_file(&temporary);
        return result;
    }
    sync_folder(path)
}

/// Makes the name of a new file survive a crash.
pub(super) fn sync_folder(path: &Path) -> Result<(), Error> {
    #[cfg(unix)]
    {
        let folder = folder(path);
        let synced = File::open(folder).and_then(|f| f.sync_all());
        // Some file systems have no such thing; the file itself is safe there.
        if let Err(e) = synced
            && !matches!(
                e.kind(),
                io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
            )
        {
            return Err(Error::io(folder, "flush the folder", e));
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Removes a file if it is there.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}
