//! What an idle client costs: 1,000 signed-in clients in one process, each reading its updates.
//!
//! The embedded server is in the same process: its side of every connection is counted in.
//! `cargo bench -p heliogram --bench idle`
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout
)]

use std::{fs, time::Duration};

use heliogram::{Client, Updates, testing::TestServer};

const CLIENTS: usize = 1000;
/// Sessions of one account.
const SESSIONS: usize = 20;
/// Connected before anything is measured, for what is made once.
const WARM: usize = 40;
/// Linux tells memory in pages of this size on the machines this is measured on.
const PAGE: usize = 4096;

/// Bytes of memory in use.
fn resident() -> usize {
    let text = fs::read_to_string("/proc/self/statm").expect("Linux tells");
    let pages: usize = text.split(' ').nth(1).unwrap().parse().unwrap();
    pages * PAGE
}

async fn enter(server: &TestServer, many: usize, kind: &str) -> Vec<(Client, Updates)> {
    let mut all = Vec::with_capacity(many);
    while all.len() < many {
        let account = server.user(&format!("{kind}_{}", all.len())).await;
        for _ in 0..SESSIONS.min(many - all.len()) {
            let client = server.client(&account).await.unwrap();
            let updates = client.updates();
            all.push((client, updates));
        }
    }
    all
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let server = TestServer::start().await;
        let warm = enter(&server, WARM, "warm").await;
        let before = resident();
        let clients = enter(&server, CLIENTS, "idle").await;
        // What signing in left to be done is done by then.
        tokio::time::sleep(Duration::from_secs(5)).await;
        let grown = resident().saturating_sub(before);
        println!(
            "{CLIENTS} idle clients and the server's side of each: {} KiB each",
            grown / CLIENTS / 1024
        );
        drop((warm, clients));
    });
}
