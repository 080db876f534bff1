use std::sync::Arc;

use super::{
    Changes, ChannelState, DcAddress, DcKey, DialogueRow, Error, MethodWait, PeerIndex, PeerRow,
    SessionString, SignedIn, Storage, Table, UpdateMark, UpdateState,
    names::{
        ADDRESSES, AHEAD, CHANNEL_PREFIX, HOME, LAYER, SELF, STATE, TEST_MODE, VALUE_PREFIX, WAITS,
        channel_name, key_name, number,
    },
};

/// How a record of a channel is called in errors.
const CHANNEL: &str = "a channel's state";

/// A session's contents by their meaning, over any [`Storage`].
///
/// Reading is a method of this type; writing goes through [`Changes`], so that what belongs
/// together is written together:
///
/// ```
/// use std::sync::Arc;
/// use heliogram::storage::{Changes, Memory, Records, SignedIn};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let records = Records::new(Arc::new(Memory::default()));
/// let mut changes = Changes::new();
/// changes.home_dc(2).signed_in(SignedIn { user_id: 777000, bot: Some(false) });
/// records.commit(changes).await?;
/// assert_eq!(records.home_dc().await?, Some(2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Records {
    storage: Arc<dyn Storage>,
}

impl Records {
    /// The contents of `storage`.
    #[must_use]
    pub fn new(storage: Arc<dyn Storage>) -> Self {
        Self { storage }
    }

    /// The storage beneath.
    #[must_use]
    pub fn storage(&self) -> &Arc<dyn Storage> {
        &self.storage
    }

    /// Writes all of `changes` or nothing; an empty set costs nothing.
    ///
    /// # Errors
    /// The storage's failure.
    pub async fn commit(&self, changes: Changes) -> Result<(), Error> {
        if changes.is_empty() {
            return Ok(());
        }
        self.storage.apply(changes.into_batch()).await
    }

    /// The data centre the account lives at.
    ///
    /// # Errors
    /// The storage's failure, here and in every other method; [`Error::Record`] if what is stored
    /// cannot be read.
    pub async fn home_dc(&self) -> Result<Option<i32>, Error> {
        self.read(Table::Settings, HOME, "the home data centre", number)
            .await
    }

    /// Whether the session belongs to the test servers; `None` before the first connection.
    ///
    /// # Errors
    /// See [`Self::home_dc`].
    pub async fn test_mode(&self) -> Result<Option<bool>, Error> {
        let flag = self
            .read(Table::Settings, TEST_MODE, "the kind of servers", number)
            .await?;
        Ok(flag.map(|v| v != 0))
    }

    /// The schema layer of the last connection, by which a client knows that it was updated.
    ///
    /// # Errors
    /// See [`Self::home_dc`].
    pub async fn layer(&self) -> Result<Option<i32>, Error> {
        self.read(Table::Settings, LAYER, "the layer", number).await
    }

    /// The methods that must not be called yet; some of the waits may have ended.
    ///
    /// # Errors
    /// See [`Self::home_dc`].
    pub async fn method_waits(&self) -> Result<Vec<MethodWait>, Error> {
        let parse = MethodWait::list_from_bytes;
        let waits = self
            .read(Table::Settings, WAITS, "flood waits", parse)
            .await?;
        Ok(waits.unwrap_or_default())
    }

    /// The authorization key of a data centre.
    ///
    /// # Errors
    /// See [`Self::home_dc`].
    pub async fn dc_key(&self, dc: i32) -> Result<Option<DcKey>, Error> {
        self.read(
            Table::Keys,
            &key_name(dc),
            "an authorization key",
            DcKey::from_bytes,
        )
        .await
    }

    /// The authorization keys of all data centres.
    ///
    /// # Errors
    /// See [`Self::home_dc`].
    pub async fn dc_keys(&self) -> Result<Vec<DcKey>, Error> {
        let damaged = || Error::Record {
            table: Table::Keys,
            what: "an authorization key",
        };
        let rows = self.storage.scan(Table::Keys).await?;
        rows.iter()
            .map(|(_, v)| DcKey::from_bytes(v).ok_or_else(damaged))
            .collect()
    }

    /// The addresses of data centres the server told last; empty if it never did.
    ///
    /// # Errors
    /// See [`Self::home_dc`].
    pub async fn dc_addresses(&self) -> Result<Vec<DcAddress>, Error> {
        let read = DcAddress::list_from_bytes;
        let list = self
            .read(Table::Settings, ADDRESSES, "data centre addresses", read)
            .await?;
        Ok(list.unwrap_or_default())
    }

    /// Who is signed in; `None` if nobody is.
    ///
    /// # Errors
    /// See [`Self::home_dc`].
    pub async fn signed_in(&self) -> Result<Option<SignedIn>, Error> {
        self.read(Table::Settings, SELF, "the account", SignedIn::from_bytes)
            .await
    }

    /// A small value under a name of the caller's own.
    ///
    /// # Errors
    /// See [`Self::home_dc`].
    pub async fn value(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        let key = format!("{VALUE_PREFIX}{name}");
        self.storage.get(Table::Settings, key.as_bytes()).await
    }

    /// The peer with this marked id.
    ///
    /// # Errors
    /// See [`Self::home_dc`].
    pub async fn peer(&self, id: i64) -> Result<Option<PeerRow>, Error> {
        self.storage.find_peer(PeerIndex::Id(id)).await
    }

    /// The peer that had this username when it was seen last.
    ///
    /// # Errors
    /// See [`Self::home_dc`].
    pub async fn peer_by_username(&self, username: &str) -> Result<Option<PeerRow>, Error> {
        self.storage.find_peer(PeerIndex::Username(username)).await
    }

    /// The peer with this phone number.
    ///
    /// # Errors
    /// See [`Self::home_dc`].
    pub async fn peer_by_phone(&self, phone: &str) -> Result<Option<PeerRow>, Error> {
        self.storage.find_peer(PeerIndex::Phone(phone)).await
    }

    /// Every known peer, in ascending order of the ids.
    ///
    /// # Errors
    /// See [`Self::home_dc`].
    pub async fn peers(&self) -> Result<Vec<PeerRow>, Error> {
        let rows = self.storage.scan(Table::Peers).await?;
        rows.iter().map(|(_, v)| PeerRow::from_bytes(v)).collect()
    }

    /// How far the account's updates have been received; `None` if none ever were.
    ///
    /// # Errors
    /// See [`Self::home_dc`].
    pub async fn update_state(&self) -> Result<Option<UpdateState>, Error> {
        self.read(
            Table::Updates,
            STATE,
            "the update state",
            UpdateState::from_bytes,
        )
        .await
    }

    /// The updates that were dealt with although the state has not come to them yet.
    ///
    /// # Errors
    /// See [`Self::home_dc`].
    pub async fn updates_ahead(&self) -> Result<Vec<UpdateMark>, Error> {
        let parse = UpdateMark::list_from_bytes;
        let marks = self
            .read(Table::Updates, AHEAD, "updates dealt with", parse)
            .await?;
        Ok(marks.unwrap_or_default())
    }

    /// How far the updates of a channel have been received, by its bare id.
    ///
    /// # Errors
    /// See [`Self::home_dc`].
    pub async fn channel_state(&self, channel: i64) -> Result<Option<ChannelState>, Error> {
        let parse = ChannelState::from_bytes;
        self.read(Table::Updates, &channel_name(channel), CHANNEL, parse)
            .await
    }

    /// Bare id and state of every channel with a known one; see [`Self::channel_state`].
    ///
    /// # Errors
    /// See [`Self::home_dc`].
    pub async fn channels(&self) -> Result<Vec<(i64, ChannelState)>, Error> {
        let damaged = || Error::Record {
            table: Table::Updates,
            what: CHANNEL,
        };
        let mut found = Vec::new();
        for (key, value) in self.storage.scan(Table::Updates).await? {
            let Some(id) = key.strip_prefix(CHANNEL_PREFIX.as_bytes()) else {
                continue;
            };
            let id = std::str::from_utf8(id).ok().and_then(|id| id.parse().ok());
            let state = ChannelState::from_bytes(&value);
            let row = id.zip(state).ok_or_else(damaged)?;
            found.push(row);
        }
        Ok(found)
    }

    /// What is stored of the dialogue under this key.
    ///
    /// # Errors
    /// See [`Self::home_dc`].
    pub async fn dialogue(&self, key: &str) -> Result<Option<DialogueRow>, Error> {
        let read = DialogueRow::from_bytes;
        self.read(Table::Dialogues, key, "a dialogue", read).await
    }

    /// Every stored dialogue, by its key; an error for each that cannot be read.
    ///
    /// # Errors
    /// See [`Self::home_dc`].
    pub async fn dialogues(&self) -> Result<Vec<(String, Result<DialogueRow, Error>)>, Error> {
        let damaged = || Error::Record {
            table: Table::Dialogues,
            what: "a dialogue",
        };
        let rows = self.storage.scan(Table::Dialogues).await?;
        let read = |(key, value): (Vec<u8>, Vec<u8>)| {
            let row = DialogueRow::from_bytes(&value).ok_or_else(damaged);
            (String::from_utf8_lossy(&key).into_owned(), row)
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// The session as one short text; `None` if nobody is signed in.
    ///
    /// # Errors
    /// See [`Self::home_dc`].
    #[doc(alias = "export_session_string")]
    #[doc(alias = "StringSession.save")]
    pub async fn session_string(&self) -> Result<Option<SessionString>, Error> {
        let Some(me) = self.signed_in().await? else {
            return Ok(None);
        };
        let Some(dc) = self.home_dc().await? else {
            return Ok(None);
        };
        let Some(key) = self.dc_key(dc).await? else {
            return Ok(None);
        };
        let addresses = self.dc_addresses().await?;
        let home = |a: &&DcAddress| a.dc == dc && !a.media_only && !a.cdn && !a.tcpo_only;
        let address = addresses
            .iter()
            .filter(home)
            .min_by_key(|a| a.address.is_ipv6());
        let mut string = SessionString::new(dc, key.key);
        string.address = address.map(|a| a.address);
        string.test_mode = self.test_mode().await?.unwrap_or(false);
        string.user_id = (me.user_id != 0).then_some(me.user_id);
        string.bot = me.bot;
        Ok(Some(string))
    }

    /// Starts the session that a text holds, of this library, Telethon, GramJS or Pyrogram.
    ///
    /// What was in the storage before is forgotten.
    ///
    /// # Errors
    /// [`Error::SessionString`] if the text is no session; see also [`Self::home_dc`].
    #[doc(alias = "StringSession")]
    pub async fn import_session_string(&self, text: &str) -> Result<(), Error> {
        let string: SessionString = text.parse()?;
        let mut changes = Changes::new();
        changes.session(&string);
        self.commit(changes).await
    }

    async fn read<T>(
        &self,
        table: Table,
        key: &str,
        what: &'static str,
        parse: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        match self.storage.get(table, key.as_bytes()).await? {
            None => Ok(None),
            Some(bytes) => parse(&bytes).map(Some).ok_or(Error::Record { table, what }),
        }
    }
}
