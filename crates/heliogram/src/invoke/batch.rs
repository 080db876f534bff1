use std::{error, fmt, vec};

use bytes::Bytes;
use tokio::task::{JoinError, JoinSet};
use tracing::Instrument;

use super::{
    RawCall,
    order::{self, Order},
};
use crate::{BoxFuture, Client, Error, Result};

/// How many calls of a batch are under way at once.
const AT_ONCE: usize = 32;

/// Reads an encoded answer.
type Read<T> = fn(&Client, &Bytes) -> Result<T>;

/// Many calls, made by awaiting it; see [`Client::invoke_all`].
#[must_use = "nothing is called until this is awaited"]
pub struct InvokeAll<T> {
    client: Client,
    calls: Vec<RawCall>,
    read: Read<T>,
    at_once: usize,
    ordered: bool,
}

impl<T> InvokeAll<T> {
    pub(crate) fn new(client: &Client, calls: Vec<RawCall>, read: Read<T>) -> Self {
        Self {
            client: client.clone(),
            calls,
            read,
            at_once: AT_ONCE,
            ordered: false,
        }
    }

    /// Runs each call only after the one before it has succeeded (raw `invokeAfterMsg`).
    ///
    /// The calls still travel together: the server is told what follows what. Once a call has
    /// failed for good, those behind it are not made and end with [`Error::Skipped`].
    #[doc(alias = "invokeAfterMsg")]
    #[doc(alias = "invokeAfterMsgs")]
    pub const fn ordered(mut self) -> Self {
        self.ordered = true;
        self
    }

    /// How many calls may be under way at once. 32 by default, at least 1.
    pub fn at_once(mut self, calls: usize) -> Self {
        self.at_once = calls.max(1);
        self
    }

    async fn send(self) -> Answers<T> {
        let mut encoded: Vec<_> = self.calls.iter().map(|_| None).collect();
        let mut tasks = JoinSet::new();
        let mut last: Option<Order> = None;
        for (n, call) in self.calls.into_iter().enumerate() {
            if tasks.len() >= self.at_once {
                keep(&mut encoded, tasks.join_next().await);
            }
            let client = self.client.clone();
            let place = self.ordered.then(|| Order::after(last.take()));
            last.clone_from(&place);
            let carried = async move {
                let answer = match place {
                    Some(place) => order::run(client, call, place).await,
                    None => client.invoke_bytes(call).await,
                };
                (n, answer)
            };
            tasks.spawn(carried.in_current_span());
        }
        drop(last);
        while let Some(done) = tasks.join_next().await {
            keep(&mut encoded, Some(done));
        }
        let read = |answer: Option<Result<Bytes>>| {
            let bytes = answer.unwrap_or(Err(Error::Cancelled))?;
            (self.read)(&self.client, &bytes)
        };
        Answers {
            results: encoded.into_iter().map(read).collect(),
        }
    }
}

type Done = Result<(usize, Result<Bytes>), JoinError>;

/// Puts an answer in its place.
fn keep(encoded: &mut [Option<Result<Bytes>>], done: Option<Done>) {
    match done {
        Some(Ok((n, answer))) => {
            if let Some(slot) = encoded.get_mut(n) {
                *slot = Some(answer);
            }
        }
        // A layer of the user's panicked; it does so where the batch is awaited.
        Some(Err(e)) if e.is_panic() => std::panic::resume_unwind(e.into_panic()),
        // The runtime is going down.
        Some(Err(_)) | None => {}
    }
}

impl<T: Send + 'static> IntoFuture for InvokeAll<T> {
    type Output = Answers<T>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl<T> fmt::Debug for InvokeAll<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InvokeAll")
            .field("calls", &self.calls.len())
            .field("ordered", &self.ordered)
            .finish_non_exhaustive()
    }
}

/// What came of the calls of a batch: a result for each, in the order of the calls.
#[derive(Debug)]
#[must_use = "some of the calls may have failed"]
pub struct Answers<T> {
    results: Vec<Result<T>>,
}

impl<T> Answers<T> {
    /// How many calls there were.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.results.len()
    }

    /// Whether there were no calls.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.results.is_empty()
    }

    /// The result of the call with this number, from 0.
    #[must_use]
    pub fn get(&self, n: usize) -> Option<&Result<T>> {
        self.results.get(n)
    }

    /// All results.
    pub fn iter(&self) -> std::slice::Iter<'_, Result<T>> {
        self.results.iter()
    }

    /// The answers of the calls that succeeded, with the numbers of the calls.
    pub fn successes(&self) -> impl Iterator<Item = (usize, &T)> {
        let all = self.results.iter().enumerate();
        all.filter_map(|(n, r)| Some((n, r.as_ref().ok()?)))
    }

    /// The errors of the calls that failed, with the numbers of the calls.
    pub fn failures(&self) -> impl Iterator<Item = (usize, &Error)> {
        let all = self.results.iter().enumerate();
        all.filter_map(|(n, r)| Some((n, r.as_ref().err()?)))
    }

    /// The results, as a list.
    #[must_use]
    pub fn into_results(self) -> Vec<Result<T>> {
        self.results
    }

    /// All answers if every call succeeded; otherwise an error that still holds those that came.
    ///
    /// # Errors
    /// [`MultiError`] if a call failed; as an [`Error`], it is the first of the failures.
    pub fn all(self) -> Result<Vec<T>, MultiError<T>> {
        if self.results.iter().any(Result::is_err) {
            return Err(MultiError { answers: self });
        }
        Ok(self.results.into_iter().flatten().collect())
    }
}

impl<T> IntoIterator for Answers<T> {
    type Item = Result<T>;
    type IntoIter = vec::IntoIter<Result<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.results.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Answers<T> {
    type Item = &'a Result<T>;
    type IntoIter = std::slice::Iter<'a, Result<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Some calls of a batch failed; what the others were answered is still here.
#[derive(Debug)]
pub struct MultiError<T> {
    answers: Answers<T>,
}

impl<T> MultiError<T> {
    /// The results of all calls.
    pub const fn answers(&self) -> &Answers<T> {
        &self.answers
    }

    /// The results of all calls.
    pub fn into_answers(self) -> Answers<T> {
        self.answers
    }
}

impl<T> fmt::Display for MultiError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut failures = self.answers.failures();
        let Some((n, first)) = failures.next() else {
            return f.write_str("no call failed.");
        };
        let (failed, all) = (1 + failures.count(), self.answers.len());
        write!(
            f,
            "{failed} of {all} calls failed, the first of them number {n}: {first}"
        )
    }
}

impl<T: fmt::Debug> error::Error for MultiError<T> {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        let first = self.answers.failures().next();
        first.map(|(_, e)| e as &(dyn error::Error + 'static))
    }
}

impl<T> From<MultiError<T>> for Error {
    fn from(e: MultiError<T>) -> Self {
        let first = e.answers.into_iter().find_map(Result::err);
        first.unwrap_or(Self::Cancelled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers() -> Answers<i32> {
        let skipped = Error::Skipped { method: "x.y" };
        let results = vec![Ok(1), Err(Error::Closed), Ok(3), Err(skipped)];
        Answers { results }
    }

    #[test]
    fn what_came_is_kept_when_something_failed() {
        let all = answers();
        assert_eq!(all.successes().collect::<Vec<_>>(), [(0, &1), (2, &3)]);
        assert_eq!(all.failures().map(|f| f.0).collect::<Vec<_>>(), [1, 3]);
        let e = all.all().unwrap_err();
        let text = e.to_string();
        assert!(
            text.starts_with("2 of 4 calls failed, the first of them number 1: "),
            "{text}"
        );
        assert_eq!(e.answers().successes().count(), 2);
        assert!(matches!(Error::from(e), Error::Closed));
        let good = Answers {
            results: vec![Ok(1), Ok(2)],
        };
        assert_eq!(good.all().unwrap(), [1, 2]);
    }
}
