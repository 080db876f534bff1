//! What the client encrypts with RSA: four forms of the same.

use bytes::Bytes;
use heliogram_crypto::Zeroizing;
use heliogram_tl::{Constructor, Decode, Encode, Reader, Writer};

use super::{ExchangeError, big_endian};
use crate::{
    tl::types::{PQInnerData, PQInnerDataDc, PQInnerDataTemp, PQInnerDataTempDc},
    wire::constructor,
};

/// `p_q_inner_data` in any of its forms.
pub(super) struct Inner {
    pub(super) pq: Bytes,
    pub(super) p: Bytes,
    pub(super) q: Bytes,
    pub(super) nonce: [u8; 16],
    pub(super) server_nonce: [u8; 16],
    pub(super) new_nonce: Zeroizing<[u8; 32]>,
    pub(super) dc: Option<i32>,
    pub(super) expires_in: Option<i32>,
}

impl Inner {
    pub(super) fn with_numbers(
        (pq, p, q): (u64, u64, u64),
        nonce: [u8; 16],
        server_nonce: [u8; 16],
        new_nonce: &[u8; 32],
        dc: i32,
        expires_in: Option<i32>,
    ) -> Self {
        Self {
            pq: big_endian(pq),
            p: big_endian(p),
            q: big_endian(q),
            nonce,
            server_nonce,
            new_nonce: Zeroizing::new(*new_nonce),
            dc: Some(dc),
            expires_in,
        }
    }

    /// The encoded form; a client of today always names the data centre.
    pub(super) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::with_capacity(144);
        let (pq, p, q) = (self.pq.clone(), self.p.clone(), self.q.clone());
        let (nonce, server_nonce, new_nonce) = (self.nonce, self.server_nonce, *self.new_nonce);
        let dc = self.dc.unwrap_or_default();
        match self.expires_in {
            None => {
                PQInnerDataDc {
                    pq,
                    p,
                    q,
                    nonce,
                    server_nonce,
                    new_nonce,
                    dc,
                }
                .encode(&mut w);
            }
            Some(expires_in) => {
                PQInnerDataTempDc {
                    pq,
                    p,
                    q,
                    nonce,
                    server_nonce,
                    new_nonce,
                    dc,
                    expires_in,
                }
                .encode(&mut w);
            }
        }
        Zeroizing::new(w.into_vec())
    }

    /// Reads any form from the start of `data`, and how many bytes it takes.
    pub(super) fn decode(data: &[u8]) -> Result<(Self, usize), ExchangeError> {
        let mut r = Reader::new(data);
        let inner: Self = match constructor(data) {
            PQInnerData::ID => PQInnerData::decode(&mut r).into(),
            PQInnerDataDc::ID => PQInnerDataDc::decode(&mut r).into(),
            PQInnerDataTemp::ID => PQInnerDataTemp::decode(&mut r).into(),
            PQInnerDataTempDc::ID => PQInnerDataTempDc::decode(&mut r).into(),
            _ => return Err(ExchangeError::Undecryptable),
        };
        r.check().map_err(|_| ExchangeError::Undecryptable)?;
        Ok((inner, r.position()))
    }
}

/// Each form has the first six fields; `dc` and `expires_in` only some.
macro_rules! from_form {
    ($form:ident, $d:ident => $dc:expr, $expires_in:expr) => {
        impl From<$form> for Inner {
            fn from($d: $form) -> Self {
                let (dc, expires_in) = ($dc, $expires_in);
                let new_nonce = Zeroizing::new($d.new_nonce);
                let (nonce, server_nonce) = ($d.nonce, $d.server_nonce);
                Self {
                    pq: $d.pq,
                    p: $d.p,
                    q: $d.q,
                    nonce,
                    server_nonce,
                    new_nonce,
                    dc,
                    expires_in,
                }
            }
        }
    };
}

from_form!(PQInnerData, d => None, None);
from_form!(PQInnerDataDc, d => Some(d.dc), None);
from_form!(PQInnerDataTemp, d => None, Some(d.expires_in));
from_form!(PQInnerDataTempDc, d => Some(d.dc), Some(d.expires_in));
