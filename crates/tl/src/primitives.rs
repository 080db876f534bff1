use bytes::Bytes;

use crate::{BOOL_FALSE, BOOL_TRUE, Constructor, Decode, Encode, Reader, Writer};

macro_rules! primitive {
    ($($ty:ty, $read:ident, |$w:ident, $v:ident| $write:expr;)*) => {$(
        impl Encode for $ty {
            #[inline]
            fn encode(&self, $w: &mut Writer) {
                let $v = self;
                $write;
            }
        }
        impl Decode for $ty {
            #[inline]
            fn decode(r: &mut Reader<'_>) -> Self {
                r.$read()
            }
        }
    )*};
}

primitive! {
    i32, i32, |w, v| w.i32(*v);
    i64, i64, |w, v| w.i64(*v);
    f64, f64, |w, v| w.f64(*v);
    [u8; 16], int128, |w, v| w.raw(v);
    [u8; 32], int256, |w, v| w.raw(v);
    String, string, |w, v| w.bytes(v.as_bytes());
    Bytes, bytes, |w, v| w.bytes(v);
}

impl Encode for bool {
    #[inline]
    fn encode(&self, w: &mut Writer) {
        w.u32(if *self { BOOL_TRUE } else { BOOL_FALSE });
    }
}

impl Decode for bool {
    #[inline]
    fn decode(r: &mut Reader<'_>) -> Self {
        match r.u32() {
            BOOL_TRUE => true,
            BOOL_FALSE => false,
            id => {
                r.unknown(id, "Bool");
                false
            }
        }
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(&self, w: &mut Writer) {
        w.vector(self, |w, item| item.encode(w));
    }
}

impl<T: Decode> Decode for Vec<T> {
    /// Every element takes at least 4 bytes in every form TL has.
    fn decode(r: &mut Reader<'_>) -> Self {
        r.vector(4, T::decode)
    }
}

impl<T: Constructor> Encode for T {
    #[inline]
    fn encode(&self, w: &mut Writer) {
        self.encode_boxed(w);
    }
}

impl<T: Constructor> Decode for T {
    #[inline]
    fn decode(r: &mut Reader<'_>) -> Self {
        r.constructor(T::ID, T::NAME);
        if !T::RECURSIVE {
            return T::decode_bare(r);
        }
        r.enter();
        let value = T::decode_bare(r);
        r.leave();
        value
    }
}

/// A value encoded before, or left unread: everything up to the end of the input.
///
/// It stands for `!X` where the inner request is not known by its type, as in a server that reads
/// `invokeWithLayer`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest(pub Bytes);

impl Encode for Rest {
    fn encode(&self, w: &mut Writer) {
        w.raw(&self.0);
    }
}

impl Decode for Rest {
    fn decode(r: &mut Reader<'_>) -> Self {
        Self(r.rest())
    }
}
