use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{
    Batch, BoxFuture, Changes, Error, PeerIndex, PeerRow, Rows, SessionString, SessionStringError,
    Storage, Table, tables::Tables,
};

/// A session that ends with the process, unless it is exported as a [`SessionString`].
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use heliogram::{Client, storage::Memory};
///
/// let storage = Memory::from_session_string(&std::env::var("SESSION")?)?;
/// let client = Client::builder(1, "api hash").storage(storage).connect().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
#[doc(alias = "MemorySession")]
#[doc(alias = "StringSession")]
#[doc(alias = "in_memory")]
pub struct Memory {
    tables: Mutex<Tables>,
}

impl Memory {
    /// An empty session.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The session a text holds: one of this library, Telethon, GramJS or Pyrogram.
    ///
    /// # Errors
    /// Why the text is no session.
    pub fn from_session_string(text: &str) -> Result<Self, SessionStringError> {
        Ok(Self::from_session(&text.parse()?))
    }

    /// The session of a parsed text.
    #[must_use]
    pub fn from_session(session: &SessionString) -> Self {
        let mut changes = Changes::new();
        changes.session(session);
        let memory = Self::default();
        // These changes are always ones a storage can carry out.
        if let Ok(ops) = changes.into_batch().into_ops() {
            memory.tables().apply(ops);
        }
        memory
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        // Nothing panics while the lock is held, and every change is complete in itself.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Storage for Memory {
    fn get<'a>(
        &'a self,
        table: Table,
        key: &'a [u8],
    ) -> BoxFuture<'a, Result<Option<Vec<u8>>, Error>> {
        Box::pin(async move { Ok(self.tables().get(table, key)) })
    }

    fn apply(&self, batch: Batch) -> BoxFuture<'_, Result<(), Error>> {
        Box::pin(async move {
            let ops = batch.into_ops()?;
            self.tables().apply(ops);
            Ok(())
        })
    }

    fn find_peer<'a>(&'a self, by: PeerIndex<'a>) -> BoxFuture<'a, Result<Option<PeerRow>, Error>> {
        Box::pin(async move { Ok(self.tables().find_peer(by)) })
    }

    fn scan(&self, table: Table) -> BoxFuture<'_, Result<Rows, Error>> {
        Box::pin(async move { Ok(self.tables().scan(table)) })
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memory")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::storage::{
        AuthKey, ChannelState, DcAddress, DcKey, Records, SessionFormat, SignedIn, StoredKind,
        UpdateState, conformance,
    };

    #[tokio::test]
    async fn conforms() {
        conformance::run(&Memory::new()).await.unwrap();
    }

    #[tokio::test]
    async fn typed_records_come_back() {
        let records = Records::new(Arc::new(Memory::new()));
        assert_eq!(records.home_dc().await.unwrap(), None);
        assert_eq!(records.session_string().await.unwrap(), None);
        let key = DcKey {
            salt: 5,
            ..DcKey::new(4, AuthKey::new([1; 256]))
        };
        let address = DcAddress::new(4, "[::1]:443".parse().unwrap());
        let me = SignedIn {
            user_id: 9,
            bot: Some(true),
        };
        let state = UpdateState {
            pts: 1,
            qts: 2,
            date: 3,
            seq: 4,
        };
        let mut changes = Changes::new();
        changes.home_dc(4).test_mode(true).layer(232).dc_key(&key);
        changes
            .dc_key(&DcKey::new(-4, key.key.clone()))
            .dc_addresses(std::slice::from_ref(&address));
        changes
            .signed_in(me)
            .update_state(state)
            .channel_state(10, ChannelState::at(11))
            .channel_state(2, ChannelState::at(3));
        changes
            .peer(PeerRow::new(9, StoredKind::Bot))
            .value("theme", "dark");
        records.commit(changes).await.unwrap();
        assert_eq!(records.home_dc().await.unwrap(), Some(4));
        assert_eq!(records.test_mode().await.unwrap(), Some(true));
        assert_eq!(records.layer().await.unwrap(), Some(232));
        assert_eq!(records.dc_key(4).await.unwrap(), Some(key));
        assert_eq!(records.dc_keys().await.unwrap().len(), 2);
        assert_eq!(records.dc_addresses().await.unwrap(), [address]);
        assert_eq!(records.signed_in().await.unwrap(), Some(me));
        assert_eq!(records.update_state().await.unwrap(), Some(state));
        assert_eq!(
            records.channel_state(10).await.unwrap(),
            Some(ChannelState::at(11))
        );
        let mut channels = records.channels().await.unwrap();
        channels.sort_unstable_by_key(|(id, _)| *id);
        let at = ChannelState::at;
        assert_eq!(channels, [(2, at(3)), (10, at(11))]);
        assert_eq!(records.peers().await.unwrap().len(), 1);
        assert_eq!(
            records.value("theme").await.unwrap(),
            Some(b"dark".to_vec())
        );

        let mut changes = Changes::new();
        changes.signed_out();
        records.commit(changes).await.unwrap();
        assert_eq!(records.signed_in().await.unwrap(), None);
        assert_eq!(records.dc_keys().await.unwrap(), []);
        assert_eq!(records.update_state().await.unwrap(), None);
        assert_eq!(records.dc_addresses().await.unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_session_string_becomes_a_session_and_back() {
        let mut string = SessionString::new(2, AuthKey::new([3; 256]));
        string.address = Some("149.154.167.40:443".parse().unwrap());
        string.test_mode = true;
        string.user_id = Some(12);
        string.bot = Some(false);
        let text = string.encode(SessionFormat::Heliogram).unwrap();
        let records = Records::new(Arc::new(Memory::from_session_string(&text).unwrap()));
        assert_eq!(
            records.session_string().await.unwrap(),
            Some(string.clone())
        );
        let me = records.signed_in().await.unwrap();
        assert_eq!(
            me,
            Some(SignedIn {
                user_id: 12,
                bot: Some(false)
            })
        );

        let other = Records::new(Arc::new(Memory::new()));
        let mut changes = Changes::new();
        changes.channel_state(1, ChannelState::at(1));
        other.commit(changes).await.unwrap();
        other.import_session_string(&text).await.unwrap();
        assert_eq!(other.session_string().await.unwrap(), Some(string));
        assert_eq!(
            other.channels().await.unwrap(),
            [],
            "the session before is forgotten"
        );
        assert!(other.import_session_string("1nonsense").await.is_err());
    }

    #[tokio::test]
    async fn damaged_records_are_errors_that_name_them() {
        let store = Memory::new();
        let mut batch = Batch::new();
        batch
            .put(Table::Settings, "home", "x")
            .put(Table::Keys, "dc:2", "short");
        store.apply(batch).await.unwrap();
        let records = Records::new(Arc::new(store));
        let text = records.home_dc().await.unwrap_err().to_string();
        assert!(text.contains("home data centre"), "{text}");
        assert!(matches!(
            records.dc_keys().await,
            Err(Error::Record {
                table: Table::Keys,
                ..
            })
        ));
    }
}
