//! Every attack of a client on the server, over real sockets.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use heliogram_api::functions::help;
use heliogram_mtproto::framing::Frame;
use heliogram_simulation::hostile::{Heard, RequestAttack, Victim};
use heliogram_tl::to_bytes;

use crate::channel::{Channel, Socket, Tcp};
use crate::raw::Raw;
use crate::start;

/// Moments without anything new after which nothing more is waited for.
const QUIET_MOMENTS: usize = 10;

/// Hears until nothing more comes, or the connection is over.
fn hear(channel: &mut impl Channel, victim: &Victim<'_>, heard: &mut Heard) {
    let mut quiet = 0;
    while quiet < QUIET_MOMENTS && !heard.closed {
        match channel.receive() {
            Ok(Some(Frame::Packet(mut packet))) => heard.packet(victim, &mut packet).unwrap(),
            Ok(Some(Frame::Error(code))) => heard.error = Some(code),
            Ok(Some(other)) => panic!("{other:?}"),
            Ok(None) => {
                quiet += 1;
                continue;
            }
            Err(()) => heard.closed = true,
        }
        quiet = 0;
    }
}

fn request(attack: RequestAttack) {
    let server = start();
    let address = server.dcs()[0].address;
    let pem = server.public_key_pem();
    let mut raw = Raw::new(Tcp::dial(address), &pem, 1, None).unwrap();
    raw.introduce(help::GetConfig::new()).unwrap();
    let poison = to_bytes(&help::GetNearestDc::new());
    let victim = Victim {
        key: &raw.key,
        // A session of its own, of which these are the first messages.
        session_id: raw.session ^ 2,
        salt: raw.salt,
        time: SystemTime::now().duration_since(UNIX_EPOCH).unwrap(),
        poison: &poison,
    };
    let mut packets = attack.packets(&victim);
    let last = packets.pop().unwrap();
    let mut heard = Heard::default();
    packets.iter().for_each(|packet| raw.channel.send(packet));
    if !packets.is_empty() {
        hear(&mut raw.channel, &victim, &mut heard);
    }
    raw.channel.send(&last);
    hear(&mut raw.channel, &victim, &mut heard);
    assert_eq!(heard, attack.heard(&victim));
    let runs = usize::try_from(server.calls("help.getNearestDc")).unwrap();
    assert_eq!(runs, attack.runs());
    // Neither the key nor the server has come to harm.
    let mut again = Raw::with_key(Tcp::dial(address), raw.key.clone(), raw.salt);
    again.introduce(help::GetConfig::new()).unwrap();
}

heliogram_simulation::request_attack_tests!(request);

#[test]
fn sec_30_a_frame_longer_than_any_packet_ends_the_connection_at_once() {
    let server = start();
    let too_long = |start: &[u8], length: &[u8]| [start, length].concat();
    for bytes in [
        too_long(&[0xee; 4], &0x7fff_ff00_u32.to_le_bytes()),
        too_long(&[0xef, 0x7f], &[0xff; 3]),
    ] {
        let mut socket = Socket::dial(server.dcs()[0].address);
        socket.write(&bytes);
        let began = std::time::Instant::now();
        socket.read_to_end();
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "it waits for them"
        );
    }
}
