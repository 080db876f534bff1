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
const CALLS: usize = 100_000;
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
        BufReader::new(output)
            .read_line(&mut line)
            .expect("it says where it is");
        let said: Value = serde_json::from_str(&line).expect("its first line is JSON");
        let port = said["dcs"][0]["port"].as_u64();
        Self {
            process,
            port: port
                .and_then(|port| u16::try_from(port).ok())
                .expect("a port"),
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

/// What one measurement came to. The server, a process of its own, is soon at its limit; what a
/// client costs shows in its processor time.
#[derive(Clone, Copy)]
struct Figures {
    rate: f64,
    cpu_us: f64,
}

impl Figures {
    /// The best of each.
    fn best(self, other: Self) -> Self {
        Self {
            rate: self.rate.max(other.rate),
            cpu_us: self.cpu_us.min(other.cpu_us),
        }
    }
}

/// Nanoseconds this thread, the first of the process, has run.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let first = stat.split(' ').next();
    first.and_then(|ns| ns.parse().ok()).unwrap_or(f64::NAN)
}

async fn measure<F: Future>(call: impl Fn() -> F) -> Figures {
    let (began, before) = (Instant::now(), cpu());
    let calls = stream::iter(0..CALLS)
        .map(|_| call())
        .buffer_unordered(AT_ONCE);
    calls.for_each(|_| std::future::ready(())).await;
    Figures {
        rate: CALLS as f64 / began.elapsed().as_secs_f64(),
        cpu_us: (cpu() - before) / 1000.0 / CALLS as f64,
    }
}

fn telethon(python: &str, serving: &Serving) -> Option<Figures> {
    let output = Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/telethon_rpc.py"))
        .args([serving.port.to_string(), serving.pem.clone()])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut numbers = text.split_whitespace().map(|number| number.parse().ok());
    Some(Figures {
        rate: numbers.next()??,
        cpu_us: numbers.next()??,
    })
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
    let key = Records::new(storage)
        .dc_key(1)
        .await
        .expect("storage")
        .expect("a key");

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

    let none = Figures {
        rate: 0.0,
        cpu_us: f64::INFINITY,
    };
    let mut best = [none; 3];
    let python = arguments.next();
    for _ in 0..ROUNDS {
        let call = || async { ours.invoke(GetNearestDc::new()).await.expect("an answer") };
        best[0] = best[0].best(measure(call).await);
        let nearest = grammers_tl_types::functions::help::GetNearestDc {};
        let call = || async { theirs.invoke_in_dc(1, &nearest).await.expect("an answer") };
        best[1] = best[1].best(measure(call).await);
        let last = python
            .as_deref()
            .and_then(|python| telethon(python, &serving));
        best[2] = best[2].best(last.unwrap_or(none));
    }
    println!("help.getNearestDc over loopback, {AT_ONCE} at once, the best of {ROUNDS}:");
    for (name, figures) in ["Heliogram", "grammers", "Telethon"].into_iter().zip(best) {
        if figures.rate == 0.0 {
            println!("{name}: not installed; `interop/run telethon` brings it");
            continue;
        }
        println!(
            "{name:<10} {:>8.0} calls/s ({:.1}x), {:>6.2} us of the client's CPU a call ({:.1}x)",
            figures.rate,
            best[0].rate / figures.rate,
            figures.cpu_us,
            figures.cpu_us / best[0].cpu_us,
        );
    }
}
