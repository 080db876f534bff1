//! The service actions the chat itself understands.

use heliogram_crypto::Zeroizing;
use heliogram_tl::{DecodeError, Reader, Writer};

/// `decryptedMessageService` since layer 17, and that of layer 8.
const SERVICE: u32 = 0x7316_4160;
const SERVICE_8: u32 = 0xaa48_327d;

const RESEND: u32 = 0x5111_10b0;
const NOTIFY_LAYER: u32 = 0xf304_8883;
const REQUEST_KEY: u32 = 0xf3c9_611b;
const ACCEPT_KEY: u32 = 0x6fe1_735b;
const ABORT_KEY: u32 = 0xdd05_ec6b;
const COMMIT_KEY: u32 = 0xec2e_0b9b;
const NOOP: u32 = 0xa82f_dd63;
const DELETE_MESSAGES: u32 = 0x6561_4304;

/// Room for the longest action: two numbers and a public value.
const CAPACITY: usize = 304;

/// A `DecryptedMessageAction` that is no business of the chat's owner.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Send these messages again; the numbers are as on the wire, both inclusive.
    Resend {
        start: i32,
        end: i32,
    },
    /// The sender knows this layer.
    NotifyLayer(i32),
    RequestKey {
        id: i64,
        g_a: Vec<u8>,
    },
    AcceptKey {
        id: i64,
        g_b: Vec<u8>,
        fingerprint: i64,
    },
    AbortKey {
        id: i64,
    },
    CommitKey {
        id: i64,
        fingerprint: i64,
    },
    Noop,
}

impl Action {
    /// The action in an encoded `DecryptedMessage`, if it is one of these.
    pub(super) fn read(message: &[u8]) -> Result<Option<Self>, DecodeError> {
        let mut r = Reader::new(message);
        match r.u32() {
            SERVICE => {}
            SERVICE_8 => {
                r.i64();
                r.slice();
                return Self::read_action(r);
            }
            _ => return r.check().map(|()| None),
        }
        r.i64();
        Self::read_action(r)
    }

    fn read_action(mut r: Reader<'_>) -> Result<Option<Self>, DecodeError> {
        let action = match r.u32() {
            RESEND => Self::Resend {
                start: r.i32(),
                end: r.i32(),
            },
            NOTIFY_LAYER => Self::NotifyLayer(r.i32()),
            REQUEST_KEY => Self::RequestKey {
                id: r.i64(),
                g_a: r.slice().to_vec(),
            },
            ACCEPT_KEY => Self::AcceptKey {
                id: r.i64(),
                g_b: r.slice().to_vec(),
                fingerprint: r.i64(),
            },
            ABORT_KEY => Self::AbortKey { id: r.i64() },
            COMMIT_KEY => Self::CommitKey {
                id: r.i64(),
                fingerprint: r.i64(),
            },
            NOOP => Self::Noop,
            _ => return r.check().map(|()| None),
        };
        r.finish().map(|()| Some(action))
    }

    /// The encoded `DecryptedMessage` that carries the action.
    pub(super) fn write(&self, random_id: i64) -> Zeroizing<Vec<u8>> {
        let mut w = service(random_id);
        match self {
            Self::Resend { start, end } => {
                w.words([RESEND, *start as u32, *end as u32]);
            }
            Self::NotifyLayer(layer) => w.words([NOTIFY_LAYER, *layer as u32]),
            Self::RequestKey { id, g_a } => {
                w.u32(REQUEST_KEY);
                w.i64(*id);
                w.bytes(g_a);
            }
            Self::AcceptKey {
                id,
                g_b,
                fingerprint,
            } => {
                w.u32(ACCEPT_KEY);
                w.i64(*id);
                w.bytes(g_b);
                w.i64(*fingerprint);
            }
            Self::AbortKey { id } => {
                w.u32(ABORT_KEY);
                w.i64(*id);
            }
            Self::CommitKey { id, fingerprint } => {
                w.u32(COMMIT_KEY);
                w.i64(*id);
                w.i64(*fingerprint);
            }
            Self::Noop => w.u32(NOOP),
        }
        Zeroizing::new(w.into_vec())
    }
}

/// The message that takes a deleted one's place: it deletes itself.
pub(super) fn self_delete(random_id: i64) -> Zeroizing<Vec<u8>> {
    let mut w = service(random_id);
    w.u32(DELETE_MESSAGES);
    w.vector(&[random_id], |w, id| w.i64(*id));
    Zeroizing::new(w.into_vec())
}

fn service(random_id: i64) -> Writer {
    let mut w = Writer::with_capacity(CAPACITY);
    w.u32(SERVICE);
    w.i64(random_id);
    w
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Action> {
        vec![
            Action::Resend { start: 3, end: 9 },
            Action::NotifyLayer(144),
            Action::RequestKey {
                id: -5,
                g_a: vec![7; 256],
            },
            Action::AcceptKey {
                id: 5,
                g_b: vec![8; 256],
                fingerprint: -9,
            },
            Action::AbortKey { id: 1 },
            Action::CommitKey {
                id: 2,
                fingerprint: 3,
            },
            Action::Noop,
        ]
    }

    #[test]
    fn what_is_written_is_read_in_both_wrappings_and_cut_short_in_none() {
        for action in all() {
            let written = action.write(77);
            assert!(written.len() <= CAPACITY);
            let mut old = [&SERVICE_8.to_le_bytes()[..], &[0; 8]].concat();
            old.extend([3, 1, 2, 3]);
            old.extend(&written[12..]);
            for message in [&written[..], &old] {
                assert_eq!(Action::read(message).unwrap().as_ref(), Some(&action));
                for end in 4..message.len() {
                    assert!(Action::read(&message[..end]).is_err(), "{action:?} {end}");
                }
                assert!(Action::read(&[message, &[0; 4]].concat()).is_err());
            }
        }
    }

    #[test]
    fn other_messages_are_left_alone() {
        assert_eq!(Action::read(&self_delete(5)), Ok(None));
        assert_eq!(Action::read(&0x204d_3878u32.to_le_bytes()), Ok(None));
        assert!(Action::read(&[1, 2, 3]).is_err());
    }
}
