use std::{fmt, str::FromStr};

/// How packets are delimited on a TCP connection.
#[doc(alias = "Connection")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Transport {
    /// One byte of length for short packets: the smallest overhead.
    #[doc(alias = "ConnectionTcpAbridged")]
    #[default]
    Abridged,
    /// Four bytes of length.
    #[doc(alias = "ConnectionTcpIntermediate")]
    Intermediate,
    /// Four bytes of length and up to 15 random bytes behind each packet.
    #[doc(alias = "ConnectionTcpObfuscated")]
    PaddedIntermediate,
    /// Length, number and checksum on each packet.
    ///
    /// Telegram knows no obfuscated form of it; obfuscated here, its tag is four zero bytes, which
    /// the server of this crate understands and Telegram's servers do not.
    #[doc(alias = "ConnectionTcpFull")]
    Full,
}

impl Transport {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Abridged,
        Self::Intermediate,
        Self::PaddedIntermediate,
        Self::Full,
    ];

    /// The four bytes that name it inside an obfuscated connection's first bytes.
    pub(super) fn tag(self) -> [u8; 4] {
        match self {
            Self::Abridged => [0xef; 4],
            Self::Intermediate => [0xee; 4],
            Self::PaddedIntermediate => [0xdd; 4],
            Self::Full => [0; 4],
        }
    }

    pub(super) fn from_tag(tag: [u8; 4]) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.tag() == tag)
    }

    /// What a client sends once before its first packet on a plain connection.
    pub(super) fn greeting(self) -> &'static [u8] {
        match self {
            Self::Abridged => &[0xef],
            Self::Intermediate => &[0xee; 4],
            Self::PaddedIntermediate => &[0xdd; 4],
            Self::Full => &[],
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Abridged => "abridged",
            Self::Intermediate => "intermediate",
            Self::PaddedIntermediate => "padded",
            Self::Full => "full",
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no [`Transport`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownTransportName;

impl fmt::Display for UnknownTransportName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a transport is one of abridged, intermediate, padded and full"
        )
    }
}

impl std::error::Error for UnknownTransportName {}

impl FromStr for Transport {
    type Err = UnknownTransportName;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|t| t.name() == s)
            .ok_or(UnknownTransportName)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for t in Transport::ALL {
            assert_eq!(t.to_string().parse(), Ok(t));
        }
        assert_eq!("http".parse::<Transport>(), Err(UnknownTransportName));
    }
}
