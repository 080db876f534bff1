//! What an idle client costs: 1,000 clients in one process, signed in there, each with a task that
//! reads its updates and nothing else to do.
//!
//! Told is by how much the resident memory of the process grew, divided by the number of clients;
//! sockets are the kernel's. The embedded server is a process of its own, whose memory is told too.
//! `cargo bench -p heliogram --bench idle`
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout
)]

use std::{
    env, fs, future,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use heliogram::{Client, Servers, testing::TestServer};
use tokio::runtime::{Builder, Runtime};

const CLIENTS: usize = 1000;
/// Sessions of one account.
const SESSIONS: usize = 20;
/// Connected before anything is measured, for what is made once.
const WARM: usize = 40;
/// Linux tells memory in pages of this size on the machines this is measured on.
const PAGE: usize = 4096;
/// The argument of the process that is the server.
const SERVE: &str = "serve";

/// The server's process: makes accounts and tells their codes, a line for each line.
fn serve() {
    runtime().block_on(async {
        let server = TestServer::start().await;
        let mut dcs = server.dcs();
        // Accounts are at home in the second one.
        dcs.sort_by_key(|dc| dc.id != 2);
        let dcs = dcs.iter().map(|dc| format!("{} {}", dc.id, dc.address));
        println!("{}", dcs.collect::<Vec<_>>().join(","));
        println!("{}", server.public_key_pem().replace('\n', ","));
        for line in std::io::stdin().lines() {
            let line = line.unwrap();
            let (what, name) = line.split_once(' ').unwrap();
            let account = server.user(name).await;
            println!(
                "{}",
                match what {
                    "phone" => account.phone().to_owned(),
                    _ => account.code().unwrap_or_default(),
                }
            );
        }
    });
}

/// The server, seen from the process of the clients.
struct Server {
    process: Child,
    servers: Servers,
    line: Arc<Mutex<(ChildStdin, BufReader<ChildStdout>)>>,
}

impl Server {
    fn start() -> Self {
        let mut process = Command::new(env::current_exe().unwrap())
            .arg(SERVE)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = process.stdin.take().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let dcs = read_line(&mut output);
        let key = read_line(&mut output).replace(',', "\n");
        let servers = dcs
            .split(',')
            .fold(Servers::custom().public_key(key), |all, dc| {
                let (id, address) = dc.split_once(' ').unwrap();
                let (host, port) = address.rsplit_once(':').unwrap();
                all.dc(id.parse().unwrap(), host, port.parse().unwrap())
            });
        Self {
            process,
            servers,
            line: Arc::new(Mutex::new((input, output))),
        }
    }

    /// Signs somebody in.
    async fn client(&self, name: &str) -> Client {
        let builder = Client::builder(1, "00000000000000000000000000000000");
        let builder = builder.server(self.servers.clone());
        let client = builder.connect().await.unwrap();
        let phone = ask(&self.line, "phone", name);
        let (line, name) = (Arc::clone(&self.line), name.to_owned());
        let code = move || future::ready(Ok(ask(&line, "code", &name)));
        client.sign_in(&phone).code(code).await.unwrap();
        client
    }

    /// So many clients, each of which reads its updates.
    async fn clients(&self, many: usize, kind: &str) -> Vec<Client> {
        let mut all = Vec::with_capacity(many);
        for number in 0..many {
            let client = self.client(&format!("{kind}_{}", number / SESSIONS)).await;
            let mut updates = client.updates();
            tokio::spawn(async move { while updates.next().await.is_some() {} });
            all.push(client);
        }
        all
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn ask(line: &Mutex<(ChildStdin, BufReader<ChildStdout>)>, what: &str, name: &str) -> String {
    let mut line = line.lock().unwrap();
    writeln!(line.0, "{what} {name}").unwrap();
    read_line(&mut line.1)
}

fn read_line(from: &mut impl BufRead) -> String {
    let mut line = String::new();
    from.read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}

/// Bytes of memory that a process has in use.
fn resident(process: u32) -> usize {
    let text = fs::read_to_string(format!("/proc/{process}/statm")).expect("Linux tells");
    let pages: usize = text.split(' ').nth(1).unwrap().parse().unwrap();
    pages * PAGE
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn measure() {
    let server = Server::start();
    let sides = [std::process::id(), server.process.id()];
    runtime().block_on(async {
        let warm = server.clients(WARM, "warm").await;
        let before = sides.map(resident);
        let clients = server.clients(CLIENTS, "idle").await;
        // What signing in left to be done is done by then.
        tokio::time::sleep(Duration::from_secs(5)).await;
        let after = sides.map(resident);
        let [client, side] = [0, 1].map(|of| after[of].saturating_sub(before[of]) / CLIENTS / 1024);
        println!("{CLIENTS} idle clients: {client} KiB each, and {side} KiB each at the server");
        drop((warm, clients));
    });
}

fn main() {
    match env::args().any(|arg| arg == SERVE) {
        true => serve(),
        false => measure(),
    }
}
