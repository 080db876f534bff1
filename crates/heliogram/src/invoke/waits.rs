//! The flood waits that still last, by method; they outlive the process.

use std::{
    collections::HashMap,
    sync::Mutex,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use heliogram_crypto::hash::sha256;
use tokio::time::Instant;

use super::{RawCall, chat};
use crate::{
    FloodKind,
    net::lock,
    storage::{Changes, MethodWait, Records},
};

/// Most waits remembered.
const MAX: usize = 512;
/// Waits shorter than this end before another process could ask.
const WORTH_KEEPING: Duration = Duration::from_secs(3);

/// What a wait is about: which method, where, and of which call where that matters.
type Place = (i32, u64);

#[derive(Clone, Copy, Debug)]
struct Wait {
    place: Place,
    kind: FloodKind,
    until: Instant,
}

/// The waits of a client.
#[derive(Default)]
pub(crate) struct Waits {
    by_method: Mutex<HashMap<Box<str>, Vec<Wait>>>,
    /// Held while they are written, so that the newest state is written last.
    writing: tokio::sync::Mutex<()>,
}

impl Waits {
    /// The waits of an earlier run that still last.
    pub(crate) fn from_stored(stored: Vec<MethodWait>) -> Self {
        let (waits, now, unix) = (Self::default(), Instant::now(), unix());
        for wait in stored.into_iter().take(MAX) {
            let left = wait.until.checked_sub(unix).filter(|left| !left.is_zero());
            let kind = FloodKind::ALL.into_iter().find(|k| *k.name() == *wait.name);
            if let (Some(left), Some(kind)) = (left, kind) {
                let until = now + left.min(RawCall::LONGEST_WAIT);
                let place = (wait.dc, wait.call);
                waits.insert(&wait.method, Wait { place, kind, until });
            }
        }
        waits
    }

    /// The wait that a call has to sit out first.
    pub(crate) fn of(&self, call: &RawCall) -> Option<(FloodKind, Duration)> {
        let by_method = lock(&self.by_method);
        let waits = by_method.get(call.method)?;
        let (here, now) = (place(call, FloodKind::Flood), Instant::now());
        let mut waits = waits.iter().filter(|w| w.until > now);
        let wait = waits.find(|w| match w.kind {
            FloodKind::Slowmode => w.place == place(call, w.kind),
            _ => w.place == here,
        })?;
        Some((wait.kind, wait.until - now))
    }

    /// Remembers what the server said of a call, in the storage as well.
    pub(crate) async fn note(
        &self,
        call: &RawCall,
        kind: FloodKind,
        wait: Duration,
        records: &Records,
    ) {
        let (place, until) = (place(call, kind), Instant::now() + wait);
        if kind == FloodKind::Slowmode && place.1 == 0 {
            // Nobody can tell which chat it is that of.
            return;
        }
        self.insert(call.method, Wait { place, kind, until });
        if wait >= WORTH_KEEPING {
            let _turn = self.writing.lock().await;
            let mut changes = Changes::new();
            changes.method_waits(&self.stored());
            if let Err(error) = records.commit(changes).await {
                tracing::warn!(%error, "a flood wait was not stored");
            }
        }
    }

    /// Forgets the waits of the account, as it leaves; those of sign-ins stay.
    pub(crate) fn forget_account(&self) {
        lock(&self.by_method).retain(|method, _| is_sign_in(method));
    }

    /// The waits as they are stored.
    pub(crate) fn stored(&self) -> Vec<MethodWait> {
        let (now, unix) = (Instant::now(), unix());
        let by_method = lock(&self.by_method);
        let all = by_method
            .iter()
            .flat_map(|(m, w)| w.iter().map(move |w| (m, w)));
        let kept = all.filter(|(_, w)| w.until > now + WORTH_KEEPING);
        kept.map(|(method, wait)| MethodWait {
            method: method.clone(),
            name: wait.kind.name().into(),
            dc: wait.place.0,
            call: wait.place.1,
            until: unix + (wait.until - now),
        })
        .collect()
    }

    fn insert(&self, method: &str, wait: Wait) {
        let mut by_method = lock(&self.by_method);
        let now = Instant::now();
        let count: usize = by_method.values().map(Vec::len).sum();
        if count >= MAX {
            by_method.retain(|_, waits| {
                waits.retain(|w| w.until > now);
                !waits.is_empty()
            });
        }
        let full = by_method.values().map(Vec::len).sum::<usize>() >= MAX;
        let waits = by_method.entry(method.into()).or_default();
        waits.retain(|w| w.until > now && (w.place, w.kind) != (wait.place, wait.kind));
        // One that is not remembered costs a call to the server, no more.
        if !full {
            waits.push(wait);
        }
    }
}

/// Waits count for a method at a data centre, slow mode for a chat. What signing in must wait for
/// depends on the phone number or token in the call, so there each call has a wait of its own.
fn place(call: &RawCall, kind: FloodKind) -> Place {
    let hash = || {
        let hash = sha256(&[&call.body]);
        let first = hash.first_chunk().copied().map(u64::from_le_bytes);
        first.unwrap_or_default().max(1)
    };
    let about = match kind {
        FloodKind::Slowmode => chat::of(call).unwrap_or(0),
        _ if is_sign_in(call.method) => hash(),
        _ => 0,
    };
    (call.dc.unwrap_or(0), about)
}

fn is_sign_in(method: &str) -> bool {
    method.starts_with("auth.")
}

fn unix() -> Duration {
    // A wall clock before 1970 makes stored waits useless, that is all.
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;

    use super::*;
    use crate::{invoke::Purpose, storage::Memory};

    fn call(method: &'static str, body: &'static [u8]) -> RawCall {
        RawCall::new(method, Bytes::from_static(body))
    }

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn a_wait_concerns_its_method_and_data_centre_until_it_ends() {
        let (waits, records) = (Waits::default(), Records::new(Arc::new(Memory::new())));
        let search = call("messages.search", b"a");
        waits
            .note(&search, FloodKind::Flood, MINUTE, &records)
            .await;
        assert_eq!(waits.of(&search), Some((FloodKind::Flood, MINUTE)));
        assert!(waits.of(&call("messages.search", b"b")).is_some());
        assert_eq!(waits.of(&call("messages.getHistory", b"a")), None);
        assert_eq!(waits.of(&search.clone().on(4, Purpose::Main)), None);
        tokio::time::advance(MINUTE / 2).await;
        assert_eq!(waits.of(&search), Some((FloodKind::Flood, MINUTE / 2)));
        tokio::time::advance(MINUTE / 2).await;
        assert_eq!(waits.of(&search), None);
    }

    #[tokio::test]
    async fn slow_mode_of_one_chat_holds_nobody_else_up() {
        use heliogram_api::{functions as f, types};

        let (waits, records) = (Waits::default(), Records::new(Arc::new(Memory::new())));
        let send = |channel, text: &str| {
            let peer = types::InputPeerChannel::new(channel, 1).into();
            RawCall::of(&f::messages::SendMessage::new(peer, text.into(), 1))
        };
        waits
            .note(&send(7, "one"), FloodKind::Slowmode, MINUTE, &records)
            .await;
        assert!(waits.of(&send(7, "two")).is_some());
        assert_eq!(waits.of(&send(8, "two")), None);
        let unclear = call("messages.sendMessage", b"");
        waits
            .note(&unclear, FloodKind::Slowmode, MINUTE, &records)
            .await;
        assert_eq!(waits.of(&unclear), None);
        let after = Waits::from_stored(records.method_waits().await.unwrap());
        assert!(after.of(&send(7, "three")).is_some() && after.of(&send(8, "three")).is_none());
    }

    #[tokio::test]
    async fn another_token_or_number_need_not_wait() {
        let (waits, records) = (Waits::default(), Records::new(Arc::new(Memory::new())));
        let one = call("auth.sendCode", b"one");
        waits.note(&one, FloodKind::Flood, MINUTE, &records).await;
        assert!(waits.of(&one).is_some());
        assert_eq!(waits.of(&call("auth.sendCode", b"two")), None);
        waits.forget_account();
        assert!(waits.of(&one).is_some());
    }

    #[tokio::test]
    async fn waits_survive_a_restart() {
        let records = Records::new(Arc::new(Memory::new()));
        let (search, code) = (call("messages.search", b""), call("auth.sendCode", b"x"));
        let before = Waits::default();
        before
            .note(&search, FloodKind::Premium, MINUTE, &records)
            .await;
        before.note(&code, FloodKind::Flood, MINUTE, &records).await;
        let after = Waits::from_stored(records.method_waits().await.unwrap());
        let (kind, left) = after.of(&search).unwrap();
        assert_eq!(kind, FloodKind::Premium);
        assert!(
            left <= MINUTE && left > MINUTE - Duration::from_secs(5),
            "{left:?}"
        );
        assert!(after.of(&code).is_some());
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let waits = Waits::default();
        for dc in 0..2000 {
            let wait = Wait {
                place: (dc, 0),
                kind: FloodKind::Flood,
                until: Instant::now() + MINUTE,
            };
            waits.insert("upload.getFile", wait);
        }
        assert_eq!(waits.stored().len(), MAX);
    }
}
