/// The session a request came from: it gets the change as its answer, not as an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Origin {
    /// Id of the auth key the session runs under.
    pub(crate) key: i64,
    /// Id of the session itself.
    pub(crate) session: i64,
}

/// Who does something, and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Actor {
    /// Id of the account.
    pub(crate) user: i64,
    /// The session, or nothing when the test handle acts for the account.
    pub(crate) origin: Option<Origin>,
}

impl Actor {
    /// The account itself, from no session: every one of its sessions hears of the change.
    pub(crate) fn account(user: i64) -> Self {
        Self { user, origin: None }
    }

    /// The same, for what no answer says: the session it came from has to be told as well.
    pub(crate) fn everywhere(self) -> Self {
        Self::account(self.user)
    }
}
