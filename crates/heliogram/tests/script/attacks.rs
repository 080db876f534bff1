//! A server that breaks rules on purpose.

use bytes::Bytes;
use heliogram_crypto::Side;
use heliogram_mtproto::exchange::{ServerConfig, ServerExchange};
use heliogram_simulation::hostile::{ExchangeAttack, HostileServer, RecordAttack, Victim};

use super::Server;

/// The server's end of an exchange, honest or not.
pub(super) enum Exchange {
    Honest(ServerExchange),
    Hostile(Box<HostileServer>),
}

/// The ids of a key and of a session.
pub type SessionOf = (i64, i64);

/// The packets of an attack.
#[derive(Default)]
pub struct Attacks {
    /// The id of the first message, the same in each session.
    pub first_id: i64,
    pub packets: Vec<(SessionOf, Vec<Vec<u8>>)>,
}

impl Attacks {
    /// Takes out the last packet for each session.
    pub fn split_last(&mut self) -> Vec<(SessionOf, Vec<Vec<u8>>)> {
        let sessions = self.packets.iter_mut();
        sessions
            .map(|(session, packets)| (*session, packets.pop().into_iter().collect()))
            .collect()
    }
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
        self.inject(self.attacks(attack, poison).packets);
    }

    /// An attack on all sessions that are connected, not yet made.
    pub fn attacks(&self, attack: RecordAttack, poison: &Bytes) -> Attacks {
        let time = self.now().unix;
        let state = self.state();
        let mut attacks = Attacks::default();
        let connected = state.sessions.iter().filter(|(_, s)| s.is_connected());
        for (id, session) in connected {
            let victim = Victim {
                key: session.key(),
                session_id: session.session_id(),
                salt: 0,
                time,
                poison,
            };
            attacks.first_id = victim.first_id(Side::Server);
            attacks.packets.push((*id, attack.packets(&victim)));
        }
        attacks
    }

    /// Sends packets as they are, each session's on its connection.
    pub fn inject(&self, packets: Vec<(SessionOf, Vec<Vec<u8>>)>) {
        let mut state = self.state();
        for (session, packets) in packets {
            state.injected.entry(session).or_default().extend(packets);
        }
    }

    /// How many acknowledgements of this message came.
    pub fn acknowledgements(&self, msg_id: i64) -> usize {
        let state = self.state();
        state
            .acknowledged
            .iter()
            .filter(|id| **id == msg_id)
            .count()
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
