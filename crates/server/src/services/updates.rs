use heliogram_api::functions::updates::{GetChannelDifference, GetDifference, GetState};
use heliogram_api::{enums, types};

use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Difference, Logged, Peer, Place, Window, World};

pub(super) fn register(table: &mut Table) {
    table.on::<GetState>(|w, cx, _| w.state_of(cx.me));
    table.on::<GetDifference>(difference);
    table.on::<GetChannelDifference>(channel_difference);
}

/// Most steps of a channel in one answer, to people and to bots.
const CHANNEL_LIMIT_MAX: i32 = 100;
const CHANNEL_LIMIT_BOT: i32 = 100_000;
/// Who missed more of a channel than this starts over.
const CHANNEL_MISSED_MAX: i32 = 5000;
/// Seconds until a client may ask for an open channel again.
const CHANNEL_TIMEOUT: i32 = 30;

/// What is counted in a state and does not move here: nothing carries a sequence number.
const SEQ: i32 = 1;

impl World {
    /// Where an account's boxes stand.
    pub(crate) fn state_of(&mut self, user: i64) -> Answer<types::updates::State> {
        let date = self.tell_date(user);
        let mailbox = self.mailbox(user)?;
        let (pts, qts, unread) = (mailbox.pts, mailbox.qts, mailbox.unread());
        Ok(types::updates::State::new(pts, qts, date, SEQ, unread))
    }
}

fn difference(
    w: &mut World,
    cx: &Cx<'_>,
    call: GetDifference,
) -> Answer<enums::updates::Difference> {
    let limits = (call.pts_limit, call.pts_total_limit);
    let missed = missed(w, cx, cx.me, call.pts, limits)?;
    let aside = w.missed_in_order(cx.me, call.qts, call.qts_limit)?;
    // What happened in channels is for their own differences; here only that something did.
    let (channels, about) = w.channels_changed(cx.me, call.date);
    let nothing = channels.is_empty() && aside.updates.is_empty();
    let (mut told, pts, mut more) = match missed {
        Difference::Empty if nothing => {
            return Ok(types::updates::DifferenceEmpty::new(w.tell_date(cx.me), SEQ).into());
        }
        Difference::TooLong { pts } => {
            return Ok(types::updates::DifferenceTooLong::new(pts).into());
        }
        Difference::Empty => (Said::default(), call.pts, false),
        Difference::Steps {
            new,
            other,
            pts,
            more,
        } => (told(w, cx.me, cx.me, &new, &other), pts, more),
    };
    for one in aside.updates {
        told.updates.push(one.update);
        told.about.extend(one.about);
    }
    more |= aside.more;
    if !more {
        told.updates.extend(channels);
        told.about.extend(about);
    }
    // A part leads on from the same date: channels are named with the last, and since then.
    let date = match more {
        true => call.date,
        false => w.tell_date(cx.me),
    };
    let unread = w.mailbox(cx.me)?.unread();
    let state = types::updates::State::new(pts, aside.qts, date, SEQ, unread);
    let cast = w.cast(cx.me, told.about);
    let (new, other, none) = (told.messages, told.updates, Vec::new());
    let (chats, users) = (cast.chats, cast.users);
    Ok(match more {
        true => types::updates::DifferenceSlice::new(new, none, other, chats, users, state).into(),
        false => types::updates::Difference::new(new, none, other, chats, users, state).into(),
    })
}

fn channel_difference(
    w: &mut World,
    cx: &Cx<'_>,
    call: GetChannelDifference,
) -> Answer<enums::updates::ChannelDifference> {
    let channel = w.channel(cx.me, &call.channel)?;
    let most = (CHANNEL_LIMIT_MAX, CHANNEL_LIMIT_BOT);
    let most = if w.is_bot(cx.me) { most.1 } else { most.0 };
    if call.limit < 1 {
        return Err(Refusal::bad("LIMIT_INVALID"));
    }
    let limit = call.limit.min(most);
    let limits = (Some(limit), Some(CHANNEL_MISSED_MAX));
    let missed = missed(w, cx, channel, call.pts, limits)?;
    Ok(match missed {
        Difference::Empty => types::updates::ChannelDifferenceEmpty {
            r#final: true,
            timeout: Some(CHANNEL_TIMEOUT),
            ..types::updates::ChannelDifferenceEmpty::new(call.pts)
        }
        .into(),
        Difference::TooLong { .. } => {
            let window = Window {
                limit,
                ..Window::default()
            };
            let page = w.history(cx.me, channel, window)?;
            let (messages, _) = w.messages_for(cx.me, &page.places);
            let mut about: Vec<i64> = page
                .places
                .iter()
                .flat_map(|place| w.mentioned_in(cx.me, *place))
                .collect();
            about.push(channel);
            let cast = w.cast_in(cx.me, channel, about);
            types::updates::ChannelDifferenceTooLong {
                r#final: true,
                timeout: Some(CHANNEL_TIMEOUT),
                ..types::updates::ChannelDifferenceTooLong::new(
                    w.dialog_for(cx.me, channel),
                    messages,
                    cast.chats,
                    cast.users,
                )
            }
            .into()
        }
        Difference::Steps {
            new,
            other,
            pts,
            more,
        } => {
            let hidden = w.hidden_up_to(cx.me, channel);
            let new: Vec<i32> = new.into_iter().filter(|id| *id > hidden).collect();
            let mut told = told(w, cx.me, channel, &new, &other);
            told.about.push(channel);
            let cast = w.cast_in(cx.me, channel, told.about);
            types::updates::ChannelDifference {
                r#final: !more,
                timeout: (!more).then_some(CHANNEL_TIMEOUT),
                ..types::updates::ChannelDifference::new(
                    pts,
                    told.messages,
                    told.updates,
                    cast.chats,
                    cast.users,
                )
            }
            .into()
        }
    })
}

/// What was missed of a box, unless a fault makes it too long to be told.
fn missed(
    w: &World,
    cx: &Cx<'_>,
    owner: i64,
    pts: i32,
    (limit, total): (Option<i32>, Option<i32>),
) -> Answer<Difference> {
    if cx.too_long {
        let pts = w.mailbox(owner)?.pts;
        return Ok(Difference::TooLong { pts });
    }
    w.difference(owner, pts, limit, total)
}

/// What a difference says.
#[derive(Default)]
struct Said {
    messages: Vec<enums::Message>,
    updates: Vec<enums::Update>,
    /// Who appears in it, by dialog id.
    about: Vec<i64>,
}

fn told(w: &World, me: i64, owner: i64, new: &[i32], other: &[Logged]) -> Said {
    let places = new.iter().map(|id| Place { owner, id: *id });
    let mut about: Vec<i64> = places
        .clone()
        .flat_map(|place| w.mentioned_in(me, place))
        .collect();
    let messages = places.map(|place| w.message_for(me, place)).collect();
    let mut updates = Vec::with_capacity(other.len());
    for step in other {
        let (update, who) = w.update_of(me, owner, step);
        updates.push(update);
        about.extend(who);
    }
    Said {
        messages,
        updates,
        about,
    }
}

impl World {
    /// The channels in which something happened since a date, as hints for their members.
    fn channels_changed(&self, user: i64, since: i32) -> (Vec<enums::Update>, Vec<i64>) {
        let mut updates: Vec<enums::Update> = Vec::new();
        let mut about = Vec::new();
        for chat in self.chats.values().filter(|chat| chat.is_channel()) {
            let Some(member) = chat.members.get(user) else {
                continue;
            };
            let id = Peer::of(chat.id).id();
            let mailbox = self.boxes.get(&chat.id);
            let changed = mailbox.filter(|mailbox| {
                let (second, moment) = mailbox.changed;
                member.is_in() && self.is_news(user, since, second, moment)
            });
            if member.date >= since {
                updates.push(types::UpdateChannel::new(id).into());
                about.push(chat.id);
            }
            if let Some(mailbox) = changed {
                let hint = types::UpdateChannelTooLong::new(id);
                let hint = types::UpdateChannelTooLong {
                    pts: Some(mailbox.pts),
                    ..hint
                };
                updates.push(hint.into());
                about.push(chat.id);
            }
        }
        (updates, about)
    }
}
