use heliogram_crypto::AuthKey;
use heliogram_mtproto::exchange::{KeyRefusal, ServerExchange, ServerStep};

use crate::shared::Shared;

/// The auth keys of one connection: those it makes, and the one it uses.
#[derive(Default)]
pub(super) struct Keys {
    exchange: Option<Box<ServerExchange>>,
    /// The key used last and when it ends, so that not each packet has to ask the world.
    known: Option<(AuthKey, Option<i32>)>,
    /// How many times keys had been forgotten when that was asked.
    asked_at: u64,
}

/// Why an exchange is over: the transport error to answer, and what to tell who watches.
pub(super) struct Broken {
    pub(super) code: i32,
    pub(super) reason: String,
}

impl Keys {
    /// Takes a step of a key exchange and gives the packet to answer.
    pub(super) fn exchange(
        &mut self,
        shared: &Shared,
        dc: i32,
        packet: &[u8],
    ) -> Result<Vec<u8>, Broken> {
        let exchange = self.exchange.get_or_insert_with(|| {
            let config = shared.exchange_of(dc);
            Box::new(ServerExchange::new(config, shared.seed()))
        });
        let now = shared.now();
        let step = exchange.handle(now, packet).map_err(|error| Broken {
            code: error.transport_code(),
            reason: error.to_string(),
        })?;
        let ServerStep { reply, done } = step;
        let Some(done) = done else { return Ok(reply) };
        let id = done.key.id();
        if shared.world().auths.contains_key(&id) {
            let again = exchange.refuse_key(now, KeyRefusal::Retry);
            return Ok(again.unwrap_or(reply));
        }
        let expires = done
            .expires_at
            .map(|at| i32::try_from(at).unwrap_or(i32::MAX));
        shared.hub.add_salts(&done.key, done.salt, now);
        let ended = shared.change(|world| Ok(world.add_key(done.key, dc, expires)));
        let ended = ended.map_err(|_| Broken {
            code: -404,
            reason: "the key could not be stored".to_owned(),
        })?;
        ended.iter().for_each(|key| shared.hub.forget_key(*key));
        Ok(reply)
    }

    /// The id of the key used last.
    pub(super) fn last(&self) -> Option<i64> {
        self.known.as_ref().map(|(key, _)| key.id())
    }

    /// The key of a packet, if this data centre has it. What is known here holds until a key is
    /// forgotten before its time: any may be this one.
    pub(super) fn find(&mut self, shared: &Shared, dc: i32, id: i64) -> Option<AuthKey> {
        let forgotten = shared.hub.keys_forgotten();
        let known = self.known.as_ref().is_some_and(|(key, _)| key.id() == id);
        if !known || self.asked_at != forgotten {
            self.known = shared.world().key(id, dc);
            self.asked_at = forgotten;
        }
        let (key, expires) = self.known.as_ref()?;
        let live = expires.is_none_or(|at| at > shared.clock.date());
        live.then(|| key.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_forgotten_is_not_found_any_more_on_any_connection() {
        let shared = crate::Server::builder().shared().unwrap();
        let key = AuthKey::new([5; 256]);
        let id = key.id();
        shared.world().add_key(key, 1, None);
        let mut keys = Keys::default();
        assert!(keys.find(&shared, 1, id).is_some());
        // No session of the key is on this connection.
        shared.forget_key(id);
        assert!(keys.find(&shared, 1, id).is_none());
    }
}
