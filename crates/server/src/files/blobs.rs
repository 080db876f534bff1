use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use heliogram_crypto::hash::Md5;

use crate::world::Blob;

/// The folder files lie in: one that goes away with the server, or one that stays.
pub(crate) struct Blobs {
    folder: PathBuf,
    /// Removes the folder when it is dropped.
    _temporary: Option<tempfile::TempDir>,
}

impl Blobs {
    /// A folder that is removed with this value.
    pub(crate) fn temporary() -> io::Result<Self> {
        let temporary = tempfile::Builder::new()
            .prefix("heliogram-server-")
            .tempdir()?;
        Ok(Self {
            folder: temporary.path().to_owned(),
            _temporary: Some(temporary),
        })
    }

    /// A folder that stays, made for its owner alone if it is not there.
    pub(crate) fn kept(folder: &Path) -> io::Result<Self> {
        let mut making = fs::DirBuilder::new();
        making.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut making, 0o700);
        making.create(folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            _temporary: None,
        })
    }

    /// Writes bytes at a place of a file, which is made if it is not there.
    pub(crate) fn write(&self, name: &str, at: i64, bytes: &[u8]) -> io::Result<()> {
        let path = self.folder.join(name);
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        file.seek(SeekFrom::Start(u64::try_from(at).unwrap_or(0)))?;
        file.write_all(bytes)
    }

    /// Reads from a stored file; the answer is shorter where the file ends.
    pub(crate) fn read(&self, blob: &Blob, offset: i64, limit: i64) -> io::Result<Vec<u8>> {
        let end = blob.size.min(offset.saturating_add(limit));
        let mut out = vec![0; usize::try_from((end - offset).max(0)).unwrap_or(0)];
        if out.is_empty() {
            return Ok(out);
        }
        let mut file = File::open(self.folder.join(&blob.name))?;
        let mut filled = 0;
        while filled < out.len() {
            let at = offset + filled as i64;
            let (place, run) = blob.place_of(at);
            let len = usize::try_from(run)
                .unwrap_or(usize::MAX)
                .min(out.len() - filled);
            file.seek(SeekFrom::Start(u64::try_from(place).unwrap_or(0)))?;
            let target = out.get_mut(filled..filled + len).unwrap_or_default();
            file.read_exact(target)?;
            filled += len;
        }
        Ok(out)
    }

    /// MD5 of a stored file, in hexadecimal digits.
    pub(crate) fn md5(&self, blob: &Blob) -> io::Result<String> {
        const STEP: i64 = 1 << 20;
        let mut hash = Md5::new();
        let mut at = 0;
        while at < blob.size {
            let bytes = self.read(blob, at, STEP)?;
            at += bytes.len() as i64;
            hash.update(&bytes);
        }
        Ok(hash.finish().iter().map(|b| format!("{b:02x}")).collect())
    }

    /// Removes every file that is not among `names`: what uploads left behind that nobody sent.
    pub(crate) fn sweep(&self, names: &HashSet<&str>) {
        let Ok(files) = fs::read_dir(&self.folder) else {
            return;
        };
        for file in files.flatten() {
            let name = file.file_name();
            if name
                .to_str()
                .is_some_and(|name| is_ours(name) && !names.contains(name))
            {
                self.remove(&name.to_string_lossy());
            }
        }
    }

    /// Removes a file; one that is not there is no mistake.
    pub(crate) fn remove(&self, name: &str) {
        // Nothing refers to the file any more: if it cannot be removed it is left over, no more.
        let _ = fs::remove_file(self.folder.join(name));
    }
}

/// Whether a file has a name this server gives.
fn is_ours(name: &str) -> bool {
    name.len() == 16 && name.bytes().all(|b| b.is_ascii_hexdigit())
}

impl Blob {
    /// Where a byte lies on disk, and how many follow it there.
    fn place_of(&self, at: i64) -> (i64, i64) {
        if self.places.is_empty() || self.part <= 0 {
            return (at, self.size - at);
        }
        let (index, within) = (at / self.part, at % self.part);
        let place = self.places.get(index as usize).copied().unwrap_or_default();
        (place + within, self.part - within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_in_any_order_read_back_as_one_file() {
        let blobs = Blobs::temporary().unwrap();
        for (at, text) in [(0, "cc"), (2, "aaaa"), (6, "bbbb")] {
            blobs.write("f", at, text.as_bytes()).unwrap();
        }
        let blob = Blob {
            name: "f".into(),
            size: 10,
            part: 4,
            places: vec![2, 6, 0],
        };
        assert_eq!(blobs.read(&blob, 0, 100).unwrap(), b"aaaabbbbcc");
        assert_eq!(blobs.read(&blob, 3, 6).unwrap(), b"abbbbc");
        assert_eq!(blobs.read(&blob, 10, 5).unwrap(), b"");
        assert_eq!(blobs.read(&blob, 99, 5).unwrap(), b"");
        assert_eq!(
            blobs.md5(&blob).unwrap(),
            "11a7cd2ff48c01afcc65cca69ed0f886"
        );
    }

    #[test]
    fn an_empty_file_needs_no_disk() {
        let blobs = Blobs::temporary().unwrap();
        let blob = Blob::default();
        assert_eq!(blobs.read(&blob, 0, 1024).unwrap(), b"");
        assert_eq!(
            blobs.md5(&blob).unwrap(),
            "d41d8cd98f00b204e9800998ecf8427e"
        );
    }

    #[test]
    fn what_nobody_sent_is_swept_and_nothing_else() {
        let blobs = Blobs::temporary().unwrap();
        let names = ["00000000000000aa", "00000000000000bb", "notes.txt"];
        for name in names {
            blobs.write(name, 0, b"x").unwrap();
        }
        blobs.sweep(&HashSet::from([names[0]]));
        let there = names.map(|name| blobs.folder.join(name).exists());
        assert_eq!(there, [true, false, true]);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_stays_is_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("world.db.files");
        Blobs::kept(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[test]
    fn the_temporary_folder_goes_away() {
        let blobs = Blobs::temporary().unwrap();
        let folder = blobs.folder.clone();
        blobs.write("f", 0, b"x").unwrap();
        drop(blobs);
        assert!(!folder.exists());
    }
}
