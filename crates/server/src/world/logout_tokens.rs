//! Tokens that let a program which was logged in before come back without a code.

use super::World;

/// Tokens of one account; a further one takes the place of the oldest.
const TOKENS_MAX: usize = 20;
/// Seconds a token is good for.
const LIFETIME: i32 = 365 * 86_400;
/// Characters of a token.
const LENGTH: usize = 48;

/// A token as the server knows it: not its characters, only what checks them.
#[derive(Clone)]
pub(crate) struct LogoutToken {
    seal: [u8; 32],
    expires: i32,
}

crate::persist::record!(LogoutToken { seal, expires });

impl World {
    /// A token for a program that logs out of an account.
    pub(crate) fn issue_logout_token(&mut self, user: i64) -> Vec<u8> {
        let token = self.random_text(LENGTH).into_bytes();
        let known = LogoutToken {
            seal: self.seal(&[b"logout", &token]),
            expires: self.now().saturating_add(LIFETIME),
        };
        let tokens = &mut self.preferences_mut(user).logout_tokens;
        if tokens.len() >= TOKENS_MAX {
            tokens.remove(0);
        }
        tokens.push(known);
        token
    }

    /// Whether one of these tokens lets into an account; it is used up by that.
    pub(crate) fn use_logout_token(&mut self, user: i64, given: &[impl AsRef<[u8]>]) -> bool {
        let now = self.now();
        let given = given.iter().take(TOKENS_MAX);
        let seals: Vec<[u8; 32]> = given
            .map(|token| self.seal(&[b"logout", token.as_ref()]))
            .collect();
        let known = self.preferences(user).map(|all| &all.logout_tokens);
        let fits = |token: &LogoutToken| token.expires > now && seals.contains(&token.seal);
        let Some(at) = known.and_then(|known| known.iter().position(fits)) else {
            return false;
        };
        self.preferences_mut(user).logout_tokens.remove(at);
        true
    }
}
