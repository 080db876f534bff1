//! Histories made up from seeds: people write, edit and delete in several chats while the client
//! that reads has a bad network, stops, dies and comes back, and readers of one client follow each
//! other, with conversations in between. What was told in the end is what happened.
//!
//! One seed again: `HELIOGRAM_SEED=17 cargo test -p heliogram --test histories -- --nocapture`.
//! More of them: `HELIOGRAM_SEEDS=1000..2000`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod judge;
mod mortal;
mod network;
mod people;
mod reader;
#[path = "../room/mod.rs"]
mod room;

use std::{env, ops::Range, sync::Arc, time::Duration};

use heliogram_crypto::{Random, SeededRandom};
use heliogram_server::TestServer;
use tokio::{sync::Semaphore, task::JoinSet};

/// Which histories are played unless told otherwise.
const SEEDS: Range<u64> = 0..500;
/// How many of them at a time: they mostly wait.
const AT_A_TIME: usize = 128;
/// How many of them share a server.
const ON_A_SERVER: u64 = 50;
/// How long a history may take, on a machine with much else to do.
const PATIENCE: Duration = Duration::from_secs(120);

fn seeds() -> Range<u64> {
    let number = |text: &str| text.trim().parse().expect("a seed is a number");
    if let Ok(one) = env::var("HELIOGRAM_SEED") {
        let one = number(&one);
        return one..one + 1;
    }
    match env::var("HELIOGRAM_SEEDS") {
        Ok(range) => {
            let (from, to) = range.split_once("..").expect("a range, such as 0..500");
            number(from)..number(to)
        }
        Err(_) => SEEDS,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_told_is_what_happened() {
    let mut histories = JoinSet::new();
    let turns = Arc::new(Semaphore::new(AT_A_TIME));
    let mut server = Arc::new(TestServer::start().await);
    for seed in seeds() {
        let turn = Arc::clone(&turns).acquire_owned().await.unwrap();
        if seed % ON_A_SERVER == 0 {
            server = Arc::new(TestServer::start().await);
        }
        let server = Arc::clone(&server);
        histories.spawn(async move {
            let played = tokio::spawn(tokio::time::timeout(PATIENCE, play(server, seed)));
            let outcome = match played.await {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(_)) => Err("it takes too long".into()),
                Err(panic) => Err(panic.to_string()),
            };
            drop(turn);
            (seed, outcome)
        });
    }
    let (mut total, mut wrong) = (judge::Tally::default(), Vec::new());
    while let Some(done) = histories.join_next().await {
        match done.unwrap() {
            (_, Ok(tally)) => total += tally,
            (seed, Err(why)) => {
                println!(
                    "{why}\n  again: HELIOGRAM_SEED={seed} cargo test -p heliogram --test \
                     histories -- --nocapture"
                );
                wrong.push(seed);
            }
        }
    }
    println!("{total:?}");
    wrong.sort_unstable();
    assert!(wrong.is_empty(), "told wrongly with the seeds {wrong:?}");
}

/// Something happens while the reader is away.
async fn go_on_without(
    server: &TestServer,
    people: &mut people::People,
    random: &mut SeededRandom,
) {
    if random.u64().is_multiple_of(3) {
        people.make_chat(server, random).await;
    }
    for _ in 0..random.u64() % 4 {
        people.act(random).await;
    }
}

/// Plays one history.
async fn play(server: Arc<TestServer>, seed: u64) -> Result<judge::Tally, String> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut random = SeededRandom::new(bytes);
    let mut people = people::People::meet(&server, seed).await;
    let mut reader = reader::Reader::sign_in(&server, &mut people, random.u64() % 3).await;
    let network = network::Network::worsen(&server, &people.me, seed, &mut random);
    reader.start().await;
    for _ in 0..15 + random.u64() % 20 {
        match random.u64() % 100 {
            0..70 => people.act(&mut random).await,
            70..77 => drop(server.faults().cut(&people.me)),
            77..80 => {
                reader.leave().await;
                match random.u64() % 2 {
                    0 => reader.talk(&mut people, &mut random).await,
                    _ => go_on_without(&server, &mut people, &mut random).await,
                }
                reader.come_back();
            }
            80..87 => {
                reader.stop().await;
                go_on_without(&server, &mut people, &mut random).await;
                reader.start().await;
            }
            87..92 => {
                reader.die().await;
                go_on_without(&server, &mut people, &mut random).await;
                reader.start().await;
            }
            92 => people.make_chat(&server, &mut random).await,
            // Longer than what is missing is waited for.
            93 => tokio::time::sleep(Duration::from_millis(800)).await,
            _ => tokio::time::sleep(Duration::from_millis(random.u64() % 60)).await,
        }
    }
    let too_long = network.is_too_long();
    network.mend(&server);
    people.say_goodbye().await;
    let told = reader.told();
    let waited = judge::wait(&people, &told).await;
    reader.stop().await;
    judge::judge(&people, &told, too_long, waited).map_err(|why| {
        let log = told.lock().unwrap().log();
        format!("seed {seed}: {why}\n{}\n{log}", people.log())
    })
}
