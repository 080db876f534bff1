//! The engine of updates on one core, without anything around it.
//!
//! `cargo bench -p heliogram-updates --bench engine` prints updates a second, and what it takes to
//! catch up 300 busy channels after a week away.

// A measurement stops at the first thing that goes wrong, and prints what it found.
#![allow(clippy::panic, clippy::print_stdout)]

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use heliogram_updates::{
    Batch, ChannelDifference, ChannelState, Content, Difference, Engine, Place, Request, State,
    Update,
};

/// How long each case is measured.
const TIME: Duration = Duration::from_millis(700);
/// Channels of a busy account.
const CHANNELS: i64 = 300;
/// How many updates each has missed, and how many come with an answer.
const MISSED: i32 = 700;
const SLICE: i32 = 100;
/// How long an answer takes.
const ROUND_TRIP: Duration = Duration::from_millis(100);

const START: State = State {
    pts: 1,
    qts: 1,
    date: 1,
    seq: 1,
};

/// As large as a handle on an update.
struct Payload([u64; 4]);

impl Content for Payload {
    fn message_id(&self) -> Option<i32> {
        self.0.first().and_then(|id| i32::try_from(*id).ok())
    }
}

fn value(n: i32) -> Option<Payload> {
    Some(Payload([n.unsigned_abs().into(); 4]))
}

fn ready() -> Engine<Payload> {
    let channels = (1..=CHANNELS).map(|id| (id, ChannelState::at(1)));
    let mut engine = Engine::new(Duration::ZERO, Some(START), channels);
    while engine.poll_request().is_some() {}
    engine.handle_difference(Duration::ZERO, Difference::Empty { date: 1, seq: 1 });
    engine
}

fn push(engine: &mut Engine<Payload>, place: Place, n: i32) {
    let batch = Batch {
        seq: None,
        date: None,
        updates: vec![Update {
            place,
            value: value(n),
        }],
    };
    engine.handle_updates(Duration::ZERO, batch);
}

/// Takes what is ready, and what is to be stored.
fn drain(engine: &mut Engine<Payload>) -> u64 {
    let mut taken = 0;
    while let Some(payload) = engine.poll_update() {
        std::hint::black_box(payload);
        taken += 1;
    }
    std::hint::black_box(engine.take_changes());
    while engine.poll_notice().is_some() {}
    taken
}

/// Lets `round` push updates until the time is over.
fn measure(what: &str, mut round: impl FnMut(&mut Engine<Payload>, i32)) {
    let mut engine = ready();
    let (began, mut taken, mut n) = (Instant::now(), 0, 0);
    while began.elapsed() < TIME {
        for _ in 0..1000 {
            round(&mut engine, n);
            n += 1;
            taken += drain(&mut engine);
        }
    }
    let rate = taken as f64 / began.elapsed().as_secs_f64();
    println!("{what:<52} {:>10.2} million updates/s", rate / 1e6);
}

fn main() {
    measure("account, one at a time", |engine, n| {
        push(
            engine,
            Place::Common {
                pts: n + 2,
                count: 1,
            },
            n,
        );
    });
    measure("300 channels, one at a time", |engine, n| {
        let (id, pts) = channel(n);
        push(engine, Place::Channel { id, pts, count: 1 }, n);
    });
    measure("account, each pair in the wrong order", |engine, n| {
        let pts = n + 2 + if n % 2 == 0 { 1 } else { -1 };
        push(engine, Place::Common { pts, count: 1 }, n);
    });
    measure("300 channels, everything twice", |engine, n| {
        let (id, pts) = channel(n);
        push(engine, Place::Channel { id, pts, count: 1 }, n);
        push(engine, Place::Channel { id, pts, count: 1 }, n);
    });
    catch_up();
}

/// The channel whose turn it is, and its next pts.
fn channel(n: i32) -> (i64, i32) {
    let channels = CHANNELS as i32;
    (i64::from(n % channels) + 1, n / channels + 2)
}

/// Plays a server that answers after a round trip, in virtual time.
fn catch_up() {
    let channels = (1..=CHANNELS).map(|id| (id, ChannelState::at(1)));
    let began = Instant::now();
    let mut engine = Engine::<Payload>::new(Duration::ZERO, Some(START), channels);
    let mut under_way: BTreeMap<(Duration, u32), Request> = BTreeMap::new();
    let (mut now, mut requests, mut most, mut delivered) = (Duration::ZERO, 0_u32, 0, 0);
    loop {
        while let Some(request) = engine.poll_request() {
            requests += 1;
            under_way.insert((now + ROUND_TRIP, requests), request);
        }
        most = most.max(under_way.len());
        let Some(((at, _), request)) = under_way.pop_first() else {
            break;
        };
        now = at;
        match request {
            Request::Channel { id, pts } => {
                engine.handle_channel_difference(now, id, slice(pts));
            }
            _ => engine.handle_difference(now, hints()),
        }
        delivered += drain(&mut engine);
    }
    assert_eq!(delivered, CHANNELS as u64 * MISSED as u64);
    println!(
        "{CHANNELS} channels, {MISSED} missed each: {delivered} updates, {requests} requests, at most \
         {most} at once, {:.1} s with answers after {} ms; {:.0} ms of work",
        now.as_secs_f64(),
        ROUND_TRIP.as_millis(),
        began.elapsed().as_secs_f64() * 1e3,
    );
}

/// What the account is told: that all its channels moved on.
fn hints() -> Difference<Payload> {
    let others = (1..=CHANNELS).map(|id| Update {
        place: Place::ChannelTooLong {
            id,
            pts: Some(1 + MISSED),
        },
        value: None,
    });
    Difference::Part {
        consumed: Vec::new(),
        others: others.collect(),
        state: START,
        last: true,
    }
}

fn slice(pts: i32) -> ChannelDifference<Payload> {
    let to = (pts + SLICE).min(1 + MISSED);
    ChannelDifference {
        pts: to,
        consumed: (pts..to).filter_map(value).collect(),
        others: Vec::new(),
        last: to > MISSED,
        too_long: false,
        joined: None,
    }
}
