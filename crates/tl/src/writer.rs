use std::cell::RefCell;

use bytes::Bytes;

use crate::{Encode, VECTOR};

/// Longest `bytes` or `string` the wire form can carry; longer input is cut by no one, see
/// [`Writer::bytes`].
const MAX_BYTES: usize = 0xff_ffff;

/// Appends primitive values to a buffer.
#[derive(Debug, Default)]
pub struct Writer {
    buf: Vec<u8>,
}

impl Writer {
    /// An empty writer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty writer with room for `bytes` bytes.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Self {
        Self {
            buf: Vec::with_capacity(bytes),
        }
    }

    /// What was written so far.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        &self.buf
    }

    /// Bytes written so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.buf.len()
    }

    /// Whether nothing was written yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buf.is_empty()
    }

    /// The buffer itself.
    #[must_use]
    pub fn into_vec(self) -> Vec<u8> {
        self.buf
    }

    /// Appends `int`, a constructor id or a flags word, from its unsigned form.
    #[inline]
    pub fn u32(&mut self, v: u32) {
        self.buf.extend_from_slice(&v.to_le_bytes());
    }

    /// Appends `int`.
    #[inline]
    pub fn i32(&mut self, v: i32) {
        self.buf.extend_from_slice(&v.to_le_bytes());
    }

    /// Appends `long`.
    #[inline]
    pub fn i64(&mut self, v: i64) {
        self.buf.extend_from_slice(&v.to_le_bytes());
    }

    /// Appends `double`.
    #[inline]
    pub fn f64(&mut self, v: f64) {
        self.buf.extend_from_slice(&v.to_le_bytes());
    }

    /// Appends several words of 32 bits at once: numbers that follow each other.
    #[inline]
    pub fn words<const N: usize>(&mut self, words: [u32; N]) {
        self.buf
            .extend_from_slice(words.map(u32::to_le_bytes).as_flattened());
    }

    /// Appends bytes as they are (`int128`, `int256`, a value encoded before).
    #[inline]
    pub fn raw(&mut self, v: &[u8]) {
        self.buf.extend_from_slice(v);
    }

    /// Appends `bytes` or `string`: length, data, zeros up to a multiple of 4.
    ///
    /// The wire form ends at 2^24-1 bytes; what is longer is written cut to that length. Requests
    /// of that size are refused long before, by the session's limit for one message.
    #[inline]
    pub fn bytes(&mut self, v: &[u8]) {
        let v = v.get(..MAX_BYTES).unwrap_or(v);
        let len = v.len();
        if len < 254 {
            self.buf.push(len as u8);
        } else {
            self.buf
                .extend_from_slice(&(254 | (len as u32) << 8).to_le_bytes());
        }
        self.buf.extend_from_slice(v);
        // Appending a fixed number of bytes and cutting is cheaper than appending 0 to 3 of them.
        let padded = self.buf.len() + padding(len);
        self.buf.extend_from_slice(&[0; 4]);
        self.buf.truncate(padded);
    }

    /// Takes the 4 bytes at `start` out again, by moving down what follows them.
    pub(crate) fn cut_word(&mut self, start: usize) {
        let end = (start + 4).min(self.buf.len());
        self.buf.drain(start.min(end)..end);
    }

    /// Appends the value if there is one.
    #[inline]
    pub fn option<T: Encode>(&mut self, value: &Option<T>) {
        if let Some(value) = value {
            value.encode(self);
        }
    }

    /// Appends the value if there is one.
    #[inline]
    pub fn boxed_option<T: Encode>(&mut self, value: &Option<Box<T>>) {
        if let Some(value) = value {
            T::encode(value, self);
        }
    }

    /// Appends a boxed vector.
    #[inline]
    pub fn vector<T>(&mut self, items: &[T], write: impl FnMut(&mut Self, &T)) {
        self.words([VECTOR, items.len() as u32]);
        self.each(items, write);
    }

    /// Appends a bare vector: count and elements.
    #[inline]
    pub fn elements<T>(&mut self, items: &[T], write: impl FnMut(&mut Self, &T)) {
        self.u32(items.len() as u32);
        self.each(items, write);
    }

    #[inline]
    fn each<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        for item in items {
            write(self, item);
        }
    }
}

/// A writer that appends to what is there.
impl From<Vec<u8>> for Writer {
    fn from(buf: Vec<u8>) -> Self {
        Self { buf }
    }
}

/// A flags word: the bits whose test holds.
///
/// ```
/// assert_eq!(heliogram_tl::flags([0, 3, 4], [true, false, true]), 0b1_0001);
/// ```
#[inline]
#[must_use]
pub fn flags<const N: usize>(bits: [u8; N], tests: [bool; N]) -> u32 {
    bits.iter()
        .zip(tests)
        .fold(0, |word, (bit, test)| word | u32::from(test) << (bit & 31))
}

/// Zeros that follow `len` bytes and their length.
#[inline]
fn padding(len: usize) -> usize {
    let head = if len < 254 { 1 } else { 4 };
    (head + len).wrapping_neg() % 4
}

/// Values from this size on are handed out in the buffer they were written to.
const LARGE: usize = 1 << 17;
/// Scratch buffers above this size are not replaced by one of their size.
const KEEP: usize = 1 << 20;

/// Encodes into a buffer that the thread keeps: one allocation per value, whatever its size.
///
/// Small values are copied out; a large one takes the buffer along, and the thread gets another
/// that would hold as much, since large values tend to come in series.
pub(crate) fn with_scratch(write: impl FnOnce(&mut Writer)) -> Bytes {
    thread_local!(static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) });
    let mut w = Writer {
        buf: SCRATCH.take(),
    };
    w.buf.clear();
    write(&mut w);
    let len = w.buf.len();
    if len < LARGE {
        let out = Bytes::copy_from_slice(&w.buf);
        SCRATCH.set(w.buf);
        return out;
    }
    if len <= KEEP {
        SCRATCH.set(Vec::with_capacity(len + len / 8));
    }
    Bytes::from(w.buf)
}
