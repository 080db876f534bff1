//! The tests every storage passes.
//!
//! A backend of one's own calls [`run`], and [`persistence`] if it outlives the process:
//!
//! ```
//! use heliogram::storage::{Memory, conformance};
//!
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! conformance::run(&Memory::new()).await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::{
    fmt::Debug,
    future::Future,
    pin::pin,
    task::{Context, Waker},
};

use super::{Batch, Error, PeerIndex, PeerRow, Rows, Storage, StoredKind, Table};

/// What a storage did wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The storage failed where nothing was amiss.
    #[error("{check}: {source}")]
    Storage {
        /// What was being tested.
        check: &'static str,
        /// The storage's error.
        source: Error,
    },
    /// The storage answered something else than it must.
    #[error("{check}: expected {expected}, got {got}")]
    Answer {
        /// What was being tested.
        check: &'static str,
        /// The right answer.
        expected: String,
        /// The storage's answer.
        got: String,
    },
}

/// The tables of plain keys and values.
const PLAIN: [Table; 3] = [Table::Keys, Table::Settings, Table::Updates];

/// Tests a storage that is empty, and leaves it empty.
///
/// # Errors
/// The first thing that is not as [`Storage`] asks for.
pub async fn run(store: &dyn Storage) -> Result<(), Failure> {
    starts_empty(store).await?;
    values(store).await?;
    tables_are_separate(store).await?;
    order_within_a_batch(store).await?;
    scans_are_sorted(store).await?;
    batches_are_whole(store).await?;
    peers_by_name(store).await?;
    names_change_hands(store).await?;
    large_batches(store).await?;
    concurrent_use(store).await?;
    dropped_calls(store).await?;
    clear(store).await?;
    starts_empty(store).await
}

/// Tests that a storage keeps its contents when it is closed and opened again.
///
/// `open` opens the same storage each time, which is empty at first and left empty.
///
/// # Errors
/// The first thing that is not as [`Storage`] asks for.
pub async fn persistence<S: Storage>(open: impl Fn() -> S) -> Result<(), Failure> {
    let check = "contents are there after opening again";
    let row = ada();
    {
        let store = open();
        starts_empty(&store).await?;
        let mut batch = Batch::new();
        batch
            .put(Table::Keys, "dc:2", vec![7; 300])
            .put(Table::Updates, "", "")
            .put_peer(row.clone());
        apply(&store, check, batch).await?;
    }
    {
        let store = open();
        expect(
            check,
            Some(vec![7; 300]),
            get(&store, check, Table::Keys, b"dc:2").await?,
        )?;
        expect(
            check,
            Some(vec![]),
            get(&store, check, Table::Updates, b"").await?,
        )?;
        let found = find(&store, check, PeerIndex::Username("ADA")).await?;
        expect(check, Some(row), found)?;
        let mut batch = Batch::new();
        batch.delete(Table::Keys, "dc:2").delete_peer(7);
        apply(&store, check, batch).await?;
    }
    let store = open();
    expect(check, None, get(&store, check, Table::Keys, b"dc:2").await?)?;
    expect(
        check,
        None,
        find(&store, check, PeerIndex::Phone("15550100")).await?,
    )?;
    expect(check, 1, scan(&store, check, Table::Updates).await?.len())?;
    clear(&store).await
}

async fn starts_empty(store: &dyn Storage) -> Result<(), Failure> {
    let check = "an empty storage holds nothing";
    for table in Table::ALL {
        expect(check, Rows::new(), scan(store, check, table).await?)?;
        expect(check, None, get(store, check, table, b"no such key").await?)?;
    }
    for by in [
        PeerIndex::Id(1),
        PeerIndex::Username("a"),
        PeerIndex::Phone("1"),
        PeerIndex::Phone(""),
    ] {
        expect(check, None, find(store, check, by).await?)?;
    }
    apply(store, check, Batch::new()).await
}

async fn values(store: &dyn Storage) -> Result<(), Failure> {
    let check = "values are kept, replaced and removed";
    let keys: [&[u8]; 4] = [b"", b"key", b"\0\xff\0", &[1; 500]];
    let values = [
        vec![],
        b"value".to_vec(),
        (0..=255).collect(),
        vec![9; 1 << 20],
    ];
    for table in PLAIN {
        for key in keys {
            for value in &values {
                let mut batch = Batch::new();
                batch.put(table, key, value.clone());
                apply(store, check, batch).await?;
                expect(
                    check,
                    Some(value.clone()),
                    get(store, check, table, key).await?,
                )?;
            }
            expect(check, 1, scan(store, check, table).await?.len())?;
            for _ in 0..2 {
                let mut batch = Batch::new();
                batch.delete(table, key);
                apply(store, check, batch).await?;
                expect(check, None, get(store, check, table, key).await?)?;
            }
        }
    }
    Ok(())
}

async fn tables_are_separate(store: &dyn Storage) -> Result<(), Failure> {
    let check = "the same key in two tables is two keys";
    let mut batch = Batch::new();
    for table in PLAIN {
        batch.put(table, "key", table.name());
    }
    apply(store, check, batch).await?;
    for table in PLAIN {
        let value = get(store, check, table, b"key").await?;
        expect(check, Some(table.name().as_bytes().to_vec()), value)?;
    }
    let mut batch = Batch::new();
    batch.clear(Table::Settings).delete(Table::Keys, "key");
    apply(store, check, batch).await?;
    for (table, count) in [(Table::Keys, 0), (Table::Settings, 0), (Table::Updates, 1)] {
        expect(check, count, scan(store, check, table).await?.len())?;
    }
    clear(store).await
}

async fn order_within_a_batch(store: &dyn Storage) -> Result<(), Failure> {
    let check = "changes of a batch are carried out in their order";
    let mut batch = Batch::new();
    batch
        .put(Table::Keys, "a", "1")
        .delete(Table::Keys, "a")
        .put(Table::Keys, "b", "2");
    batch
        .put(Table::Keys, "b", "3")
        .put(Table::Updates, "c", "4")
        .clear(Table::Updates);
    batch.put(Table::Updates, "d", "5");
    batch.put_peer(ada()).clear(Table::Peers);
    apply(store, check, batch).await?;
    expect(
        check,
        vec![(b"b".to_vec(), b"3".to_vec())],
        scan(store, check, Table::Keys).await?,
    )?;
    expect(
        check,
        vec![(b"d".to_vec(), b"5".to_vec())],
        scan(store, check, Table::Updates).await?,
    )?;
    expect(
        check,
        None,
        find(store, check, PeerIndex::Username("ada")).await?,
    )?;
    clear(store).await
}

async fn scans_are_sorted(store: &dyn Storage) -> Result<(), Failure> {
    let check = "scans are sorted by key, peers by id";
    let mut keys: Vec<Vec<u8>> = (0..=255_u8).rev().map(|n| vec![n]).collect();
    keys.extend([vec![], vec![7, 0], b"10".to_vec()]);
    let ids = [5, -5, 0, i64::MAX, i64::MIN, -1_000_000_000_001];
    let mut batch = Batch::new();
    for key in &keys {
        batch.put(Table::Settings, key.clone(), "");
    }
    for id in ids {
        batch.put_peer(PeerRow::new(id, StoredKind::Group));
    }
    apply(store, check, batch).await?;
    keys.sort();
    let scanned = scan(store, check, Table::Settings).await?;
    expect(check, keys, scanned.into_iter().map(|(k, _)| k).collect())?;
    let mut peers: Vec<i64> = ids.to_vec();
    peers.sort_unstable();
    let scanned = scan(store, check, Table::Peers).await?;
    let found: Vec<i64> = scanned
        .iter()
        .filter_map(|(k, _)| PeerRow::id_of(k))
        .collect();
    expect(check, peers, found)?;
    for (_, value) in scanned {
        PeerRow::from_bytes(&value).map_err(|source| Failure::Storage { check, source })?;
    }
    clear(store).await
}

async fn batches_are_whole(store: &dyn Storage) -> Result<(), Failure> {
    let check = "a batch that cannot be carried out changes nothing";
    let mut batch = Batch::new();
    batch.put(Table::Keys, "a", "1").put(Table::Peers, "b", "2");
    let answer = store.apply(batch).await;
    expect(check, true, answer.is_err())?;
    expect(check, None, get(store, check, Table::Keys, b"a").await?)
}

async fn peers_by_name(store: &dyn Storage) -> Result<(), Failure> {
    let check = "peers are found by id, username and phone";
    let row = ada();
    let mut batch = Batch::new();
    batch
        .put_peer(row.clone())
        .put_peer(PeerRow::new(8, StoredKind::Bot));
    apply(store, check, batch).await?;
    let names = [
        PeerIndex::Id(7),
        PeerIndex::Username("ada"),
        PeerIndex::Username("@ADA"),
        PeerIndex::Username("Countess"),
        PeerIndex::Phone("+1 (555) 01-00"),
        PeerIndex::Phone("15550100"),
    ];
    for by in names {
        expect(check, Some(row.clone()), find(store, check, by).await?)?;
    }
    let raw = get(store, check, Table::Peers, &PeerRow::key(7)).await?;
    expect(check, Some(row.to_bytes()), raw)?;
    for by in [
        PeerIndex::Id(9),
        PeerIndex::Username("ad"),
        PeerIndex::Phone(""),
        PeerIndex::Username(""),
    ] {
        expect(check, None, find(store, check, by).await?)?;
    }
    let mut batch = Batch::new();
    batch.delete_peer(7).delete_peer(7);
    apply(store, check, batch).await?;
    for by in names {
        expect(check, None, find(store, check, by).await?)?;
    }
    clear(store).await
}

async fn names_change_hands(store: &dyn Storage) -> Result<(), Failure> {
    let check = "a name leads to the row that was last written with it";
    let named = |id, name: &str| PeerRow {
        usernames: vec![name.to_owned()],
        phone: Some("123".to_owned()),
        ..PeerRow::new(id, StoredKind::User)
    };
    let id_of = async |name: &str| {
        let row = find(store, check, PeerIndex::Username(name)).await?;
        Ok::<_, Failure>(row.map(|r| r.id))
    };
    let write = async |rows: Vec<PeerRow>| {
        let mut batch = Batch::new();
        for row in rows {
            batch.put_peer(row);
        }
        apply(store, check, batch).await
    };
    write(vec![named(1, "old")]).await?;
    write(vec![named(1, "new")]).await?;
    expect(
        check,
        (None, Some(1)),
        (id_of("old").await?, id_of("new").await?),
    )?;
    write(vec![named(2, "NEW")]).await?;
    expect(check, Some(2), id_of("new").await?)?;
    // The first row still lists the name; writing or removing it takes nothing from the second.
    let mut batch = Batch::new();
    batch.delete_peer(1);
    apply(store, check, batch).await?;
    expect(check, Some(2), id_of("new").await?)?;
    let by_phone = find(store, check, PeerIndex::Phone("123")).await?;
    expect(check, Some(2), by_phone.map(|r| r.id))?;
    write(vec![PeerRow::new(2, StoredKind::User)]).await?;
    expect(check, None, id_of("new").await?)?;
    expect(
        check,
        None,
        find(store, check, PeerIndex::Phone("123")).await?,
    )?;
    clear(store).await
}

async fn large_batches(store: &dyn Storage) -> Result<(), Failure> {
    let check = "a thousand peers and their state go in at once";
    let mut batch = Batch::new();
    for n in 1..=1000_i64 {
        let usernames = vec![format!("user{n}"), format!("other{n}")];
        batch.put_peer(PeerRow {
            usernames,
            ..PeerRow::new(n, StoredKind::User)
        });
        batch.put(Table::Updates, format!("channel:{n}"), n.to_le_bytes());
    }
    apply(store, check, batch).await?;
    expect(check, 1000, scan(store, check, Table::Peers).await?.len())?;
    expect(check, 1000, scan(store, check, Table::Updates).await?.len())?;
    let found = find(store, check, PeerIndex::Username("other777")).await?;
    expect(check, Some(777), found.map(|r| r.id))?;
    clear(store).await
}

async fn concurrent_use(store: &dyn Storage) -> Result<(), Failure> {
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

async fn dropped_calls(store: &dyn Storage) -> Result<(), Failure> {
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

async fn clear(store: &dyn Storage) -> Result<(), Failure> {
    let check = "tables can be emptied";
    let mut batch = Batch::new();
    for table in Table::ALL {
        batch.clear(table);
    }
    apply(store, check, batch).await?;
    for table in Table::ALL {
        expect(check, Rows::new(), scan(store, check, table).await?)?;
    }
    Ok(())
}

fn ada() -> PeerRow {
    PeerRow {
        access_hash: Some(-42),
        usernames: vec!["Ada".to_owned(), "countess".to_owned()],
        phone: Some("+1 555 0100".to_owned()),
        name: Some("Ada Lovelace".to_owned()),
        ..PeerRow::new(7, StoredKind::User)
    }
}

async fn get(
    store: &dyn Storage,
    check: &'static str,
    table: Table,
    key: &[u8],
) -> Result<Option<Vec<u8>>, Failure> {
    store
        .get(table, key)
        .await
        .map_err(|source| Failure::Storage { check, source })
}

async fn scan(store: &dyn Storage, check: &'static str, table: Table) -> Result<Rows, Failure> {
    store
        .scan(table)
        .await
        .map_err(|source| Failure::Storage { check, source })
}

async fn find(
    store: &dyn Storage,
    check: &'static str,
    by: PeerIndex<'_>,
) -> Result<Option<PeerRow>, Failure> {
    store
        .find_peer(by)
        .await
        .map_err(|source| Failure::Storage { check, source })
}

async fn apply(store: &dyn Storage, check: &'static str, batch: Batch) -> Result<(), Failure> {
    store
        .apply(batch)
        .await
        .map_err(|source| Failure::Storage { check, source })
}

fn expect<T: PartialEq + Debug>(check: &'static str, expected: T, got: T) -> Result<(), Failure> {
    if expected == got {
        return Ok(());
    }
    // Values may be as long as a megabyte.
    let short = |v: &T| format!("{v:?}").chars().take(300).collect();
    Err(Failure::Answer {
        check,
        expected: short(&expected),
        got: short(&got),
    })
}
