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

mod calls;
mod names;
mod values;

use std::{
    error,
    fmt::{self, Debug},
};

use super::{Batch, Error, PeerIndex, PeerRow, Rows, Storage, StoredKind, Table};

/// What a storage did wrong.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// The storage failed where nothing was amiss.
    Storage {
        /// What was being tested.
        check: &'static str,
        /// The storage's error.
        source: Error,
    },
    /// The storage answered something else than it must.
    Answer {
        /// What was being tested.
        check: &'static str,
        /// The right answer.
        expected: String,
        /// The storage's answer.
        got: String,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Storage { check, source } => write!(f, "{check}: {source}"),
            Self::Answer {
                check,
                expected,
                got,
            } => write!(f, "{check}: expected {expected}, got {got}"),
        }
    }
}

impl error::Error for Failure {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Storage { source, .. } => Some(source),
            Self::Answer { .. } => None,
        }
    }
}

/// Tests a storage that is empty, and leaves it empty.
///
/// # Errors
/// The first thing that is not as [`Storage`] asks for.
pub async fn run(store: &dyn Storage) -> Result<(), Failure> {
    starts_empty(store).await?;
    values::values(store).await?;
    values::tables_are_separate(store).await?;
    values::order_within_a_batch(store).await?;
    values::scans_are_sorted(store).await?;
    values::batches_are_whole(store).await?;
    names::peers_by_name(store).await?;
    names::names_change_hands(store).await?;
    names::large_batches(store).await?;
    calls::concurrent_use(store).await?;
    calls::dropped_calls(store).await?;
    calls::use_after_closing(store).await?;
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
