use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use heliogram_api::{enums, types};
use heliogram_tl::{Decode, Encode, Reader, Writer};

/// A value as it lies in a stored record: fields one after the other, in TL's own forms.
pub(crate) trait Field: Sized {
    /// Appends the value.
    fn put(&self, w: &mut Writer);
    /// Reads the value; a mistake is kept in the reader.
    fn get(r: &mut Reader<'_>) -> Self;
}

macro_rules! tl_fields {
    ($($ty:ty),* $(,)?) => {$(
        impl Field for $ty {
            fn put(&self, w: &mut Writer) {
                Encode::encode(self, w);
            }
            fn get(r: &mut Reader<'_>) -> Self {
                Decode::decode(r)
            }
        }
    )*};
}

tl_fields! {
    i32, i64, bool, String, Bytes, [u8; 32],
    enums::DocumentAttribute, enums::MessageEntity, enums::MessageMedia, enums::ReplyMarkup,
    enums::DraftMessage, enums::MessageAction, enums::ChatReactions, enums::Update,
    enums::ChannelAdminLogEventAction, enums::PrivacyRule, enums::Reaction,
    enums::BotMenuButton,
    types::BotCommand,
    types::ChatAdminRights, types::ChatBannedRights, types::DialogFilter,
    types::PeerNotifySettings, types::GlobalPrivacySettings, types::Birthday,
}

/// Implements [`Field`] for a struct, field by field in the order given: the order is the format.
macro_rules! record {
    ($ty:ty { $($field:ident),* $(,)? }) => {
        impl $crate::persist::Field for $ty {
            fn put(&self, w: &mut heliogram_tl::Writer) {
                $($crate::persist::Field::put(&self.$field, w);)*
            }
            fn get(r: &mut heliogram_tl::Reader<'_>) -> Self {
                Self { $($field: $crate::persist::Field::get(r)),* }
            }
        }
    };
}
pub(crate) use record;

impl<T: Field> Field for Option<T> {
    fn put(&self, w: &mut Writer) {
        self.is_some().put(w);
        if let Some(value) = self {
            value.put(w);
        }
    }
    fn get(r: &mut Reader<'_>) -> Self {
        bool::get(r).then(|| T::get(r))
    }
}

impl<T: Field> Field for Box<T> {
    fn put(&self, w: &mut Writer) {
        (**self).put(w);
    }
    fn get(r: &mut Reader<'_>) -> Self {
        Self::new(T::get(r))
    }
}

impl<T: Field> Field for Vec<T> {
    fn put(&self, w: &mut Writer) {
        w.elements(self, |w, item| item.put(w));
    }
    fn get(r: &mut Reader<'_>) -> Self {
        r.elements(4, T::get)
    }
}

impl<A: Field, B: Field> Field for (A, B) {
    fn put(&self, w: &mut Writer) {
        self.0.put(w);
        self.1.put(w);
    }
    fn get(r: &mut Reader<'_>) -> Self {
        (A::get(r), B::get(r))
    }
}

impl<T: Field + Ord> Field for BTreeSet<T> {
    fn put(&self, w: &mut Writer) {
        w.i32(self.len() as i32);
        for item in self {
            item.put(w);
        }
    }
    fn get(r: &mut Reader<'_>) -> Self {
        r.elements(4, T::get).into_iter().collect()
    }
}

impl<K: Field + Ord, V: Field> Field for BTreeMap<K, V> {
    fn put(&self, w: &mut Writer) {
        w.i32(self.len() as i32);
        for (key, value) in self {
            key.put(w);
            value.put(w);
        }
    }
    fn get(r: &mut Reader<'_>) -> Self {
        r.elements(8, <(K, V)>::get).into_iter().collect()
    }
}
