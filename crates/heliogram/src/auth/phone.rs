use std::{fmt, time::Duration};

use heliogram_api::{enums, functions as f, types as raw};

use super::{CodeKind, PasswordToken};
use crate::{Client, Result, UsageError, errors, types::User};

/// A login code was sent; this is what it is handed in with.
#[doc(alias = "phone_code_hash")]
pub struct LoginToken {
    client: Client,
    phone: String,
    hash: String,
    kind: CodeKind,
    next: Option<CodeKind>,
    timeout: Option<Duration>,
    /// The server wanted no code.
    done: Option<User>,
}

/// What a sign-in needs after the code.
#[derive(Debug)]
#[non_exhaustive]
pub enum Step {
    /// Nothing more: the session is signed in.
    Done(User),
    /// The account's password.
    Password(PasswordToken),
    /// A name: the phone number has no account yet.
    SignUp(SignUpToken),
}

/// A right code for a phone number that has no account yet.
pub struct SignUpToken {
    client: Client,
    phone: String,
    hash: String,
    terms: Option<String>,
}

impl Client {
    /// Sends a login code to a phone number, the first step of signing in.
    ///
    /// Raw `auth.sendCode`. See [`sign_in`](Self::sign_in) for all steps at once.
    ///
    /// # Errors
    /// [`UsageError::EmptyPhone`] for a text without digits; `PHONE_NUMBER_INVALID`,
    /// `PHONE_NUMBER_BANNED`, `API_ID_INVALID` and flood waits from the server.
    #[doc(alias = "send_code_request")]
    #[doc(alias = "request_login_code")]
    #[doc(alias = "auth.sendCode")]
    pub async fn send_code(&self, phone: impl Into<String>) -> Result<LoginToken> {
        let phone = clean_phone(&phone.into())?;
        let config = &self.net().config;
        let call = f::auth::SendCode::new(
            phone.clone(),
            config.api_id,
            config.api_hash.to_string(),
            raw::CodeSettings::new(),
        );
        let sent = match self.invoke(call.clone()).await {
            // The server asks for exactly this.
            Err(e) if e.is(errors::AUTH_RESTART) => self.invoke(call).await?,
            sent => sent?,
        };
        LoginToken::from_sent(self, phone, sent).await
    }

    /// Takes over the answer to a step of signing in.
    pub(super) async fn welcome(&self, answer: enums::auth::Authorization) -> Result<Welcome> {
        match answer {
            enums::auth::Authorization::Authorization(answer) => {
                self.signed_in(answer.user).await.map(Welcome::User)
            }
            enums::auth::Authorization::SignUpRequired(answer) => Ok(Welcome::SignUp(
                answer.terms_of_service.map(|t| t.text.clone()),
            )),
            _ => Err(crate::Error::unexpected(
                "auth.signIn",
                "auth.authorization",
                "another",
            )),
        }
    }
}

/// The answer to a step of signing in.
pub(super) enum Welcome {
    User(User),
    SignUp(Option<String>),
}

impl LoginToken {
    async fn from_sent(
        client: &Client,
        phone: String,
        sent: enums::auth::SentCode,
    ) -> Result<Self> {
        let client = client.clone();
        let empty = Self {
            client,
            phone,
            hash: String::new(),
            kind: CodeKind::NotNeeded,
            next: None,
            timeout: None,
            done: None,
        };
        match sent {
            enums::auth::SentCode::SentCode(sent) => Ok(Self {
                hash: sent.phone_code_hash,
                kind: CodeKind::from_sent(sent.r#type).map_err(UsageError::LoginUnsupported)?,
                next: sent.next_type.as_ref().map(CodeKind::from_next),
                timeout: sent
                    .timeout
                    .and_then(|s| u64::try_from(s).ok())
                    .map(Duration::from_secs),
                ..empty
            }),
            enums::auth::SentCode::Success(sent) => {
                match empty.client.welcome(sent.authorization).await? {
                    Welcome::User(user) => Ok(Self {
                        done: Some(user),
                        ..empty
                    }),
                    Welcome::SignUp(_) => Err(UsageError::SignUpNeeded.into()),
                }
            }
            _ => Err(UsageError::LoginUnsupported("a payment for the login code").into()),
        }
    }

    /// Whether the server wanted no code.
    pub(super) fn is_done(&self) -> bool {
        self.done.is_some()
    }

    /// How the code was sent.
    #[must_use]
    pub fn kind(&self) -> &CodeKind {
        &self.kind
    }

    /// How the code would be sent by [`resend`](Self::resend).
    #[must_use]
    pub fn next_kind(&self) -> Option<&CodeKind> {
        self.next.as_ref()
    }

    /// How long to wait before asking for the code again.
    #[must_use]
    pub fn resend_after(&self) -> Option<Duration> {
        self.timeout
    }

    /// Hands in the code. A wrong one may be followed by another attempt.
    ///
    /// Raw `auth.signIn`.
    ///
    /// # Errors
    /// [`UsageError::EmptyCode`]; `PHONE_CODE_INVALID` for a wrong code and `PHONE_CODE_EXPIRED`
    /// for an old one ([`Error::is_wrong_secret`](crate::Error::is_wrong_secret) tells the first).
    #[doc(alias = "auth.signIn")]
    pub async fn submit(&self, code: &str) -> Result<Step> {
        if let Some(user) = &self.done {
            return Ok(Step::Done(user.clone()));
        }
        let code = clean_code(code, &self.kind)?;
        let mut call = f::auth::SignIn::new(self.phone.clone(), self.hash.clone());
        if matches!(self.kind, CodeKind::Email(_)) {
            let code = raw::EmailVerificationCode::new(code);
            call.email_verification = Some(Box::new(code.into()));
        } else {
            call.phone_code = Some(code);
        }
        match self.client.invoke(call).await {
            Ok(answer) => match self.client.welcome(answer).await? {
                Welcome::User(user) => Ok(Step::Done(user)),
                Welcome::SignUp(terms) => Ok(Step::SignUp(self.sign_up_token(terms))),
            },
            Err(e) if e.is(errors::SESSION_PASSWORD_NEEDED) => {
                PasswordToken::fetch(&self.client).await.map(Step::Password)
            }
            // What servers said before they had an answer for it.
            Err(e) if e.is(errors::PHONE_NUMBER_UNOCCUPIED) => {
                Ok(Step::SignUp(self.sign_up_token(None)))
            }
            Err(e) => Err(e),
        }
    }

    fn sign_up_token(&self, terms: Option<String>) -> SignUpToken {
        SignUpToken {
            client: self.client.clone(),
            phone: self.phone.clone(),
            hash: self.hash.clone(),
            terms,
        }
    }

    /// Asks for the code again, in the way [`next_kind`](Self::next_kind) names.
    ///
    /// Raw `auth.resendCode`.
    ///
    /// # Errors
    /// `SEND_CODE_UNAVAILABLE` if there is no other way; `PHONE_CODE_EXPIRED` if it is too late.
    #[doc(alias = "force_sms")]
    #[doc(alias = "auth.resendCode")]
    pub async fn resend(self) -> Result<Self> {
        let call = f::auth::ResendCode::new(self.phone.clone(), self.hash.clone());
        let sent = self.client.invoke(call).await?;
        Self::from_sent(&self.client, self.phone, sent).await
    }

    /// Takes the sign-in back: the code sent is worth nothing any more.
    ///
    /// Raw `auth.cancelCode`.
    ///
    /// # Errors
    /// The server's refusals.
    #[doc(alias = "auth.cancelCode")]
    pub async fn cancel(self) -> Result<()> {
        let call = f::auth::CancelCode::new(self.phone.clone(), self.hash.clone());
        self.client.invoke(call).await.map(|_| ())
    }
}

impl SignUpToken {
    /// The terms of service that signing up accepts, if the server gave them.
    #[doc(alias = "accept_terms_of_service")]
    #[must_use]
    pub fn terms(&self) -> Option<&str> {
        self.terms.as_deref()
    }

    /// Makes a new account of this name.
    ///
    /// Raw `auth.signUp`.
    ///
    /// # Errors
    /// `FIRSTNAME_INVALID`; `PHONE_CODE_EXPIRED` if it is too late.
    #[doc(alias = "auth.signUp")]
    pub async fn sign_up(&self, first_name: &str, last_name: &str) -> Result<User> {
        let call = f::auth::SignUp::new(
            self.phone.clone(),
            self.hash.clone(),
            first_name.into(),
            last_name.into(),
        );
        let answer = self.client.invoke(call).await?;
        match self.client.welcome(answer).await? {
            Welcome::User(user) => Ok(user),
            Welcome::SignUp(_) => Err(crate::Error::unexpected(
                "auth.signUp",
                "an account",
                "signUpRequired",
            )),
        }
    }
}

/// The digits of a phone number, which may be written in any way.
fn clean_phone(phone: &str) -> Result<String, UsageError> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let other = phone
        .chars()
        .any(|c| !c.is_ascii_digit() && !" +-.()\u{a0}\t".contains(c));
    if digits.is_empty() || other {
        Err(UsageError::EmptyPhone)
    } else {
        Ok(digits)
    }
}

/// The code without what people put between its digits.
fn clean_code(code: &str, kind: &CodeKind) -> Result<String, UsageError> {
    let code = code.trim();
    let code = match kind.is_digits() {
        true => code
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .collect(),
        false => code.to_owned(),
    };
    if code.is_empty() {
        Err(UsageError::EmptyCode)
    } else {
        Ok(code)
    }
}

impl fmt::Debug for LoginToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginToken")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SignUpToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignUpToken").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_numbers_are_read_as_people_write_them() {
        assert_eq!(clean_phone("+1 (555) 01-00"), Ok("15550100".into()));
        assert_eq!(clean_phone("9996621234"), Ok("9996621234".into()));
        assert_eq!(clean_phone(""), Err(UsageError::EmptyPhone));
        assert_eq!(clean_phone("+"), Err(UsageError::EmptyPhone));
        assert_eq!(clean_phone("+1555abc"), Err(UsageError::EmptyPhone));
    }

    #[test]
    fn codes_lose_what_stands_between_their_digits() {
        assert_eq!(clean_code(" 12-3 45\n", &CodeKind::App), Ok("12345".into()));
        assert_eq!(
            clean_code("two words ", &CodeKind::SmsPhrase),
            Ok("two words".into())
        );
        assert_eq!(
            clean_code(" - ", &CodeKind::Sms),
            Err(UsageError::EmptyCode)
        );
    }
}
