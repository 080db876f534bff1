//! Keys and values.

use super::{
    super::{Batch, PeerIndex, PeerRow, Storage, StoredKind, Table},
    Failure, ada, apply, clear, expect, find, get, scan,
};

/// The tables of plain keys and values.
const PLAIN: [Table; 4] = [
    Table::Keys,
    Table::Settings,
    Table::Updates,
    Table::Dialogues,
];

pub(super) async fn values(store: &dyn Storage) -> Result<(), Failure> {
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

pub(super) async fn tables_are_separate(store: &dyn Storage) -> Result<(), Failure> {
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
    let left = [
        (Table::Keys, 0),
        (Table::Settings, 0),
        (Table::Updates, 1),
        (Table::Dialogues, 1),
    ];
    for (table, count) in left {
        expect(check, count, scan(store, check, table).await?.len())?;
    }
    clear(store).await
}

pub(super) async fn order_within_a_batch(store: &dyn Storage) -> Result<(), Failure> {
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

pub(super) async fn scans_are_sorted(store: &dyn Storage) -> Result<(), Failure> {
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

pub(super) async fn batches_are_whole(store: &dyn Storage) -> Result<(), Failure> {
    let check = "a batch that cannot be carried out changes nothing";
    let mut batch = Batch::new();
    batch.put(Table::Keys, "a", "1").put(Table::Peers, "b", "2");
    let answer = store.apply(batch).await;
    expect(check, true, answer.is_err())?;
    expect(check, None, get(store, check, Table::Keys, b"a").await?)
}
