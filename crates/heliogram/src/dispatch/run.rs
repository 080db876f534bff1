//! Running a program that is a client: until it is told to end, and then in good order.

use std::{future::Future, io};

use tokio::task::JoinSet;

use super::{Registration, Router};
use crate::{Client, Error, Result};

impl Client {
    /// Runs the handlers until the program is told to end, by Ctrl-C or SIGTERM, or by
    /// [`quit`](Self::quit) or [`stop`](Self::stop); then lets them end what they have, saves and
    /// stops the client.
    ///
    /// Ending may take as long as [`Workers::drain`](super::Workers::drain) allows; a second
    /// Ctrl-C cuts it short.
    ///
    /// ```no_run
    /// use heliogram::{Client, Message, Result, Router, filter, storage};
    ///
    /// async fn echo(message: Message) -> Result<()> {
    ///     message.reply(message.text()).await?;
    ///     Ok(())
    /// }
    ///
    /// # async fn run() -> Result<()> {
    /// # let (api_id, api_hash) = (1, "");
    /// let client = Client::builder(api_id, api_hash)
    ///     .storage(storage::File::open("bot.session"))
    ///     .connect()
    ///     .await?;
    /// client.sign_in_bot("123456:token").await?;
    /// client.run(Router::new().on(filter::any(), echo)).await
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`attach`](Self::attach), before anything begins; those of
    /// [`run_until_disconnected`](Self::run_until_disconnected) later.
    #[doc(alias = "idle")]
    #[doc(alias = "start_polling")]
    pub async fn run(&self, router: Router) -> Result<()> {
        self.must_be_signed_in()?;
        let attached = self.attach(router).await?;
        let _attached = Detach(self, attached);
        self.run_until_disconnected().await
    }

    /// As [`run`](Self::run), for a router whose handlers share state.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_with<S>(&self, router: Router<S>, state: S) -> Result<()>
    where
        S: Clone + Send + Sync + 'static,
    {
        self.run(router.with_state(state)).await
    }

    /// As [`run`](Self::run), for a client that was given its handlers before, or has none.
    ///
    /// # Errors
    /// [`Error::Usage`] if nobody is signed in; [`Error::SessionEnded`] if the account leaves the
    /// session meanwhile; [`Error::Io`] if the system does not tell of signals; and
    /// [`Error::Storage`] if the session cannot be saved.
    #[doc(alias = "idle")]
    pub async fn run_until_disconnected(&self) -> Result<()> {
        self.must_be_signed_in()?;
        self.live().end.begin(self);
        let told = tokio::select! {
            told = told_to_end() => told,
            told = self.live().end.told() => told,
            () = self.disconnected() => Ok(()),
        };
        let stopped = self.stop_in_time().await;
        if let Some(e) = self.live().end.failure() {
            return Err(e);
        }
        told?;
        stopped
    }

    fn must_be_signed_in(&self) -> Result<()> {
        match self.self_id() {
            Some(_) => Ok(()),
            None => Err(Error::usage(
                "nobody is signed in, so nothing will happen: call `sign_in` or `sign_in_bot` \
                 before running the client.",
            )),
        }
    }

    /// Stops, and does not wait for handlers any longer when told again.
    async fn stop_in_time(&self) -> Result<()> {
        let stop = self.stop();
        tokio::pin!(stop);
        tokio::select! {
            stopped = &mut stop => return stopped,
            _ = told_to_end() => self.live().hurry(),
        }
        stop.await
    }

    /// Ends when the client was stopped, whoever did it.
    pub fn disconnected(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut stopped = self.net().stopped();
        async move {
            // Without the sender the client is gone altogether.
            let _ = stopped.wait_for(|stopped| *stopped).await;
        }
    }

    /// Lets [`run`](Self::run) end, as Ctrl-C does; returns at once. What handlers call to end the
    /// program.
    ///
    /// ```
    /// # use heliogram::{Client, Router, filter};
    /// async fn shutdown(client: Client) {
    ///     client.quit();
    /// }
    /// let router: Router = Router::new().on(filter::any(), shutdown);
    /// # let _ = router;
    /// ```
    #[doc(alias = "stop_running")]
    pub fn quit(&self) {
        self.live().end.tell();
    }
}

/// Runs several clients in one program until it is told to end, each with a router of its own.
///
/// One that ends earlier, for example because its account is signed out, leaves the others
/// running.
///
/// ```no_run
/// # async fn run(alice: heliogram::Client, bob: heliogram::Client) -> heliogram::Result<()> {
/// # use heliogram::{Message, Router, filter};
/// # async fn echo(message: Message) { let _ = message; }
/// let router: Router = Router::new().on(filter::any(), echo);
/// heliogram::run_all([(alice, router.clone()), (bob, router)]).await
/// # }
/// ```
///
/// # Errors
/// The first that one of them fails with, once all have ended; see [`Client::run`]. If one cannot
/// begin, for example because nobody is signed in to it, all are stopped.
#[doc(alias = "compose")]
pub async fn run_all(clients: impl IntoIterator<Item = (Client, Router)>) -> Result<()> {
    let clients: Vec<_> = clients.into_iter().collect();
    let mut first = Ok(());
    let mut begun = Vec::new();
    for (client, router) in clients {
        if first.is_ok() {
            first = client.must_be_signed_in();
        }
        if first.is_ok() {
            first = client.attach(router).await.map(drop);
        }
        begun.push(client);
    }
    let failed = first.is_err();
    let mut all = JoinSet::new();
    for client in begun {
        all.spawn(async move {
            match failed {
                true => client.stop().await,
                false => client.run_until_disconnected().await,
            }
        });
    }
    while let Some(ended) = all.join_next().await {
        let ended = ended.unwrap_or_else(|e| Err(Error::Io(io::Error::other(e))));
        first = first.and(ended);
    }
    first
}

/// Takes a router away again when the client is not run any longer.
struct Detach<'a>(&'a Client, Registration);

impl Drop for Detach<'_> {
    fn drop(&mut self) {
        self.0.remove(&self.1);
    }
}

/// Waits for Ctrl-C, or for a request of the system's to end.
async fn told_to_end() -> Result<()> {
    tokio::select! {
        told = tokio::signal::ctrl_c() => told?,
        told = terminated() => told?,
    }
    Ok(())
}

#[cfg(unix)]
async fn terminated() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    signal(SignalKind::terminate())?.recv().await;
    Ok(())
}

#[cfg(not(unix))]
async fn terminated() -> io::Result<()> {
    std::future::pending().await
}
