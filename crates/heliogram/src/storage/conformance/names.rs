//! Peers and what they are found by.

use super::{
    super::{Batch, PeerIndex, PeerRow, Storage, StoredKind, Table},
    Failure, ada, apply, clear, expect, find, get, scan,
};

pub(super) async fn peers_by_name(store: &dyn Storage) -> Result<(), Failure> {
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

pub(super) async fn names_change_hands(store: &dyn Storage) -> Result<(), Failure> {
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

pub(super) async fn large_batches(store: &dyn Storage) -> Result<(), Failure> {
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
