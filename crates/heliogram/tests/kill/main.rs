//! A process that reads updates is killed over and over, wherever it happens to be: nothing it had
//! not acknowledged is lost, and what it had is not told again.
#![cfg(feature = "sqlite")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

mod handlers;
#[path = "../room/mod.rs"]
mod room;

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use heliogram::{
    Client, Event, Servers,
    dispatch::Workers,
    storage::{File, Sqlite, Storage},
};
use heliogram_crypto::{Random, SeededRandom};
use heliogram_server::{Account, TestServer};

/// How often the reader is killed.
const KILLS: usize = 15;
/// What was acknowledged this long before the end may be told again: it is on its way into the
/// storage for 50 ms, and longer on a busy machine.
const ON_ITS_WAY: Duration = Duration::from_millis(1500);

/// What a reader is told by its environment.
const ENVIRONMENT: &str = "HELIOGRAM_READER";

fn open(kind: &str, path: &Path) -> Arc<dyn Storage> {
    match kind {
        "file" => Arc::new(File::open(path)),
        _ => Arc::new(Sqlite::open(path)),
    }
}

/// The process that is killed: reads updates, and writes down each message before it goes on.
#[tokio::test]
#[ignore = "started by the other tests, to be killed"]
async fn reader() {
    let Some((client, mut log)) = start(Workers::new()).await else {
        return;
    };
    let mut updates = client.updates();
    while let Some(event) = updates.next().await {
        if let Event::NewMessage(message) = event.unwrap() {
            // Now and then there is much in hand and on its way, for longer than storing takes.
            if message.id() % 16 == 0 {
                tokio::time::sleep(Duration::from_millis(120)).await;
            }
            write(&mut log, message.text());
        }
    }
}

/// Does what the environment of a process that is killed says: the client, and where it writes down
/// what it sees.
async fn start(workers: Workers) -> Option<(Client, fs::File)> {
    let told = env::var(ENVIRONMENT).ok()?;
    let told: Vec<&str> = told.split('|').collect();
    let [kind, session, log, dcs, key] = told[..] else {
        panic!("{told:?}")
    };
    let mut servers = Servers::custom().public_key(key);
    for dc in dcs.split(' ') {
        let (id, port) = dc.split_once(':').unwrap();
        servers = servers.dc(id.parse().unwrap(), "127.0.0.1", port.parse().unwrap());
    }
    let client = Client::builder(1, "abc")
        .server(servers)
        .shared_storage(open(kind, Path::new(session)))
        .workers(workers)
        .connect()
        .await
        .unwrap();
    let log = fs::OpenOptions::new().append(true).open(log).unwrap();
    Some((client, log))
}

/// Writes down a line, and when.
fn write(log: &mut fs::File, line: &str) {
    let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let line = format!("{} {line}\n", at.unwrap().as_millis());
    log.write_all(line.as_bytes()).unwrap();
    log.sync_data().unwrap();
}

/// A reader at work.
struct Reader {
    child: Child,
    log: PathBuf,
}

impl Reader {
    /// Starts the process of this name.
    fn start(name: &str, server: &TestServer, kind: &str, session: &Path, log: PathBuf) -> Self {
        fs::write(&log, "").unwrap();
        let dcs: Vec<_> = server
            .dcs()
            .iter()
            .map(|dc| format!("{}:{}", dc.id, dc.address.port()))
            .collect();
        let told = [
            kind,
            session.to_str().unwrap(),
            log.to_str().unwrap(),
            &dcs.join(" "),
            &server.public_key_pem(),
        ];
        let child = Command::new(env::current_exe().unwrap())
            .args(["--exact", name, "--ignored"])
            .env(ENVIRONMENT, told.join("|"))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, log }
    }

    fn stop(mut self) -> PathBuf {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.log
    }

    /// Ends it without a warning; gives what it wrote down: when, and which message.
    fn kill(self) -> Vec<(Duration, u32)> {
        numbers(&self.stop())
    }

    fn read(&self) -> Vec<(Duration, u32)> {
        numbers(&self.log)
    }
}

/// What was written down by now: when, and what.
fn lines(log: &Path) -> Vec<(Duration, String)> {
    let log = fs::read_to_string(log).unwrap();
    let whole = log
        .split_inclusive('\n')
        .filter_map(|l| l.strip_suffix('\n'));
    let entry = |line: &str| {
        let (at, text) = line.split_once(' ').unwrap();
        (Duration::from_millis(at.parse().unwrap()), text.to_owned())
    };
    whole.map(entry).collect()
}

/// The lines that are numbers. Other messages are the server's own: login codes and the like.
fn numbers(log: &Path) -> Vec<(Duration, u32)> {
    let lines = lines(log).into_iter();
    lines
        .filter_map(|(at, text)| Some((at, text.parse().ok()?)))
        .collect()
}

/// Kills readers over a storage of this kind, and holds what they wrote against what was said.
async fn is_killed(kind: &str) {
    let seed = env::var("HELIOGRAM_SEED").map_or(1, |seed| seed.parse().unwrap());
    println!("HELIOGRAM_SEED={seed}");
    let mut random = SeededRandom::new([seed; 32]);
    let server = TestServer::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let folder = tempfile::tempdir().unwrap();
    let session = folder.path().join("bob.session");
    let client = room::enter_with(&server, &bob, open(kind, &session)).await;
    client.stop().await.unwrap();
    drop(client);

    let said = tokio::spawn(speak(alice.clone(), bob.clone()));
    let mut journal = Journal::default();
    for run in 0..KILLS {
        let log = folder.path().join(run.to_string());
        let reader = Reader::start("reader", &server, kind, &session, log);
        // Some do not even get to connect.
        let life = Duration::from_millis(20 + random.u64() % 600);
        tokio::time::sleep(life).await;
        journal.add(&reader.kill());
    }
    said.abort();
    drop(said.await);
    let last = number_of(&alice, &bob);
    let reader = Reader::start(
        "reader",
        &server,
        kind,
        &session,
        folder.path().join("last"),
    );
    let begun = Instant::now();
    while reader.read().last().is_none_or(|(_, n)| *n < last) {
        assert!(begun.elapsed() < Duration::from_secs(30), "the rest comes");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    journal.add(&reader.kill());
    assert_eq!(journal.written.len(), last as usize);
    assert!(last as usize > 3 * KILLS, "{last} messages are no test");
    println!("{last} messages, {} told again", journal.repeated);
}

/// Says 1, 2, 3 and so on.
async fn speak(alice: Account, bob: Account) {
    for n in 1_u32.. {
        alice.says(&bob, &n.to_string()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(8)).await;
    }
}

/// The last number that was said, by the server's history.
fn number_of(alice: &Account, bob: &Account) -> u32 {
    bob.messages_with(alice)
        .last()
        .unwrap()
        .text
        .parse()
        .unwrap()
}

/// What all runs wrote down so far.
#[derive(Default)]
struct Journal {
    /// When each message was written down last, from number 1 on.
    written: Vec<Duration>,
    repeated: usize,
}

impl Journal {
    /// Adds a run: it must go on where the last one ended, or a little earlier.
    fn add(&mut self, run: &[(Duration, u32)]) {
        let ended = self.written.last().copied().unwrap_or_default();
        let seen = self.written.len();
        for (at, n) in run {
            let n = *n as usize;
            if let Some(before) = n.checked_sub(1).and_then(|at| self.written.get_mut(at)) {
                assert!(
                    n > seen || *before + ON_ITS_WAY >= ended,
                    "{n} of {seen} was acknowledged long ago and is told again"
                );
                assert!(n <= seen, "{n} is told twice in one run");
                self.repeated += 1;
                *before = *at;
            } else {
                assert_eq!(n, self.written.len() + 1, "messages before it are missing");
                self.written.push(*at);
            }
        }
        let order = run.windows(2).all(|pair| pair[1].1 == pair[0].1 + 1);
        assert!(order, "out of order: {run:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_reader_over_a_file_loses_nothing() {
    is_killed("file").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_reader_over_sqlite_loses_nothing() {
    is_killed("sqlite").await;
}
