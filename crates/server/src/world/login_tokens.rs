//! Logins by QR code: a program without an account shows a token, one with an account accepts it.

use std::collections::HashMap;

use super::World;
use crate::rpc::{Answer, Refusal};

/// Seconds a token can be accepted.
const LIFETIME: i32 = 30;
/// Seconds after its end until a token is forgotten.
const REMEMBERED: i32 = 300;
/// Tokens of one key that are remembered.
const OF_KEY_MAX: usize = 8;
/// Bytes of a token: the key's id, and a secret.
const KEY_LEN: usize = 8;
const SECRET_LEN: usize = 24;

/// The tokens that are out, by the key that asked for them.
#[derive(Default)]
pub(crate) struct LoginTokens {
    by_key: HashMap<i64, Vec<LoginToken>>,
}

struct LoginToken {
    secret: String,
    expires: i32,
    /// The accounts that are logged in beside this one already.
    except: Vec<i64>,
    state: TokenState,
}

/// What became of a token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TokenState {
    Shown,
    /// An account let the program in, which did not come yet.
    Accepted(i64),
    Used,
}

/// What a program with a token has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// Show it until then.
    Show { token: Vec<u8>, expires: i32 },
    /// Somebody let it in: this account, with this token.
    Accepted { token: Vec<u8>, user: i64 },
}

fn invalid() -> Refusal {
    Refusal::bad("AUTH_TOKEN_INVALID")
}

impl LoginToken {
    fn bytes(&self, key: i64) -> Vec<u8> {
        let mut bytes = key.to_le_bytes().to_vec();
        bytes.extend_from_slice(self.secret.as_bytes());
        bytes
    }
}

impl World {
    /// A token for a program to show, or the account that accepted the one it showed.
    pub(crate) fn export_token(&mut self, key: i64, except: Vec<i64>) -> Token {
        let now = self.now();
        self.login_tokens.forget_old(now);
        let known = self.login_tokens.by_key.entry(key).or_default();
        let accepted = known.iter().find_map(|token| match token.state {
            TokenState::Accepted(user) => Some(Token::Accepted {
                token: token.bytes(key),
                user,
            }),
            _ => None,
        });
        if let Some(accepted) = accepted {
            return accepted;
        }
        let token = LoginToken {
            secret: self.random_text(SECRET_LEN),
            expires: now.saturating_add(LIFETIME),
            except,
            state: TokenState::Shown,
        };
        let shown = Token::Show {
            token: token.bytes(key),
            expires: token.expires,
        };
        let known = self.login_tokens.by_key.entry(key).or_default();
        if known.len() >= OF_KEY_MAX {
            known.remove(0);
        }
        known.push(token);
        shown
    }

    /// Lets the program that shows a token into an account; gives the program's key.
    pub(crate) fn accept_token(&mut self, user: i64, given: &[u8]) -> Answer<i64> {
        let now = self.now();
        let (key, token) = self.login_tokens.find(given).ok_or_else(invalid)?;
        if token.state != TokenState::Shown {
            return Err(Refusal::bad("AUTH_TOKEN_ALREADY_ACCEPTED"));
        }
        if token.expires <= now {
            return Err(Refusal::bad("AUTH_TOKEN_EXPIRED"));
        }
        if token.except.contains(&user) {
            return Err(Refusal::bad("AUTH_TOKEN_EXCEPTION"));
        }
        token.state = TokenState::Accepted(user);
        Ok(key)
    }

    /// What a token that a program holds has come to.
    pub(crate) fn import_token(&mut self, given: &[u8]) -> Answer<Token> {
        let now = self.now();
        let (_, token) = self.login_tokens.find(given).ok_or_else(invalid)?;
        match token.state {
            TokenState::Accepted(user) => Ok(Token::Accepted {
                token: given.to_vec(),
                user,
            }),
            TokenState::Used => Err(Refusal::bad("AUTH_TOKEN_ALREADY_ACCEPTED")),
            TokenState::Shown if token.expires <= now => Err(Refusal::bad("AUTH_TOKEN_EXPIRED")),
            TokenState::Shown => Ok(Token::Show {
                token: given.to_vec(),
                expires: token.expires,
            }),
        }
    }

    /// Notes that a program came in with a token, which is good for nobody else from now on.
    pub(crate) fn use_token(&mut self, given: &[u8]) {
        if let Some((_, token)) = self.login_tokens.find(given) {
            token.state = TokenState::Used;
        }
    }
}

impl LoginTokens {
    fn find(&mut self, given: &[u8]) -> Option<(i64, &mut LoginToken)> {
        let (key, secret) = given.split_at_checked(KEY_LEN)?;
        let key = i64::from_le_bytes(key.try_into().ok()?);
        let known = self.by_key.get_mut(&key)?;
        let token = known
            .iter_mut()
            .find(|token| token.secret.as_bytes() == secret)?;
        Some((key, token))
    }

    fn forget_old(&mut self, now: i32) {
        self.by_key.retain(|_, known| {
            known.retain(|token| token.expires + REMEMBERED > now);
            !known.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{name_of, pair};
    use super::*;

    fn shown(w: &mut World, key: i64, except: Vec<i64>) -> Vec<u8> {
        match w.export_token(key, except) {
            Token::Show { token, .. } => token,
            Token::Accepted { .. } => panic!(),
        }
    }

    #[test]
    fn a_token_lets_in_once_and_only_while_it_lasts() {
        let (mut w, a, b) = pair();
        let token = shown(&mut w, 7, vec![b]);
        assert_eq!(name_of(w.accept_token(a, b"x")), "AUTH_TOKEN_INVALID");
        let mut wrong = token.clone();
        wrong[20] ^= 1;
        assert_eq!(name_of(w.accept_token(a, &wrong)), "AUTH_TOKEN_INVALID");
        assert_eq!(name_of(w.accept_token(b, &token)), "AUTH_TOKEN_EXCEPTION");
        assert_eq!(w.accept_token(a, &token), Ok(7));
        assert_eq!(
            name_of(w.accept_token(b, &token)),
            "AUTH_TOKEN_ALREADY_ACCEPTED"
        );
        let accepted = Token::Accepted {
            token: token.clone(),
            user: a,
        };
        assert_eq!(w.import_token(&token), Ok(accepted.clone()));
        assert_eq!(w.export_token(7, vec![]), accepted);
        w.use_token(&token);
        assert_eq!(
            name_of(w.import_token(&token)),
            "AUTH_TOKEN_ALREADY_ACCEPTED"
        );

        let late = shown(&mut w, 7, vec![]);
        w.clock.advance(std::time::Duration::from_secs(31));
        assert_eq!(name_of(w.accept_token(a, &late)), "AUTH_TOKEN_EXPIRED");
        assert_eq!(name_of(w.import_token(&late)), "AUTH_TOKEN_EXPIRED");
    }

    #[test]
    fn tokens_nobody_accepts_are_forgotten() {
        let (mut w, ..) = pair();
        for _ in 0..100 {
            shown(&mut w, 7, vec![]);
        }
        assert_eq!(w.login_tokens.by_key[&7].len(), OF_KEY_MAX);
        w.clock.advance(std::time::Duration::from_secs(1000));
        shown(&mut w, 8, vec![]);
        assert!(!w.login_tokens.by_key.contains_key(&7));
    }
}
