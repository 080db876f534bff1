//! The messages that both roles build and take apart by hand: containers, results, packed data.

use bytes::Bytes;
use heliogram_crypto::{AuthKey, Random, RandomExt, SeededRandom, Side, message};
use heliogram_tl::{Encode, Reader, Writer, deflate, inflate, to_bytes};

pub(crate) const CONTAINER: u32 = 0x73f1_f8dc;
pub(crate) const MSG_COPY: u32 = 0xe06046b2;
pub(crate) const RPC_RESULT: u32 = 0xf35c_6d01;
pub(crate) const RPC_ERROR: u32 = 0x2144_ca19;
pub(crate) const GZIP_PACKED: u32 = 0x3072_cfa1;
pub(crate) const INVOKE_AFTER_MSG: u32 = 0xcb9f_372d;
pub(crate) const INVOKE_AFTER_MSGS: u32 = 0x3dc4_b4f0;
const VECTOR: u32 = 0x1cb5_c415;

/// Most messages a container may hold.
pub(crate) const MAX_INNER: usize = 1020;
/// What is put into one container: further requests wait for the next, one is always taken.
pub(crate) const CONTAINER_BYTES: usize = 1 << 15;
/// To how much the packed data of one packet may grow.
pub(crate) const INFLATE_LIMIT: usize = 16 << 20;
/// Most ids in one acknowledgement, state or resend request.
pub(crate) const MAX_IDS: usize = 8192;
/// Shorter bodies are never packed.
const MIN_DEFLATE: usize = 256;

/// One message of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) msg_id: i64,
    pub(crate) seq_no: i32,
    pub(crate) body: Bytes,
}

impl Message {
    /// Bit 0 of the number: whether the receiver has to acknowledge.
    pub(crate) fn is_content(&self) -> bool {
        self.seq_no & 1 != 0
    }

    pub(crate) fn constructor(&self) -> u32 {
        constructor(&self.body)
    }

    /// Bytes inside a container.
    pub(crate) fn size(&self) -> usize {
        self.body.len() + 16
    }
}

/// The constructor id at the start of a body; 0, which nothing has, for an empty one.
pub(crate) fn constructor(body: &[u8]) -> u32 {
    body.first_chunk().map_or(0, |b| u32::from_le_bytes(*b))
}

/// A container that breaks a rule; it is refused as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadContainer;

/// Takes the container `outer` apart.
pub(crate) fn split(outer: &Message) -> Result<Vec<Message>, BadContainer> {
    let mut r = Reader::shared(&outer.body);
    r.u32();
    let count = r.count(20);
    if count > 1024 {
        return Err(BadContainer);
    }
    let mut inner = Vec::with_capacity(count);
    for _ in 0..count {
        let message = read_message(&outer.body, &mut r)?;
        if message.msg_id >= outer.msg_id || message.constructor() == CONTAINER {
            return Err(BadContainer);
        }
        inner.push(message);
    }
    r.finish().map_err(|_| BadContainer)?;
    Ok(inner)
}

/// Takes a `msg_copy` apart: the message it carries.
pub(crate) fn copied(outer: &Message) -> Result<Message, BadContainer> {
    let mut r = Reader::shared(&outer.body);
    r.u32();
    let message = read_message(&outer.body, &mut r)?;
    r.finish().map_err(|_| BadContainer)?;
    match message.constructor() {
        CONTAINER | MSG_COPY => Err(BadContainer),
        _ => Ok(message),
    }
}

fn read_message(whole: &Bytes, r: &mut Reader<'_>) -> Result<Message, BadContainer> {
    let msg_id = r.i64();
    let seq_no = r.i32();
    let len = r.u32() as usize;
    if !len.is_multiple_of(4) || len < 4 || len > r.remaining() {
        return Err(BadContainer);
    }
    let start = r.position();
    r.raw(len);
    Ok(Message {
        msg_id,
        seq_no,
        body: whole.slice(start..start + len),
    })
}

/// Builds the body of a container.
pub(crate) fn join(messages: &[Message]) -> Bytes {
    let size = messages.iter().map(Message::size).sum::<usize>();
    let mut w = Writer::with_capacity(8 + size);
    w.u32(CONTAINER);
    w.elements(messages, |w, m| {
        w.i64(m.msg_id);
        w.i32(m.seq_no);
        w.u32(m.body.len() as u32);
        w.raw(&m.body);
    });
    w.into_vec().into()
}

/// Packed data that is broken, too large, nested, or not allowed to be packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadPacking;

/// Unpacks `body` if it is `gzip_packed`; `budget` is what the whole packet may still grow by.
pub(crate) fn unpack(body: Bytes, budget: &mut usize) -> Result<Bytes, BadPacking> {
    if constructor(&body) != GZIP_PACKED {
        return Ok(body);
    }
    let mut r = Reader::shared(&body);
    r.u32();
    let packed = r.slice();
    r.finish().map_err(|_| BadPacking)?;
    let plain = inflate(packed, *budget).map_err(|_| BadPacking)?;
    *budget -= plain.len();
    match constructor(&plain) {
        GZIP_PACKED | CONTAINER | MSG_COPY => Err(BadPacking),
        _ => Ok(plain.into()),
    }
}

/// Packs `body` where that pays.
pub(crate) fn pack(body: Bytes) -> Bytes {
    if body.len() < MIN_DEFLATE || constructor(&body) == GZIP_PACKED {
        return body;
    }
    let Some(packed) = deflate(&body) else {
        return body;
    };
    if packed.len() + 8 >= body.len() {
        return body;
    }
    let mut w = Writer::with_capacity(packed.len() + 12);
    w.u32(GZIP_PACKED);
    w.bytes(&packed);
    w.into_vec().into()
}

/// Builds `rpc_result`.
pub(crate) fn rpc_result(req_msg_id: i64, result: &[u8]) -> Bytes {
    let mut w = Writer::with_capacity(12 + result.len());
    w.u32(RPC_RESULT);
    w.i64(req_msg_id);
    w.raw(result);
    w.into_vec().into()
}

/// A request that runs only after all of these messages.
pub(crate) fn invoke_after(msg_ids: &[i64], query: &Bytes) -> Bytes {
    let mut w = Writer::with_capacity(16 + 8 * msg_ids.len() + query.len());
    match msg_ids {
        [] => return query.clone(),
        [msg_id] => {
            w.u32(INVOKE_AFTER_MSG);
            w.i64(*msg_id);
        }
        msg_ids => {
            w.u32(INVOKE_AFTER_MSGS);
            w.u32(VECTOR);
            w.elements(msg_ids, |w, id| w.i64(*id));
        }
    }
    w.raw(query);
    w.into_vec().into()
}

/// Encodes a service message.
pub(crate) fn encode<T: Encode>(value: &T) -> Bytes {
    to_bytes(value)
}

/// What stands in front of the body in an encrypted packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    pub(crate) salt: i64,
    pub(crate) session_id: i64,
}

/// Encrypts a packet that [`lay_out`] made.
pub(crate) fn seal_laid_out(key: &AuthKey, from: Side, packet: &mut [u8]) {
    // The padding makes whole blocks, which is all that could be wrong.
    let _ = message::seal_in_place(key, from, packet);
}

/// Encrypts packets that [`lay_out`] made, side by side; gives the tokens of their quick
/// acknowledgements.
pub(crate) fn seal_all(key: &AuthKey, from: Side, packets: &mut [Vec<u8>]) -> Vec<u32> {
    let mut packets: Vec<_> = packets
        .iter_mut()
        .map(|bytes| message::Packet { key, from, bytes })
        .collect();
    let sealed = message::seal_all(&mut packets).into_iter();
    // As above.
    sealed
        .map(|large| message::quick_ack_token(&large.unwrap_or_default()))
        .collect()
}

/// Packets of `next` until it has none, they fill `room` bytes, or more would not pay side by side.
pub(crate) fn gather(room: usize, mut next: impl FnMut(&mut Vec<u8>) -> bool) -> Vec<Vec<u8>> {
    let mut packets = Vec::new();
    let mut filled = 0;
    while packets.len() < MAX_LANES && (packets.is_empty() || filled < room) {
        let mut packet = Vec::new();
        if !next(&mut packet) {
            break;
        }
        filled += packet.len();
        packets.push(packet);
    }
    packets
}

/// Makes a packet of one message that is still to be encrypted; what `out` held is replaced.
pub(crate) fn lay_out(
    header: Header,
    message: &Message,
    rng: &mut SeededRandom,
    out: &mut Vec<u8>,
) {
    out.clear();
    out.resize(message::PREFIX, 0);
    out.extend_from_slice(&header.salt.to_le_bytes());
    out.extend_from_slice(&header.session_id.to_le_bytes());
    out.extend_from_slice(&message.msg_id.to_le_bytes());
    out.extend_from_slice(&message.seq_no.to_le_bytes());
    out.extend_from_slice(&(message.body.len() as u32).to_le_bytes());
    out.extend_from_slice(&message.body);
    let [random] = rng.array();
    let filled = out.len();
    let padding = message::padding_len(filled - message::PREFIX, random);
    out.resize(filled + padding, 0);
    rng.fill(out.get_mut(filled..).unwrap_or_default());
}

/// Packets sealed or opened side by side at most: more lanes than that do not pay.
pub(crate) const MAX_LANES: usize = 8;
