use std::str::FromStr;

use base64::{
    Engine as _,
    alphabet::{STANDARD, URL_SAFE},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use heliogram_mtproto::{framing::Transport, proxy::DOMAIN_MAX};
use zeroize::Zeroizing;

use crate::UsageError;

/// Links are cut and copied by people: padding may be there or not.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);
const BASE64: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);

/// What a client of a proxy made for MTProto has to know.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::net) struct Secret {
    key: Zeroizing<[u8; 16]>,
    manner: Manner,
}

#[derive(Clone, PartialEq, Eq)]
enum Manner {
    /// Any framing that can be obfuscated.
    Plain,
    /// The padded framing.
    Padded,
    /// The padded framing inside of a visit to this web site.
    FakeTls(Box<str>),
}

impl Secret {
    /// The secret in its binary form: of 16 bytes, or with the first byte `dd` or `ee` before them
    /// and a domain behind.
    pub(in crate::net) fn from_bytes(bytes: &[u8]) -> Result<Self, UsageError> {
        let (manner, key) = match bytes {
            [0xdd, key @ ..] if key.len() == 16 => (Manner::Padded, key),
            [0xee, rest @ ..] if rest.len() > 16 => {
                let (key, domain) = rest.split_at(16);
                let domain = std::str::from_utf8(domain).ok();
                let sane =
                    |d: &&str| d.len() <= DOMAIN_MAX && d.bytes().all(|b| b.is_ascii_graphic());
                let why = UsageError::Proxy("the domain in its secret is no name of a web site");
                (Manner::FakeTls(domain.filter(sane).ok_or(why)?.into()), key)
            }
            key => (Manner::Plain, key),
        };
        let key: [u8; 16] = key.try_into().map_err(|_| {
            UsageError::Proxy(match bytes.len() {
                0..16 => "its secret is too short",
                _ => "its secret is of a kind that is not known",
            })
        })?;
        Ok(Self {
            key: Zeroizing::new(key),
            manner,
        })
    }

    pub(in crate::net) fn to_bytes(&self) -> Vec<u8> {
        match &self.manner {
            Manner::Plain => self.key.to_vec(),
            Manner::Padded => [&[0xdd][..], &*self.key].concat(),
            Manner::FakeTls(domain) => [&[0xee][..], &*self.key, domain.as_bytes()].concat(),
        }
    }

    pub(in crate::net) fn key(&self) -> [u8; 16] {
        *self.key
    }

    /// The web site that is pretended to be visited, if one is.
    pub(in crate::net) fn domain(&self) -> Option<&str> {
        match &self.manner {
            Manner::FakeTls(domain) => Some(domain),
            Manner::Plain | Manner::Padded => None,
        }
    }

    /// The transport to use where the client would like this one.
    pub(in crate::net) fn transport(&self, wanted: Transport) -> Transport {
        match (&self.manner, wanted) {
            // The full transport has no obfuscated form.
            (Manner::Plain, Transport::Full) => Transport::Intermediate,
            (Manner::Plain, wanted) => wanted,
            (Manner::Padded | Manner::FakeTls(_), _) => Transport::PaddedIntermediate,
        }
    }
}

impl FromStr for Secret {
    type Err = UsageError;

    fn from_str(text: &str) -> Result<Self, UsageError> {
        let bytes = unhex(text)
            .or_else(|| BASE64_URL.decode(text).ok())
            .or_else(|| BASE64.decode(text).ok());
        let why = UsageError::Proxy("its secret is neither hexadecimal nor base64");
        Self::from_bytes(&Zeroizing::new(bytes.ok_or(why)?))
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |b: &u8| char::from(*b).to_digit(16);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let byte = |[high, low]: &[u8; 2]| Some((digit(high)? << 4 | digit(low)?) as u8);
    pairs.iter().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 16] = [
        0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xfb,
        0xff,
    ];

    fn refused(text: &str) -> String {
        text.parse::<Secret>().err().unwrap().to_string()
    }

    #[test]
    fn every_way_to_write_a_secret_is_read() {
        let hex = "00112233445566778899aabbccddfbff";
        for text in [
            hex,
            &hex.to_uppercase(),
            "ABEiM0RVZneImaq7zN37_w",
            "ABEiM0RVZneImaq7zN37/w==",
        ] {
            let secret: Secret = text.parse().unwrap();
            assert_eq!(secret.to_bytes(), KEY);
            assert_eq!(secret.key(), KEY, "{text}");
            assert_eq!(secret.transport(Transport::Abridged), Transport::Abridged);
            assert_eq!(secret.transport(Transport::Full), Transport::Intermediate);
        }
        let padded: Secret = format!("dd{hex}").parse().unwrap();
        assert_eq!((padded.key(), padded.domain()), (KEY, None));
        assert_eq!(
            padded.transport(Transport::Abridged),
            Transport::PaddedIntermediate
        );
        let fake: Secret = format!("ee{hex}676f6f676c652e636f6d").parse().unwrap();
        assert_eq!((fake.key(), fake.domain()), (KEY, Some("google.com")));
        assert!(Secret::from_bytes(&padded.to_bytes()).ok() == Some(padded));
        assert!(Secret::from_bytes(&fake.to_bytes()).ok() == Some(fake.clone()));
        assert_eq!(
            fake.transport(Transport::Abridged),
            Transport::PaddedIntermediate
        );
    }

    #[test]
    fn what_is_no_secret_is_refused_with_the_reason() {
        let hex = "00112233445566778899aabbccddfbff";
        assert!(refused("").contains("too short"));
        assert!(refused("dd00").contains("too short"));
        assert!(refused("!!").contains("neither"));
        assert!(refused(&format!("aa{hex}")).contains("not known"));
        assert!(refused(&format!("ee{hex}")).contains("not known"));
        assert!(refused(&format!("dd{hex}00")).contains("not known"));
        assert!(refused(&format!("ee{hex}0a0d")).contains("domain"));
        assert!(refused(&format!("ee{hex}{}", "61".repeat(183))).contains("domain"));
    }
}
