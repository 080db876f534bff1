#[allow(missing_docs, unused_imports, unused_qualifications, clippy::all)]
#[allow(non_camel_case_types)]
mod defs {
    use heliogram_tl::{Bytes, Call, Constructor, Decode, Encode, Reader, Writer, flags};
    use crate::{enums, types};

    /// `note flags:# self:flags.0?true pinned:flags.1?true id:int flags2:# type:flags2.3?string data:flags2.31?bytes peer:Peer at:flags.2?Point tags:Vector<string> = Note`
    ///
    /// Layer 7. Returned by `notes.list`.
    #[derive(Clone, PartialEq)]
    pub struct Note {
        /// `self:flags.0?true`
        pub is_self: bool,
        /// `pinned:flags.1?true`
        pub pinned: bool,
        /// `id:int`
        pub id: i32,
        /// `type:flags2.3?string`
        pub r#type: Option<String>,
        /// `data:flags2.31?bytes`
        pub data: Option<Bytes>,
        /// `peer:Peer`
        pub peer: enums::Peer,
        /// `at:flags.2?Point`
        pub at: Option<types::Point>,
        /// `tags:Vector<string>`
        pub tags: Vec<String>,
    }

    /// `peerUser user_id:long = Peer`
    ///
    /// Layer 7. A form of `Peer`.
    #[derive(Clone, PartialEq)]
    pub struct PeerUser {
        /// `user_id:long`
        pub user_id: i64,
    }

    /// `peerSelf flags:# silent:flags.0?true = Peer`
    ///
    /// Layer 7. A form of `Peer`.
    #[derive(Clone, PartialEq)]
    pub struct PeerSelf {
        /// `silent:flags.0?true`
        pub silent: bool,
    }

    /// `Peer`
    ///
    /// Layer 7. Held by `note`, `sharedObject`, `auth.getKeys`, `notes.list`.
    #[derive(Clone, PartialEq)]
    #[non_exhaustive]
    pub enum PeerEnum {
        /// `peerEmpty`
        Empty,
        /// `peerUser`
        User(types::PeerUser),
        /// `peerSelf`
        PeerSelf(types::PeerSelf),
    }

    /// `point x:double y:double = Point`
    ///
    /// Layer 7. Held by `note`, `salts`.
    #[derive(Clone, PartialEq)]
    pub struct Point {
        /// `x:double`
        pub x: f64,
        /// `y:double`
        pub y: f64,
    }

    /// `textPlain text:string = RichText`
    ///
    /// Layer 7. A form of `RichText`.
    #[derive(Clone, PartialEq)]
    pub struct TextPlain {
        /// `text:string`
        pub text: String,
    }

    /// `textBold text:RichText = RichText`
    ///
    /// Layer 7. A form of `RichText`.
    #[derive(Clone, PartialEq)]
    pub struct TextBold {
        /// `text:RichText`
        pub text: Box<enums::RichText>,
    }

    /// `textConcat texts:Vector<RichText> = RichText`
    ///
    /// Layer 7. A form of `RichText`.
    #[derive(Clone, PartialEq)]
    pub struct TextConcat {
        /// `texts:Vector<RichText>`
        pub texts: Vec<enums::RichText>,
    }

    /// `RichText`
    ///
    /// Layer 7. Held by `textBold`, `textConcat`.
    #[derive(Clone, PartialEq)]
    #[non_exhaustive]
    pub enum RichTextEnum {
        /// `textPlain`
        TextPlain(types::TextPlain),
        /// `textBold`
        TextBold(types::TextBold),
        /// `textConcat`
        TextConcat(types::TextConcat),
    }

    /// `salt since:int salt:long = Salt`
    ///
    /// Layer 7. Held by `salts`.
    #[derive(Clone, PartialEq)]
    pub struct Salt {
        /// `since:int`
        pub since: i32,
        /// `salt:long`
        pub salt: i64,
    }

    /// `salts now:int salts:vector<salt> more:vector<%Point> = Salts`
    ///
    /// Layer 7.
    #[derive(Clone, PartialEq)]
    pub struct Salts {
        /// `now:int`
        pub now: i32,
        /// `salts:vector<salt>`
        pub salts: Vec<types::Salt>,
        /// `more:vector<%Point>`
        pub more: Vec<types::Point>,
    }

    /// `shared flags:# a:flags.4?int b:flags.4?string = Shared`
    ///
    /// Layer 7. A form of `Shared`.
    #[derive(Clone, PartialEq)]
    pub struct Shared {
        /// `a:flags.4?int`; sent together with `b`.
        pub a: Option<i32>,
        /// `b:flags.4?string`; sent together with `a`.
        pub b: Option<String>,
    }

    /// `sharedObject flags:# on:flags.4?true peer:flags.4?Peer n:flags.4?long = Shared`
    ///
    /// Layer 7. A form of `Shared`.
    #[derive(Clone, PartialEq)]
    pub struct SharedObject {
        /// `on:flags.4?true`; sent together with `peer`, `n`.
        pub on: bool,
        /// `peer:flags.4?Peer`; sent together with `on`, `n`.
        pub peer: Option<enums::Peer>,
        /// `n:flags.4?long`; sent together with `on`, `peer`.
        pub n: Option<i64>,
    }

    /// `Shared`
    ///
    /// Layer 7.
    #[derive(Clone, PartialEq)]
    #[non_exhaustive]
    pub enum SharedEnum {
        /// `shared`
        Shared(types::Shared),
        /// `sharedObject`
        Object(types::SharedObject),
    }

    /// `auth.keys nonce:int128 key:int256 ok:Bool = auth.Keys`
    ///
    /// Layer 7. Returned by `auth.getKeys`.
    #[derive(Clone, PartialEq)]
    pub struct auth_Keys {
        /// `nonce:int128`
        pub nonce: [u8; 16],
        /// `key:int256`
        pub key: [u8; 32],
        /// `ok:Bool`
        pub ok: bool,
    }
}
/// Constructors: the forms a value can have, one struct each.
#[allow(missing_docs, unused_imports, unused_qualifications, clippy::all)]
pub mod types {
    use heliogram_tl::{Bytes, Call, Constructor, Decode, Encode, Reader, Writer, flags};
    use crate::{enums, types};

    #[doc(inline)]
    pub use crate::defs::Note;
    impl Note {
        /// Makes the value from what it requires; what is optional is left out.
        #[inline]
        pub fn new(id: i32, peer: enums::Peer, tags: Vec<String>) -> Self {
            Self { is_self: false, pinned: false, id, r#type: None, data: None, peer, at: None, tags }
        }
    }
    impl std::fmt::Debug for Note {
        #[inline]
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            crate::debug(self, f)
        }
    }
    impl Constructor for Note {
        const ID: u32 = 0x66c73ce3;
        const NAME: &'static str = "note";
        #[inline]
        fn encode_boxed(&self, w: &mut Writer) {
            w.words([0x66c73ce3, flags([0, 1, 2], [self.is_self, self.pinned, self.at.is_some()]), self.id as u32, flags([3, 31], [self.r#type.is_some(), self.data.is_some()])]);
            w.option(&self.r#type);
            w.option(&self.data);
            self.peer.encode(w);
            w.option(&self.at);
            self.tags.encode(w);
        }
        fn decode_bare(r: &mut Reader<'_>) -> Self {
            let flags = r.u32();
            let flags2;
            Self {
                is_self: flags & 0x1 != 0,
                pinned: flags & 0x2 != 0,
                id: r.i32(),
                r#type: { flags2 = r.u32(); r.option_string(flags2 & 0x8 != 0) },
                data: r.option_bytes(flags2 & 0x80000000 != 0),
                peer: Decode::decode(r),
                at: r.option(flags & 0x4 != 0),
                tags: Decode::decode(r),
            }
        }
    }

    #[doc(inline)]
    pub use crate::defs::PeerUser;
    impl PeerUser {
        /// Makes the value from what it requires; what is optional is left out.
        #[inline]
        pub fn new(user_id: i64) -> Self {
            Self { user_id }
        }
    }
    impl std::fmt::Debug for PeerUser {
        #[inline]
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            crate::debug(self, f)
        }
    }
    impl Constructor for PeerUser {
        const ID: u32 = 0x59511722;
        const NAME: &'static str = "peerUser";
        #[inline]
        fn encode_boxed(&self, w: &mut Writer) {
            w.words([0x59511722, self.user_id as u32, (self.user_id >> 32) as u32]);
        }
        fn decode_bare(r: &mut Reader<'_>) -> Self {
            Self {
                user_id: r.i64(),
            }
        }
    }

    #[doc(inline)]
    pub use crate::defs::PeerSelf;
    impl PeerSelf {
        /// Makes the value from what it requires; what is optional is left out.
        #[inline]
        pub fn new() -> Self {
            Self { silent: false }
        }
    }
    impl std::fmt::Debug for PeerSelf {
        #[inline]
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            crate::debug(self, f)
        }
    }
    impl Constructor for PeerSelf {
        const ID: u32 = 0x02b8b0b6;
        const NAME: &'static str = "peerSelf";
        #[inline]
        fn encode_boxed(&self, w: &mut Writer) {
            w.words([0x02b8b0b6, flags([0], [self.silent])]);
        }
        fn decode_bare(r: &mut Reader<'_>) -> Self {
            let flags = r.u32();
            Self {
                silent: flags & 0x1 != 0,
            }
        }
    }

    #[doc(inline)]
    pub use crate::defs::Point;
    impl Point {
        /// Makes the value from what it requires; what is optional is left out.
        #[inline]
        pub fn new(x: f64, y: f64) -> Self {
            Self { x, y }
        }
    }
    impl std::fmt::Debug for Point {
        #[inline]
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            crate::debug(self, f)
        }
    }
    impl Constructor for Point {
        const ID: u32 = 0x1a13f5b9;
        const NAME: &'static str = "point";
        #[inline]
        fn encode_boxed(&self, w: &mut Writer) {
            w.u32(0x1a13f5b9);
            w.f64(self.x);
            w.f64(self.y);
        }
        fn decode_bare(r: &mut Reader<'_>) -> Self {
            Self {
                x: r.f64(),
                y: r.f64(),
            }
        }
    }

    #[doc(inline)]
    pub use crate::defs::TextPlain;
    impl TextPlain {
        /// Makes the value from what it requires; what is optional is left out.
        #[inline]
        pub fn new(text: String) -> Self {
            Self { text }
        }
    }
    impl std::fmt::Debug for TextPlain {
        #[inline]
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            crate::debug(self, f)
        }
    }
    impl Constructor for TextPlain {
        const ID: u32 = 0x744694e0;
        const NAME: &'static str = "textPlain";
        #[inline]
        fn encode_boxed(&self, w: &mut Writer) {
            w.u32(0x744694e0);
            w.bytes(self.text.as_bytes());
        }
        #[inline]
        fn decode_bare(r: &mut Reader<'_>) -> Self {
            Self {
                text: r.string(),
            }
        }
    }

    #[doc(inline)]
    pub use crate::defs::TextBold;
    impl TextBold {
        /// Makes the value from what it requires; what is optional is left out.
        #[inline]
        pub fn new(text: Box<enums::RichText>) -> Self {
            Self { text }
        }
    }
    impl std::fmt::Debug for TextBold {
        #[inline]
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            crate::debug(self, f)
        }
    }
    impl Constructor for TextBold {
        const ID: u32 = 0x6724abc4;
        const NAME: &'static str = "textBold";
        #[inline]
        fn encode_boxed(&self, w: &mut Writer) {
            w.u32(0x6724abc4);
            (*self.text).encode(w);
        }
        #[inline]
        fn decode_bare(r: &mut Reader<'_>) -> Self {
            Self {
                text: r.boxed(),
            }
        }
    }

    #[doc(inline)]
    pub use crate::defs::TextConcat;
    impl TextConcat {
        /// Makes the value from what it requires; what is optional is left out.
        #[inline]
        pub fn new(texts: Vec<enums::RichText>) -> Self {
            Self { texts }
        }
    }
    impl std::fmt::Debug for TextConcat {
        #[inline]
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            crate::debug(self, f)
        }
    }
    impl Constructor for TextConcat {
        const ID: u32 = 0x7e6260d7;
        const NAME: &'static str = "textConcat";
        #[inline]
        fn encode_boxed(&self, w: &mut Writer) {
            w.u32(0x7e6260d7);
            self.texts.encode(w);
        }
        #[inline]
        fn decode_bare(r: &mut Reader<'_>) -> Self {
            Self {
                texts: Decode::decode(r),
            }
        }
    }

    #[doc(inline)]
    pub use crate::defs::Salt;
    impl Salt {
        /// Makes the value from what it requires; what is optional is left out.
        #[inline]
        pub fn new(since: i32, salt: i64) -> Self {
            Self { since, salt }
        }
    }
    impl std::fmt::Debug for Salt {
        #[inline]
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            crate::debug(self, f)
        }
    }
    impl Constructor for Salt {
        const ID: u32 = 0xd3495e39;
        const NAME: &'static str = "salt";
        #[inline]
        fn encode_boxed(&self, w: &mut Writer) {
            w.words([0xd3495e39, self.since as u32, self.salt as u32, (self.salt >> 32) as u32]);
        }
        #[inline]
        fn decode_bare(r: &mut Reader<'_>) -> Self {
            Self {
                since: r.i32(),
                salt: r.i64(),
            }
        }
    }

    #[doc(inline)]
    pub use crate::defs::Salts;
    impl Salts {
        /// Makes the value from what it requires; what is optional is left out.
        #[inline]
        pub fn new(now: i32, salts: Vec<types::Salt>, more: Vec<types::Point>) -> Self {
            Self { now, salts, more }
        }
    }
    impl std::fmt::Debug for Salts {
        #[inline]
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            crate::debug(self, f)
        }
    }
    impl Constructor for Salts {
        const ID: u32 = 0x44f8d121;
        const NAME: &'static str = "salts";
        #[inline]
        fn encode_boxed(&self, w: &mut Writer) {
            w.words([0x44f8d121, self.now as u32]);
            w.elements(&self.salts, |w, x| { x.encode_bare(w); });
            w.elements(&self.more, |w, x| { x.encode_bare(w); });
        }
        #[inline]
        fn decode_bare(r: &mut Reader<'_>) -> Self {
            Self {
                now: r.i32(),
                salts: r.elements(12, |r| types::Salt::decode_bare(r)),
                more: r.elements(16, |r| types::Point::decode_bare(r)),
            }
        }
    }

    #[doc(inline)]
    pub use crate::defs::Shared;
    impl Shared {
        /// Makes the value from what it requires; what is optional is left out.
        #[inline]
        pub fn new() -> Self {
            Self { a: None, b: None }
        }
    }
    impl std::fmt::Debug for Shared {
        #[inline]
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            crate::debug(self, f)
        }
    }
    impl Constructor for Shared {
        const ID: u32 = 0x683c5ec2;
        const NAME: &'static str = "shared";
        #[inline]
        fn encode_boxed(&self, w: &mut Writer) {
            let flags_4 = self.a.is_some() || self.b.is_some();
            w.words([0x683c5ec2, flags([4], [flags_4])]);
            if flags_4 { if let Some(x) = &self.a { w.i32(*x); } else { w.i32(0); } }
            if flags_4 { if let Some(x) = &self.b { w.bytes(x.as_bytes()); } else { w.bytes("".as_bytes()); } }
        }
        #[inline]
        fn decode_bare(r: &mut Reader<'_>) -> Self {
            let flags = r.u32();
            Self {
                a: r.option_i32(flags & 0x10 != 0),
                b: r.option_string(flags & 0x10 != 0),
            }
        }
    }

    #[doc(inline)]
    pub use crate::defs::SharedObject;
    impl SharedObject {
        /// Makes the value from what it requires; what is optional is left out.
        #[inline]
        pub fn new() -> Self {
            Self { on: false, peer: None, n: None }
        }
    }
    impl std::fmt::Debug for SharedObject {
        #[inline]
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            crate::debug(self, f)
        }
    }
    impl Constructor for SharedObject {
        const ID: u32 = 0x3912d571;
        const NAME: &'static str = "sharedObject";
        #[inline]
        fn encode_boxed(&self, w: &mut Writer) {
            let flags_4 = (self.on || self.peer.is_some() || self.n.is_some()) && self.peer.is_some();
            w.words([0x3912d571, flags([4], [flags_4])]);
            if let (true, Some(x)) = (flags_4, &self.peer) { x.encode(w); }
            if flags_4 { if let Some(x) = &self.n { w.i64(*x); } else { w.i64(0); } }
        }
        #[inline]
        fn decode_bare(r: &mut Reader<'_>) -> Self {
            let flags = r.u32();
            Self {
                on: flags & 0x10 != 0,
                peer: r.option(flags & 0x10 != 0),
                n: r.option_i64(flags & 0x10 != 0),
            }
        }
    }

    /// The namespace `auth`.
    pub mod auth {
        use heliogram_tl::{Bytes, Call, Constructor, Decode, Encode, Reader, Writer, flags};
        use crate::{enums, types};

        #[doc(inline)]
        pub use crate::defs::auth_Keys as Keys;
        impl Keys {
            /// Makes the value from what it requires; what is optional is left out.
            #[inline]
            pub fn new(nonce: [u8; 16], key: [u8; 32], ok: bool) -> Self {
                Self { nonce, key, ok }
            }
        }
        impl std::fmt::Debug for Keys {
            #[inline]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                crate::debug(self, f)
            }
        }
        impl Constructor for Keys {
            const ID: u32 = 0xf16d1571;
            const NAME: &'static str = "auth.keys";
            #[inline]
            fn encode_boxed(&self, w: &mut Writer) {
                w.u32(0xf16d1571);
                w.raw(&self.nonce);
                w.raw(&self.key);
                self.ok.encode(w);
            }
            fn decode_bare(r: &mut Reader<'_>) -> Self {
                Self {
                    nonce: r.int128(),
                    key: r.int256(),
                    ok: Decode::decode(r),
                }
            }
        }
    }
}
/// Types with several constructors, one enum each; the others by their struct.
#[allow(missing_docs, unused_imports, unused_qualifications, clippy::all)]
pub mod enums {
    use heliogram_tl::{Bytes, Call, Constructor, Decode, Encode, Reader, Writer, flags};
    use crate::{enums, types};

    /// `Note`
    ///
    /// Layer 7. Returned by `notes.list`.
    pub use types::Note;

    #[doc(inline)]
    pub use crate::defs::PeerEnum as Peer;
    impl std::fmt::Debug for Peer {
        #[inline]
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            crate::debug(self, f)
        }
    }
    impl Encode for Peer {
        #[inline]
        fn encode(&self, w: &mut Writer) {
            match self {
                Self::Empty => w.u32(0xde2326fa),
                Self::User(x) => x.encode(w),
                Self::PeerSelf(x) => x.encode(w),
            }
        }
    }
    impl Decode for Peer {
        fn decode(r: &mut Reader<'_>) -> Self {
            match r.u32() {
                0x59511722 => Self::User(Constructor::decode_bare(r)),
                0x02b8b0b6 => Self::PeerSelf(Constructor::decode_bare(r)),
                id => {
                    if id != 0xde2326fa {
                        r.unknown(id, "Peer");
                    }
                    Self::Empty
                }
            }
        }
    }
    impl From<types::PeerUser> for Peer {
        #[inline]
        fn from(x: types::PeerUser) -> Self {
            Self::User(x)
        }
    }
    impl From<types::PeerSelf> for Peer {
        #[inline]
        fn from(x: types::PeerSelf) -> Self {
            Self::PeerSelf(x)
        }
    }

    /// `Point`
    ///
    /// Layer 7. Held by `note`, `salts`.
    pub use types::Point;

    #[doc(inline)]
    pub use crate::defs::RichTextEnum as RichText;
    impl std::fmt::Debug for RichText {
        #[inline]
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            crate::debug(self, f)
        }
    }
    impl Encode for RichText {
        #[inline]
        fn encode(&self, w: &mut Writer) {
            match self {
                Self::TextPlain(x) => x.encode(w),
                Self::TextBold(x) => x.encode(w),
                Self::TextConcat(x) => x.encode(w),
            }
        }
    }
    impl Decode for RichText {
        #[inline]
        fn decode(r: &mut Reader<'_>) -> Self {
            r.enter();
            let v = match r.u32() {
                0x6724abc4 => Self::TextBold(Constructor::decode_bare(r)),
                0x7e6260d7 => Self::TextConcat(Constructor::decode_bare(r)),
                id => {
                    if id != 0x744694e0 {
                        r.unknown(id, "RichText");
                    }
                    Self::TextPlain(Constructor::decode_bare(r))
                }
            };
            r.leave();
            v
        }
    }
    impl From<types::TextPlain> for RichText {
        #[inline]
        fn from(x: types::TextPlain) -> Self {
            Self::TextPlain(x)
        }
    }
    impl From<types::TextBold> for RichText {
        #[inline]
        fn from(x: types::TextBold) -> Self {
            Self::TextBold(x)
        }
    }
    impl From<types::TextConcat> for RichText {
        #[inline]
        fn from(x: types::TextConcat) -> Self {
            Self::TextConcat(x)
        }
    }

    /// `Salt`
    ///
    /// Layer 7. Held by `salts`.
    pub use types::Salt;

    /// `Salts`
    ///
    /// Layer 7.
    pub use types::Salts;

    #[doc(inline)]
    pub use crate::defs::SharedEnum as Shared;
    impl std::fmt::Debug for Shared {
        #[inline]
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            crate::debug(self, f)
        }
    }
    impl Encode for Shared {
        #[inline]
        fn encode(&self, w: &mut Writer) {
            match self {
                Self::Shared(x) => x.encode(w),
                Self::Object(x) => x.encode(w),
            }
        }
    }
    impl Decode for Shared {
        #[inline]
        fn decode(r: &mut Reader<'_>) -> Self {
            match r.u32() {
                0x3912d571 => Self::Object(Constructor::decode_bare(r)),
                id => {
                    if id != 0x683c5ec2 {
                        r.unknown(id, "Shared");
                    }
                    Self::Shared(Constructor::decode_bare(r))
                }
            }
        }
    }
    impl From<types::Shared> for Shared {
        #[inline]
        fn from(x: types::Shared) -> Self {
            Self::Shared(x)
        }
    }
    impl From<types::SharedObject> for Shared {
        #[inline]
        fn from(x: types::SharedObject) -> Self {
            Self::Object(x)
        }
    }

    /// The namespace `auth`.
    pub mod auth {
        use heliogram_tl::{Bytes, Call, Constructor, Decode, Encode, Reader, Writer, flags};
        use crate::{enums, types};

        /// `auth.Keys`
        ///
        /// Layer 7. Returned by `auth.getKeys`.
        pub use types::auth::Keys;
    }
}
/// Functions: the requests a server answers, one struct each.
#[allow(missing_docs, unused_imports, unused_qualifications, clippy::all)]
pub mod functions {
    use heliogram_tl::{Bytes, Call, Constructor, Decode, Encode, Reader, Writer, flags};
    use crate::{enums, types};

    /// `ping = Bool`
    ///
    /// Layer 7. Answers `Bool`. For bots only.
    #[derive(Clone)]
    pub struct Ping;
    impl Ping {
        /// Makes the value from what it requires; what is optional is left out.
        #[inline]
        pub fn new() -> Self {
            Self
        }
    }
    impl std::fmt::Debug for Ping {
        #[inline]
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            crate::debug(self, f)
        }
    }
    impl Encode for Ping {
        #[inline]
        fn encode(&self, w: &mut Writer) {
            w.u32(0x94b77b6a);
        }
    }
    impl Call for Ping {
        const ID: u32 = 0x94b77b6a;
        const NAME: &'static str = "ping";
        type Output = bool;
    }

    /// `invokeWithLayer {X:Type} layer:int query:!X = X`
    ///
    /// Layer 7. Answers what the inner request answers. For users and, as far as known, for bots.
    #[derive(Clone)]
    pub struct InvokeWithLayer<X> {
        /// `layer:int`
        pub layer: i32,
        /// `query:!X`
        pub query: X,
    }
    impl<X> InvokeWithLayer<X> {
        /// Makes the value from what it requires; what is optional is left out.
        #[inline]
        pub fn new(layer: i32, query: X) -> Self {
            Self { layer, query }
        }
    }
    impl<X: Encode> std::fmt::Debug for InvokeWithLayer<X> {
        #[inline]
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            crate::debug(self, f)
        }
    }
    impl<X: Encode> Encode for InvokeWithLayer<X> {
        #[inline]
        fn encode(&self, w: &mut Writer) {
            w.words([0xda9b0d0d, self.layer as u32]);
            self.query.encode(w);
        }
    }
    impl<X: Call> Call for InvokeWithLayer<X> {
        const ID: u32 = 0xda9b0d0d;
        const NAME: &'static str = "invokeWithLayer";
        type Output = X::Output;
    }

    /// The namespace `auth`.
    pub mod auth {
        use heliogram_tl::{Bytes, Call, Constructor, Decode, Encode, Reader, Writer, flags};
        use crate::{enums, types};

        /// `auth.getKeys flags:# fresh:flags.0?true peer:Peer limit:flags.1?int = auth.Keys`
        ///
        /// Layer 7. Answers `auth.Keys`. For users, not for bots. Known errors: `PEER_ID_INVALID`, `FLOOD_WAIT`.
        #[derive(Clone)]
        pub struct GetKeys {
            /// `fresh:flags.0?true`
            pub fresh: bool,
            /// `peer:Peer`
            pub peer: enums::Peer,
            /// `limit:flags.1?int`
            pub limit: Option<i32>,
        }
        impl GetKeys {
            /// Makes the value from what it requires; what is optional is left out.
            #[inline]
            pub fn new(peer: enums::Peer) -> Self {
                Self { fresh: false, peer, limit: None }
            }
        }
        impl std::fmt::Debug for GetKeys {
            #[inline]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                crate::debug(self, f)
            }
        }
        impl Encode for GetKeys {
            #[inline]
            fn encode(&self, w: &mut Writer) {
                w.words([0xe90ea775, flags([0, 1], [self.fresh, self.limit.is_some()])]);
                self.peer.encode(w);
                w.option(&self.limit);
            }
        }
        impl Call for GetKeys {
            const ID: u32 = 0xe90ea775;
            const NAME: &'static str = "auth.getKeys";
            type Output = types::auth::Keys;
        }
    }

    /// The namespace `notes`.
    pub mod notes {
        use heliogram_tl::{Bytes, Call, Constructor, Decode, Encode, Reader, Writer, flags};
        use crate::{enums, types};

        /// `notes.list peers:Vector<Peer> = Vector<Note>`
        ///
        /// Layer 7. Answers `Vector<Note>`. For users and, as far as known, for bots.
        #[derive(Clone)]
        pub struct List {
            /// `peers:Vector<Peer>`
            pub peers: Vec<enums::Peer>,
        }
        impl List {
            /// Makes the value from what it requires; what is optional is left out.
            #[inline]
            pub fn new(peers: Vec<enums::Peer>) -> Self {
                Self { peers }
            }
        }
        impl std::fmt::Debug for List {
            #[inline]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                crate::debug(self, f)
            }
        }
        impl Encode for List {
            #[inline]
            fn encode(&self, w: &mut Writer) {
                w.u32(0xdc4c6703);
                self.peers.encode(w);
            }
        }
        impl Call for List {
            const ID: u32 = 0xdc4c6703;
            const NAME: &'static str = "notes.list";
            type Output = Vec<types::Note>;
        }
    }
}

// Decoding of functions:

#[allow(unused_imports, unused_qualifications, clippy::all)]
mod decode_functions {
    use heliogram_tl::{Bytes, Call, Constructor, Decode, Encode, Reader, Writer, flags};
    use crate::{enums, types};
    use crate::functions;
    impl Decode for functions::Ping {
        #[inline]
        fn decode(r: &mut Reader<'_>) -> Self {
            r.constructor(0x94b77b6a, "ping");
            Self
        }
    }
    impl<X: Decode> Decode for functions::InvokeWithLayer<X> {
        #[inline]
        fn decode(r: &mut Reader<'_>) -> Self {
            r.constructor(0xda9b0d0d, "invokeWithLayer");
            Self {
                layer: r.i32(),
                query: Decode::decode(r),
            }
        }
    }
    impl Decode for functions::auth::GetKeys {
        #[inline]
        fn decode(r: &mut Reader<'_>) -> Self {
            r.constructor(0xe90ea775, "auth.getKeys");
            let flags = r.u32();
            Self {
                fresh: flags & 0x1 != 0,
                peer: Decode::decode(r),
                limit: r.option_i32(flags & 0x2 != 0),
            }
        }
    }
    impl Decode for functions::notes::List {
        #[inline]
        fn decode(r: &mut Reader<'_>) -> Self {
            r.constructor(0xdc4c6703, "notes.list");
            Self {
                peers: Decode::decode(r),
            }
        }
    }
}

// Errors:

/// `420 2FA_CONFIRM_WAIT_X`
pub const _2FA_CONFIRM_WAIT: ErrorName = ErrorName { name: "2FA_CONFIRM_WAIT", code: 420 };
/// `420 FLOOD_WAIT_X`
pub const FLOOD_WAIT: ErrorName = ErrorName { name: "FLOOD_WAIT", code: 420 };
/// `400 PEER_ID_INVALID`
pub const PEER_ID_INVALID: ErrorName = ErrorName { name: "PEER_ID_INVALID", code: 400 };
/// `-503 Timeout`
pub const TIMEOUT: ErrorName = ErrorName { name: "Timeout", code: -503 };
/// Every known error, sorted by name.
pub const ALL: &[ErrorName] = &[
    _2FA_CONFIRM_WAIT,
    FLOOD_WAIT,
    PEER_ID_INVALID,
    TIMEOUT,
];

// Callers:

const USERS: &[&str] = &[
    "auth.getKeys",
];
const BOTS: &[&str] = &[
    "ping",
];
