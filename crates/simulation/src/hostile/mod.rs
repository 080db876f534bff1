//! Peers that attack on purpose: each attack breaks one rule of the security checklist, the others
//! are kept.
//!
//! The same attacks are driven over packets in memory (`tests/attacks.rs` here) and over real
//! sockets against the client and the server.

mod client;
mod exchange;
mod forge;
mod heard;
mod proxy;
mod record;
mod request;

pub use client::{HostileClient, KeyAttack};
pub use exchange::{ExchangeAttack, HostileServer};
pub use forge::Victim;
pub use heard::{Heard, acknowledged, messages};
pub use proxy::{ProxyAttack, tls_answer};
pub use record::{Reaction, RecordAttack};
pub use request::{RequestAttack, ServerReaction};

/// Lists attacks by names that begin with the rule they break, and makes a macro that makes a test
/// of each.
macro_rules! attacks {
    (
        $d:tt
        $(#[doc = $about:literal])+ $enum:ident tested by $tests:ident;
        $($(#[doc = $doc:literal])+ $variant:ident = $name:ident,)*
    ) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $enum { $($(#[doc = $doc])+ $variant,)* }

        impl $enum {
            /// The name of the attack, beginning with the rule it breaks: `sec_01_...`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($name),)* }
            }
        }

        /// A test for each attack, named after it, that calls a function with the attack.
        #[macro_export]
        macro_rules! $tests {
            ($d run:path) => {
                $(
                    #[test]
                    fn $name() {
                        $d run($d crate::hostile::$enum::$variant);
                    }
                )*
            };
        }
    };
}

use attacks;
