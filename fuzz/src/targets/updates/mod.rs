//! Any operations on the engine of updates, as a server that lies and a caller that errs could
//! bring them about.

mod ops;
use std::{collections::BTreeMap, time::Duration};

use heliogram_updates::{
    Batch, ChannelDifference, ChannelState, Content, Difference, Engine, Failure, Key, Place,
    Request, State, Update,
};

use self::ops::{Do, Number, Where};
use crate::Input;

/// How much may wait in the engine: its own limits, added up.
const MOST_WAITING: usize = 3 * 4096 + 16 * 1024;

#[derive(Debug)]
struct Value(u32);

impl Content for Value {
    fn message_id(&self) -> Option<i32> {
        i32::try_from(self.0).ok().filter(|id| id % 2 == 0)
    }

    fn date(&self) -> Option<i32> {
        i32::try_from(self.0).ok().filter(|date| date % 3 > 0)
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

/// Runs it.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let mut now = Duration::ZERO;
    let mut stored: (Option<State>, BTreeMap<i64, ChannelState>) = (None, BTreeMap::new());
    let mut engine = Engine::<Value>::new(now, None, []);
    let mut asked: Vec<Key> = Vec::new();
    while let Some(op) = ops::next(&mut input) {
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
            Do::Part {
                consumed,
                others,
                state: s,
                last,
            } => {
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
            Do::Channel {
                id,
                pts,
                consumed,
                others,
                last,
                too_long,
                joined,
            } => {
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
                        joined: joined.map(Number::get),
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
                    for (id, state) in changes.channels {
                        match state {
                            Some(state) => stored.1.insert(id, state),
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
}

/// Inputs to begin with.
#[must_use]
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    ops::seeds()
}
