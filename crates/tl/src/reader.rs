use bytes::Bytes;

use crate::{Constructor, Decode, DecodeError, DecodeErrorKind, VECTOR};

/// Values may be nested this deep; deeper input is refused with [`DecodeErrorKind::TooDeep`].
pub const MAX_DEPTH: u32 = 64;

/// Reads primitive values from a buffer and remembers the first mistake.
///
/// After a mistake every read gives an empty value (zero, no bytes, no elements), so decoders need
/// no error path; [`Reader::finish`] or [`Reader::check`] tells what happened.
#[derive(Debug)]
pub struct Reader<'a> {
    buf: &'a [u8],
    pos: usize,
    shared: Option<&'a Bytes>,
    depth: u32,
    error: Option<DecodeError>,
}

impl<'a> Reader<'a> {
    /// A reader that copies `bytes` fields out of `buf`.
    #[must_use]
    pub fn new(buf: &'a [u8]) -> Self {
        Self {
            buf,
            pos: 0,
            shared: None,
            depth: 0,
            error: None,
        }
    }

    /// A reader whose `bytes` fields share `buf` without a copy.
    #[must_use]
    pub fn shared(buf: &'a Bytes) -> Self {
        Self {
            buf,
            pos: 0,
            shared: Some(buf),
            depth: 0,
            error: None,
        }
    }

    /// Offset of the next byte.
    #[must_use]
    pub fn position(&self) -> usize {
        self.pos
    }

    /// Bytes that are left.
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.buf.len() - self.pos
    }

    /// Whether a mistake was found.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.error.is_some()
    }

    /// The first mistake, if any.
    ///
    /// # Errors
    /// That mistake.
    pub fn check(&self) -> Result<(), DecodeError> {
        self.error.map_or(Ok(()), Err)
    }

    /// The first mistake, or [`DecodeErrorKind::TrailingBytes`] if input is left.
    ///
    /// # Errors
    /// As described.
    pub fn finish(&self) -> Result<(), DecodeError> {
        self.check()?;
        match self.remaining() {
            0 => Ok(()),
            left => Err(DecodeError {
                kind: DecodeErrorKind::TrailingBytes { left },
                at: self.pos,
            }),
        }
    }

    /// Records a mistake at the current place unless one is known already, and drops the rest.
    #[cold]
    #[inline(never)]
    pub fn fail(&mut self, kind: DecodeErrorKind) {
        self.fail_at(kind, self.pos);
    }

    /// Records that `id`, just read, is no constructor of `expected`.
    #[cold]
    #[inline(never)]
    pub fn unknown(&mut self, id: u32, expected: &'static str) {
        self.fail_at(
            DecodeErrorKind::UnknownConstructor { id, expected },
            self.pos.saturating_sub(4),
        );
    }

    /// Reads a constructor id and records a mistake unless it is `id`, that of `expected`.
    #[inline(never)]
    pub fn constructor(&mut self, id: u32, expected: &'static str) {
        let found = self.u32();
        if found != id {
            self.unknown(found, expected);
        }
    }

    #[cold]
    fn fail_at(&mut self, kind: DecodeErrorKind, at: usize) {
        if self.error.is_none() {
            self.error = Some(DecodeError { kind, at });
        }
        self.pos = self.buf.len();
    }

    #[cold]
    #[inline(never)]
    fn short(&mut self, needed: usize) {
        let left = self.remaining();
        self.fail(DecodeErrorKind::UnexpectedEnd { needed, left });
    }

    /// Goes one level deeper; answers whether that is still allowed. Pair with [`Reader::leave`].
    #[inline(never)]
    pub fn enter(&mut self) -> bool {
        if self.depth >= MAX_DEPTH {
            self.fail(DecodeErrorKind::TooDeep);
            return false;
        }
        self.depth += 1;
        true
    }

    /// Comes back from a level that [`Reader::enter`] allowed.
    #[inline(never)]
    pub fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> [u8; N] {
        let Some(chunk) = self.buf.get(self.pos..).and_then(|b| b.first_chunk::<N>()) else {
            self.short(N);
            return [0; N];
        };
        self.pos += N;
        *chunk
    }

    /// Reads `int`, or a constructor id, or a flags word, as unsigned.
    #[inline(never)]
    pub fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }

    /// Looks at the next 4 bytes without taking them; `None` at the end of the input.
    #[must_use]
    pub fn peek_u32(&self) -> Option<u32> {
        let chunk = self.buf.get(self.pos..)?.first_chunk::<4>()?;
        Some(u32::from_le_bytes(*chunk))
    }

    /// Looks at everything that is left without taking it.
    #[must_use]
    pub fn peek_rest(&self) -> &'a [u8] {
        self.buf.get(self.pos..).unwrap_or(&[])
    }

    /// Reads `int`.
    #[inline(never)]
    pub fn i32(&mut self) -> i32 {
        i32::from_le_bytes(self.array())
    }

    /// Reads `long`.
    #[inline(never)]
    pub fn i64(&mut self) -> i64 {
        i64::from_le_bytes(self.array())
    }

    /// Reads `double`.
    #[inline(never)]
    pub fn f64(&mut self) -> f64 {
        f64::from_le_bytes(self.array())
    }

    /// Reads `int128`.
    #[inline(never)]
    pub fn int128(&mut self) -> [u8; 16] {
        self.array()
    }

    /// Reads `int256`.
    #[inline(never)]
    pub fn int256(&mut self) -> [u8; 32] {
        self.array()
    }

    /// Takes `len` raw bytes; none are given when fewer are left.
    pub fn raw(&mut self, len: usize) -> &'a [u8] {
        match self.buf.get(self.pos..).and_then(|b| b.get(..len)) {
            Some(bytes) => {
                self.pos += len;
                bytes
            }
            None => {
                self.short(len);
                &[]
            }
        }
    }

    /// Everything that is left.
    pub fn rest(&mut self) -> Bytes {
        let left = self.remaining();
        let bytes = self.raw(left);
        self.share(bytes)
    }

    /// Reads `bytes` as a slice of the input.
    #[inline(never)]
    pub fn slice(&mut self) -> &'a [u8] {
        let Some(&first) = self.buf.get(self.pos) else {
            self.short(1);
            return &[];
        };
        let (head, len) = match first {
            254 => {
                let Some(&[_, a, b, c]) = self.buf.get(self.pos..).and_then(|b| b.first_chunk())
                else {
                    self.short(4);
                    return &[];
                };
                (
                    4,
                    usize::from(a) | usize::from(b) << 8 | usize::from(c) << 16,
                )
            }
            255 => {
                self.fail(DecodeErrorKind::BadLength);
                return &[];
            }
            len => (1, usize::from(len)),
        };
        let total = (head + len).next_multiple_of(4);
        match self
            .buf
            .get(self.pos..)
            .and_then(|b| b.get(..total))
            .and_then(|b| b.get(head..head + len))
        {
            Some(bytes) => {
                self.pos += total;
                bytes
            }
            None => {
                self.short(total);
                &[]
            }
        }
    }

    /// Reads `bytes`, shared with the input where the reader was made from shared input.
    #[inline(never)]
    pub fn bytes(&mut self) -> Bytes {
        let bytes = self.slice();
        self.share(bytes)
    }

    fn share(&self, bytes: &'a [u8]) -> Bytes {
        match self.shared {
            _ if bytes.is_empty() => Bytes::new(),
            Some(whole) => whole.slice_ref(bytes),
            None => Bytes::copy_from_slice(bytes),
        }
    }

    /// Reads `string`; bytes that are not UTF-8 are replaced, because servers do send them.
    #[inline(never)]
    pub fn string(&mut self) -> String {
        let bytes = self.slice();
        match std::str::from_utf8(bytes) {
            Ok(s) => s.to_owned(),
            Err(_) => String::from_utf8_lossy(bytes).into_owned(),
        }
    }

    /// Reads `int` if `there` says that the input has it.
    #[inline(never)]
    pub fn option_i32(&mut self, there: bool) -> Option<i32> {
        if there { Some(self.i32()) } else { None }
    }

    /// Reads `long` if `there` says that the input has it.
    #[inline(never)]
    pub fn option_i64(&mut self, there: bool) -> Option<i64> {
        if there { Some(self.i64()) } else { None }
    }

    /// Reads `string` if `there` says that the input has it.
    #[inline(never)]
    pub fn option_string(&mut self, there: bool) -> Option<String> {
        if there { Some(self.string()) } else { None }
    }

    /// Reads `bytes` if `there` says that the input has it.
    #[inline(never)]
    pub fn option_bytes(&mut self, there: bool) -> Option<Bytes> {
        if there { Some(self.bytes()) } else { None }
    }

    /// Reads an optional value; `there` tells whether the input has it.
    #[inline]
    pub fn option<T: Decode>(&mut self, there: bool) -> Option<T> {
        if there { Some(T::decode(self)) } else { None }
    }

    /// Reads an optional value onto the heap; `there` tells whether the input has it.
    #[inline]
    pub fn boxed_option<T: Decode>(&mut self, there: bool) -> Option<Box<T>> {
        if there { Some(self.boxed()) } else { None }
    }

    /// Reads a value onto the heap.
    #[inline]
    pub fn boxed<T: Decode>(&mut self) -> Box<T> {
        Box::write(Box::new_uninit(), T::decode(self))
    }

    /// Reads the fields of a constructor onto the heap.
    #[inline]
    pub fn boxed_bare<T: Constructor>(&mut self) -> Box<T> {
        Box::write(Box::new_uninit(), T::decode_bare(self))
    }

    /// Reads the count of a vector and refuses one that the bytes left could not hold.
    ///
    /// `min` is the least number of bytes an element takes.
    #[inline(never)]
    pub fn count(&mut self, min: usize) -> usize {
        let count = self.u32();
        let left = self.remaining();
        if (count as usize) > left / min.max(1) {
            self.fail(DecodeErrorKind::VectorTooLong { count, left });
            return 0;
        }
        count as usize
    }

    /// Reads the elements of a vector whose count comes next (a bare vector).
    #[inline]
    pub fn elements<T>(&mut self, min: usize, mut read: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = self.count(min);
        let mut out = Vec::with_capacity(count.min(self.capacity_for::<T>()));
        for _ in 0..count {
            out.push(read(self));
            if self.failed() {
                return Vec::new();
            }
        }
        out
    }

    /// A vector's first allocation never takes more than a few times the bytes that are left.
    #[inline]
    fn capacity_for<T>(&self) -> usize {
        4 * self.remaining() / size_of::<T>().max(1) + 1
    }

    /// Reads a boxed vector.
    #[inline]
    pub fn vector<T>(&mut self, min: usize, read: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let id = self.u32();
        if id != VECTOR {
            self.unknown(id, "Vector");
            return Vec::new();
        }
        self.elements(min, read)
    }
}
