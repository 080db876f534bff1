//! The chat itself, field by field.

use std::time::Duration;

use heliogram_crypto::{Random, Zeroizing, dh::Primes, secret::Role};
use heliogram_tl::{Reader, Writer};

use super::{
    super::{
        MAX_ANSWERS, MAX_KEPT, MAX_WAITING,
        keys::{Exchange, Exponent, Key, Keys},
        state::{Incoming, Kept, Outgoing, State, Waiting},
    },
    SnapshotError, array, read_group, read_key, write_group,
};

/// Stands for no number.
const NONE: u32 = u32::MAX;
/// Room for the fixed part of one message.
const PER_MESSAGE: usize = 64;

/// Bytes of all messages in `state`.
pub(super) fn size(state: &State) -> usize {
    let waiting = state.incoming.queue.values().map(|w| w.message.len());
    let kept = state.outgoing.kept.iter().map(|k| k.packet.len());
    waiting.chain(kept).map(|len| len + PER_MESSAGE).sum()
}

pub(super) fn write_state(w: &mut Writer, state: &State) {
    w.u32(u32::from(state.role == Role::Acceptor));
    write_group(w, &state.group);
    w.raw(&state.visualization);
    w.words([state.own_layer as u32, state.peer_layer as u32]);
    write_keys(w, &state.keys);
    let Incoming {
        next,
        seen,
        forgotten,
        in_seq,
        layer,
        ref queue,
    } = state.incoming;
    let forgotten = forgotten.unwrap_or(NONE);
    w.words([next, seen, forgotten, in_seq]);
    w.words([layer as u32, queue.len() as u32]);
    for (number, waiting) in queue {
        w.words([*number, waiting.in_seq, waiting.layer as u32]);
        w.i64(waiting.key);
        w.bytes(&waiting.message);
    }
    let Outgoing { next, kept, .. } = &state.outgoing;
    w.words([*next, kept.len() as u32]);
    for kept in kept {
        let flags = u32::from(kept.service) | u32::from(kept.taken) << 1;
        w.words([kept.number, kept.in_seq, kept.layer as u32, flags]);
        w.i64(kept.random_id);
        w.i64(kept.key);
        w.bytes(&kept.packet);
    }
}

pub(super) fn read_state(
    r: &mut Reader<'_>,
    primes: &mut Primes,
    rng: &mut dyn Random,
) -> Result<State, SnapshotError> {
    let role = match r.u32() {
        0 => Role::Creator,
        _ => Role::Acceptor,
    };
    let state = State {
        role,
        group: read_group(r, primes, rng)?,
        visualization: *array(r),
        own_layer: r.i32(),
        peer_layer: r.i32(),
        keys: read_keys(r)?,
        incoming: read_incoming(r)?,
        outgoing: read_outgoing(r)?,
    };
    r.check().map_err(|_| SnapshotError::Damaged)?;
    Ok(state)
}

fn read_incoming(r: &mut Reader<'_>) -> Result<Incoming, SnapshotError> {
    let mut incoming = Incoming {
        next: r.u32(),
        seen: r.u32(),
        forgotten: Some(r.u32()).filter(|n| *n != NONE),
        in_seq: r.u32(),
        layer: r.i32(),
        queue: Default::default(),
    };
    for _ in 0..count(r, MAX_WAITING)? {
        let number = r.u32();
        let waiting = Waiting {
            in_seq: r.u32(),
            layer: r.i32(),
            key: r.i64(),
            message: Zeroizing::new(r.slice().to_vec()),
        };
        if number <= incoming.next {
            return Err(SnapshotError::Damaged);
        }
        incoming.queue.insert(number, waiting);
    }
    Ok(incoming)
}

fn read_outgoing(r: &mut Reader<'_>) -> Result<Outgoing, SnapshotError> {
    let mut outgoing = Outgoing {
        next: r.u32(),
        ..Outgoing::default()
    };
    let len = count(r, MAX_KEPT + MAX_ANSWERS)?;
    let first = outgoing.next.checked_sub(len as u32);
    let first = first.ok_or(SnapshotError::Damaged)?;
    for number in first..outgoing.next {
        let found = r.u32();
        let (in_seq, layer, flags) = (r.u32(), r.i32(), r.u32());
        let taken = flags & 2 != 0;
        let kept = Kept {
            number,
            in_seq,
            layer,
            random_id: r.i64(),
            key: r.i64(),
            service: flags & 1 != 0,
            taken,
            due: !taken,
            packet: r.slice().to_vec(),
        };
        if found != number || r.failed() {
            return Err(SnapshotError::Damaged);
        }
        if kept.due {
            outgoing.due.push_back(number);
        }
        outgoing.kept.push_back(kept);
    }
    Ok(outgoing)
}

fn write_keys(w: &mut Writer, keys: &Keys) {
    let Key {
        auth,
        since,
        messages,
        worn,
    } = &keys.current;
    w.raw(auth.as_bytes());
    w.i64(since.as_secs() as i64);
    w.words([*messages, u32::from(*worn)]);
    w.u32(u32::from(keys.previous.is_some()));
    if let Some(previous) = &keys.previous {
        w.raw(previous.as_bytes());
    }
    match &keys.exchange {
        Exchange::Idle => w.u32(0),
        Exchange::Requested { id, exponent } => {
            w.u32(1);
            w.i64(*id);
            w.raw(exponent.as_bytes());
        }
        Exchange::Accepted { id, key } => {
            w.u32(2);
            w.i64(*id);
            w.raw(key.as_bytes());
        }
        Exchange::Switched { id } => {
            w.u32(3);
            w.i64(*id);
        }
    }
}

fn read_keys(r: &mut Reader<'_>) -> Result<Keys, SnapshotError> {
    let current = Key {
        auth: read_key(r),
        since: Duration::from_secs(r.i64().max(0) as u64),
        messages: r.u32(),
        worn: r.u32() != 0,
    };
    let previous = match r.u32() {
        0 => None,
        _ => Some(read_key(r)),
    };
    let exchange = match r.u32() {
        0 => Exchange::Idle,
        1 => Exchange::Requested {
            id: r.i64(),
            exponent: Exponent::new(array(r)),
        },
        2 => Exchange::Accepted {
            id: r.i64(),
            key: read_key(r),
        },
        3 => Exchange::Switched { id: r.i64() },
        _ => return Err(SnapshotError::Damaged),
    };
    r.check().map_err(|_| SnapshotError::Damaged)?;
    Ok(Keys {
        current,
        previous,
        exchange,
    })
}

/// A number of elements, no more than there ever are.
fn count(r: &mut Reader<'_>, most: usize) -> Result<usize, SnapshotError> {
    let count = r.u32() as usize;
    if count > most {
        return Err(SnapshotError::Damaged);
    }
    Ok(count)
}
