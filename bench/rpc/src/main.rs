//! `help.getNearestDc` over loopback, many under way at once: Heliogram, grammers and Telethon
//! against the same server, in turns.
//!
//!   cargo run --release --manifest-path bench/rpc/Cargo.toml -- HELIOGRAM [PYTHON]
//!
//! HELIOGRAM is the command whose `serve` is called, PYTHON a Python with Telethon in it. grammers
//! knows no other public keys than Telegram's, so it is given an auth key that was made before.

use std::{
    env,
    future::Future,
    io::{BufRead, BufReader},
    net::{Ipv6Addr, SocketAddrV4, SocketAddrV6},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Instant,
};

use futures_util::{StreamExt, stream};
use grammers_mtsender::SenderPool;
use grammers_session::{Session, SessionData, storages::MemorySession, types::DcOption};
use heliogram::{
    Client, Servers,
    api::functions::help::GetNearestDc,
    storage::{Memory, Records, Storage},
};
use serde_json::Value;

/// Calls of one measurement, and how many of them are under way at once.
const CALLS: usize = 20_000;
const AT_ONCE: usize = 1000;
const ROUNDS: usize = 3;

struct Serving {
    process: Child,
    port: u16,
    pem: String,
}

impl Serving {
    fn start(command: &str) -> Self {
        let mut process = Command::new(command)
            .args(["serve", "--port", "0", "--dcs", "1", "--json"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        let output = process.stdout.take().expect("its output is piped");
        BufReader::new(output).read_line(&mut line).expect("it says where it is");
        let said: Value = serde_json::from_str(&line).expect("its first line is JSON");
        let port = said["dcs"][0]["port"].as_u64();
        Self {
            process,
            port: port.and_then(|port| u16::try_from(port).ok()).expect("a port"),
            pem: said["public_key"].as_str().expect("a key").to_owned(),
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Calls a second.
async fn rate<F: Future>(call: impl Fn() -> F) -> f64 {
    let began = Instant::now();
    let calls = stream::iter(0..CALLS).map(|_| call()).buffer_unordered(AT_ONCE);
    calls.for_each(|_| std::future::ready(())).await;
    CALLS as f64 / began.elapsed().as_secs_f64()
}

fn telethon(python: &str, serving: &Serving) -> Option<f64> {
    let output = Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/telethon_rpc.py"))
        .args([serving.port.to_string(), serving.pem.clone()])
        .output()
        .ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = env::args().skip(1);
    let command = arguments.next().expect("the heliogram command");
    let serving = Serving::start(&command);

    let storage: Arc<dyn Storage> = Arc::new(Memory::default());
    let servers = Servers::custom()
        .dc(1, "127.0.0.1", serving.port)
        .public_key(serving.pem.clone());
    let ours = Client::builder(1, "abc")
        .server(servers)
        .shared_storage(Arc::clone(&storage))
        .connect()
        .await
        .expect("it connects");
    let key = Records::new(storage).dc_key(1).await.expect("storage").expect("a key");

    let session = Arc::new(MemorySession::from(SessionData {
        home_dc: 1,
        ..SessionData::default()
    }));
    let ip = "127.0.0.1".parse().expect("an address");
    session
        .set_dc_option(&DcOption {
            id: 1,
            ipv4: SocketAddrV4::new(ip, serving.port),
            ipv6: SocketAddrV6::new(Ipv6Addr::LOCALHOST, serving.port, 0, 0),
            auth_key: Some(*key.key.as_bytes()),
        })
        .await
        .expect("it keeps it");
    let pool = SenderPool::new(session, 1);
    let theirs = pool.handle.thin.clone();
    tokio::spawn(pool.runner.run());

    let mut best = (0.0_f64, 0.0_f64, None::<f64>);
    let python = arguments.next();
    for _ in 0..ROUNDS {
        let call = || async { ours.invoke(GetNearestDc::new()).await.expect("an answer") };
        best.0 = best.0.max(rate(call).await);
        let nearest = grammers_tl_types::functions::help::GetNearestDc {};
        let call = || async { theirs.invoke_in_dc(1, &nearest).await.expect("an answer") };
        best.1 = best.1.max(rate(call).await);
        let last = python.as_deref().and_then(|python| telethon(python, &serving));
        best.2 = last.map(|last| last.max(best.2.unwrap_or(0.0))).or(best.2);
    }
    println!("calls a second over loopback, {AT_ONCE} at once, one thread, the best of {ROUNDS}:");
    println!("heliogram {:>9.0}", best.0);
    println!("grammers  {:>9.0}   {:.1}x", best.1, best.0 / best.1);
    match best.2 {
        Some(rate) => println!("Telethon  {rate:>9.0}   {:.1}x", best.0 / rate),
        None => println!("Telethon: not installed; `interop/run telethon` brings it"),
    }
}
