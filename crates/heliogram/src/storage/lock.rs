//! One session, one user: an advisory lock on a file beside the session.
//!
//! The lock file says who has it and since when, so that a second one can say whom to stop. The
//! operating system frees the lock when its holder dies, however it dies.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Seek, Write},
    path::{Path, PathBuf},
};

use super::{Error, holder::Holder, path};

/// How often a lock file may vanish between opening and locking it.
const TRIES: usize = 16;

pub(super) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the session at `session` for this process.
    pub(super) fn take(session: &Path) -> Result<Self, Error> {
        let lock_path = path::beside(session, ".lock");
        let failed = |action, e| Error::io(&lock_path, action, e);
        for _ in 0..TRIES {
            let mut options = OpenOptions::new();
            let options = options.read(true).write(true).create(true).truncate(false);
            let mut file = path::private(options, &lock_path).map_err(|e| failed("create", e))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let holder = Holder::read(&mut file);
                    return Err(Error::Locked {
                        path: session.to_owned(),
                        holder,
                    });
                }
                Err(TryLockError::Error(e)) => return Err(failed("lock", e)),
            }
            // The one before may have removed the file that was just locked.
            if is_at(&file, &lock_path) {
                name(&mut file).map_err(|e| failed("write", e))?;
                return Ok(Self {
                    file,
                    path: lock_path,
                });
            }
        }
        Err(Error::Locked {
            path: session.to_owned(),
            holder: None,
        })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while the lock is held: who opened it before finds that out in `is_at`. Elsewhere
        // an open file cannot be told from its successor, so it stays.
        if cfg!(unix) {
            let _ = std::fs::remove_file(&self.path);
        }
        let _ = self.file.unlock();
    }
}

/// Writes down that this process has the lock.
fn name(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(Holder::this().to_text().as_bytes())
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |m: std::fs::Metadata| (m.dev(), m.ino());
    let here = file.metadata().map(id).ok();
    here.is_some() && here == std::fs::metadata(path).map(id).ok()
}

#[cfg(not(unix))]
const fn is_at(_: &File, _: &Path) -> bool {
    true
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_second_taker_learns_who_was_first_and_gets_it_later() {
        let folder = tempfile::tempdir().unwrap();
        let session = folder.path().join("me.session");
        let first = Lock::take(&session).unwrap();
        let Err(Error::Locked { holder, path }) = Lock::take(&session) else {
            unreachable!("the lock was given twice")
        };
        let holder = holder.unwrap();
        assert_eq!((holder.pid, path), (std::process::id(), session.clone()));
        assert!(holder.since.unwrap().elapsed().unwrap().as_secs() < 60);
        assert!(holder.program.contains("heliogram"), "{}", holder.program);
        drop(first);
        drop(Lock::take(&session).unwrap());
        #[cfg(unix)]
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            0,
            "nothing is left"
        );
    }

    /// What the child of the test below does; nothing where the test runs by itself.
    #[test]
    fn holds_a_lock_for_its_parent() {
        if let Some(session) = std::env::var_os("HELIOGRAM_TEST_LOCK") {
            let _lock = Lock::take(Path::new(&session)).unwrap();
            std::fs::write(path::beside(Path::new(&session), ".held"), "").unwrap();
            std::thread::sleep(std::time::Duration::from_secs(60));
        }
    }

    #[test]
    fn another_process_is_named_and_its_death_frees_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let session = folder.path().join("me.session");
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "storage::lock::tests::holds_a_lock_for_its_parent",
            ])
            .env("HELIOGRAM_TEST_LOCK", &session)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let held = path::beside(&session, ".held");
        while !held.exists() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let Err(e) = Lock::take(&session) else {
            unreachable!("the lock was given twice")
        };
        // Where locked files cannot be read, nobody can be named.
        let text = e.to_string();
        if cfg!(unix) {
            assert!(text.contains(&format!("process {}", child.id())), "{text}");
            assert!(text.contains("heliogram"), "{text}");
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(Lock::take(&session).is_ok());
    }

    #[test]
    fn a_lock_of_a_process_that_died_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let session = folder.path().join("me.session");
        std::fs::write(path::beside(&session, ".lock"), "4294967295").unwrap();
        assert!(Lock::take(&session).is_ok());
    }
}
