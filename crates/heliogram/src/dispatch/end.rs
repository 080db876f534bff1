//! Whether whoever runs a client is to end, and why.

use tokio::sync::watch;

use crate::{Client, Error, Result};

/// Told when running is to end.
pub(super) struct End {
    why: watch::Sender<Why>,
}

#[derive(Default)]
enum Why {
    #[default]
    NotYet,
    Told,
    Failed(Error),
}

impl End {
    pub(super) fn new() -> Self {
        Self {
            why: watch::Sender::new(Why::default()),
        }
    }

    /// Somebody begins to run the client: what ended a session before this one is of no interest.
    pub(super) fn begin(&self, client: &Client) {
        self.why.send_if_modified(|why| {
            let past = matches!(why, Why::Failed(e) if is_past(e, client));
            if past {
                *why = Why::NotYet;
            }
            past
        });
    }

    /// It is time to end.
    pub(super) fn tell(&self) {
        self.why.send_if_modified(|why| {
            let new = matches!(why, Why::NotYet);
            if new {
                *why = Why::Told;
            }
            new
        });
    }

    /// The account has left the session; nothing can be done for it until somebody signs in.
    pub(super) fn fail(&self, e: Error, client: &Client) {
        if !is_past(&e, client) {
            self.why.send_replace(Why::Failed(e));
        }
    }

    /// Waits until running is to end.
    ///
    /// # Errors
    /// What was wrong, if that is why.
    pub(super) async fn told(&self) -> Result<()> {
        let mut why = self.why.subscribe();
        // The sender lives as long as this does.
        let _ = why.wait_for(|why| !matches!(why, Why::NotYet)).await;
        self.failure().map_or(Ok(()), Err)
    }

    /// Why running had to end, if something was wrong; answered once.
    pub(super) fn failure(&self) -> Option<Error> {
        let mut failure = None;
        self.why.send_if_modified(|why| {
            *why = match std::mem::take(why) {
                Why::Failed(e) => {
                    failure = Some(e);
                    Why::Told
                }
                other => other,
            };
            false
        });
        failure
    }
}

/// Whether somebody has signed in since this ended a session.
fn is_past(e: &Error, client: &Client) -> bool {
    matches!(e, Error::SessionEnded(_)) && client.net().ended().is_none()
}
