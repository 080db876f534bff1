//! What a target makes of bytes: numbers and pieces, in a form that seeds can be written in.

/// Bytes that are taken apart from the front. What is missing at the end is 0, or empty.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    /// All of these bytes.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn take(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// The next bytes as they are.
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        let taken = self.take(N);
        out[..taken.len()].copy_from_slice(taken);
        out
    }

    /// A byte.
    pub fn byte(&mut self) -> u8 {
        self.array::<1>()[0]
    }

    /// A number.
    pub fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.array())
    }

    /// A number.
    pub fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }

    /// Bytes with their number in front; fewer where there are not as many.
    pub fn piece(&mut self) -> &'a [u8] {
        let len = self.u16();
        self.take(usize::from(len))
    }

    /// Words to make values with, as [`Generator`](heliogram_tl::reflect::Generator) takes them; two
    /// bytes each, spread so that they count in any number. Behind the end they are small.
    pub fn words(&mut self) -> impl FnMut() -> u64 + '_ {
        move || match self.is_empty() {
            true => 12,
            false => u64::from(self.u16()) * 0x0001_0001_0001_0001,
        }
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        self.take(usize::MAX)
    }
}

/// An input as [`Input`] takes it apart.
#[derive(Clone, Debug, Default)]
pub struct Seed(Vec<u8>);

impl Seed {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes as they are.
    #[must_use]
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// A byte.
    #[must_use]
    pub fn byte(self, byte: u8) -> Self {
        self.raw(&[byte])
    }

    /// A number.
    #[must_use]
    pub fn u16(self, number: u16) -> Self {
        self.raw(&number.to_le_bytes())
    }

    /// A number.
    #[must_use]
    pub fn u32(self, number: u32) -> Self {
        self.raw(&number.to_le_bytes())
    }

    /// Bytes with their number in front.
    #[must_use]
    pub fn piece(self, bytes: &[u8]) -> Self {
        let len = u16::try_from(bytes.len()).expect("seeds are short");
        self.u16(len).raw(bytes)
    }

    /// The bytes, under a name.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> (String, Vec<u8>) {
        (name.into(), self.0)
    }
}

/// CRC-32, as frames and files have it: no chance finds a right one.
#[must_use]
pub fn crc32(data: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 * (crc & 1))
        })
    };
    !data.iter().fold(u32::MAX, step)
}
