//! Operations, taken from bytes.

use crate::{Input, Seed};

/// A number that mostly meets others, and now and then lies at the ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number(u8);

impl Number {
    pub(super) fn get(self) -> i32 {
        match self.0 {
            254 => i32::MIN,
            255 => i32::MAX,
            n => i32::from(n) - 64,
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Where {
    Seq,
    Common(Number, Number),
    Qts(Number),
    Channel(u8, Number, Number),
    TooLong(u8, Option<Number>),
}

#[derive(Debug)]
pub(super) enum Do {
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
        joined: Option<Number>,
    },
    Fails {
        channel: Option<u8>,
        how: u8,
    },
    Wait(u16),
    Ask,
    Store,
    StoringFails,
    Restart,
}

/// The next operation; `None` at the end of the input.
pub(super) fn next(input: &mut Input<'_>) -> Option<Do> {
    if input.is_empty() {
        return None;
    }
    Some(match input.byte() % 16 {
        0 => Do::Updates {
            seq: flag(input).then(|| (number(input), number(input))),
            date: flag(input).then(|| number(input)),
            updates: many(input, |input| (place(input), flag(input))),
        },
        1 => Do::TooLong,
        2 => Do::Reconnected,
        3 => Do::PtsChanged,
        4 => Do::Met(input.byte(), number(input)),
        5 => Do::State(numbers(input)),
        6 => Do::Empty(number(input), number(input)),
        7 => Do::Part {
            consumed: input.byte(),
            others: many(input, place),
            state: numbers(input),
            last: flag(input),
        },
        8 => Do::DifferenceTooLong(number(input)),
        9 => Do::Channel {
            id: input.byte(),
            pts: number(input),
            consumed: input.byte(),
            others: many(input, place),
            last: flag(input),
            too_long: flag(input),
            joined: flag(input).then(|| number(input)),
        },
        10 => Do::Fails {
            channel: flag(input).then(|| input.byte()),
            how: input.byte(),
        },
        11 => Do::Wait(input.u16()),
        12 => Do::Ask,
        13 => Do::Store,
        14 => Do::StoringFails,
        _ => Do::Restart,
    })
}

fn flag(input: &mut Input<'_>) -> bool {
    input.byte() % 2 == 1
}

fn number(input: &mut Input<'_>) -> Number {
    Number(input.byte())
}

fn numbers(input: &mut Input<'_>) -> [Number; 4] {
    input.array().map(Number)
}

fn many<T>(input: &mut Input<'_>, mut one: impl FnMut(&mut Input<'_>) -> T) -> Vec<T> {
    let wanted = input.byte() % 16;
    (0..wanted).map(|_| one(input)).collect()
}

fn place(input: &mut Input<'_>) -> Where {
    match input.byte() % 5 {
        0 => Where::Seq,
        1 => Where::Common(number(input), number(input)),
        2 => Where::Qts(number(input)),
        3 => Where::Channel(input.byte(), number(input), number(input)),
        _ => Where::TooLong(input.byte(), flag(input).then(|| number(input))),
    }
}

/// Lives of an engine, to begin with.
pub(super) fn seeds() -> Vec<(String, Vec<u8>)> {
    // Numbers are written as they are read: 64 is 0.
    let state = |seed: Seed| seed.raw(&[12, 5, 74, 65, 65, 65]);
    let pushed = |seed: Seed, pts: u8| seed.raw(&[0, 0, 0, 1, 1, pts, 65, 1]);
    let in_order = pushed(pushed(state(Seed::new()), 75), 76).raw(&[13]);
    let gap = pushed(state(Seed::new()), 77)
        .raw(&[11, 0x58, 0x02, 12])
        .raw(&[7, 2, 0, 77, 65, 65, 65, 1, 13]);
    let channel = state(Seed::new())
        .raw(&[0, 0, 0, 2, 3, 9, 70, 65, 1, 3, 9, 73, 65, 1])
        .raw(&[11, 0x58, 0x02, 12, 9, 9, 73, 2, 0, 1, 0, 13, 15, 12]);
    let broken = state(Seed::new())
        .raw(&[0, 0, 0, 1, 4, 9, 1, 80, 1, 12])
        .raw(&[10, 1, 9, 1, 11, 0xff, 0xff, 12, 10, 1, 9, 1, 13]);
    vec![
        in_order.named("in-order"),
        gap.named("gap"),
        channel.named("channel-gap-restart"),
        broken.named("channel-refused"),
    ]
}
