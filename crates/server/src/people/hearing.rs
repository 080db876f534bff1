use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use tokio::time::Instant;

use super::acts::newest;
use super::{Account, Said, Talk};
use crate::shared::lock;

/// How long somebody listens unless told otherwise.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// An account that listens for the next message of a conversation; await it.
#[must_use = "nobody listens until it is awaited"]
pub struct Hearing {
    account: Account,
    dialog: i64,
    within: Duration,
}

/// Nothing was said while somebody listened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Who listened.
    pub account: String,
    /// For how long.
    pub within: Duration,
    /// The conversation so far, oldest first.
    pub so_far: Vec<Said>,
}

impl Account {
    /// Waits for the next message of a conversation that the account did not write itself. Each
    /// is given once, in order, also those that were there before anybody waited.
    ///
    /// Five real seconds of silence are an error; see [`Hearing::within`].
    pub fn hears_from(&self, other: &impl Talk) -> Hearing {
        Hearing {
            account: self.clone(),
            dialog: other.dialog(),
            within: PATIENCE,
        }
    }

    /// Waits that long, and gives what was said meanwhile, or before and not heard yet: for tests
    /// that somebody keeps silent.
    pub async fn hears_nothing_from(&self, other: &impl Talk, within: Duration) -> Option<Said> {
        self.hears_from(other).within(within).await.ok()
    }
}

impl Hearing {
    /// How long to wait, in real time.
    pub fn within(mut self, limit: Duration) -> Self {
        self.within = limit;
        self
    }

    /// The oldest message that was not heard yet.
    fn next(&self) -> Option<Said> {
        let viewer = self.account.id();
        let world = self.account.shared.world();
        let mut heard = lock(&self.account.heard);
        let last = heard.get(&self.dialog).copied().unwrap_or_default();
        let places = newest(&world, viewer, self.dialog);
        let mut fresh = places.iter().rev().filter(|place| place.id > last);
        let said = fresh.find_map(|place| {
            Said::of(&world, viewer, *place).filter(|said| !said.out && !said.is_note)
        })?;
        heard.insert(self.dialog, said.id);
        Some(said)
    }

    async fn listen(self) -> Result<Said, Silence> {
        let mut changes = self.account.shared.changes.subscribe();
        let end = Instant::now() + self.within;
        loop {
            if let Some(said) = self.next() {
                return Ok(said);
            }
            let waited = tokio::time::timeout_at(end, changes.changed()).await;
            if !matches!(waited, Ok(Ok(()))) {
                break;
            }
        }
        self.next().ok_or_else(|| self.silence())
    }

    fn silence(&self) -> Silence {
        let viewer = self.account.id();
        let world = self.account.shared.world();
        let places = newest(&world, viewer, self.dialog);
        let said = places.iter().rev();
        Silence {
            account: self.account.username().to_owned(),
            within: self.within,
            so_far: said
                .filter_map(|place| Said::of(&world, viewer, *place))
                .collect(),
        }
    }
}

impl IntoFuture for Hearing {
    type Output = Result<Said, Silence>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.listen())
    }
}

impl fmt::Debug for Hearing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hearing")
            .field("dialog", &self.dialog)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{} heard nothing for {:?}", self.account, self.within)?;
        if self.so_far.is_empty() {
            return f.write_str("; nothing was ever said there");
        }
        f.write_str("; said so far:")?;
        for said in &self.so_far {
            let arrow = if said.out { ">" } else { "<" };
            write!(f, "\n  {arrow} {}", said.text)?;
        }
        Ok(())
    }
}

impl std::error::Error for Silence {}
