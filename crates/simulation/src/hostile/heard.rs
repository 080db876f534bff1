//! What the other side says, read from its packets.

use bytes::{Buf, Bytes};
use heliogram_crypto::{
    Side,
    message::{self, OpenError, Opened},
};
use heliogram_mtproto::tl::types::{BadMsgNotification, BadServerSalt, MsgsAck, RpcError};
use heliogram_tl::{Constructor, Decode, from_prefix};

use super::{Victim, forge::CONTAINER};

const RPC_RESULT: u32 = 0xf35c_6d01;

/// The messages of a packet with their ids, a container taken apart as far as it can be read.
#[must_use]
pub fn messages(opened: &Opened<'_>) -> Vec<(i64, Bytes)> {
    let body = Bytes::copy_from_slice(opened.body);
    if constructor(&body) != Some(CONTAINER) {
        return vec![(opened.msg_id, body)];
    }
    let mut rest = body.slice(8.min(body.len())..);
    std::iter::from_fn(|| inner(&mut rest)).collect()
}

/// The next message of a container.
fn inner(rest: &mut Bytes) -> Option<(i64, Bytes)> {
    let msg_id = rest.try_get_i64_le().ok()?;
    rest.try_get_i32_le().ok()?;
    let length = usize::try_from(rest.try_get_i32_le().ok()?).ok()?;
    (length <= rest.len()).then(|| (msg_id, rest.split_to(length)))
}

fn constructor(body: &[u8]) -> Option<u32> {
    body.first_chunk().copied().map(u32::from_le_bytes)
}

/// A value, if the body is one.
fn value<T: Constructor + Decode>(body: &Bytes) -> Option<T> {
    (constructor(body) == Some(T::ID))
        .then(|| from_prefix(body).ok())
        .flatten()
}

/// The messages that a packet acknowledges, as often as it names them.
#[must_use]
pub fn acknowledged(opened: &Opened<'_>) -> Vec<i64> {
    let messages = messages(opened).into_iter();
    let acks = messages.filter_map(|(_, body)| value::<MsgsAck>(&body));
    acks.flat_map(|acks| acks.msg_ids).collect()
}

/// All that a server lets a client hear about its messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// The messages it refuses, with the code.
    pub refused: Vec<(i64, i32)>,
    /// The requests it answers, with the name of the error where the answer is one.
    pub answered: Vec<(i64, Option<String>)>,
    /// The transport error it ends with.
    pub error: Option<i32>,
    /// Whether it closes the connection.
    pub closed: bool,
}

impl Heard {
    /// Takes a packet of the server; those of other sessions say nothing.
    ///
    /// # Errors
    /// The packet is not the server's.
    pub fn packet(&mut self, victim: &Victim<'_>, packet: &mut [u8]) -> Result<(), OpenError> {
        let opened = message::open(victim.key, Side::Server, packet)?;
        if opened.session_id == victim.session_id {
            for (_, body) in messages(&opened) {
                self.message(body);
            }
        }
        Ok(())
    }

    fn message(&mut self, mut body: Bytes) {
        if let Some(refusal) = value::<BadMsgNotification>(&body) {
            self.refused.push((refusal.bad_msg_id, refusal.error_code));
        } else if let Some(refusal) = value::<BadServerSalt>(&body) {
            self.refused.push((refusal.bad_msg_id, refusal.error_code));
        } else if body.try_get_u32_le() == Ok(RPC_RESULT)
            && let Ok(request) = body.try_get_i64_le()
        {
            let error = value::<RpcError>(&body).map(|error| error.error_message);
            self.answered.push((request, error));
        }
    }
}
