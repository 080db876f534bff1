use std::collections::BTreeMap;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use tokio::time::Instant;

use super::Account;
use super::hearing::PATIENCE;
use crate::shared::lock;

/// A test that waits for an account to call a method; await it.
#[must_use = "nobody waits until it is awaited"]
pub struct Calling {
    account: Account,
    method: String,
    times: u64,
    within: Duration,
}

/// An account did not call what it should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotCalled {
    /// Who should have called.
    pub account: String,
    /// The method.
    pub method: String,
    /// How often it should have been called, and how often it was.
    pub times: (u64, u64),
    /// What the account called instead, and how often.
    pub called: BTreeMap<String, u64>,
}

impl Account {
    /// How often the account has called a method so far, such as `messages.sendMessage`; refused
    /// calls count too.
    #[must_use]
    pub fn calls(&self, method: &str) -> u64 {
        let calls = lock(&self.shared.calls_of);
        let own = calls.get(&self.id());
        own.and_then(|own| own.get(method))
            .copied()
            .unwrap_or_default()
    }

    /// Waits until the account has called a method; five real seconds unless told otherwise.
    pub fn has_called(&self, method: &str) -> Calling {
        Calling {
            account: self.clone(),
            method: method.to_owned(),
            times: 1,
            within: PATIENCE,
        }
    }
}

impl Calling {
    /// How often it has to be called, all in all.
    pub fn times(mut self, times: u64) -> Self {
        self.times = times;
        self
    }

    /// How long to wait, in real time.
    pub fn within(mut self, limit: Duration) -> Self {
        self.within = limit;
        self
    }

    async fn wait(self) -> Result<(), NotCalled> {
        let mut changes = self.account.shared.changes.subscribe();
        let end = Instant::now() + self.within;
        while self.account.calls(&self.method) < self.times {
            let waited = tokio::time::timeout_at(end, changes.changed()).await;
            if !matches!(waited, Ok(Ok(()))) {
                break;
            }
        }
        let made = self.account.calls(&self.method);
        if made >= self.times {
            return Ok(());
        }
        let calls = lock(&self.account.shared.calls_of);
        let own = calls.get(&self.account.id());
        Err(NotCalled {
            account: self.account.username().to_owned(),
            method: self.method,
            times: (self.times, made),
            called: own
                .into_iter()
                .flatten()
                .map(|(name, count)| (name.clone().into_owned(), *count))
                .collect(),
        })
    }
}

impl IntoFuture for Calling {
    type Output = Result<(), NotCalled>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.wait())
    }
}

impl fmt::Debug for Calling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calling")
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for NotCalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (wanted, made) = self.times;
        write!(
            f,
            "@{} called {} {made} times instead of {wanted}; it called",
            self.account, self.method
        )?;
        if self.called.is_empty() {
            return f.write_str(" nothing");
        }
        for (method, times) in &self.called {
            write!(f, " {method} ({times})")?;
        }
        Ok(())
    }
}

impl std::error::Error for NotCalled {}
