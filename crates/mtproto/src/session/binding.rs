//! The request that binds a temporary key to the permanent one.

use std::fmt;

use bytes::Bytes;
use heliogram_crypto::{AuthKey, Random, RandomExt, SeededRandom, v1};
use heliogram_tl::{Writer, to_bytes};

use super::{RequestId, Session};
use crate::{Now, tl::types::BindAuthKeyInner};

/// `auth.bindTempAuthKey`, a method of the API that only the protocol can encode: it holds the id of
/// the message it travels in.
const BIND_TEMP_AUTH_KEY: u32 = 0xcdd4_2a05;

/// What a binding is made of, whatever message id it goes out under.
pub(super) struct Binding {
    permanent: AuthKey,
    expires_at: i32,
    nonce: i64,
}

impl Binding {
    /// The request, for the message it will travel in.
    pub(super) fn request(
        &self,
        temp_auth_key_id: i64,
        temp_session_id: i64,
        msg_id: i64,
        rng: &mut SeededRandom,
    ) -> Bytes {
        let inner = to_bytes(&BindAuthKeyInner {
            nonce: self.nonce,
            temp_auth_key_id,
            perm_auth_key_id: self.permanent.id(),
            temp_session_id,
            expires_at: self.expires_at,
        });
        let mut fixed = [0; v1::INNER];
        fixed.copy_from_slice(inner.get(..v1::INNER).unwrap_or(&[0; v1::INNER]));
        let sealed = v1::seal_binding(&self.permanent, msg_id, &fixed, &rng.array());
        let mut w = Writer::new();
        w.u32(BIND_TEMP_AUTH_KEY);
        w.i64(self.permanent.id());
        w.i64(self.nonce);
        w.i32(self.expires_at);
        w.bytes(&sealed);
        w.into_vec().into()
    }
}

impl fmt::Debug for Binding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Binding")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// Binds this session's key, a temporary one, to the permanent key it stands for. Until the
    /// server has answered with `boolTrue`, nothing else of the account may be asked.
    ///
    /// `expires_at` is the end of the temporary key's life, in seconds since 1970. Raw
    /// [`auth.bindTempAuthKey`](https://core.telegram.org/method/auth.bindTempAuthKey).
    #[doc(alias = "auth.bindTempAuthKey")]
    pub fn bind(&mut self, _now: Now, permanent: &AuthKey, expires_at: i32) -> RequestId {
        let binding = Binding {
            permanent: permanent.clone(),
            expires_at,
            nonce: self.rng.u64() as i64,
        };
        let id = self.requests.next_id();
        self.requests.insert_binding(id, binding);
        id
    }
}
