use super::{Error, PeerRow, Table};

/// Changes that a storage carries out together or not at all.
///
/// ```
/// use heliogram::storage::{Batch, PeerRow, StoredKind, Table};
///
/// let mut batch = Batch::new();
/// batch
///     .put(Table::Settings, "colour", "blue")
///     .delete(Table::Settings, "size")
///     .put_peer(PeerRow::new(777000, StoredKind::User));
/// assert_eq!(batch.len(), 3);
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a batch does nothing until it is applied"]
pub struct Batch {
    ops: Vec<Op>,
}

/// One change of a [`Batch`].
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Op {
    /// Writes a value, over what was there; never in [`Table::Peers`].
    Put {
        /// Where.
        table: Table,
        /// Under which key.
        key: Vec<u8>,
        /// What.
        value: Vec<u8>,
    },
    /// Removes a key if it is there; never in [`Table::Peers`].
    Delete {
        /// Where.
        table: Table,
        /// Which key.
        key: Vec<u8>,
    },
    /// Writes a peer over the row of the same id, and finds it by its names from now on.
    PutPeer(Box<PeerRow>),
    /// Removes the peer of this id with its names.
    DeletePeer(i64),
    /// Empties a table.
    Clear(Table),
}

impl Batch {
    /// A batch without changes.
    pub const fn new() -> Self {
        Self { ops: Vec::new() }
    }

    /// Writes `value` under `key`; peers are written by [`Self::put_peer`].
    pub fn put(
        &mut self,
        table: Table,
        key: impl Into<Vec<u8>>,
        value: impl Into<Vec<u8>>,
    ) -> &mut Self {
        self.push(Op::Put {
            table,
            key: key.into(),
            value: value.into(),
        })
    }

    /// Removes `key`; peers are removed by [`Self::delete_peer`].
    pub fn delete(&mut self, table: Table, key: impl Into<Vec<u8>>) -> &mut Self {
        self.push(Op::Delete {
            table,
            key: key.into(),
        })
    }

    /// Writes a peer.
    pub fn put_peer(&mut self, row: PeerRow) -> &mut Self {
        self.push(Op::PutPeer(Box::new(row)))
    }

    /// Removes the peer with this marked id.
    pub fn delete_peer(&mut self, id: i64) -> &mut Self {
        self.push(Op::DeletePeer(id))
    }

    /// Empties a table.
    pub fn clear(&mut self, table: Table) -> &mut Self {
        self.push(Op::Clear(table))
    }

    /// Puts the changes of `other` behind those of this batch.
    pub fn append(&mut self, mut other: Self) -> &mut Self {
        self.ops.append(&mut other.ops);
        self
    }

    /// How many changes there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ops.len()
    }

    /// Whether there is nothing to change.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// The changes in their order, for a backend to carry out.
    ///
    /// # Errors
    /// [`Error::Usage`] if a peer is to be written or removed by its bytes: its names would not be
    /// found.
    pub fn into_ops(self) -> Result<Vec<Op>, Error> {
        let by_bytes = |op: &Op| {
            matches!(
                op,
                Op::Put {
                    table: Table::Peers,
                    ..
                } | Op::Delete {
                    table: Table::Peers,
                    ..
                }
            )
        };
        if self.ops.iter().any(by_bytes) {
            return Err(Error::Usage(
                "peers are written with `Batch::put_peer` and removed with `Batch::delete_peer`",
            ));
        }
        Ok(self.ops)
    }

    fn push(&mut self, op: Op) -> &mut Self {
        self.ops.push(op);
        self
    }
}

/// Values may be secret, so only their lengths are shown.
impl std::fmt::Debug for Op {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Put { table, key, value } => {
                write!(
                    f,
                    "Put({}/{}, {} bytes)",
                    table.name(),
                    key.escape_ascii(),
                    value.len()
                )
            }
            Self::Delete { table, key } => {
                write!(f, "Delete({}/{})", table.name(), key.escape_ascii())
            }
            Self::PutPeer(row) => write!(f, "PutPeer({})", row.id),
            Self::DeletePeer(id) => write!(f, "DeletePeer({id})"),
            Self::Clear(table) => write!(f, "Clear({})", table.name()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_cannot_be_written_by_their_bytes() {
        let mut batch = Batch::new();
        batch.put(Table::Peers, "k", "v");
        assert!(matches!(batch.into_ops(), Err(Error::Usage(_))));
        let mut batch = Batch::new();
        batch.delete(Table::Peers, "k");
        assert!(matches!(batch.into_ops(), Err(Error::Usage(_))));
    }

    #[test]
    fn debug_text_hides_values() {
        let mut batch = Batch::new();
        batch.put(Table::Keys, "dc:2", "hunter2");
        let text = format!("{batch:?}");
        assert!(
            text.contains("keys/dc:2") && !text.contains("hunter2"),
            "{text}"
        );
    }
}
