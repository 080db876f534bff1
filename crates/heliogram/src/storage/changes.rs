use super::{
    Batch, ChannelState, DcAddress, DcKey, DialogueRow, MethodWait, PeerRow, SessionString,
    SignedIn, Table, UpdateMark, UpdateState,
    names::{
        ADDRESSES, AHEAD, HOME, LAYER, SELF, STATE, TEST_MODE, VALUE_PREFIX, WAITS, channel_name,
        key_name, number_bytes,
    },
};

/// What to write to a session, for [`Records::commit`](super::Records::commit).
#[derive(Clone, Debug, Default)]
#[must_use = "changes do nothing until they are committed"]
pub struct Changes {
    batch: Batch,
}

impl Changes {
    /// No changes.
    pub const fn new() -> Self {
        Self {
            batch: Batch::new(),
        }
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.batch.is_empty()
    }

    /// Remembers where the account lives.
    pub fn home_dc(&mut self, dc: i32) -> &mut Self {
        self.set(Table::Settings, HOME, number_bytes(dc))
    }

    /// Remembers whether the servers are the test ones.
    pub fn test_mode(&mut self, test: bool) -> &mut Self {
        self.set(Table::Settings, TEST_MODE, number_bytes(test.into()))
    }

    /// Remembers the schema layer of this connection.
    pub fn layer(&mut self, layer: i32) -> &mut Self {
        self.set(Table::Settings, LAYER, number_bytes(layer))
    }

    /// Writes a data centre's authorization key with its salts.
    pub fn dc_key(&mut self, key: &DcKey) -> &mut Self {
        self.set(Table::Keys, &key_name(key.dc), key.to_bytes())
    }

    /// Forgets a data centre's authorization key.
    pub fn forget_dc_key(&mut self, dc: i32) -> &mut Self {
        self.batch.delete(Table::Keys, key_name(dc));
        self
    }

    /// Replaces the known addresses of data centres.
    pub fn dc_addresses(&mut self, addresses: &[DcAddress]) -> &mut Self {
        self.set(
            Table::Settings,
            ADDRESSES,
            DcAddress::list_to_bytes(addresses),
        )
    }

    /// Remembers who is signed in.
    pub fn signed_in(&mut self, me: SignedIn) -> &mut Self {
        self.set(Table::Settings, SELF, me.to_bytes())
    }

    /// Forgets who is signed in, every key, peer, update state and dialogue; keeps addresses and settings.
    pub fn signed_out(&mut self) -> &mut Self {
        self.batch
            .clear(Table::Keys)
            .clear(Table::Peers)
            .clear(Table::Updates)
            .clear(Table::Dialogues);
        self.batch.delete(Table::Settings, SELF);
        self
    }

    /// Replaces the methods that must not be called yet.
    pub fn method_waits(&mut self, waits: &[MethodWait]) -> &mut Self {
        self.set(Table::Settings, WAITS, MethodWait::list_to_bytes(waits))
    }

    /// Writes a peer over what was known of it.
    pub fn peer(&mut self, row: PeerRow) -> &mut Self {
        self.batch.put_peer(row);
        self
    }

    /// Forgets the peer with this marked id.
    pub fn forget_peer(&mut self, id: i64) -> &mut Self {
        self.batch.delete_peer(id);
        self
    }

    /// Remembers how far the account's updates have been received.
    pub fn update_state(&mut self, state: UpdateState) -> &mut Self {
        self.set(Table::Updates, STATE, state.to_bytes())
    }

    /// Remembers the updates that were dealt with although the state has not come to them yet, in
    /// place of those remembered before.
    pub fn updates_ahead(&mut self, marks: &[UpdateMark]) -> &mut Self {
        if marks.is_empty() {
            self.batch.delete(Table::Updates, AHEAD.to_owned());
            return self;
        }
        self.set(Table::Updates, AHEAD, UpdateMark::list_to_bytes(marks))
    }

    /// Remembers how far a channel's updates have been received, by its bare id.
    pub fn channel_state(&mut self, channel: i64, state: ChannelState) -> &mut Self {
        self.set(Table::Updates, &channel_name(channel), state.to_bytes())
    }

    /// Forgets a channel's state, by its bare id.
    pub fn forget_channel(&mut self, channel: i64) -> &mut Self {
        self.batch.delete(Table::Updates, channel_name(channel));
        self
    }

    /// Forgets the state of all updates.
    pub fn forget_updates(&mut self) -> &mut Self {
        self.batch.clear(Table::Updates);
        self
    }

    /// Writes the state of a dialogue.
    pub fn dialogue(&mut self, key: &str, row: &DialogueRow) -> &mut Self {
        self.set(Table::Dialogues, key, row.to_bytes())
    }

    /// Forgets a dialogue.
    pub fn forget_dialogue(&mut self, key: &str) -> &mut Self {
        self.batch.delete(Table::Dialogues, key);
        self
    }

    /// Writes a small value under a name of the caller's own.
    pub fn value(&mut self, name: &str, value: impl Into<Vec<u8>>) -> &mut Self {
        self.set(
            Table::Settings,
            &format!("{VALUE_PREFIX}{name}"),
            value.into(),
        )
    }

    /// Forgets a value of the caller's own.
    pub fn forget_value(&mut self, name: &str) -> &mut Self {
        self.batch
            .delete(Table::Settings, format!("{VALUE_PREFIX}{name}"));
        self
    }

    /// Starts over with the session of `string`; what was stored before is forgotten.
    pub fn session(&mut self, string: &SessionString) -> &mut Self {
        for table in Table::ALL {
            self.batch.clear(table);
        }
        if let Some(address) = string.address {
            self.dc_addresses(&[DcAddress::new(string.dc, address)]);
        }
        self.home_dc(string.dc)
            .test_mode(string.test_mode)
            .dc_key(&DcKey::new(string.dc, string.auth_key.clone()))
            .signed_in(SignedIn {
                user_id: string.user_id.unwrap_or(0),
                bot: string.bot,
            })
    }

    /// The changes as a storage carries them out.
    pub fn into_batch(self) -> Batch {
        self.batch
    }

    fn set(&mut self, table: Table, key: &str, value: Vec<u8>) -> &mut Self {
        self.batch.put(table, key, value);
        self
    }
}
