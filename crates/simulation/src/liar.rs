//! A server that says what is not so, under its true key.

use std::time::Duration;

use heliogram_crypto::{AuthKey, Side, message};
use heliogram_tl::{VECTOR, Writer};

use crate::{dice::Dice, traffic};

const BAD_MSG: u32 = 0xa7ef_f811;
const BAD_SALT: u32 = 0xedab_447b;
const PONG: u32 = 0x3477_73c5;
const STATE_INFO: u32 = 0x04de_b57d;
const ACKS: u32 = 0x62d6_b459;
const RPC_RESULT: u32 = 0xf35c_6d01;
const FUTURE_SALTS: u32 = 0xae50_0895;
const NEW_SESSION: u32 = 0x9ec2_0908;
const CONTAINER: u32 = 0x73f1_f8dc;
const DETAILED_INFO: u32 = 0x276d_3ec6;
/// Codes of refusals.
const CODES: [i32; 11] = [16, 17, 18, 19, 20, 32, 33, 34, 35, 48, 64];
/// What a lie is about.
pub(crate) struct About<'a> {
    pub(crate) key: &'a AuthKey,
    pub(crate) session_id: i64,
    /// The server's time since the Unix epoch.
    pub(crate) time: Duration,
    /// A request whose answer the client has.
    pub(crate) answered: Option<i64>,
}

/// A well-sealed packet whose content is not so, or which no server may send.
pub(crate) fn lie(about: &About<'_>, dice: &mut Dice) -> Vec<u8> {
    let never = dice.next() as i64 & !3;
    let mut id = server_id(about.time, dice);
    let mut session_id = about.session_id;
    let mut body = Writer::new();
    match dice.below(14) {
        0 => say(&mut body, BAD_MSG, never, &[1, *dice.pick(&CODES)]),
        1 => {
            say(&mut body, BAD_SALT, never, &[1, 48]);
            body.i64(dice.next() as i64);
        }
        2 => say(&mut body, PONG, never, &[0, 1]),
        // "Not received" of messages nobody asked about.
        3 => {
            say(&mut body, STATE_INFO, never, &[]);
            body.bytes(&[1, 1, 1]);
        }
        4 => {
            body.words([ACKS, VECTOR, 1]);
            body.i64(never);
        }
        5 => {
            say(&mut body, RPC_RESULT, never, &[]);
            body.raw(&traffic::body(traffic::UPDATE, 1, 40));
        }
        6 => {
            say(&mut body, RPC_RESULT, about.answered.unwrap_or(never), &[]);
            body.raw(&traffic::body(traffic::UPDATE, 2, 40));
        }
        7 => say(&mut body, FUTURE_SALTS, never, &[dice.next() as i32, 0]),
        8 => {
            say(&mut body, DETAILED_INFO, never, &[]);
            body.i64(never | 1);
            body.words([40, 0]);
        }
        // A container in a container.
        9 => {
            for inner in [id.wrapping_sub(4), id.wrapping_sub(8)] {
                body.words([CONTAINER, 1]);
                body.i64(inner);
                body.words([0, 8]);
            }
        }
        10 => {
            session_id ^= 1;
            say(&mut body, PONG, never, &[0, 1]);
        }
        // Of another time.
        11 => {
            id = id.wrapping_add((dice.below(7200) as i64 + 60) << 32);
            body.raw(&traffic::body(traffic::UPDATE, u64::MAX, 40));
        }
        12 => {
            say(&mut body, NEW_SESSION, never, &[]);
            body.i64(1);
            body.i64(dice.next() as i64);
        }
        // With an id only clients give.
        _ => {
            id &= !3;
            body.raw(&traffic::body(traffic::UPDATE, u64::MAX, 40));
        }
    }
    seal(about.key, session_id, id, body.as_slice(), dice)
}

/// An id as a server gives for something it says of its own accord.
fn server_id(time: Duration, dice: &mut Dice) -> i64 {
    let fraction = dice.next() as u32 & !3;
    (time.as_secs() << 32 | u64::from(fraction)) as i64 | 3
}

fn say(body: &mut Writer, constructor: u32, id: i64, rest: &[i32]) {
    body.u32(constructor);
    body.i64(id);
    for word in rest {
        body.i32(*word);
    }
}

fn seal(key: &AuthKey, session_id: i64, id: i64, body: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut plain = Writer::new();
    plain.i64(0);
    plain.i64(session_id);
    plain.i64(id);
    plain.words([0, body.len() as u32]);
    plain.raw(body);
    let padding: Vec<u8> = (0..message::padding_len(plain.len(), 0))
        .map(|_| dice.next() as u8)
        .collect();
    let mut packet = Vec::new();
    // Whole blocks always seal; an empty packet would be refused like any other nonsense.
    let _ = message::seal(key, Side::Server, plain.as_slice(), &padding, &mut packet);
    packet
}
