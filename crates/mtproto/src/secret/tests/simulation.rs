//! Two ends over a network that reorders, repeats and loses, and programs that crash. Each seed
//! plays the same again: `seed` is in the message of a failure.

use heliogram_crypto::Random;

use super::{storage::read, *};

/// What a run goes through.
#[derive(Clone, Copy)]
struct Weather {
    steps: u32,
    /// Out of a hundred packets, those lost the first time, and those that arrive twice.
    lost: u64,
    twice: u64,
    /// Out of a thousand inputs, those a crash follows.
    crashes: u64,
}

/// One program: its chat, and what it has on its disk.
struct End {
    chat: SecretChat,
    stored: Vec<u8>,
    /// What its user has read, and how much of that is on the disk.
    read: Vec<u32>,
    read_stored: usize,
    /// What its user has sent.
    written: u32,
    /// Packets on their way to it.
    inbox: Vec<Vec<u8>>,
    /// Numbers whose packets have been on their way once.
    tried: u32,
    keys: Vec<i64>,
}

impl End {
    fn new(chat: SecretChat) -> Self {
        let mut this = Self {
            stored: Vec::new(),
            read: Vec::new(),
            read_stored: 0,
            written: 0,
            inbox: Vec::new(),
            tried: 0,
            keys: Vec::new(),
            chat,
        };
        this.store();
        this
    }

    /// Takes the events and stores them together with the chat.
    fn store(&mut self) {
        for event in events(&mut self.chat) {
            match event {
                Event::Message { body, .. } => {
                    let number = body[4..].try_into().unwrap();
                    self.read.push(u32::from_le_bytes(number));
                }
                Event::KeyChanged { fingerprint } => self.keys.push(fingerprint),
                Event::Aborted(reason) => panic!("{reason}"),
                _ => {}
            }
        }
        self.read_stored = self.read.len();
        self.stored = self.chat.snapshot().unwrap().to_bytes().to_vec();
    }

    fn restart(&mut self, rng: &mut SeededRandom) {
        let mut seed = [0; 32];
        rng.fill(&mut seed);
        self.chat = SecretChat::restore(read(&self.stored).unwrap(), LAYER, seed);
        self.read.truncate(self.read_stored);
    }

    /// Sends what there is to send.
    fn flush(&mut self, to: &mut Self, rng: &mut SeededRandom, weather: &Weather) {
        for packet in packets(&mut self.chat) {
            let first = packet.number >= self.tried;
            self.tried = self.tried.max(packet.number + 1);
            if rng.below(10) > 0 {
                self.chat.handle_sent(packet.number);
            }
            if first && rng.below(100) < weather.lost {
                continue;
            }
            if rng.below(100) < weather.twice {
                to.inbox.push(packet.data.clone());
            }
            to.inbox.push(packet.data);
        }
    }

    /// Gives the end one of the packets on their way, or something to send.
    fn input(&mut self, now: Now, write: bool, rng: &mut SeededRandom, weather: &Weather) {
        let mut arriving = None;
        if !write && !self.inbox.is_empty() {
            // One of the next few, so that the order is wrong but nothing starves.
            let at = rng.below(self.inbox.len().min(12) as u64) as usize;
            arriving = Some(self.inbox.remove(at));
        }
        match &arriving {
            Some(packet) => match self.chat.handle_packet(now, &mut packet.clone()) {
                Ok(_) | Err(PacketError::UnknownKey) => {}
                Err(error) => panic!("{error}"),
            },
            None if write => {
                let message = text(self.written);
                if self.chat.send(now, self.written.into(), &message).is_ok() {
                    self.written += 1;
                }
            }
            None => self.chat.handle_timeout(now),
        }
        if rng.below(1000) < weather.crashes {
            // Nothing of it is on the disk: the server brings it again, the user writes it again.
            let before = self.written;
            self.restart(rng);
            self.inbox.extend(arriving);
            if write && before > 0 {
                self.written = before - 1;
            }
            return;
        }
        self.store();
        if rng.below(1000) < weather.crashes {
            self.restart(rng);
        }
    }
}

fn run(seed: u64, weather: Weather) -> (End, End) {
    let mut rng = SeededRandom::new(heliogram_crypto::sha256(&[&seed.to_le_bytes()]));
    let (alice, bob) = pair();
    let (mut alice, mut bob) = (End::new(alice), End::new(bob));
    let mut now = NOW;
    let mut step = |alice: &mut End, bob: &mut End, write: u64, weather: &Weather| {
        now = now.plus(Duration::from_secs(rng.below(600)));
        let write = rng.below(100) < write;
        let (one, other) = if rng.below(2) == 0 {
            (alice, bob)
        } else {
            (bob, alice)
        };
        one.input(now, write, &mut rng, weather);
        one.flush(other, &mut rng, weather);
    };
    for _ in 0..weather.steps {
        step(&mut alice, &mut bob, 25, &weather);
    }
    // In fair weather, and after a last word of both, everything arrives.
    let fair = Weather {
        lost: 0,
        crashes: 0,
        ..weather
    };
    let mut quiet = 0;
    let mut rounds = 0;
    while quiet < 200 {
        rounds += 1;
        assert!(rounds < 200_000, "the ends never come to rest");
        step(
            &mut alice,
            &mut bob,
            if rounds < 20 { 50 } else { 0 },
            &fair,
        );
        let idle = alice.inbox.is_empty() && bob.inbox.is_empty() && rounds > 20;
        quiet = if idle { quiet + 1 } else { 0 };
    }
    (alice, bob)
}

fn check(seed: u64, weather: Weather) -> usize {
    let (mut alice, mut bob) = run(seed, weather);
    for (reader, writer) in [(&alice, &bob), (&bob, &alice)] {
        let expected: Vec<u32> = (0..writer.written).collect();
        assert_eq!(reader.read, expected, "seed {seed}");
    }
    assert_eq!(key(&mut alice.chat), key(&mut bob.chat), "seed {seed}");
    for end in [&mut alice, &mut bob] {
        assert!(keys(&mut end.chat).previous.is_none(), "seed {seed}");
        assert!(
            open(&mut end.chat).state.incoming.queue.is_empty(),
            "seed {seed}"
        );
    }
    alice.keys.len()
}

fn play(seeds: std::ops::Range<u64>, weather: Weather) -> usize {
    seeds
        .map(|seed| {
            let caught = std::panic::catch_unwind(|| check(seed, weather));
            caught.unwrap_or_else(|cause| {
                eprintln!("seed {seed} fails");
                std::panic::resume_unwind(cause)
            })
        })
        .sum()
}

#[test]
fn thousands_of_messages_arrive_once_and_in_order_over_a_reordering_network() {
    let weather = Weather {
        steps: 10_000,
        lost: 0,
        twice: 5,
        crashes: 0,
    };
    let keys = play(0..2, weather);
    assert!(
        keys >= 40,
        "keys are replaced all the time, not {keys} times"
    );
}

#[test]
fn programs_that_crash_go_on_where_they_were() {
    let weather = Weather {
        steps: 1600,
        lost: 0,
        twice: 2,
        crashes: 30,
    };
    assert!(play(100..106, weather) > 10);
}

#[test]
fn what_a_server_loses_is_asked_for_and_sent_again() {
    let weather = Weather {
        steps: 1600,
        lost: 3,
        twice: 2,
        crashes: 10,
    };
    assert!(play(200..206, weather) > 10);
}
