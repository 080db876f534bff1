//! The bytes of a stored value: little-endian numbers, and lengths in front of bytes and text.

/// Appends the parts of a record.
#[derive(Default)]
pub(super) struct RecordWriter(Vec<u8>);

impl RecordWriter {
    /// Starts a record of the given version.
    pub(super) fn new(version: u8) -> Self {
        Self(vec![version])
    }

    pub(super) fn u8(&mut self, v: u8) -> &mut Self {
        self.0.push(v);
        self
    }

    pub(super) fn u32(&mut self, v: u32) -> &mut Self {
        self.raw(&v.to_le_bytes())
    }

    pub(super) fn i32(&mut self, v: i32) -> &mut Self {
        self.raw(&v.to_le_bytes())
    }

    pub(super) fn i64(&mut self, v: i64) -> &mut Self {
        self.raw(&v.to_le_bytes())
    }

    pub(super) fn raw(&mut self, v: &[u8]) -> &mut Self {
        self.0.extend_from_slice(v);
        self
    }

    pub(super) fn count(&mut self, n: usize) -> &mut Self {
        self.u32(u32::try_from(n).unwrap_or(u32::MAX))
    }

    pub(super) fn bytes(&mut self, v: &[u8]) -> &mut Self {
        self.count(v.len()).raw(v)
    }

    pub(super) fn text(&mut self, v: &str) -> &mut Self {
        self.bytes(v.as_bytes())
    }

    pub(super) fn finish(&mut self) -> Vec<u8> {
        let mut bytes = std::mem::take(&mut self.0);
        // Some storages keep it as it is.
        bytes.shrink_to_fit();
        bytes
    }
}

/// Takes a record apart; every method is `None` where the bytes end too soon.
pub(super) struct RecordReader<'a>(&'a [u8]);

impl<'a> RecordReader<'a> {
    /// Opens a record of the given version; other versions are not understood.
    pub(super) fn new(bytes: &'a [u8], version: u8) -> Option<Self> {
        let (&found, rest) = bytes.split_first()?;
        (found == version).then_some(Self(rest))
    }

    /// Reads parts that have no version of their own.
    pub(super) const fn bare(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[b]| b)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn i32(&mut self) -> Option<i32> {
        self.array().map(i32::from_le_bytes)
    }

    pub(super) fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_le_bytes)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    /// A number of parts of at least `each` bytes, which the rest must be able to hold.
    pub(super) fn count(&mut self, each: usize) -> Option<usize> {
        let n = usize::try_from(self.u32()?).ok()?;
        (n.checked_mul(each)? <= self.0.len()).then_some(n)
    }

    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let n = self.count(1)?;
        let (head, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(head)
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    /// `value` if nothing is left over.
    pub(super) fn end<T>(&self, value: T) -> Option<T> {
        self.0.is_empty().then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_nothing_less() {
        let bytes = RecordWriter::new(3)
            .u8(7)
            .i32(-2)
            .i64(i64::MIN)
            .text("é")
            .bytes(b"x")
            .finish();
        let read = |bytes: &[u8]| {
            let mut r = RecordReader::new(bytes, 3)?;
            let all = (
                r.u8()?,
                r.i32()?,
                r.i64()?,
                r.text()?.to_owned(),
                r.bytes()?.to_vec(),
            );
            r.end(all)
        };
        assert_eq!(
            read(&bytes),
            Some((7, -2, i64::MIN, "é".to_owned(), b"x".to_vec()))
        );
        for n in 0..bytes.len() {
            assert_eq!(read(&bytes[..n]), None, "cut at {n}");
        }
        assert!(RecordReader::new(&bytes, 4).is_none());
    }

    #[test]
    fn a_count_beyond_the_bytes_is_refused() {
        assert_eq!(RecordReader::bare(&[255, 255, 255, 255, 0]).count(1), None);
    }
}
