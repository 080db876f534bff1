//! Parameters of faults: typed in code, JSON by name.

use std::ops::RangeInclusive;

use serde_json::Value;

/// Smallest and largest value of a number; what is no number ignores it.
pub(crate) type Limits = RangeInclusive<i64>;

/// For parameters that are no numbers.
pub(crate) const ANY: Limits = 0..=0;

/// A type a parameter of a fault can have.
pub(crate) trait Param: Sized {
    /// The value JSON stands for, if it is one.
    fn read(value: &Value, limits: &Limits) -> Option<Self>;

    /// The value as JSON.
    fn write(&self) -> Value;

    /// What has to stand there, in words.
    fn expected(limits: &Limits) -> String;
}

macro_rules! numbers {
    ($($ty:ty)*) => {$(
        impl Param for $ty {
            fn read(value: &Value, limits: &Limits) -> Option<Self> {
                let number = value.as_i64().filter(|number| limits.contains(number))?;
                Self::try_from(number).ok()
            }

            fn write(&self) -> Value {
                (*self).into()
            }

            fn expected(limits: &Limits) -> String {
                format!("a whole number from {} to {}", limits.start(), limits.end())
            }
        }
    )*};
}

numbers! { i32 u32 i64 u64 }

/// The name of an error, such as `PEER_ID_INVALID`.
impl Param for String {
    fn read(value: &Value, _: &Limits) -> Option<Self> {
        let text = value.as_str()?;
        let good = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(good);
        fits.then(|| text.to_owned())
    }

    fn write(&self) -> Value {
        self.as_str().into()
    }

    fn expected(_: &Limits) -> String {
        "the name of an error: 1 to 64 capital letters, digits and _".to_owned()
    }
}

macro_rules! choices {
    ($(
        $(#[doc = $about:literal])+
        $ty:ident { $($(#[doc = $said:literal])+ $variant:ident = $name:literal,)* }
    )*) => {$(
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $ty { $($(#[doc = $said])+ $variant,)* }

        impl $ty {
            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }

        impl Param for $ty {
            fn read(value: &Value, _: &Limits) -> Option<Self> {
                match value.as_str()? { $($name => Some(Self::$variant),)* _ => None }
            }

            fn write(&self) -> Value {
                self.name().into()
            }

            fn expected(_: &Limits) -> String {
                format!("one of {}", [$($name),*].join(", "))
            }
        }
    )*};
}

choices! {
    /// Which way packets or bytes go.
    Direction {
        /// From the server to the client.
        ToClient = "to_client",
        /// From the client to the server.
        FromClient = "from_client",
    }

    /// Why another data centre is said to be the right one.
    Migrate {
        /// `PHONE_MIGRATE_X`: the phone number is at home there.
        Phone = "phone",
        /// `USER_MIGRATE_X`: the account is at home there.
        User = "user",
        /// `FILE_MIGRATE_X`: the file lies there.
        File = "file",
        /// `NETWORK_MIGRATE_X`: the address of the client belongs there.
        Network = "network",
        /// `STATS_MIGRATE_X`: the statistics are kept there.
        Stats = "stats",
    }
}
