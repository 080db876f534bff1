//! Random server histories over a bad link: what comes out must equal what went in.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};

use crate::{
    Batch, ChannelDifference, Difference, Engine, Failure, Key, Place, Request, State, Update,
};

const CHANNELS: i64 = 3;
const FIRST: State = State {
    pts: 1,
    qts: 1,
    date: 1,
    seq: 1,
};

/// splitmix64: enough for tests, and the same everywhere.
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn ms(&mut self, n: u64) -> Duration {
        Duration::from_millis(self.below(n))
    }
}

#[derive(Clone, Copy, Debug)]
struct Happening {
    label: u32,
    place: Place,
    /// The seq of the container that brought it; 0 for none.
    seq: i32,
    /// Comes as a message in differences, not as an update.
    message: bool,
}

/// The truth.
struct Server {
    rng: Rng,
    history: Vec<Happening>,
    state: State,
    channels: BTreeMap<i64, i32>,
    /// What the server itself refused to tell.
    skipped: HashSet<u32>,
}

impl Server {
    fn new(seed: u64) -> Self {
        let channels = (1..=CHANNELS).map(|id| (id, 1)).collect();
        Self {
            rng: Rng(seed),
            history: vec![],
            state: FIRST,
            channels,
            skipped: HashSet::new(),
        }
    }

    /// Lets a few things happen and packs them as a push.
    fn happen(&mut self) -> Batch<u32> {
        let first = self.history.len();
        for _ in 0..=self.rng.below(3) {
            let count = i32::try_from(self.rng.below(3)).unwrap() + 1;
            let place = match self.rng.below(8) {
                0..=2 => {
                    self.state.pts += count;
                    Place::Common {
                        pts: self.state.pts,
                        count,
                    }
                }
                3 => {
                    self.state.qts += 1;
                    Place::Qts {
                        qts: self.state.qts,
                    }
                }
                4 => Place::Seq,
                n => {
                    let id = i64::try_from(n).unwrap() - 4;
                    let pts = self.channels.get_mut(&id).unwrap();
                    *pts += count;
                    Place::Channel {
                        id,
                        pts: *pts,
                        count,
                    }
                }
            };
            let label = u32::try_from(self.history.len()).unwrap();
            let message = place != Place::Seq && self.rng.chance(50);
            self.history.push(Happening {
                label,
                place,
                seq: 0,
                message,
            });
        }
        self.state.date += 1;
        let new = &mut self.history[first..];
        let mut seq = None;
        if new.iter().any(|h| h.place == Place::Seq) {
            self.state.seq += 1;
            seq = Some((self.state.seq, self.state.seq));
            new.iter_mut().for_each(|h| h.seq = self.state.seq);
        }
        let mut updates: Vec<_> = new
            .iter()
            .map(|h| Update {
                place: h.place,
                value: Some(h.label),
            })
            .collect();
        if self.rng.chance(30) {
            updates.reverse();
        }
        Batch {
            seq,
            date: Some(self.state.date),
            updates,
        }
    }

    fn difference(&mut self, from: State) -> Difference<u32> {
        let missing: Vec<Happening> = self
            .history
            .iter()
            .copied()
            .filter(|h| match h.place {
                Place::Common { pts, .. } => pts > from.pts,
                Place::Qts { qts } => qts > from.qts,
                Place::Seq => h.seq > from.seq,
                _ => false,
            })
            .collect();
        let limit = 1 + usize::try_from(self.rng.below(12)).unwrap();
        let placed = missing.iter().filter(|h| h.place != Place::Seq).count();
        let last = placed <= limit;
        if missing.is_empty() && self.rng.chance(50) {
            return Difference::Empty {
                date: self.state.date,
                seq: self.state.seq,
            };
        }
        let mut state = if last { self.state } else { from };
        let (mut consumed, mut others) = (Vec::new(), Vec::new());
        let told = missing.iter().filter(|h| h.place != Place::Seq).take(limit);
        let plain = missing.iter().filter(|h| h.place == Place::Seq && last);
        for h in told.chain(plain) {
            match h.place {
                Place::Common { pts, .. } => state.pts = state.pts.max(pts),
                Place::Qts { qts } => state.qts = state.qts.max(qts),
                _ => {}
            }
            match h.message {
                true => consumed.push(h.label),
                false => others.push(Update {
                    place: h.place,
                    value: Some(h.label),
                }),
            }
        }
        if last {
            for (&id, &pts) in &self.channels {
                let pts = Some(pts);
                others.push(Update {
                    place: Place::ChannelTooLong { id, pts },
                    value: None,
                });
            }
        }
        Difference::Part {
            consumed,
            others,
            state,
            last,
        }
    }

    fn channel(&mut self, id: i64, from: i32) -> ChannelDifference<u32> {
        let now = self.channels[&id];
        let missing: Vec<(Happening, i32)> = self
            .history
            .iter()
            .filter_map(|h| match h.place {
                Place::Channel { id: of, pts, .. } if of == id && pts > from => Some((*h, pts)),
                _ => None,
            })
            .collect();
        let mut answer = ChannelDifference {
            pts: now,
            consumed: vec![],
            others: vec![],
            last: true,
            too_long: self.rng.chance(3),
        };
        if answer.too_long {
            self.skipped.extend(missing.iter().map(|(h, _)| h.label));
            return answer;
        }
        let limit = 1 + usize::try_from(self.rng.below(8)).unwrap();
        answer.last = missing.len() <= limit;
        for &(h, pts) in missing.iter().take(limit) {
            if !answer.last {
                answer.pts = pts;
            }
            match h.message {
                true => answer.consumed.push(h.label),
                false => answer.others.push(Update {
                    place: h.place,
                    value: Some(h.label),
                }),
            }
        }
        answer
    }
}

enum Answer {
    State(State),
    Difference(Difference<u32>),
    Channel(i64, ChannelDifference<u32>),
    Failed(Key),
}

/// A client over a bad link.
struct World {
    server: Server,
    rng: Rng,
    now: Duration,
    engine: Engine<u32>,
    saved: Option<State>,
    saved_channels: HashMap<i64, i32>,
    pushes: Vec<(Duration, Batch<u32>)>,
    answers: Vec<(Duration, Answer)>,
    delivered: Vec<u32>,
}

impl World {
    fn new(seed: u64) -> Self {
        let known: HashMap<i64, i32> = (1..=CHANNELS).map(|id| (id, 1)).collect();
        Self {
            server: Server::new(seed),
            rng: Rng(!seed),
            now: Duration::ZERO,
            engine: Engine::new(Duration::ZERO, Some(FIRST), known.clone()),
            saved: Some(FIRST),
            saved_channels: known,
            pushes: vec![],
            answers: vec![],
            delivered: vec![],
        }
    }

    fn push(&mut self, batch: Batch<u32>) {
        if self.rng.chance(12) {
            return;
        }
        let copies = if self.rng.chance(12) { 2 } else { 1 };
        for _ in 0..copies {
            let delay = if self.rng.chance(60) {
                Duration::ZERO
            } else {
                self.rng.ms(2000)
            };
            self.pushes.push((self.now + delay, batch.clone()));
        }
    }

    fn answer(&mut self, request: Request, faults: bool) {
        let failed = match request {
            Request::Channel { id, .. } => Key::Channel(id),
            _ => Key::Common,
        };
        let answer = match request {
            _ if faults && self.rng.chance(8) => Answer::Failed(failed),
            Request::State => Answer::State(self.server.state),
            Request::Difference { state } => Answer::Difference(self.server.difference(state)),
            Request::Channel { id, pts } => Answer::Channel(id, self.server.channel(id, pts)),
        };
        let delay = self.rng.ms(1000);
        self.answers.push((self.now + delay, answer));
    }

    /// Hands the engine what is due and does what it asks.
    fn turn(&mut self, faults: bool) {
        let due = self
            .pushes
            .extract_if(.., |(at, _)| *at <= self.now)
            .collect::<Vec<_>>();
        for (_, batch) in due {
            self.engine.handle_updates(self.now, batch);
        }
        let due = self
            .answers
            .extract_if(.., |(at, _)| *at <= self.now)
            .collect::<Vec<_>>();
        for (_, answer) in due {
            match answer {
                Answer::State(s) => self.engine.handle_state(self.now, s),
                Answer::Difference(d) => self.engine.handle_difference(self.now, d),
                Answer::Channel(id, d) => {
                    self.engine.handle_channel_difference(self.now, id, d);
                }
                Answer::Failed(key) => {
                    let failure = Failure::Retry {
                        after: Duration::ZERO,
                    };
                    self.engine.handle_failure(self.now, key, failure);
                }
            }
        }
        self.engine.handle_timeout(self.now);
        while let Some(label) = self.engine.poll_update() {
            self.delivered.push(label);
        }
        if let Some(changes) = self.engine.take_changes() {
            self.saved = changes.common.or(self.saved);
            for (id, pts) in changes.channels {
                self.saved_channels.insert(id, pts.unwrap());
            }
        }
        while let Some(request) = self.engine.poll_request() {
            self.answer(request, faults);
        }
    }

    fn restart(&mut self) {
        self.answers.clear();
        self.pushes.clear();
        self.engine = Engine::new(self.now, self.saved, self.saved_channels.clone());
    }

    /// A good link and much time: everything must come to rest.
    fn settle(&mut self) {
        for _ in 0..400 {
            self.turn(false);
            let next = self.answers.iter().map(|(at, _)| *at);
            let next = next.chain(self.pushes.iter().map(|(at, _)| *at)).min();
            self.now = next
                .unwrap_or(Duration::MAX)
                .min(self.engine.poll_timeout())
                .max(self.now);
        }
    }
}

fn run(seed: u64) -> Result<(), String> {
    let mut world = World::new(seed);
    for _ in 0..150 {
        if world.rng.chance(60) {
            let batch = world.server.happen();
            world.push(batch);
        }
        if world.rng.chance(2) {
            world.restart();
        }
        if world.rng.chance(2) {
            world.engine.handle_too_long(world.now);
        }
        world.now += world.rng.ms(300);
        world.turn(true);
    }
    world.settle();
    check(&world)
}

fn check(world: &World) -> Result<(), String> {
    let mut seen = HashSet::new();
    for label in &world.delivered {
        if !seen.insert(*label) {
            return Err(format!(
                "{:?} came twice",
                world.server.history[*label as usize]
            ));
        }
    }
    for h in &world.server.history {
        if !seen.contains(&h.label) && !world.server.skipped.contains(&h.label) {
            return Err(format!("{h:?} never came"));
        }
    }
    let mut last = HashMap::new();
    for label in &world.delivered {
        let h = world.server.history[*label as usize];
        let counter = match h.place {
            Place::Common { .. } => (-1, h.message),
            Place::Qts { .. } => (-2, h.message),
            Place::Channel { id, .. } => (id, h.message),
            _ => continue,
        };
        if last
            .insert(counter, h.label)
            .is_some_and(|before| before > h.label)
        {
            return Err(format!("{h:?} came late"));
        }
    }
    Ok(())
}

/// `HELIOGRAM_MODEL_SEED=n` replays one history, `HELIOGRAM_MODEL_RUNS=n` runs that many.
#[test]
fn what_is_delivered_equals_the_history() {
    let var = |name: &str| std::env::var(name).ok().and_then(|v| v.parse::<u64>().ok());
    let seeds = match var("HELIOGRAM_MODEL_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..var("HELIOGRAM_MODEL_RUNS").unwrap_or(1000),
    };
    for seed in seeds {
        if let Err(e) = run(seed) {
            panic!("HELIOGRAM_MODEL_SEED={seed}: {e}");
        }
    }
}

#[test]
fn the_model_notices_a_lost_update() {
    let mut world = World::new(1);
    while world.delivered.len() < 20 {
        let batch = world.server.happen();
        world.engine.handle_updates(world.now, batch);
        world.now += Duration::from_millis(600);
        world.turn(false);
    }
    world.settle();
    assert_eq!(check(&world), Ok(()));
    let lost = world.delivered.remove(7);
    assert!(check(&world).is_err(), "{lost}");
}
