use std::fmt;

use bytes::Bytes;

use super::AbortReason;

/// What a [`SecretChat`](super::SecretChat) has to tell its owner.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The next message of the other end; messages come in their order, each once.
    Message {
        /// Its number, counted from 0.
        number: u32,
        /// How many of this end's messages the other end had when it wrote: the message belongs
        /// behind these.
        after: u32,
        /// The layer it was written in. When it is above the owner's own, ask the user to update.
        layer: i32,
        /// The encoded `DecryptedMessage`.
        body: Bytes,
    },
    /// The other end has this end's messages with smaller numbers than this.
    Acknowledged {
        /// The first number it does not have.
        next: u32,
    },
    /// The other end knows a higher layer than before.
    PeerLayer {
        /// The layer.
        layer: i32,
    },
    /// Messages are now encrypted with a new key.
    KeyChanged {
        /// The new key's fingerprint.
        fingerprint: i64,
    },
    /// The chat is over and all of its keys are wiped.
    Aborted(AbortReason),
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message {
                number,
                after,
                layer,
                body,
            } => f
                .debug_struct("Message")
                .field("number", number)
                .field("after", after)
                .field("layer", layer)
                .field("len", &body.len())
                .finish(),
            Self::Acknowledged { next } => write!(f, "Acknowledged {{ next: {next} }}"),
            Self::PeerLayer { layer } => write!(f, "PeerLayer {{ layer: {layer} }}"),
            Self::KeyChanged { .. } => f.write_str("KeyChanged { .. }"),
            Self::Aborted(reason) => f.debug_tuple("Aborted").field(reason).finish(),
        }
    }
}

/// What became of a packet that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Received {
    /// It was the next message, and maybe more that waited for it.
    InOrder,
    /// Messages before it are missing and have been asked for.
    Early,
    /// It was there before, and was not looked at again.
    Duplicate,
}

/// A packet for the server, to be sent strictly after those that came before it
/// (`invokeAfterMsgs`).
#[derive(Clone, PartialEq, Eq)]
pub struct Packet {
    /// The message's number, for [`handle_sent`](super::SecretChat::handle_sent).
    pub number: u32,
    /// The message's `random_id`.
    pub random_id: i64,
    /// Whether it goes out with `messages.sendEncryptedService`, and notifies nobody.
    pub service: bool,
    /// The `data` of the call.
    pub data: Vec<u8>,
}

impl fmt::Debug for Packet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Packet")
            .field("number", &self.number)
            .field("service", &self.service)
            .field("len", &self.data.len())
            .finish_non_exhaustive()
    }
}
