//! Keeps the addresses of data centres fresh while a client is connected.

use std::{future::Future, sync::Arc, time::Duration};

use heliogram_api::{enums, functions as f, types};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep, sleep_until},
};

use crate::{Client, NetworkError, RawCall, Result, WeakClient};

/// The shortest and the longest time after which the configuration is fetched again, whatever the
/// server says.
const SHORTEST: Duration = Duration::from_secs(10 * 60);
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// How soon the configuration is fetched again for a data centre that was not in it, or because
/// the server says that there is a new one.
const SEARCH_PAUSE: Duration = Duration::from_secs(60);

/// Fetches the configuration after `first`, and again whenever it expires or the server says that it
/// changed, until the client ends.
pub(crate) async fn run(
    client: WeakClient,
    stale: Arc<Notify>,
    mut stopped: watch::Receiver<bool>,
    first: Duration,
) {
    let fetch = || {
        let client = client.upgrade();
        // Boxed: it runs once in many minutes.
        Box::pin(async move { Some(next(fetch(&client?).await)) })
    };
    tokio::select! {
        () = keep_fresh(first, &stale, fetch) => {}
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
}

/// Fetches after each lifetime, or sooner when told to, until there is nothing left to fetch for.
async fn keep_fresh<F: Future<Output = Option<Duration>>>(
    first: Duration,
    stale: &Notify,
    mut fetch: impl FnMut() -> F,
) {
    let mut wait = first;
    loop {
        let soonest = Instant::now() + SEARCH_PAUSE;
        let told = async {
            stale.notified().await;
            sleep_until(soonest).await;
        };
        tokio::select! {
            () = sleep(wait) => {}
            () = told => {}
        }
        match fetch().await {
            Some(lifetime) => wait = lifetime,
            None => return,
        }
    }
}

/// Whether the server says that there is a new configuration (raw `updateConfig` and
/// `updateDcOptions`).
pub(crate) fn is_news(updates: &enums::Updates) -> bool {
    let updates = match updates {
        enums::Updates::UpdateShort(u) => std::slice::from_ref(&u.update),
        enums::Updates::Updates(u) => &u.updates[..],
        enums::Updates::Combined(u) => &u.updates[..],
        _ => return false,
    };
    let news = |u: &_| matches!(u, enums::Update::Config | enums::Update::DcOptions(_));
    updates.iter().any(news)
}

/// When to fetch again after this.
fn next(fetched: Result<types::Config>) -> Duration {
    match fetched {
        Ok(config) => lifetime(&config),
        Err(error) => {
            tracing::debug!(%error, "the configuration was not refreshed");
            SHORTEST
        }
    }
}

async fn fetch(client: &Client) -> Result<types::Config> {
    let config = client.invoke(f::help::GetConfig {}).await?;
    client.net().learn_addresses(&config).await?;
    Ok(config)
}

/// How long the configuration is good for.
pub(crate) fn lifetime(config: &types::Config) -> Duration {
    let seconds = i64::from(config.expires) - i64::from(config.date);
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0)).clamp(SHORTEST, LONGEST)
}

/// Makes sure that a data centre can be reached: one that nobody knows may be in a newer
/// configuration, which many callers fetch once, and not again soon.
pub(crate) async fn reach(client: &Client, dc: i32) -> Result<()> {
    let net = client.net();
    if net.knows(dc) {
        return Ok(());
    }
    let mut searched = net.searched.lock().await;
    let due = searched.is_none_or(|at| at.elapsed() >= SEARCH_PAUSE);
    // Only a data centre that is known can be asked.
    if !net.knows(dc) && due && net.knows(net.home()) {
        tracing::info!(dc, "looking for a data centre that is not known yet");
        // Past all layers: one that moves the client would come back here.
        let call = RawCall::of(&f::help::GetConfig {});
        let answer = client.pool().call(net.home(), &call).await?;
        let config = client.decode::<f::help::GetConfig>(&answer)?;
        net.learn_addresses(&config).await?;
        *searched = Some(Instant::now());
    }
    match net.knows(dc) {
        true => Ok(()),
        false => Err(NetworkError::NoAddress { dc }.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn config(date: i32, expires: i32) -> types::Config {
        let mut r = heliogram_tl::Reader::new(&[]);
        let empty = <types::Config as heliogram_tl::Constructor>::decode_bare(&mut r);
        types::Config {
            date,
            expires,
            ..empty
        }
    }

    #[test]
    fn a_configuration_lives_as_long_as_the_server_says_within_reason() {
        let hour = 3600;
        assert_eq!(
            lifetime(&config(1000, 1000 + hour)),
            Duration::from_secs(3600)
        );
        assert_eq!(lifetime(&config(1000, 1001)), SHORTEST);
        assert_eq!(lifetime(&config(1000, 0)), SHORTEST);
        assert_eq!(lifetime(&config(i32::MIN, i32::MAX)), LONGEST);
        assert_eq!(next(Err(crate::Error::Closed)), SHORTEST);
    }

    #[tokio::test(start_paused = true)]
    async fn the_configuration_is_fetched_on_schedule() {
        let (start, fetched) = (Instant::now(), RefCell::new(Vec::new()));
        let hour = Duration::from_secs(3600);
        let mut lifetimes = [Some(2 * hour), Some(hour), None].into_iter();
        keep_fresh(hour, &Notify::new(), || {
            fetched.borrow_mut().push(start.elapsed().as_secs() / 3600);
            let lifetime = lifetimes.next().flatten();
            async move { lifetime }
        })
        .await;
        assert_eq!(fetched.into_inner(), [1, 3, 4]);
    }

    #[tokio::test(start_paused = true)]
    async fn news_of_a_configuration_is_fetched_soon_but_not_all_the_time() {
        let (start, stale) = (Instant::now(), Notify::new());
        let fetched = RefCell::new(Vec::new());
        let hour = Duration::from_secs(3600);
        stale.notify_one();
        keep_fresh(hour, &stale, || {
            fetched.borrow_mut().push(start.elapsed());
            // A server that says so after each.
            stale.notify_one();
            let lifetime = (fetched.borrow().len() < 3).then_some(hour);
            async move { lifetime }
        })
        .await;
        let minutes = [1, 2, 3].map(|n| n * SEARCH_PAUSE);
        assert_eq!(fetched.into_inner(), minutes);
    }

    #[test]
    fn news_of_a_configuration_is_told_from_other_updates() {
        let short =
            |update| enums::Updates::UpdateShort(types::UpdateShort { update, date: 0 }.into());
        assert!(is_news(&short(enums::Update::Config)));
        assert!(is_news(&short(
            types::UpdateDcOptions::new(Vec::new()).into()
        )));
        assert!(!is_news(&short(enums::Update::PtsChanged)));
        assert!(!is_news(&enums::Updates::TooLong));
    }

    #[tokio::test]
    async fn waiting_for_the_next_configuration_takes_little_memory() {
        let client = Client::offline().await;
        let stopped = client.net().stopped();
        let task = run(client.downgrade(), Arc::default(), stopped, SHORTEST);
        assert!(size_of_val(&task) <= 1024);
    }
}
