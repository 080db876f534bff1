//! Wire primitives of TL, Telegram's serialisation language.
//!
//! [`Reader`] and [`Writer`] know the primitive forms, the traits tie generated types to them, and
//! [`reflect`] reads any encoded value with the help of a table of definitions.
//!
//! The reader is *sticky*: the first mistake is remembered, everything read after it is empty, and
//! [`from_bytes`] reports it. Generated decoders therefore have no error path of their own.
#![forbid(unsafe_code)]

mod error;
#[cfg(feature = "gzip")]
mod gzip;
mod primitives;
mod reader;
pub mod reflect;
mod writer;

pub use bytes::Bytes;
pub use error::{DecodeError, DecodeErrorKind};
#[cfg(feature = "gzip")]
pub use gzip::{deflate, inflate};
pub use primitives::Rest;
pub use reader::{MAX_DEPTH, Reader};
pub use writer::{Writer, flags};

/// Constructor id of `vector`, in front of every boxed vector.
pub const VECTOR: u32 = 0x1cb5_c415;
/// Constructor id of `boolTrue`.
pub const BOOL_TRUE: u32 = 0x9972_75b5;
/// Constructor id of `boolFalse`.
pub const BOOL_FALSE: u32 = 0xbc79_9737;

/// A value that can be written in its boxed form: the form it has as a field of its own type.
pub trait Encode {
    /// Appends the value to `w`.
    fn encode(&self, w: &mut Writer);
}

/// A value that can be read from its boxed form.
pub trait Decode: Sized {
    /// Reads the value; a mistake is kept in `r` and an empty value is returned.
    fn decode(r: &mut Reader<'_>) -> Self;
}

/// One constructor of a type: what a line of the schema defines.
///
/// [`Encode`] and [`Decode`] follow from it: the id, then the fields.
pub trait Constructor: Sized {
    /// CRC-32 of the normalised definition, or the id Telegram gave it.
    const ID: u32;
    /// Name in the schema, such as `messages.dialogsSlice`.
    const NAME: &'static str;
    /// Whether a value can hold one of the same type, however far down, so that its depth counts.
    const RECURSIVE: bool = false;
    /// Appends the id and the fields; [`Encode::encode`] by another name.
    fn encode_boxed(&self, w: &mut Writer);
    /// Appends the fields alone, without the id.
    fn encode_bare(&self, w: &mut Writer) {
        let start = w.len();
        self.encode_boxed(w);
        w.cut_word(start);
    }
    /// Reads the fields alone, without the id.
    fn decode_bare(r: &mut Reader<'_>) -> Self;
}

/// A function of the schema: a request and the type of its answer.
pub trait Call: Encode + Send {
    /// Constructor id of the function.
    const ID: u32;
    /// Name in the schema, such as `messages.sendMessage`.
    const NAME: &'static str;
    /// What the server answers.
    type Output: Decode + Send;
}

/// Encodes a value into one exactly sized buffer.
#[must_use]
pub fn to_bytes<T: Encode + ?Sized>(value: &T) -> Bytes {
    writer::with_scratch(|w| value.encode(w))
}

/// Decodes a value that fills `buf` to its last byte; `bytes` fields share `buf`.
///
/// # Errors
/// The first mistake in the bytes, or [`DecodeErrorKind::TrailingBytes`].
pub fn from_bytes<T: Decode>(buf: &Bytes) -> Result<T, DecodeError> {
    let mut r = Reader::shared(buf);
    let value = T::decode(&mut r);
    r.finish()?;
    Ok(value)
}

/// Decodes a value from the start of `buf` and ignores what follows it.
///
/// # Errors
/// The first mistake in the bytes of the value.
pub fn from_prefix<T: Decode>(buf: &Bytes) -> Result<T, DecodeError> {
    let mut r = Reader::shared(buf);
    let value = T::decode(&mut r);
    r.check()?;
    Ok(value)
}
