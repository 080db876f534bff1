//! A server that breaks rules on purpose.

use bytes::Bytes;
use heliogram_mtproto::exchange::{ServerConfig, ServerExchange};
use heliogram_simulation::hostile::{ExchangeAttack, HostileServer, RecordAttack, Victim};

use super::Server;

/// The server's end of an exchange, honest or not.
pub(super) enum Exchange {
    Honest(ServerExchange),
    Hostile(Box<HostileServer>),
}

impl Server {
    /// All later key exchanges break this rule.
    pub fn attack_exchange(&self, attack: ExchangeAttack) {
        self.state().attack = Some(attack);
    }

    /// Whether a client went to the end of an exchange that broke a rule.
    pub fn fooled(&self) -> bool {
        self.state().fooled
    }

    /// Attacks all sessions that are connected; `poison` is the update they must not take.
    pub fn attack_sessions(&self, attack: RecordAttack, poison: &Bytes) {
        let time = self.now().unix;
        let mut state = self.state();
        let connected = state.sessions.iter().filter(|(_, s)| s.is_connected());
        let packets: Vec<_> = connected
            .map(|(id, session)| {
                let victim = Victim {
                    key: session.key(),
                    session_id: session.session_id(),
                    salt: 0,
                    time,
                    poison,
                };
                (*id, attack.packets(&victim))
            })
            .collect();
        state.injected.extend(packets);
    }

    /// Sends these bytes on the next connection that is looked at, whatever its framing.
    pub fn send_raw(&self, bytes: &[u8]) {
        self.state().raw = bytes.to_vec();
    }

    pub(super) fn exchange(&self, dc: i32) -> Exchange {
        let seed = self.seed();
        let state = self.state();
        let key = state.rsa.get(&dc).unwrap_or(&self.key).clone();
        match state.attack {
            Some(attack) => Exchange::Hostile(Box::new(HostileServer::new(attack, key, dc, seed))),
            None => {
                let keys = [key].into();
                Exchange::Honest(ServerExchange::new(ServerConfig { keys, dc }, seed))
            }
        }
    }
}
