use heliogram_api::{enums, functions as f};

use crate::{
    Client, Error, Result,
    storage::{self, Changes, SessionFormat},
    types::User,
};

impl Client {
    /// The account this session is signed in to.
    ///
    /// Raw `users.getUsers` with `inputUserSelf`.
    ///
    /// # Errors
    /// [`Error::is_unauthorized`] if nobody is signed in.
    #[doc(alias = "get_me")]
    #[doc(alias = "users.getFullUser")]
    pub async fn me(&self) -> Result<User> {
        let users = self.invoke(own_user()).await?;
        self.recognise(users).await
    }

    /// Takes the account's own user from an answer, and remembers what the session did not know.
    pub(crate) async fn recognise(&self, users: Vec<enums::User>) -> Result<User> {
        let user = match users.into_iter().next() {
            Some(user) => full(user, "users.getUsers")?,
            None => return Err(Error::unexpected("users.getUsers", "a user", "nothing")),
        };
        let account = self.net().account();
        if account.is_none_or(|a| a.id != user.id() || a.bot != Some(user.is_bot())) {
            self.net().sign_in(user.id(), user.is_bot()).await?;
        }
        Ok(user)
    }

    /// Asks the server whether this session is signed in.
    ///
    /// [`authorization`](Self::authorization) answers from memory.
    ///
    /// # Errors
    /// The errors of the network; not being signed in is none.
    #[doc(alias = "is_user_authorized")]
    pub async fn is_authorized(&self) -> Result<bool> {
        match self.invoke(own_user()).await {
            Ok(_) => Ok(true),
            Err(e) if e.is_unauthorized() => Ok(false),
            Err(e) => Err(e),
        }
    }

    /// The session as one line of text, for this library or another; `None` before signing in.
    ///
    /// Whoever has the text is signed in as the account: keep it like a password, and use it in one
    /// place at a time. [`ClientBuilder::session_string`](crate::ClientBuilder::session_string)
    /// starts from one.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// use heliogram::storage::SessionFormat;
    /// if let Some(text) = client.session_string(SessionFormat::Telethon).await? {
    ///     std::fs::write("session.txt", text)?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Storage`] if the session cannot be read, or the format needs what is not known.
    #[doc(alias = "export_session_string")]
    #[doc(alias = "StringSession.save")]
    pub async fn session_string(&self, format: SessionFormat) -> Result<Option<String>> {
        let net = self.net();
        let Some(mut session) = net.records.session_string().await? else {
            return Ok(None);
        };
        session.api_id = Some(net.config.api_id);
        if session.address.is_none() {
            session.address = net.address_of(session.dc);
        }
        let text = session.encode(format).map_err(storage::Error::from)?;
        Ok(Some(text))
    }

    /// Signs out: the server ends the session, and what it knew of the account is forgotten.
    ///
    /// The client goes on, and can sign in again: the key that was signed in is destroyed, and the
    /// next call makes a new one. Raw `auth.logOut`, `destroy_auth_key`.
    ///
    /// # Errors
    /// The errors of the network and of the storage. A session that was signed out already is
    /// none.
    #[doc(alias = "sign_out")]
    #[doc(alias = "auth.logOut")]
    #[doc(alias = "destroy_auth_key")]
    pub async fn log_out(&self) -> Result<()> {
        let home = self.home_dc();
        let ended = match self.invoke(f::auth::LogOut {}).await {
            Ok(_) => true,
            Err(e) if e.is_unauthorized() => false,
            Err(e) => return Err(e),
        };
        self.peers().clear();
        self.net().sign_out().await?;
        if ended {
            self.pool().destroy_key(home).await;
        }
        Ok(())
    }

    /// Remembers who signed in.
    pub(super) async fn signed_in(&self, user: enums::User) -> Result<User> {
        let user = full(user, "auth.signIn")?;
        let before = self.net().records.signed_in().await?;
        match before {
            Some(before) if before.user_id == user.id() => {}
            Some(_) => {
                // What another account knew is of no use to this one.
                self.peers().clear();
                self.net().sign_out().await?;
            }
            None => {
                // Nobody's; an account that left just now may have stored it last.
                let mut changes = Changes::new();
                changes.forget_updates();
                self.net().records.commit(changes).await?;
            }
        }
        self.net().sign_in(user.id(), user.is_bot()).await?;
        self.begin_updates().await;
        tracing::info!(bot = user.is_bot(), dc = self.home_dc(), "signed in");
        Ok(user)
    }
}

/// Asks for the account's own user.
pub(crate) fn own_user() -> f::users::GetUsers {
    f::users::GetUsers::new(vec![enums::InputUser::InputUserSelf])
}

fn full(user: enums::User, method: &'static str) -> Result<User> {
    User::from_raw(user).ok_or_else(|| Error::unexpected(method, "a user", "userEmpty"))
}
