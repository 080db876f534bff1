use heliogram_api::functions as f;

use super::phone::Welcome;
use crate::{Client, Error, Result, UsageError, types::User};

impl Client {
    /// Signs in as a bot with the token that @BotFather gave.
    ///
    /// Raw `auth.importBotAuthorization`.
    ///
    /// # Errors
    /// [`UsageError::BotToken`] for a text that is no token; `ACCESS_TOKEN_INVALID` for a wrong
    /// one and `ACCESS_TOKEN_EXPIRED` for one that was revoked.
    #[doc(alias = "bot_sign_in")]
    #[doc(alias = "bot_token")]
    #[doc(alias = "auth.importBotAuthorization")]
    pub async fn sign_in_bot(&self, token: impl Into<String>) -> Result<User> {
        let token = token.into().trim().to_owned();
        if !is_token(&token) {
            return Err(UsageError::BotToken.into());
        }
        let config = &self.net().config;
        let call = f::auth::ImportBotAuthorization::new(
            0,
            config.api_id,
            config.api_hash.to_string(),
            token,
        );
        let answer = self.invoke(call).await?;
        match self.welcome(answer).await? {
            Welcome::User(user) => Ok(user),
            Welcome::SignUp(_) => {
                let method = "auth.importBotAuthorization";
                Err(Error::unexpected(method, "a bot", "signUpRequired"))
            }
        }
    }
}

/// Whether a text looks like `123456:letters`.
fn is_token(text: &str) -> bool {
    text.split_once(':').is_some_and(|(id, secret)| {
        !id.is_empty()
            && id.bytes().all(|b| b.is_ascii_digit())
            && !secret.is_empty()
            && secret.bytes().all(|b| b.is_ascii_graphic())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_a_token_is_sent() {
        assert!(is_token("123456:ABC-def_1"));
        for text in ["", "abc", "123456", "123456:", ":abc", "x1:abc", "1:a b"] {
            assert!(!is_token(text), "{text}");
        }
    }
}
