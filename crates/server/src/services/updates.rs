use heliogram_api::functions::updates::{GetChannelDifference, GetDifference, GetState};
use heliogram_api::{enums, types};

use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Difference, Logged, World};

pub(super) fn register(table: &mut Table) {
    table.on::<GetState>(|w, cx, _| w.state_of(cx.me));
    table.on::<GetDifference>(difference);
    table.on::<GetChannelDifference>(|_, _, _| Err(Refusal::bad("CHANNEL_INVALID")));
}

/// What is counted in a state and does not move here: nothing carries a sequence number, and
/// there are no secret chats.
const SEQ: i32 = 1;
const QTS: i32 = 1;

impl World {
    /// Where an account's box stands.
    pub(crate) fn state_of(&self, user: i64) -> Answer<types::updates::State> {
        let mailbox = self.mailbox(user)?;
        Ok(self.state_at(mailbox.pts, mailbox.unread()))
    }

    fn state_at(&self, pts: i32, unread: i32) -> types::updates::State {
        types::updates::State::new(pts, QTS, self.now(), SEQ, unread)
    }
}

fn difference(
    w: &mut World,
    cx: &Cx<'_>,
    call: GetDifference,
) -> Answer<enums::updates::Difference> {
    let missed = w.difference(cx.me, call.pts, call.pts_limit, call.pts_total_limit)?;
    let unread = w.mailbox(cx.me)?.unread();
    Ok(match missed {
        Difference::Empty => types::updates::DifferenceEmpty::new(w.now(), SEQ).into(),
        Difference::TooLong { pts } => types::updates::DifferenceTooLong::new(pts).into(),
        Difference::Steps {
            new,
            other,
            pts,
            more,
        } => {
            let (messages, updates, users) = told(w, cx.me, &new, &other);
            let state = w.state_at(pts, unread);
            if more {
                types::updates::DifferenceSlice::new(
                    messages,
                    Vec::new(),
                    updates,
                    Vec::new(),
                    users,
                    state,
                )
                .into()
            } else {
                types::updates::Difference::new(
                    messages,
                    Vec::new(),
                    updates,
                    Vec::new(),
                    users,
                    state,
                )
                .into()
            }
        }
    })
}

fn told(
    w: &World,
    me: i64,
    new: &[i32],
    other: &[Logged],
) -> (Vec<enums::Message>, Vec<enums::Update>, Vec<enums::User>) {
    let (messages, _) = w.messages_for(me, new);
    let mut people: Vec<i64> = new.iter().flat_map(|id| w.people_in(me, *id)).collect();
    let mut updates = Vec::with_capacity(other.len());
    for step in other {
        let (update, who) = w.update_of(me, step);
        updates.push(update);
        people.extend(who);
    }
    (messages, updates, w.users_for(me, people))
}
