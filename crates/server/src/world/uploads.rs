use std::collections::{BTreeMap, HashMap};

use super::{Blob, World};
use crate::rpc::{Answer, Refusal};

/// Longest part of an upload, in bytes.
pub(crate) const PART_MAX: usize = 512 * 1024;
/// Most parts of a file.
pub(crate) const PARTS_MAX: i32 = 8000;
/// Uploads one account may have open; the oldest gives way.
const OPEN_MAX: usize = 128;

/// Files that are being sent in parts.
#[derive(Default)]
pub(crate) struct Uploads {
    open: HashMap<(i64, i64), Upload>,
    count: u64,
}

/// One file that is being sent.
pub(crate) struct Upload {
    /// Name of the file on disk the parts go to.
    pub(crate) name: String,
    /// The data centre it is sent to.
    pub(crate) dc: i32,
    /// Bytes on disk so far, parts that came twice included.
    pub(crate) end: i64,
    pub(crate) parts: BTreeMap<i32, Part>,
    order: u64,
}

/// One part that came.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    pub(crate) at: i64,
    pub(crate) len: i64,
    /// Bytes it has on disk, which may be more than it fills.
    pub(crate) room: i64,
}

/// Whether a part that is not the last may have this length.
fn part_size_is_valid(len: i64) -> bool {
    len > 0 && len % 1024 == 0 && (PART_MAX as i64) % len == 0
}

/// Checks a part before anything is kept of it. `total` is the number of parts, where it is known.
pub(crate) fn check_part(index: i32, total: Option<i32>, len: usize) -> Answer<()> {
    if !(0..PARTS_MAX).contains(&index) {
        return Err(Refusal::bad("FILE_PART_INVALID"));
    }
    if total.is_some_and(|total| total <= index || total > PARTS_MAX) {
        return Err(Refusal::bad("FILE_PARTS_INVALID"));
    }
    if len > PART_MAX {
        return Err(Refusal::bad("FILE_PART_TOO_BIG"));
    }
    if len == 0 && index > 0 {
        return Err(Refusal::bad("FILE_PART_EMPTY"));
    }
    if total.is_some_and(|total| index + 1 < total) && !part_size_is_valid(len as i64) {
        return Err(Refusal::bad("FILE_PART_SIZE_INVALID"));
    }
    Ok(())
}

impl World {
    /// Makes room for a part: the name of the file on disk and the place in it. A name that came
    /// with `true` is new; uploads that gave way to it are returned to be removed.
    pub(crate) fn place_part(
        &mut self,
        owner: i64,
        file: i64,
        dc: i32,
        index: i32,
        len: i64,
    ) -> Answer<(String, i64, Vec<String>)> {
        let mut gone = Vec::new();
        if !self.uploads.open.contains_key(&(owner, file)) {
            gone = self.uploads.make_room(owner);
            let name = format!("{:016x}", self.random_id());
            self.uploads.count += 1;
            let order = self.uploads.count;
            let upload = Upload {
                name,
                dc,
                end: 0,
                parts: BTreeMap::new(),
                order,
            };
            self.uploads.open.insert((owner, file), upload);
        }
        let missing = || Refusal::bad("FILE_ID_INVALID");
        let upload = self
            .uploads
            .open
            .get_mut(&(owner, file))
            .ok_or_else(missing)?;
        let (at, room) = match upload.parts.get(&index) {
            // The same part once more: it takes the place of the first.
            Some(old) if old.room >= len => (old.at, old.room),
            // Where that is too small it moves once, to where any part fits.
            Some(_) => (upload.end, PART_MAX as i64),
            None => (upload.end, len),
        };
        upload.end = upload.end.max(at + room);
        upload.parts.insert(index, Part { at, len, room });
        Ok((upload.name.clone(), at, gone))
    }

    /// Forgets a part whose bytes could not be kept.
    pub(crate) fn lose_part(&mut self, owner: i64, file: i64, index: i32) {
        if let Some(upload) = self.uploads.open.get_mut(&(owner, file)) {
            upload.parts.remove(&index);
        }
    }

    /// Takes a finished upload out and checks that all of it came.
    pub(crate) fn finish_upload(
        &mut self,
        owner: i64,
        file: i64,
        parts: i32,
    ) -> Answer<(Blob, i32)> {
        if !(1..=PARTS_MAX).contains(&parts) {
            return Err(Refusal::bad("FILE_PARTS_INVALID"));
        }
        let missing = |part| Refusal::bad(format!("FILE_PART_{part}_MISSING"));
        let upload = self
            .uploads
            .open
            .get(&(owner, file))
            .ok_or_else(|| missing(0))?;
        let blob = upload.blob(parts)?;
        let dc = upload.dc;
        Ok((blob, dc))
    }

    /// Forgets an upload whose bytes now belong to a message.
    pub(crate) fn forget_upload(&mut self, owner: i64, file: i64) {
        self.uploads.open.remove(&(owner, file));
    }
}

impl Upload {
    /// Where the bytes lie, if every part is there and has a length it may have.
    fn blob(&self, parts: i32) -> Answer<Blob> {
        let mut places = Vec::with_capacity(self.parts.len());
        let mut size = 0;
        let mut part = 0;
        for index in 0..parts {
            let Some(found) = self.parts.get(&index) else {
                return Err(Refusal::bad(format!("FILE_PART_{index}_MISSING")));
            };
            let last = index + 1 == parts;
            if index == 0 {
                part = found.len;
            }
            if !last && !part_size_is_valid(found.len) {
                return Err(Refusal::bad("FILE_PART_SIZE_INVALID"));
            }
            if (!last && found.len != part) || found.len > part {
                return Err(Refusal::bad("FILE_PART_SIZE_CHANGED"));
            }
            size += found.len;
            places.push(found.at);
        }
        if self.parts.range(parts..).next().is_some() {
            return Err(Refusal::bad("FILE_PARTS_INVALID"));
        }
        let in_order = places
            .iter()
            .zip(0..)
            .all(|(at, index)| *at == index * part);
        if in_order {
            places.clear();
        }
        let name = if size == 0 {
            String::new()
        } else {
            self.name.clone()
        };
        Ok(Blob {
            name,
            size,
            part,
            places,
        })
    }
}

impl Uploads {
    /// Drops the oldest uploads of an account that has too many, and names their files.
    fn make_room(&mut self, owner: i64) -> Vec<String> {
        let mut mine: Vec<_> = self
            .open
            .iter()
            .filter(|((who, _), _)| *who == owner)
            .map(|(key, upload)| (upload.order, *key))
            .collect();
        if mine.len() < OPEN_MAX {
            return Vec::new();
        }
        mine.sort_unstable();
        mine.truncate(mine.len() + 1 - OPEN_MAX);
        mine.iter()
            .filter_map(|(_, key)| self.open.remove(key))
            .map(|upload| upload.name)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{name_of, world};
    use super::*;

    #[test]
    fn parts_may_come_in_any_order_and_twice() {
        let mut w = world();
        for (index, len) in [(2, 100), (0, 1024), (1, 1024), (0, 1024)] {
            w.place_part(1, 7, 2, index, len).unwrap();
        }
        let (blob, dc) = w.finish_upload(1, 7, 3).unwrap();
        assert_eq!((blob.size, blob.part, dc), (2148, 1024, 2));
        assert_eq!(blob.places, [100, 1124, 0]);
    }

    #[test]
    fn a_part_that_comes_again_and_again_takes_no_more_than_two_places() {
        let mut w = world();
        for len in [1, 2, 1024, 1, 2048, 3, 4096, 1024] {
            w.place_part(1, 7, 2, 0, len).unwrap();
        }
        let end = w.uploads.open[&(1, 7)].end;
        assert!(end <= 1 + PART_MAX as i64, "{end}");
        w.place_part(1, 7, 2, 1, 9).unwrap();
        let (blob, _) = w.finish_upload(1, 7, 2).unwrap();
        assert_eq!((blob.size, blob.places), (1033, vec![1, end]));
    }

    #[test]
    fn what_is_missing_or_changed_is_named() {
        let mut w = world();
        assert_eq!(name_of(w.finish_upload(1, 7, 2)), "FILE_PART_0_MISSING");
        w.place_part(1, 7, 2, 0, 1024).unwrap();
        assert_eq!(name_of(w.finish_upload(1, 7, 2)), "FILE_PART_1_MISSING");
        w.place_part(1, 7, 2, 1, 2048).unwrap();
        assert_eq!(name_of(w.finish_upload(1, 7, 2)), "FILE_PART_SIZE_CHANGED");
        assert_eq!(name_of(w.finish_upload(1, 7, 1)), "FILE_PARTS_INVALID");
        assert_eq!(name_of(w.finish_upload(1, 7, 0)), "FILE_PARTS_INVALID");
    }

    #[test]
    fn parts_are_checked_as_they_come() {
        assert_eq!(check_part(0, None, 0), Ok(()));
        assert_eq!(check_part(0, None, 3000), Ok(()), "it may be the last");
        assert_eq!(name_of(check_part(1, None, 0)), "FILE_PART_EMPTY");
        assert_eq!(name_of(check_part(-1, None, 9)), "FILE_PART_INVALID");
        assert_eq!(
            name_of(check_part(0, None, PART_MAX + 1)),
            "FILE_PART_TOO_BIG"
        );
        assert_eq!(
            name_of(check_part(0, Some(2), 3000)),
            "FILE_PART_SIZE_INVALID"
        );
        assert_eq!(name_of(check_part(3, Some(2), 1024)), "FILE_PARTS_INVALID");
    }

    #[test]
    fn an_empty_file_has_no_bytes_on_disk() {
        let mut w = world();
        w.place_part(1, 7, 2, 0, 0).unwrap();
        let (blob, _) = w.finish_upload(1, 7, 1).unwrap();
        assert!(blob.name.is_empty() && blob.size == 0);
    }

    #[test]
    fn the_oldest_upload_gives_way() {
        let mut w = world();
        let (first, ..) = w.place_part(1, 0, 2, 0, 1024).unwrap();
        for file in 1..OPEN_MAX as i64 {
            assert!(w.place_part(1, file, 2, 0, 1024).unwrap().2.is_empty());
        }
        assert_eq!(w.place_part(1, 9999, 2, 0, 1024).unwrap().2, [first]);
    }
}
