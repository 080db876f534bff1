//! The same with handlers whose events count as dealt with when they have ended.

use std::{collections::BTreeMap, sync::Mutex};

use heliogram::{Message, Result, Router, dispatch::State, filter};

use super::*;

/// How often the process is killed.
const KILLS: usize = 10;

type Log = Arc<Mutex<fs::File>>;

/// The process that is killed: many handlers are at work at the same time, and take their time.
#[tokio::test]
#[ignore = "started by the other tests, to be killed"]
async fn worker() {
    async fn work(message: Message, State(log): State<Log>) {
        let note = |what: &str| {
            write(
                &mut log.lock().unwrap(),
                &format!("{what} {}", message.text()),
            );
        };
        note("begun");
        let long = u64::from(message.id().unsigned_abs()) * 37 % 180;
        tokio::time::sleep(Duration::from_millis(long)).await;
        note("ended");
    }
    let workers = Workers::new().unordered().ack_after_handler(true);
    let Some((client, log)) = start(workers).await else {
        return;
    };
    let router = Router::new().on(filter::any(), work);
    let log = Arc::new(Mutex::new(log));
    let run: Result<()> = client.run_with(router, log).await;
    run.unwrap();
}

/// What became of a message in one run.
#[derive(Clone, Copy, Debug, Default)]
struct Handled {
    begun: bool,
    ended: Option<Duration>,
}

/// What was handled in a run, by number; and when the run wrote its last line.
fn handled(log: &Path) -> (BTreeMap<u32, Handled>, Duration) {
    let mut all: BTreeMap<u32, Handled> = BTreeMap::new();
    let mut last = Duration::ZERO;
    for (at, line) in lines(log) {
        let (what, text) = line.split_once(' ').unwrap();
        let Ok(number) = text.parse() else { continue };
        let entry = all.entry(number).or_default();
        last = at;
        if what == "begun" {
            assert!(!entry.begun, "{number} is handled twice in one run");
            entry.begun = true;
        } else {
            entry.ended = Some(at);
        }
    }
    (all, last)
}

/// What all runs did.
#[derive(Default)]
struct Work {
    /// When each message was handled to the end last.
    ended: BTreeMap<u32, Duration>,
    /// Begun in some run and not ended in any so far.
    in_hand: BTreeMap<u32, usize>,
    interrupted: usize,
    repeated: usize,
}

impl Work {
    fn add(&mut self, run: usize, log: &Path) {
        let before: Option<Duration> = self.ended.values().max().copied();
        let (all, _) = handled(log);
        for (number, handled) in all {
            if let Some(ended) = self.ended.get(&number) {
                let at = before.unwrap_or_default();
                assert!(
                    *ended + ON_ITS_WAY >= at,
                    "run {run}: {number} was handled to the end long ago and comes again"
                );
                self.repeated += 1;
            }
            match handled.ended {
                Some(at) => {
                    self.ended.insert(number, at);
                    self.in_hand.remove(&number);
                }
                None => {
                    self.interrupted += usize::from(!self.ended.contains_key(&number));
                    self.in_hand.insert(number, run);
                }
            }
        }
        self.in_hand
            .retain(|number, _| !self.ended.contains_key(number));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_handlers_had_in_hand_is_handled_again_after_a_kill_and_nothing_is_lost() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let folder = tempfile::tempdir().unwrap();
    let session = folder.path().join("bob.session");
    let client = room::enter_with(&server, &bob, open("file", &session)).await;
    client.stop().await.unwrap();
    drop(client);

    let said = tokio::spawn(speak(alice.clone(), bob.clone()));
    let mut work = Work::default();
    let mut random = SeededRandom::new([7; 32]);
    for run in 0..KILLS {
        let log = folder.path().join(run.to_string());
        let reader = Reader::start("handlers::worker", &server, "file", &session, log);
        tokio::time::sleep(Duration::from_millis(300 + random.u64() % 500)).await;
        work.add(run, &reader.stop());
    }
    said.abort();
    drop(said.await);
    let last = number_of(&alice, &bob);
    let log = folder.path().join("last");
    let reader = Reader::start("handlers::worker", &server, "file", &session, log.clone());
    let begun = Instant::now();
    let all = |work: &Work| {
        let (now, _) = handled(&log);
        (1..=last).all(|n| {
            let here = now.get(&n).and_then(|h| h.ended);
            here.or_else(|| work.ended.get(&n).copied()).is_some()
        })
    };
    while !all(&work) {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "these are lost: {:?}",
            work.in_hand
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    work.add(KILLS, &reader.stop());
    assert_eq!(work.ended.len(), last as usize);
    assert!(work.in_hand.is_empty(), "{:?}", work.in_hand);
    // Otherwise nothing was tried.
    assert!(work.interrupted > KILLS, "{}", work.interrupted);
    println!(
        "{last} messages, {} interrupted, {} repeated",
        work.interrupted, work.repeated
    );
}
