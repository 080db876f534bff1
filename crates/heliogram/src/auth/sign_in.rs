use std::{fmt, future::Future};

use super::{LoginToken, PasswordToken, Step};
use crate::{BoxFuture, Client, Error, Result, UsageError, errors, types::User};

/// How often a wrong code or password may be followed by another.
const MAX_TRIES: u32 = 3;

type AskCode = Box<dyn FnMut() -> BoxFuture<'static, Result<String>> + Send>;
type AskPassword = Box<dyn FnMut(String) -> BoxFuture<'static, Result<String>> + Send>;

/// A sign-in by phone; await it. Made by [`Client::sign_in`].
#[must_use = "a sign-in does nothing until awaited"]
pub struct SignIn {
    client: Client,
    phone: String,
    code: Option<AskCode>,
    password: Option<AskPassword>,
    name: Option<(String, String)>,
}

impl Client {
    /// Signs in by phone number and code, with password and sign-up where they are needed.
    ///
    /// ```no_run
    /// # async fn prompt(_: &str) -> heliogram::Result<String> { Ok(String::new()) }
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// client
    ///     .sign_in("+15550100")
    ///     .code(|| prompt("code"))
    ///     .password(|hint| async move { prompt(&hint).await })
    ///     .sign_up("Ada", "Lovelace")
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`send_code`](Self::send_code), [`LoginToken::submit`] and
    /// [`check_password`](Self::check_password); [`UsageError`] where something is needed that
    /// was not given. A wrong code or password is asked for again, up to three times.
    #[doc(alias = "start")]
    #[doc(alias = "authorize")]
    pub fn sign_in(&self, phone: impl Into<String>) -> SignIn {
        SignIn {
            client: self.clone(),
            phone: phone.into(),
            code: None,
            password: None,
            name: None,
        }
    }
}

impl SignIn {
    /// Asks for the login code with this function.
    #[doc(alias = "code_callback")]
    pub fn code<F, Fut>(mut self, mut ask: F) -> Self
    where
        F: FnMut() -> Fut + Send + 'static,
        Fut: Future<Output = Result<String>> + Send + 'static,
    {
        self.code = Some(Box::new(move || Box::pin(ask())));
        self
    }

    /// Asks for the password with this function, which gets the owner's hint.
    pub fn password<F, Fut>(mut self, mut ask: F) -> Self
    where
        F: FnMut(String) -> Fut + Send + 'static,
        Fut: Future<Output = Result<String>> + Send + 'static,
    {
        self.password = Some(Box::new(move |hint| Box::pin(ask(hint))));
        self
    }

    /// Makes a new account of this name if the phone number has none; this accepts the server's
    /// terms of service.
    pub fn sign_up(mut self, first: impl Into<String>, last: impl Into<String>) -> Self {
        self.name = Some((first.into(), last.into()));
        self
    }

    /// Signs in; the same as awaiting the builder.
    ///
    /// # Errors
    /// As [`Client::sign_in`].
    pub async fn send(mut self) -> Result<User> {
        let token = self.client.send_code(&*self.phone).await?;
        match self.submit(token).await? {
            Step::Done(user) => Ok(user),
            Step::Password(token) => self.check(token).await,
            Step::SignUp(token) => match &self.name {
                Some((first, last)) => token.sign_up(first, last).await,
                None => Err(UsageError::SignUpNeeded.into()),
            },
        }
    }

    /// Asks for the code until it is right.
    async fn submit(&mut self, mut token: LoginToken) -> Result<Step> {
        if token.is_done() {
            return token.submit("").await;
        }
        let ask = self.code.as_mut().ok_or(UsageError::NoCodeSource)?;
        let mut tries = 0;
        loop {
            tries += 1;
            let code = ask().await?;
            match token.submit(&code).await {
                Err(e) if tries < MAX_TRIES && may_ask_again(&e) => {
                    tracing::info!(tries, "the code was not accepted");
                }
                Err(e) if tries < MAX_TRIES && e.is(errors::PHONE_CODE_EXPIRED) => {
                    token = self.client.send_code(&*self.phone).await?;
                }
                step => return step,
            }
        }
    }

    /// Asks for the password until it is right.
    async fn check(&mut self, token: PasswordToken) -> Result<User> {
        let ask = self.password.as_mut().ok_or(UsageError::NoPasswordSource)?;
        let mut tries = 0;
        loop {
            tries += 1;
            let password = ask(token.hint().to_owned()).await?;
            match token.check(&password).await {
                Err(e) if tries < MAX_TRIES && may_ask_again(&e) => {
                    tracing::info!(tries, "the password was not accepted");
                }
                user => return user,
            }
        }
    }
}

/// Whether another code or password may be right.
fn may_ask_again(e: &Error) -> bool {
    e.is_wrong_secret()
        || matches!(
            e,
            Error::Usage(UsageError::EmptyCode | UsageError::EmptyPassword)
        )
}

awaitable!(SignIn => User);

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn").finish_non_exhaustive()
    }
}
