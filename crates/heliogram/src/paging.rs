//! Lists that are fetched page by page.

use std::{
    collections::VecDeque,
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;

use crate::{BoxFuture, Result};

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// What is on it, in the order of the list.
    pub items: Vec<T>,
    /// How many there are in the whole list, if the server told.
    pub total: Option<usize>,
    /// Whether the list ends here.
    pub last: bool,
}

/// Where the pages of a list come from.
///
/// The source moves into each request and comes back with the page, changed so that the next
/// request continues where this one ended.
pub trait PageSource: Send + Sized + 'static {
    /// What the list holds.
    type Item: Send + 'static;

    /// Fetches the next page. `want` is how many items are still wanted, if that is limited.
    fn fetch(
        self,
        want: Option<usize>,
    ) -> impl Future<Output = Result<(Self, Page<Self::Item>)>> + Send;
}

/// A list that is fetched page by page as it is read: a [`Stream`].
///
/// After an error it ends.
#[must_use = "a list fetches nothing until it is read"]
pub struct Paged<S: PageSource> {
    state: State<S>,
    buffer: VecDeque<S::Item>,
    left: Option<usize>,
    total: Option<usize>,
}

enum State<S: PageSource> {
    Idle(S),
    Fetching(BoxFuture<'static, Result<(S, Page<S::Item>)>>),
    Ended,
}

impl<S: PageSource> Paged<S> {
    /// The list of `source`, or its first `limit` items.
    pub fn new(source: S, limit: Option<usize>) -> Self {
        let state = if limit == Some(0) {
            State::Ended
        } else {
            State::Idle(source)
        };
        Self {
            state,
            buffer: VecDeque::new(),
            left: limit,
            total: None,
        }
    }

    /// The next item; `None` at the end.
    ///
    /// # Errors
    /// What the source reports; the list ends with it.
    pub async fn try_next(&mut self) -> Result<Option<S::Item>> {
        std::future::poll_fn(|cx| self.poll_item(cx))
            .await
            .transpose()
    }

    /// How many items there are in the whole list; fetches the first page if need be.
    ///
    /// # Errors
    /// What the source reports.
    pub async fn total(&mut self) -> Result<Option<usize>> {
        if self.total.is_none() && self.buffer.is_empty() {
            std::future::poll_fn(|cx| self.poll_page(cx)).await?;
        }
        Ok(self.total)
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<S::Item>>> {
        loop {
            if self.left == Some(0) {
                return Poll::Ready(None);
            }
            if let Some(item) = self.buffer.pop_front() {
                if let Some(left) = &mut self.left {
                    *left -= 1;
                }
                return Poll::Ready(Some(Ok(item)));
            }
            if matches!(self.state, State::Ended) {
                return Poll::Ready(None);
            }
            if let Err(e) = ready!(self.poll_page(cx)) {
                return Poll::Ready(Some(Err(e)));
            }
        }
    }

    /// Brings one page into the buffer; does nothing at the end.
    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let mut fetching = match std::mem::replace(&mut self.state, State::Ended) {
            State::Ended => return Poll::Ready(Ok(())),
            State::Idle(source) => Box::pin(source.fetch(self.left)),
            State::Fetching(fetching) => fetching,
        };
        match fetching.as_mut().poll(cx) {
            Poll::Pending => {
                self.state = State::Fetching(fetching);
                Poll::Pending
            }
            Poll::Ready(Err(e)) => Poll::Ready(Err(e)),
            Poll::Ready(Ok((source, page))) => {
                if !page.last {
                    self.state = State::Idle(source);
                }
                self.total = page.total.or(self.total);
                self.buffer.extend(page.items);
                Poll::Ready(Ok(()))
            }
        }
    }
}

impl<S: PageSource + Unpin> Stream for Paged<S>
where
    S::Item: Unpin,
{
    type Item = Result<S::Item>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(cx)
    }
}

impl<S: PageSource> fmt::Debug for Paged<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Paged")
            .field("buffered", &self.buffer.len())
            .field("left", &self.left)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    /// Numbers from `at` on, three to a page, up to 7; fails at `bad`.
    struct Numbers {
        at: u32,
        bad: u32,
    }

    impl PageSource for Numbers {
        type Item = u32;

        async fn fetch(self, _: Option<usize>) -> Result<(Self, Page<u32>)> {
            let items: Vec<u32> = (self.at..=7).take(3).collect();
            if items.contains(&self.bad) {
                return Err(Error::Cancelled);
            }
            let next = self.at + 3;
            let page = Page {
                items,
                total: Some(7),
                last: next > 7,
            };
            Ok((Self { at: next, ..self }, page))
        }
    }

    async fn all(mut list: Paged<Numbers>) -> (Vec<u32>, bool) {
        let mut items = Vec::new();
        loop {
            match list.try_next().await {
                Ok(Some(item)) => items.push(item),
                Ok(None) => return (items, true),
                Err(_) => {
                    assert!(matches!(list.try_next().await, Ok(None)));
                    return (items, false);
                }
            }
        }
    }

    #[tokio::test]
    async fn pages_become_one_list_up_to_the_limit() {
        let list = |limit| Paged::new(Numbers { at: 1, bad: 0 }, limit);
        assert_eq!(all(list(None)).await, ((1..=7).collect(), true));
        assert_eq!(all(list(Some(4))).await, ((1..=4).collect(), true));
        assert_eq!(all(list(Some(0))).await, (vec![], true));
    }

    #[tokio::test]
    async fn an_error_ends_the_list() {
        let list = Paged::new(Numbers { at: 1, bad: 5 }, None);
        assert_eq!(all(list).await, (vec![1, 2, 3], false));
    }

    #[tokio::test]
    async fn the_total_costs_no_items() {
        let mut list = Paged::new(Numbers { at: 1, bad: 0 }, None);
        assert_eq!(list.total().await.unwrap(), Some(7));
        assert_eq!(all(list).await.0.len(), 7);
    }
}
