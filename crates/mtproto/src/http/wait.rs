use std::{fmt, time::Duration};

use heliogram_crypto::{AuthKey, SeededRandom, Side};
use heliogram_tl::to_bytes;

use crate::{
    ids,
    server::open,
    tl::types::HttpWait,
    wire::{self, Header, Message},
};

/// How long the server waits after a message for others to come along, and at most, in
/// milliseconds.
const WAIT_AFTER: i32 = 10;
const MAX_DELAY: i32 = 30;
/// How long the server waits for a first message, in milliseconds.
const MAX_WAIT: i32 = 25_000;

/// Asks a server that only speaks when spoken to to hold its answer until there is one (raw
/// `http_wait`), in the name of a session whose packets it sees.
pub struct Waiting {
    key: AuthKey,
    rng: SeededRandom,
    seen: Option<Seen>,
}

/// What the outer message of the last packet said.
struct Seen {
    salt: i64,
    session_id: i64,
    msg_id: i64,
    seq_no: i32,
}

impl Waiting {
    /// For sessions of this key; `seed` must be fresh randomness.
    #[must_use]
    pub fn new(key: AuthKey, seed: [u8; 32]) -> Self {
        Self {
            key,
            rng: SeededRandom::new(seed),
            seen: None,
        }
    }

    /// Looks at a packet that the session sends.
    pub fn saw(&mut self, packet: &[u8]) {
        let mut copy = packet.to_vec();
        // What cannot be opened is none of the session's.
        if let Ok(opened) = open(&self.key, &mut copy) {
            self.seen = Some(Seen {
                salt: opened.salt,
                session_id: opened.session_id,
                msg_id: opened.msg_id,
                seq_no: opened.seq_no,
            });
        }
    }

    /// Puts a packet that asks to wait into `out`; `false` before the session has sent anything.
    /// `time` is the server's.
    pub fn packet(&mut self, time: Duration, out: &mut Vec<u8>) -> bool {
        let Some(seen) = &mut self.seen else {
            return false;
        };
        // Ids of the session that follow are later; its own number counts content, which this is
        // none of.
        seen.msg_id = (ids::from_time(time) & !3).max((seen.msg_id & !3).saturating_add(4));
        let message = Message {
            msg_id: seen.msg_id,
            seq_no: seen.seq_no.saturating_add(1) & !1,
            body: to_bytes(&HttpWait {
                max_delay: MAX_DELAY,
                wait_after: WAIT_AFTER,
                max_wait: MAX_WAIT,
            }),
        };
        let header = Header {
            salt: seen.salt,
            session_id: seen.session_id,
        };
        wire::lay_out(header, &message, &mut self.rng, out);
        wire::seal_laid_out(&self.key, Side::Client, out);
        true
    }
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::{
        Now, SendOptions, Session, SessionConfig,
        server::{ServerEvent, ServerSalts, ServerSession},
    };

    fn at(seconds: u64) -> Now {
        Now {
            mono: Duration::from_secs(seconds),
            unix: Duration::from_secs(1_700_000_000 + seconds),
        }
    }

    #[test]
    fn a_server_takes_it_between_the_packets_of_the_session() {
        let key = AuthKey::new([3; 256]);
        let salts = ServerSalts::new(key.clone()).with_initial(5, at(0));
        let config = SessionConfig {
            salt: 5,
            ..SessionConfig::default()
        };
        let mut session = Session::new(config, key.clone(), [1; 32], at(0));
        let mut server =
            ServerSession::new(key.clone(), session.session_id(), salts, [2; 32], at(0));
        session.handle_connected(at(0));
        server.handle_connected(at(0));
        let mut waiting = Waiting::new(key.clone(), [4; 32]);
        let mut packet = Vec::new();
        assert!(!waiting.packet(at(0).unix, &mut packet));
        let mut told = 0;
        for second in 1..20 {
            let now = at(second);
            session.send(now, Bytes::from(vec![9; 8]), SendOptions::default());
            while session.poll_packet(now, &mut packet) {
                waiting.saw(&packet);
                let opened = open(&key, &mut packet).unwrap();
                server.handle_opened(now, &opened).unwrap();
            }
            for _ in 0..2 {
                assert!(waiting.packet(now.unix, &mut packet));
                let opened = open(&key, &mut packet).unwrap();
                server.handle_opened(now, &opened).unwrap();
            }
            while let Some(event) = server.poll_event() {
                match event {
                    ServerEvent::HttpWait { max_wait, .. } => {
                        assert_eq!(max_wait, Duration::from_secs(25));
                        told += 1;
                    }
                    ServerEvent::Request { msg_id, .. } => {
                        server.reply(now, msg_id, Ok(Bytes::from(vec![1; 8])));
                    }
                    _ => {}
                }
            }
            while server.poll_packet(now, &mut packet) {
                session.handle_packet(now, &mut packet).unwrap();
            }
        }
        assert_eq!(told, 38);
        let mut events = std::iter::from_fn(|| session.poll_event());
        assert!(events.all(|e| !matches!(e, crate::Event::SessionReset(_))));
    }
}
