//! Every attack of a client on the server, over real sockets.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use heliogram_api::functions::{account, auth, help, users};
use heliogram_api::{enums, types};
use heliogram_crypto::dh::Group;
use heliogram_crypto::{RsaPublicKey, sha256};
use heliogram_mtproto::framing::Frame;
use heliogram_server::{Seed, Server};
use heliogram_simulation::hostile::{Heard, HostileClient, KeyAttack, RequestAttack, Victim};
use heliogram_tl::to_bytes;

use crate::channel::{Channel, Socket, Tcp};
use crate::peer::{PATIENCE, seed};
use crate::raw::{Raw, wait};
use crate::{runtime, start};

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

/// All that is wrong in a key exchange is answered alike: nobody learns what could be decrypted.
fn key(attack: KeyAttack) {
    let server = start();
    let address = server.dcs()[0].address;
    let pem = server.public_key_pem();
    let mut channel = Tcp::dial(address);
    let public = RsaPublicKey::from_pem(&pem).unwrap();
    let (mut client, mut packet) = HostileClient::start(attack, public, 1, seed());
    for step in 1..=attack.answered() {
        channel.send(&packet);
        let Frame::Packet(reply) = wait(&mut channel) else {
            panic!("step {step} keeps all rules");
        };
        packet = match step {
            1 => client.take_pq(&reply).unwrap(),
            _ => client.take_params(&reply).unwrap(),
        };
    }
    channel.send(&packet);
    assert!(matches!(wait(&mut channel), Frame::Error(-404)));
    assert_eq!(closes(&mut channel), Ok(()));
    let mut honest = Raw::new(Tcp::dial(address), &pem, 1, None).unwrap();
    honest.introduce(help::GetConfig::new()).unwrap();
}

/// Waits for the end of a connection; an error is what comes before it.
fn closes(channel: &mut impl Channel) -> Result<(), Frame> {
    let began = Instant::now();
    loop {
        assert!(began.elapsed() < PATIENCE, "the connection stays");
        match channel.receive() {
            Ok(None) => {}
            Ok(Some(frame)) => return Err(frame),
            Err(()) => return Ok(()),
        }
    }
}

heliogram_simulation::key_attack_tests!(key);
heliogram_simulation::request_attack_tests!(request);

#[test]
fn sec_23_a_packet_that_breaks_a_rule_costs_a_server_that_connection_only() {
    let server = start();
    let address = server.dcs()[0].address;
    let pem = server.public_key_pem();
    let mut struck = Raw::new(Tcp::dial(address), &pem, 1, None).unwrap();
    struck.introduce(help::GetConfig::new()).unwrap();
    let mut other = Raw::with_key(Tcp::dial(address), struck.key.clone(), struck.salt);
    other.introduce(help::GetConfig::new()).unwrap();
    let victim = Victim {
        key: &struck.key,
        session_id: struck.session,
        salt: struck.salt,
        time: SystemTime::now().duration_since(UNIX_EPOCH).unwrap(),
        poison: &to_bytes(&help::GetNearestDc::new()),
    };
    let packets = RequestAttack::DamagedKey.packets(&victim);
    let mut heard = Heard::default();
    packets
        .iter()
        .for_each(|packet| struck.channel.send(packet));
    hear(&mut struck.channel, &victim, &mut heard);
    assert_eq!((heard.error, heard.closed), (Some(-404), true));
    other.call(help::GetConfig::new()).unwrap();
    // The session itself goes on, and need not say again who it is.
    let mut again = struck.twin(Tcp::dial(address));
    again.call(help::GetConfig::new()).unwrap();
}

/// The proof that fits the secret 0, for which no password is needed.
fn proof_of_nothing(asked: &types::account::Password, a: &[u8]) -> Bytes {
    let Some(enums::PasswordKdfAlgo::SHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow(algorithm)) =
        &asked.current_algo
    else {
        panic!("no password: {asked:?}");
    };
    let mut g = [0; 256];
    g[252..].copy_from_slice(&algorithm.g.to_be_bytes());
    let (p, g) = (sha256(&[&algorithm.p]), sha256(&[&g]));
    let both: Vec<_> = p.iter().zip(g).map(|(p, g)| p ^ g).collect();
    let salts = [&algorithm.salt1, &algorithm.salt2].map(|salt| sha256(&[salt]));
    let b = asked.srp_b.as_ref().unwrap();
    let key = sha256(&[&[0; 256]]);
    let proof = sha256(&[&both, &salts[0], &salts[1], a, b, &key]);
    Bytes::copy_from_slice(&proof)
}

#[test]
fn sec_27_a_server_refuses_a_public_value_that_makes_the_secret_zero() {
    let seed: Seed = "[[users]]\nphone = \"9996621001\"\nusername = \"alice\"\n\
                      password = \"correct horse\"\n"
        .parse()
        .unwrap();
    let server = runtime().block_on(Server::builder().seed(seed).start());
    let server = server.unwrap();
    let address = server.dcs()[1].address;
    let mut raw = Raw::new(Tcp::dial(address), &server.public_key_pem(), 2, None).unwrap();
    let phone = "9996621001".to_owned();
    let settings = types::CodeSettings::new();
    let call = auth::SendCode::new(phone.clone(), 1, "hash".into(), settings);
    let enums::auth::SentCode::SentCode(sent) = raw.introduce(call).unwrap() else {
        panic!("no code was sent");
    };
    let call = auth::SignIn {
        phone_code: server.code_for(&phone),
        ..auth::SignIn::new(phone, sent.phone_code_hash)
    };
    assert_eq!(raw.call(call).unwrap_err(), "SESSION_PASSWORD_NEEDED");
    let group = Group::known(3).unwrap();
    for a in [&[0; 256], group.prime()] {
        let asked = raw.call(account::GetPassword::new()).unwrap();
        let proof = proof_of_nothing(&asked, a);
        let a = Bytes::copy_from_slice(a);
        let srp = types::InputCheckPasswordSRP::new(asked.srp_id.unwrap(), a, proof);
        let refused = raw.call(auth::CheckPassword::new(srp.into()));
        assert_eq!(refused.unwrap_err(), "PASSWORD_HASH_INVALID");
    }
    let me = raw.call(users::GetUsers::new(vec![enums::InputUser::InputUserSelf]));
    assert_eq!(me.unwrap_err(), "SESSION_PASSWORD_NEEDED");
}

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
        let began = Instant::now();
        socket.read_to_end();
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "it waits for them"
        );
    }
}
