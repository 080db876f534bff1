use std::sync::PoisonError;

use heliogram_api::types;

use super::{Net, lock};
use crate::{
    Result, SessionEnd, SessionEnded, UsageError,
    storage::{Changes, SignedIn},
};

/// Who is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    /// The user's id; 0 where a session string did not tell and the server was not asked yet.
    pub(crate) id: i64,
    /// Whether it is a bot, where that is known.
    pub(crate) bot: Option<bool>,
    /// The data centre it lives at.
    pub(crate) dc: i32,
}

/// What a session says about where to begin.
pub(super) struct Start {
    pub(super) home: Option<i32>,
    pub(super) account: Option<Account>,
}

impl Net {
    /// Reads where the session left off.
    pub(super) async fn start(
        records: &crate::storage::Records,
        servers: &super::servers::Servers,
    ) -> Result<Start> {
        let home = records.home_dc().await?;
        if let Some(test) = records.test_mode().await?
            && test != servers.is_test()
        {
            let why = if test {
                "the session belongs to Telegram's test servers; use `test_servers(true)`"
            } else {
                "the session does not belong to Telegram's test servers; use a session of its own"
            };
            return Err(UsageError::Servers(why).into());
        }
        let me = records.signed_in().await?;
        let account = me.zip(home).map(|(me, dc)| Account {
            id: me.user_id,
            bot: me.bot,
            dc,
        });
        Ok(Start { home, account })
    }

    /// Who is signed in.
    pub(crate) fn account(&self) -> Option<Account> {
        *self.account.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_account(&self, account: Option<Account>) {
        *self.account.write().unwrap_or_else(PoisonError::into_inner) = account;
    }

    /// Moves to another data centre, with the account or without, and remembers it.
    pub(crate) async fn set_home(&self, dc: i32, with_account: bool) -> Result<()> {
        let mut changes = Changes::new();
        changes.home_dc(dc);
        self.records.commit(changes).await?;
        if with_account {
            self.set_account(self.account().map(|account| Account { dc, ..account }));
        }
        self.move_home(dc);
        if with_account {
            self.hub.resync();
        }
        Ok(())
    }

    /// Remembers who signed in, at the data centre that is home now.
    pub(crate) async fn sign_in(&self, id: i64, bot: bool) -> Result<()> {
        let dc = self.home();
        let mut changes = Changes::new();
        changes
            .home_dc(dc)
            .test_mode(self.config.servers.is_test())
            .signed_in(SignedIn {
                user_id: id,
                bot: Some(bot),
            });
        self.records.commit(changes).await?;
        *lock(&self.ended) = None;
        self.set_account(Some(Account {
            id,
            bot: Some(bot),
            dc,
        }));
        self.hub.resync();
        Ok(())
    }

    /// Forgets the account and all it knew. Keys stay: the next sign-in uses them.
    pub(crate) async fn sign_out(&self) -> Result<()> {
        self.lose_account();
        // A key that is good for nothing stays so.
        lock(&self.ended).take_if(|e| e.why != SessionEnd::Duplicated);
        let dcs: Vec<_> = lock(&self.dcs).values().cloned().collect();
        let mut changes = Changes::new();
        self.waits.forget_account();
        changes.signed_out().method_waits(&self.waits.stored());
        for dc in dcs {
            if let Some(key) = dc.stored_key().await {
                changes.dc_key(&key);
            }
        }
        self.records.commit(changes).await?;
        Ok(())
    }

    /// The account has left this session: says so, once, and that nothing is to be asked any more
    /// in its name.
    pub(crate) fn end_session(&self, why: &SessionEnded) {
        {
            let mut ended = lock(&self.ended);
            if ended.is_some() {
                return;
            }
            *ended = Some(why.clone());
        }
        tracing::error!(error = %why, "the session is over");
        self.lose_account();
    }

    /// Why the account has left this session, until somebody signs in.
    pub(crate) fn ended(&self) -> Option<SessionEnded> {
        lock(&self.ended).clone()
    }

    /// The server does not know the account in this session any more. What is stored stays, for
    /// its owner to look at; the next sign-in writes over it.
    fn lose_account(&self) {
        self.set_account(None);
        for dc in lock(&self.dcs).values() {
            dc.set_authorized(false);
        }
        // Whoever reads updates is told.
        self.hub.resync();
    }

    /// Takes over the addresses that the server's configuration names.
    pub(crate) async fn learn_addresses(&self, config: &types::Config) -> Result<()> {
        let known = {
            let mut addresses = lock(&self.addresses);
            addresses.learn(config);
            addresses.stored()
        };
        let mut changes = Changes::new();
        changes
            .dc_addresses(&known)
            .test_mode(self.config.servers.is_test());
        self.records.commit(changes).await?;
        Ok(())
    }
}
