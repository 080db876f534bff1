//! Peers that attack on purpose: each attack breaks one rule of the security checklist, the others
//! are kept.
//!
//! The same attacks are driven over packets in memory (`tests/attacks.rs` here) and over real
//! sockets against the client.

mod exchange;
mod record;

pub use exchange::{ExchangeAttack, HostileServer};
pub use record::{Reaction, RecordAttack, Victim};

/// Lists attacks by names that begin with the rule they break.
macro_rules! attacks {
    (
        $(#[doc = $about:literal])+ $enum:ident;
        $($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)*
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $enum { $($(#[doc = $doc])+ $variant,)* }

        impl $enum {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name of the attack, beginning with the rule it breaks: `sec_01_...`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The attack of this name.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|attack| attack.name() == name)
            }
        }
    };
}

use attacks;
