//! What the system asks of a program that runs a client. The only test of its process: signals are
//! for all of it.
#![cfg(unix)]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::{process::Command, time::Duration};

use heliogram::{Error, Router, testing::TestServer};
use tokio::signal::unix::{SignalKind, signal};

/// Sends this process a signal.
fn kill(name: &str) {
    let id = std::process::id().to_string();
    assert!(
        Command::new("kill")
            .args([name, &id])
            .status()
            .unwrap()
            .success()
    );
}

#[tokio::test]
async fn sigterm_and_ctrl_c_end_running_in_good_order() {
    // From here on the process survives them.
    let _term = signal(SignalKind::terminate()).unwrap();
    let _int = signal(SignalKind::interrupt()).unwrap();
    let server = TestServer::start().await;
    let alice = server.user("alice").await;
    for name in ["-TERM", "-INT"] {
        let client = server.client(&alice).await.unwrap();
        let running = tokio::spawn({
            let client = client.clone();
            async move { client.run(Router::new()).await }
        });
        while !running.is_finished() {
            kill(name);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        running.await.unwrap().unwrap();
        assert!(matches!(client.me().await, Err(Error::Closed)));
    }
}
