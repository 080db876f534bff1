use std::fmt;

use heliogram_api::{enums, functions as f, types as raw};
use heliogram_crypto::srp::{Algorithm, SrpError};
use tokio::task::spawn_blocking;

use super::phone::Welcome;
use crate::{Client, Error, ProtocolError, Result, UsageError, errors, random, types::User};

type Kdf = raw::PasswordKdfAlgoSHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow;

/// The account has a password, and this is what it is handed in with.
pub struct PasswordToken {
    client: Client,
    hint: String,
}

impl PasswordToken {
    /// Asks the server about the password.
    pub(super) async fn fetch(client: &Client) -> Result<Self> {
        let password = client.invoke(f::account::GetPassword {}).await?;
        Ok(Self {
            client: client.clone(),
            hint: password.hint.unwrap_or_default(),
        })
    }

    /// What the owner wrote to be reminded of the password; may be empty.
    #[must_use]
    pub fn hint(&self) -> &str {
        &self.hint
    }

    /// Hands in the password. A wrong one may be followed by another attempt.
    ///
    /// # Errors
    /// As [`Client::check_password`].
    pub async fn check(&self, password: &str) -> Result<User> {
        self.client.check_password(password).await
    }
}

impl fmt::Debug for PasswordToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordToken").finish_non_exhaustive()
    }
}

impl Client {
    /// Gives the password of an account whose code was right; ends the sign-in.
    ///
    /// The password itself does not leave this machine. Raw `auth.checkPassword`.
    ///
    /// # Errors
    /// [`UsageError::EmptyPassword`]; `PASSWORD_HASH_INVALID` for a wrong password;
    /// [`ProtocolError::Password`] if the server's part of the check is unfit, before anything
    /// about the password is sent.
    #[doc(alias = "auth.checkPassword")]
    pub async fn check_password(&self, password: &str) -> Result<User> {
        if password.is_empty() {
            return Err(UsageError::EmptyPassword.into());
        }
        let mut first = true;
        let answer = loop {
            let known = self.invoke(f::account::GetPassword {}).await?;
            let proof = prove(&known, password).await?;
            match self.invoke(f::auth::CheckPassword::new(proof)).await {
                Err(e) if used_up(&e, &mut first) => {}
                answer => break answer?,
            }
        };
        match self.welcome(answer).await? {
            Welcome::User(user) => Ok(user),
            Welcome::SignUp(_) => Err(Error::unexpected(
                "auth.checkPassword",
                "an account",
                "signUpRequired",
            )),
        }
    }

    /// Sets, changes or removes the account's password (two-step verification).
    ///
    /// `current` is the present password, if there is one; `new` the one to set, or `None` to
    /// remove it; `hint` what to remind its owner with. Raw `account.updatePasswordSettings`.
    ///
    /// # Errors
    /// [`UsageError::EmptyPassword`] for an empty password, or when there is a password and
    /// `current` is not given; `PASSWORD_HASH_INVALID` when `current` is wrong;
    /// [`ProtocolError::Password`] as [`check_password`](Self::check_password).
    #[doc(alias = "edit_2fa")]
    #[doc(alias = "enable_cloud_password")]
    #[doc(alias = "change_cloud_password")]
    #[doc(alias = "remove_cloud_password")]
    #[doc(alias = "account.updatePasswordSettings")]
    pub async fn set_password(
        &self,
        current: Option<&str>,
        new: Option<&str>,
        hint: &str,
    ) -> Result<()> {
        if new.is_some_and(str::is_empty) {
            return Err(UsageError::EmptyPassword.into());
        }
        let mut first = true;
        loop {
            let known = self.invoke(f::account::GetPassword {}).await?;
            let proof = prove(&known, current.unwrap_or_default()).await?;
            let settings = match new {
                Some(new) => replace(known.new_algo, new, hint).await?,
                None => removed(),
            };
            let call = f::account::UpdatePasswordSettings::new(proof, Box::new(settings));
            match self.invoke(call).await {
                Err(e) if used_up(&e, &mut first) => {}
                answer => return answer.map(drop),
            }
        }
    }
}

/// Whether the challenge was used up in between, for the first time: it is good for one try.
fn used_up(e: &Error, first: &mut bool) -> bool {
    e.is(errors::SRP_ID_INVALID) && std::mem::take(first)
}

/// Proves a password against what the server says of it.
pub(crate) async fn prove(
    known: &raw::account::Password,
    password: &str,
) -> Result<enums::InputCheckPasswordSRP> {
    // They come together: one flag stands for all of them.
    let (Some(algo), Some(b), Some(id)) = (&known.current_algo, &known.srp_b, known.srp_id) else {
        return Ok(enums::InputCheckPasswordSRP::InputCheckPasswordEmpty);
    };
    if password.is_empty() {
        return Err(UsageError::EmptyPassword.into());
    }
    let (algo, b) = (supported(algo.clone())?, b.clone());
    let password = secret(password);
    let answer = blocking(move || {
        let mut random = random::generator()?;
        let answer = checked(&algo, &mut random)?.answer(&password, &b, &mut random);
        answer.map_err(unfit)
    })
    .await?;
    let proof =
        raw::InputCheckPasswordSRP::new(id, answer.a.to_vec().into(), answer.m1.to_vec().into());
    Ok(proof.into())
}

/// The settings that make `password` the new one.
async fn replace(
    algo: enums::PasswordKdfAlgo,
    password: &str,
    hint: &str,
) -> Result<raw::account::PasswordInputSettings> {
    let (algo, password) = (supported(algo)?, secret(password));
    let (algorithm, verifier) = blocking(move || {
        let mut random = random::generator()?;
        let algorithm = checked(&algo, &mut random)?.with_new_salt(&mut random);
        let verifier = algorithm.verifier(&password);
        Ok((algorithm, verifier))
    })
    .await?;
    let algo = Kdf::new(
        algorithm.salt1.into(),
        algorithm.salt2.into(),
        algorithm.group.generator(),
        algorithm.group.prime().to_vec().into(),
    );
    Ok(raw::account::PasswordInputSettings {
        new_algo: Some(algo.into()),
        new_password_hash: Some(verifier.to_vec().into()),
        hint: Some(hint.into()),
        ..raw::account::PasswordInputSettings::new()
    })
}

/// The settings that take the password away.
fn removed() -> raw::account::PasswordInputSettings {
    raw::account::PasswordInputSettings {
        new_algo: Some(enums::PasswordKdfAlgo::Unknown),
        new_password_hash: Some(bytes::Bytes::new()),
        hint: Some(String::new()),
        ..raw::account::PasswordInputSettings::new()
    }
}

/// The one kind of password there is up to now.
fn supported(algo: enums::PasswordKdfAlgo) -> Result<Kdf> {
    use enums::PasswordKdfAlgo::SHA256SHA256PBKDF2HMACSHA512iter100000SHA256ModPow as Known;
    match algo {
        Known(algo) => Ok(*algo),
        _ => Err(UsageError::LoginUnsupported("a newer kind of password").into()),
    }
}

/// The server's algorithm, with its salts, prime and generator checked.
fn checked(algo: &Kdf, random: &mut heliogram_crypto::SeededRandom) -> Result<Algorithm> {
    Algorithm::check((&algo.salt1, &algo.salt2), (&algo.p, algo.g), random).map_err(unfit)
}

fn unfit(source: SrpError) -> Error {
    ProtocolError::Password { source }.into()
}

/// Runs what takes a processor for a tenth of a second where it holds nobody up.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    spawn_blocking(work).await.map_err(|_| Error::Cancelled)?
}

/// A copy of a password that is wiped when it is dropped.
fn secret(password: &str) -> zeroize::Zeroizing<String> {
    zeroize::Zeroizing::new(password.to_owned())
}
