use bytes::Bytes;
use heliogram_crypto::dh::Group;
use heliogram_crypto::srp::{Algorithm, Challenge};
use heliogram_crypto::{Random, RandomExt};

use super::World;
use crate::rpc::{Answer, Refusal};

/// Generator that goes with the pinned prime.
const G: i32 = 3;
/// Bytes a client adds to the salt it is offered.
const EXTENSION: usize = 32;
/// Longest hint, in characters.
const HINT_MAX: usize = 255;

/// A cloud password as the server knows it: not the words, only what checks them.
#[derive(Clone)]
pub(crate) struct Password {
    pub(crate) salt1: Bytes,
    pub(crate) salt2: Bytes,
    /// `g` to the power of the password's hash, 256 bytes.
    pub(crate) verifier: Bytes,
    pub(crate) hint: String,
}

crate::persist::record!(Password {
    salt1,
    salt2,
    verifier,
    hint
});

/// The numbers a client needs to answer for a password.
pub(crate) struct Question {
    pub(crate) id: i64,
    pub(crate) public: [u8; 256],
}

/// How somebody shows that they know the password.
pub(crate) enum Proof<'a> {
    /// Nothing was shown.
    None,
    /// An answer to a question.
    Srp { id: i64, a: &'a [u8], m1: &'a [u8] },
}

/// The group all passwords of this server are checked in.
pub(crate) fn group() -> Answer<Group> {
    Group::known(G).map_err(|_| Refusal::new(500, "SRP_GROUP_INVALID"))
}

impl World {
    /// The salts a new password of this account has to begin with.
    pub(crate) fn offered_salts(&self, user: i64) -> (Vec<u8>, Vec<u8>) {
        let seal = self.seal(&[b"salt", &user.to_le_bytes()]);
        (seal[..8].to_vec(), seal[8..24].to_vec())
    }

    /// Asks for an account's password; the answer has to come over the same key.
    pub(crate) fn ask_password(&mut self, key: i64, user: i64) -> Answer<Option<Question>> {
        let Some(password) = self.user(user)?.password.clone() else {
            return Ok(None);
        };
        let algorithm = Algorithm {
            salt1: password.salt1.to_vec(),
            salt2: password.salt2.to_vec(),
            group: group()?,
        };
        let verifier = self.rng.array::<256>();
        let verifier = <[u8; 256]>::try_from(&password.verifier[..]).unwrap_or(verifier);
        let challenge = Challenge::new(algorithm, verifier, &mut self.rng);
        let id = self.random_id();
        let public = *challenge.public();
        self.auth(key)?.question = Some((id, challenge));
        Ok(Some(Question { id, public }))
    }

    /// Checks an answer. A question is good for one try.
    pub(crate) fn check_password(&mut self, key: i64, user: i64, proof: &Proof<'_>) -> Answer<()> {
        if self.user(user)?.password.is_none() {
            return Ok(());
        }
        let Proof::Srp { id, a, m1 } = proof else {
            return Err(Refusal::bad("PASSWORD_HASH_INVALID"));
        };
        let question = self.auth(key)?.question.take();
        let Some((_, challenge)) = question.filter(|(asked, _)| asked == id) else {
            return Err(Refusal::bad("SRP_ID_INVALID"));
        };
        challenge
            .check(a, m1)
            .map_err(|_| Refusal::bad("PASSWORD_HASH_INVALID"))
    }

    /// Sets, changes or (with `None`) removes an account's password.
    pub(crate) fn set_password(&mut self, user: i64, new: Option<Password>) -> Answer<()> {
        if let Some(new) = &new {
            let (salt1, salt2) = self.offered_salts(user);
            let grown = new.salt1.len() == salt1.len() + EXTENSION && new.salt1.starts_with(&salt1);
            if !grown || new.salt2 != salt2 {
                return Err(Refusal::bad("NEW_SALT_INVALID"));
            }
            let in_range = group()?.check_public(&new.verifier).is_ok();
            if new.verifier.len() != 256 || !in_range || new.hint.chars().count() > HINT_MAX {
                return Err(Refusal::bad("NEW_SETTINGS_INVALID"));
            }
        }
        self.user_mut(user)?.password = new;
        Ok(())
    }

    /// Protects an account with a password, as its owner would have.
    pub(crate) fn protect(&mut self, user: i64, words: &str, hint: &str) -> Answer<()> {
        let (salt1, salt2) = self.offered_salts(user);
        let offered = Algorithm {
            salt1,
            salt2,
            group: group()?,
        };
        let algorithm = offered.with_new_salt(&mut self.rng);
        let new = Password {
            salt1: algorithm.salt1.clone().into(),
            salt2: algorithm.salt2.clone().into(),
            verifier: Bytes::copy_from_slice(&algorithm.verifier(words)[..]),
            hint: hint.to_owned(),
        };
        self.set_password(user, Some(new))
    }

    /// Random bytes a client may stir into its own generator.
    pub(crate) fn secure_random(&mut self) -> Vec<u8> {
        let mut bytes = vec![0; 256];
        self.rng.fill(&mut bytes);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{key, name_of, world};
    use super::*;

    /// Sets a password the way a client does.
    fn set(w: &mut World, user: i64, words: &str) -> Algorithm {
        let (salt1, salt2) = w.offered_salts(user);
        let algorithm = Algorithm {
            salt1,
            salt2,
            group: group().unwrap(),
        };
        let algorithm = algorithm.with_new_salt(&mut w.rng);
        let new = Password {
            salt1: algorithm.salt1.clone().into(),
            salt2: algorithm.salt2.clone().into(),
            verifier: Bytes::copy_from_slice(&algorithm.verifier(words)[..]),
            hint: "h".to_owned(),
        };
        w.set_password(user, Some(new)).unwrap();
        algorithm
    }

    #[test]
    fn only_the_right_password_passes_and_a_question_is_good_once() {
        let mut w = world();
        let user = w.add_user(1, "A");
        let key = key(&mut w, 1);
        let algorithm = set(&mut w, user, "secret");
        for (words, result) in [("secret", ""), ("other", "PASSWORD_HASH_INVALID")] {
            let question = w.ask_password(key, user).unwrap().unwrap();
            let answer = algorithm
                .answer(words, &question.public, &mut w.rng)
                .unwrap();
            let proof = Proof::Srp {
                id: question.id,
                a: &answer.a,
                m1: &answer.m1,
            };
            assert_eq!(name_of(w.check_password(key, user, &proof)), result);
            assert_eq!(
                name_of(w.check_password(key, user, &proof)),
                "SRP_ID_INVALID"
            );
        }
        assert_eq!(
            name_of(w.check_password(key, user, &Proof::None)),
            "PASSWORD_HASH_INVALID"
        );
    }

    #[test]
    fn salts_and_verifiers_of_a_new_password_are_checked() {
        let mut w = world();
        let user = w.add_user(1, "A");
        set(&mut w, user, "secret");
        let good = w.user(user).unwrap().password.clone().unwrap();
        let salt = Password {
            salt1: Bytes::from_static(&[1; 40]),
            ..good.clone()
        };
        assert_eq!(
            name_of(w.set_password(user, Some(salt))),
            "NEW_SALT_INVALID"
        );
        let one = Password {
            verifier: Bytes::from_static(&[1]),
            ..good
        };
        assert_eq!(
            name_of(w.set_password(user, Some(one))),
            "NEW_SETTINGS_INVALID"
        );
    }
}
