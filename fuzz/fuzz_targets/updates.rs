//! Any operations on the engine of updates, as a server that lies and a caller that errs could
//! bring them about.
#![no_main]

use std::{collections::BTreeMap, time::Duration};

use heliogram_updates::{
    Batch, ChannelDifference, Content, Difference, Engine, Failure, Key, Place, Request, State,
    Update,
};
use libfuzzer_sys::{arbitrary::Arbitrary, fuzz_target};

/// How much may wait in the engine: its own limits, added up.
const MOST_WAITING: usize = 3 * 4096 + 16 * 1024;

#[derive(Arbitrary, Clone, Copy, Debug)]
struct Number(i16);

impl Number {
    /// Mostly small, so that steps meet, and now and then at the ends.
    fn get(self) -> i32 {
        match self.0 {
            i16::MIN => i32::MIN,
            i16::MAX => i32::MAX,
            n => i32::from(n % 64),
        }
    }
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Where {
    Seq,
    Common(Number, Number),
    Qts(Number),
    Channel(u8, Number, Number),
    TooLong(u8, Option<Number>),
}

#[derive(Arbitrary, Debug)]
enum Do {
    Updates {
        seq: Option<(Number, Number)>,
        date: Option<Number>,
        updates: Vec<(Where, bool)>,
    },
    TooLong,
    Reconnected,
    PtsChanged,
    Met(u8, Number),
    State([Number; 4]),
    Empty(Number, Number),
    Part {
        consumed: u8,
        others: Vec<Where>,
        state: [Number; 4],
        last: bool,
    },
    DifferenceTooLong(Number),
    Channel {
        id: u8,
        pts: Number,
        consumed: u8,
        others: Vec<Where>,
        last: bool,
        too_long: bool,
    },
    Fails {
        channel: Option<u8>,
        how: u8,
    },
    Wait(u32),
    Ask,
    Store,
    StoringFails,
    Restart,
}

#[derive(Debug)]
struct Value(u32);

impl Content for Value {
    fn message_id(&self) -> Option<i32> {
        i32::try_from(self.0).ok().filter(|id| id % 2 == 0)
    }
}

fn update(at: Where, value: Option<u32>) -> Update<Value> {
    let place = match at {
        Where::Seq => Place::Seq,
        Where::Common(pts, count) => Place::Common {
            pts: pts.get(),
            count: count.get(),
        },
        Where::Qts(qts) => Place::Qts { qts: qts.get() },
        Where::Channel(id, pts, count) => Place::Channel {
            id: id.into(),
            pts: pts.get(),
            count: count.get(),
        },
        Where::TooLong(id, pts) => Place::ChannelTooLong {
            id: id.into(),
            pts: pts.map(Number::get),
        },
    };
    Update {
        place,
        value: value.map(Value),
    }
}

fn state([pts, qts, date, seq]: [Number; 4]) -> State {
    State {
        pts: pts.get(),
        qts: qts.get(),
        date: date.get(),
        seq: seq.get(),
    }
}

fn values(many: u8) -> Vec<Value> {
    (0..many.into()).map(Value).collect()
}

fn all(others: Vec<Where>) -> Vec<Update<Value>> {
    others.into_iter().map(|at| update(at, Some(1))).collect()
}

fuzz_target!(|ops: Vec<Do>| {
    let mut now = Duration::ZERO;
    let mut stored: (Option<State>, BTreeMap<i64, i32>) = (None, BTreeMap::new());
    let mut engine = Engine::<Value>::new(now, None, []);
    let mut asked: Vec<Key> = Vec::new();
    for op in ops {
        match op {
            Do::Updates { seq, date, updates } => {
                let updates = updates.into_iter();
                engine.handle_updates(
                    now,
                    Batch {
                        seq: seq.map(|(start, end)| (start.get(), end.get())),
                        date: date.map(Number::get),
                        updates: updates.map(|(at, v)| update(at, v.then_some(2))).collect(),
                    },
                );
            }
            Do::TooLong => engine.handle_too_long(now),
            Do::Reconnected => engine.handle_reconnected(now),
            Do::PtsChanged => engine.handle_pts_changed(now),
            Do::Met(id, pts) => engine.handle_channel_met(id.into(), pts.get()),
            Do::State(s) => {
                engine.handle_state(now, state(s));
                asked.retain(|k| *k != Key::Common);
            }
            Do::Empty(date, seq) => {
                let (date, seq) = (date.get(), seq.get());
                engine.handle_difference(now, Difference::Empty { date, seq });
                asked.retain(|k| *k != Key::Common);
            }
            Do::Part { consumed, others, state: s, last } => {
                engine.handle_difference(
                    now,
                    Difference::Part {
                        consumed: values(consumed),
                        others: all(others),
                        state: state(s),
                        last,
                    },
                );
                asked.retain(|k| *k != Key::Common);
            }
            Do::DifferenceTooLong(pts) => {
                engine.handle_difference(now, Difference::TooLong { pts: pts.get() });
                asked.retain(|k| *k != Key::Common);
            }
            Do::Channel { id, pts, consumed, others, last, too_long } => {
                let id = id.into();
                engine.handle_channel_difference(
                    now,
                    id,
                    ChannelDifference {
                        pts: pts.get(),
                        consumed: values(consumed),
                        others: all(others),
                        last,
                        too_long,
                    },
                );
                asked.retain(|k| *k != Key::Channel(id));
            }
            Do::Fails { channel, how } => {
                let key = channel.map_or(Key::Common, |id| Key::Channel(id.into()));
                let failure = match how % 5 {
                    0 => Failure::Gone,
                    1 => Failure::Refused,
                    2 => Failure::Reset,
                    3 => Failure::Unreachable,
                    _ => Failure::Retry {
                        after: Duration::from_secs(how.into()),
                    },
                };
                engine.handle_failure(now, key, failure);
                asked.retain(|k| *k != key);
            }
            Do::Wait(ms) => {
                now += Duration::from_millis(ms.into());
                engine.handle_timeout(now);
            }
            Do::Ask => {
                while let Some(request) = engine.poll_request() {
                    let key = match request {
                        Request::Channel { id, pts } => {
                            assert!(pts >= 1);
                            Key::Channel(id)
                        }
                        _ => Key::Common,
                    };
                    assert!(!asked.contains(&key), "{key:?} is fetched twice at once");
                    asked.push(key);
                }
                assert!(asked.iter().filter(|k| **k != Key::Common).count() <= 10);
            }
            Do::Store => {
                while engine.poll_update().is_some() {}
                if let Some(changes) = engine.take_changes() {
                    stored.0 = changes.common.or(stored.0);
                    for (id, number) in changes.channels {
                        match number {
                            Some(number) => stored.1.insert(id, number),
                            None => stored.1.remove(&id),
                        };
                    }
                }
                assert_eq!(engine.take_changes(), None);
            }
            Do::StoringFails => engine.forget_stored(),
            Do::Restart => {
                engine = Engine::new(now, stored.0, stored.1.clone());
                asked.clear();
            }
        }
        assert!(engine.load().waiting <= MOST_WAITING);
        assert!(engine.poll_timeout() > Duration::ZERO);
        while let Some(notice) = engine.poll_notice() {
            let _ = notice.to_string();
        }
    }
});
