//! A server that is killed in the middle of its work.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use heliogram_api::enums;
use heliogram_api::functions::messages;
use heliogram_mtproto::framing::Transport;
use heliogram_server::{Server, TestServer};

use crate::peer::{Peer, text_of};
use crate::runtime;

const DATA: &str = "HELIOGRAM_TEST_DATA";
const PHONE: &str = "9996610001";

/// Not a test of its own: the server that the next one kills, in a process of its own.
#[test]
fn a_server_to_be_killed() {
    let Ok(data) = std::env::var(DATA) else {
        return;
    };
    let server = runtime()
        .block_on(Server::builder().data(data).start())
        .unwrap();
    println!("\naddress {}", server.dcs()[0].address);
    println!("key {}", server.public_key_pem().replace('\n', "|"));
    std::thread::sleep(Duration::from_secs(120));
}

/// The process of a server; killed at the latest when the test ends.
struct Victim(Child);

impl Drop for Victim {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(data: &Path) -> (Victim, SocketAddr, String) {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["killed::a_server_to_be_killed", "--exact", "--nocapture"])
        .env(DATA, data)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut victim = Victim(child);
    let mut address = None;
    for line in BufReader::new(victim.0.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if let Some(text) = line.strip_prefix("address ") {
            address = Some(text.parse().unwrap());
        } else if let Some(key) = line.strip_prefix("key ") {
            return (victim, address.unwrap(), key.replace('|', "\n"));
        }
    }
    panic!("the server did not start")
}

#[test]
fn every_acknowledged_message_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("world.db");
    let (victim, address, pem) = start(&data);
    let mut peer = Peer::at(address, &pem, 1, Transport::Intermediate, None);
    peer.sign_up(PHONE, "11111");
    let to = || enums::InputPeer::InputPeerSelf;
    for n in 1..=50 {
        peer.call(messages::SendMessage::new(to(), format!("message {n}"), n))
            .unwrap();
    }
    drop(victim);

    let server = runtime()
        .block_on(Server::builder().data(&data).start())
        .unwrap();
    let server = TestServer::from(server);
    assert_eq!(server.public_key_pem(), pem);
    peer.move_to(server.dcs()[0].address);
    let call = messages::GetHistory::new(to(), 0, 0, 0, 100, 0, 0, 0);
    let enums::messages::Messages::Messages(history) = peer.call(call).unwrap() else {
        panic!()
    };
    let texts: Vec<_> = history.messages.iter().rev().map(text_of).collect();
    let all: Vec<_> = (1..=50).map(|n| format!("message {n}")).collect();
    assert_eq!(texts, all);
    // What was acknowledged before is not done again.
    let again = messages::SendMessage::new(to(), "message 50".into(), 50);
    assert_eq!(peer.call(again).unwrap_err().message, "RANDOM_ID_DUPLICATE");
}
