//! The tables in memory, with the peers' names: what `Memory` and `File` keep.

use std::collections::{BTreeMap, HashMap};

use super::{
    Error, Op, PeerIndex, PeerRow, Rows, Table, peer::normalize_phone, peer::normalize_username,
};

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

#[derive(Clone, Default)]
pub(super) struct Tables {
    keys: Map,
    settings: Map,
    updates: Map,
    dialogues: Map,
    peers: BTreeMap<i64, PeerRow>,
    usernames: HashMap<String, i64>,
    phones: HashMap<String, i64>,
}

impl Tables {
    pub(super) fn get(&self, table: Table, key: &[u8]) -> Option<Vec<u8>> {
        match self.map(table) {
            Some(map) => map.get(key).cloned(),
            None => Some(self.peers.get(&PeerRow::id_of(key)?)?.to_bytes()),
        }
    }

    pub(super) fn scan(&self, table: Table) -> Rows {
        match self.map(table) {
            Some(map) => map.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
            None => {
                let row =
                    |(&id, row): (&i64, &PeerRow)| (PeerRow::key(id).to_vec(), row.to_bytes());
                self.peers.iter().map(row).collect()
            }
        }
    }

    pub(super) fn find_peer(&self, by: PeerIndex<'_>) -> Option<PeerRow> {
        let id = match by {
            PeerIndex::Id(id) => id,
            PeerIndex::Username(name) => *self.usernames.get(&normalize_username(name))?,
            PeerIndex::Phone(phone) => *self.phones.get(&normalize_phone(phone))?,
        };
        self.peers.get(&id).cloned()
    }

    /// Carries out changes; checks all before the first.
    pub(super) fn apply(&mut self, ops: Vec<Op>) {
        for op in ops {
            match op {
                Op::Put { table, key, value } => {
                    if let Some(map) = self.map_mut(table) {
                        map.insert(key, value);
                    }
                }
                Op::Delete { table, key } => {
                    if let Some(map) = self.map_mut(table) {
                        map.remove(&key);
                    }
                }
                Op::PutPeer(row) => self.put_peer(*row),
                Op::DeletePeer(id) => {
                    self.forget_names(id);
                    self.peers.remove(&id);
                }
                Op::Clear(table) => match self.map_mut(table) {
                    Some(map) => map.clear(),
                    None => {
                        self.peers.clear();
                        self.usernames.clear();
                        self.phones.clear();
                    }
                },
            }
        }
    }

    /// All rows, in tables of their own.
    pub(super) fn rows(&self) -> impl Iterator<Item = (Table, Rows)> + '_ {
        Table::ALL
            .into_iter()
            .map(|table| (table, self.scan(table)))
    }

    /// Puts back a row that [`Self::rows`] gave.
    pub(super) fn restore(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), Error> {
        match self.map_mut(table) {
            Some(map) => {
                map.insert(key.to_vec(), value.to_vec());
            }
            None => self.put_peer(PeerRow::from_bytes(value)?),
        }
        Ok(())
    }

    fn put_peer(&mut self, row: PeerRow) {
        self.forget_names(row.id);
        for name in row.index_names() {
            self.usernames.insert(name, row.id);
        }
        if let Some(phone) = row.index_phone() {
            self.phones.insert(phone, row.id);
        }
        self.peers.insert(row.id, row);
    }

    /// Removes the names of a row, save those another row has taken over.
    fn forget_names(&mut self, id: i64) {
        let Some(old) = self.peers.get(&id) else {
            return;
        };
        for name in old.index_names() {
            if self.usernames.get(&name) == Some(&id) {
                self.usernames.remove(&name);
            }
        }
        if let Some(phone) = old.index_phone()
            && self.phones.get(&phone) == Some(&id)
        {
            self.phones.remove(&phone);
        }
    }

    const fn map(&self, table: Table) -> Option<&Map> {
        match table {
            Table::Keys => Some(&self.keys),
            Table::Settings => Some(&self.settings),
            Table::Updates => Some(&self.updates),
            Table::Dialogues => Some(&self.dialogues),
            Table::Peers => None,
        }
    }

    const fn map_mut(&mut self, table: Table) -> Option<&mut Map> {
        match table {
            Table::Keys => Some(&mut self.keys),
            Table::Settings => Some(&mut self.settings),
            Table::Updates => Some(&mut self.updates),
            Table::Dialogues => Some(&mut self.dialogues),
            Table::Peers => None,
        }
    }
}
