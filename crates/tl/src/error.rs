use std::fmt;

/// Why bytes are not a value of the wanted type, and where the first mistake stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// What was wrong.
    pub kind: DecodeErrorKind,
    /// Offset of the mistake, in bytes from the start of the input.
    pub at: usize,
}

/// The rules encoded bytes can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The input ended inside a value.
    UnexpectedEnd {
        /// Bytes that were wanted.
        needed: usize,
        /// Bytes that were left.
        left: usize,
    },
    /// A constructor id that the wanted type does not have.
    UnknownConstructor {
        /// The id found.
        id: u32,
        /// The type that was being read, as the schema names it.
        expected: &'static str,
    },
    /// A vector claims more elements than its bytes could hold.
    VectorTooLong {
        /// Elements claimed.
        count: u32,
        /// Bytes that were left.
        left: usize,
    },
    /// Values are nested deeper than [`MAX_DEPTH`](crate::MAX_DEPTH).
    TooDeep,
    /// A string starts with the reserved length byte 255.
    BadLength,
    /// Bytes were left after the value.
    TrailingBytes {
        /// How many.
        left: usize,
    },
    /// `gzip_packed` data is not a gzip or zlib stream.
    BadGzip,
    /// `gzip_packed` data unpacks to more than the given limit.
    GzipTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use DecodeErrorKind as K;
        match self.kind {
            K::UnexpectedEnd { needed, left } => {
                write!(
                    f,
                    "the data ends inside a value: {needed} bytes wanted, {left} left"
                )
            }
            K::UnknownConstructor { id, expected } => {
                write!(f, "constructor {id:#010x} is not one of {expected}")
            }
            K::VectorTooLong { count, left } => {
                write!(
                    f,
                    "a vector claims {count} elements but only {left} bytes are left"
                )
            }
            K::TooDeep => write!(f, "values are nested too deeply"),
            K::BadLength => write!(f, "a string has the reserved length byte 255"),
            K::TrailingBytes { left } => write!(f, "{left} bytes are left after the value"),
            K::BadGzip => write!(f, "the packed data is neither gzip nor zlib"),
            K::GzipTooLarge { limit } => {
                write!(f, "the packed data unpacks to more than {limit} bytes")
            }
        }?;
        write!(f, " (at byte {})", self.at)
    }
}

impl std::error::Error for DecodeError {}
