//! The order of the calls of a batch: each knows the one before it.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::sync::watch;

use super::RawCall;
use crate::{Client, Error, Result, net::lock};

/// A call's place in an ordered batch; clones are the same place.
#[derive(Clone, Debug)]
pub(crate) struct Order(Arc<Place>);

#[derive(Debug)]
struct Place {
    state: watch::Sender<State>,
    /// Given up once this call has ended, so that a long batch is no long chain.
    before: Mutex<Option<Order>>,
}

/// How far a call has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It was not sent yet.
    Waiting,
    /// It was handed to a connection under this ticket.
    Sent(u64),
    /// It succeeded.
    Done,
    /// It will not succeed any more.
    Failed,
}

/// What a call has to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leader {
    /// Nothing, or something that has succeeded.
    None,
    /// The call that was handed to a connection under this ticket.
    Ticket(u64),
    /// Something that failed, or was not sent yet.
    Unknown,
}

impl PartialEq for Order {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Order {}

impl Order {
    /// The place behind `before`.
    pub(super) fn after(before: Option<Self>) -> Self {
        Self(Arc::new(Place {
            state: watch::Sender::new(State::Waiting),
            before: Mutex::new(before),
        }))
    }

    /// What the call in this place has to follow just now.
    pub(crate) fn leader(&self) -> Leader {
        match self.before().as_ref().map(Self::state) {
            None | Some(State::Done) => Leader::None,
            Some(State::Sent(ticket)) => Leader::Ticket(ticket),
            Some(State::Waiting | State::Failed) => Leader::Unknown,
        }
    }

    /// Notes that the call was handed to a connection.
    pub(crate) fn sent(&self, ticket: u64) {
        self.0.state.send_if_modified(|state| {
            let under_way = matches!(state, State::Waiting | State::Sent(_));
            if under_way {
                *state = State::Sent(ticket);
            }
            under_way
        });
    }

    fn before(&self) -> Option<Self> {
        lock(&self.0.before).clone()
    }

    fn state(&self) -> State {
        *self.0.state.borrow()
    }

    /// Waits until the state is one of these.
    async fn until(&self, wanted: impl FnMut(&State) -> bool) -> State {
        let mut state = self.0.state.subscribe();
        // The sender lives in the place that is held here.
        state.wait_for(wanted).await.map_or(State::Failed, |s| *s)
    }
}

/// Notes how the call in a place ended, and that it failed if nobody says so.
struct End(Order);

impl Drop for End {
    fn drop(&mut self) {
        let undecided = |state: &mut State| {
            let open = *state != State::Done;
            *state = if open { State::Failed } else { State::Done };
            open
        };
        self.0.0.state.send_if_modified(undecided);
        lock(&self.0.0.before).take();
    }
}

/// Carries a call once the one before it is on its way, and again where it has to wait for that
/// one's end.
pub(super) async fn run(client: Client, call: RawCall, order: Order) -> Result<Bytes> {
    let end = End(order.clone());
    let skipped = || Error::Skipped {
        method: call.method,
    };
    let before = order.before();
    if let Some(before) = &before
        && before.until(|s| *s != State::Waiting).await == State::Failed
    {
        return Err(skipped());
    }
    loop {
        let mut call = call.clone();
        call.order = Some(order.clone());
        let answer = client.invoke_bytes(call).await;
        match (&answer, &before) {
            (Ok(_), _) => {
                end.0.0.state.send_replace(State::Done);
                return answer;
            }
            (Err(Error::Skipped { .. }), Some(before)) => {
                let ended = |s: &State| matches!(s, State::Done | State::Failed);
                if before.until(ended).await == State::Failed {
                    return answer;
                }
            }
            (Err(_), _) => return answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_batch_leaves_no_chain_behind() {
        let mut last = None;
        for _ in 0..500_000 {
            let order = Order::after(last.take());
            drop(End(order.clone()));
            last = Some(order);
        }
        assert_eq!(last.map(|order| order.leader()), Some(Leader::None));
    }

    #[test]
    fn what_has_ended_is_not_under_way_again() {
        let first = Order::after(None);
        let second = Order::after(Some(first.clone()));
        assert_eq!(second.leader(), Leader::Unknown);
        first.sent(7);
        assert_eq!(second.leader(), Leader::Ticket(7));
        first.0.state.send_replace(State::Done);
        first.sent(8);
        assert_eq!(second.leader(), Leader::None);
    }
}
