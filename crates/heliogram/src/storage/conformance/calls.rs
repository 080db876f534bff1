//! Calls at the same time, and calls nobody waits for.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Waker},
};

use super::{
    super::{Batch, Storage, Table},
    Failure, apply, clear, expect, get, scan,
};

pub(super) async fn concurrent_use(store: &dyn Storage) -> Result<(), Failure> {
    let check = "calls may be made at the same time";
    let write = async |range: std::ops::Range<u8>| {
        for n in range {
            let mut batch = Batch::new();
            batch
                .put(Table::Settings, [n], [n])
                .put(Table::Updates, [n], [n]);
            apply(store, check, batch).await?;
            expect(
                check,
                Some(vec![n]),
                get(store, check, Table::Updates, &[n]).await?,
            )?;
        }
        Ok::<_, Failure>(())
    };
    let watch = async || {
        for _ in 0..64 {
            // What is written together is seen together: updates are never behind settings.
            let settings = scan(store, check, Table::Settings).await?.len();
            let updates = scan(store, check, Table::Updates).await?.len();
            expect(check, true, updates >= settings)?;
        }
        Ok::<_, Failure>(())
    };
    let (a, b, c, d) = tokio::join!(write(0..16), write(16..32), write(32..48), watch());
    a.and(b).and(c).and(d)?;
    expect(check, 48, scan(store, check, Table::Settings).await?.len())?;
    clear(store).await
}

pub(super) async fn dropped_calls(store: &dyn Storage) -> Result<(), Failure> {
    let check = "a call that is not waited for happens whole or not at all";
    for n in 0..16_u8 {
        let mut batch = Batch::new();
        batch
            .put(Table::Keys, [n], [n])
            .put(Table::Updates, [n], [n]);
        let mut call = pin!(store.apply(batch));
        // Polled once and dropped.
        let _ = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
    let keys = scan(store, check, Table::Keys).await?;
    expect(check, keys, scan(store, check, Table::Updates).await?)?;
    clear(store).await
}

pub(super) async fn use_after_closing(store: &dyn Storage) -> Result<(), Failure> {
    let check = "a storage that was closed opens again and has everything";
    let closed = |source| Failure::Storage { check, source };
    let mut batch = Batch::new();
    batch.put(Table::Settings, "colour", "blue");
    apply(store, check, batch).await?;
    // Clients that share a storage each close it.
    store.close().await.map_err(closed)?;
    store.close().await.map_err(closed)?;
    let colour = get(store, check, Table::Settings, b"colour").await?;
    expect(check, Some(b"blue".to_vec()), colour)?;
    clear(store).await
}
