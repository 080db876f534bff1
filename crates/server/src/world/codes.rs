use std::collections::HashMap;

use heliogram_crypto::Random;

use super::World;
use crate::rpc::{Answer, Refusal};

/// Seconds a login code can be used.
const LIFETIME: i32 = 300;
/// Digits of a login code.
const DIGITS: usize = 5;
/// Codes one number can be sent in a day without one of them being given right.
const IN_VAIN_MAX: u32 = 20;
const DAY: i32 = 86_400;
/// Numbers after which those are forgotten whose codes have expired.
const NUMBERS_MAX: usize = 10_000;
/// Start of the phone numbers that say their home and their code.
const TEST_NUMBERS: &str = "99966";

/// The login codes that are out.
#[derive(Default)]
pub(crate) struct Codes {
    by_phone: HashMap<String, Code>,
    /// How many were asked for in vain, and since when.
    asked: HashMap<String, (u32, i32)>,
}

struct Code {
    hash: String,
    digits: String,
    expires: i32,
    /// The code was given right, what is missing is the name of the new account.
    confirmed: bool,
}

/// What a right code leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The phone number has this account.
    Account(i64),
    /// The phone number has no account yet.
    NewAccount,
}

/// The digits of a phone number, if it is one.
pub(crate) fn phone_digits(phone: &str) -> Answer<String> {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let strange = phone
        .chars()
        .any(|c| !(c.is_ascii_digit() || "+ -().".contains(c)));
    if strange || !(5..=15).contains(&digits.len()) {
        return Err(Refusal::bad("PHONE_NUMBER_INVALID"));
    }
    Ok(digits)
}

/// The digit of a test number that names its data centre.
fn test_digit(phone: &str) -> Option<char> {
    let rest = phone.strip_prefix(TEST_NUMBERS)?;
    (rest.len() == 5).then(|| rest.chars().next()).flatten()
}

impl World {
    /// The data centre a phone number is at home on; nothing for one that may be anywhere.
    pub(crate) fn home_of(&self, phone: &str) -> Option<i32> {
        if let Some(user) = self.by_phone.get(phone).and_then(|id| self.users.get(id)) {
            return Some(user.home);
        }
        let digit = test_digit(phone).and_then(|d| d.to_digit(10));
        let dc = digit.and_then(|digit| i32::try_from(digit).ok());
        dc.filter(|dc| (1..=self.dcs).contains(dc))
    }

    /// Counts that a code is asked for; too many that nobody used are too many.
    pub(crate) fn count_code(&mut self, phone: &str) -> Answer<()> {
        let now = self.now();
        if self.codes.by_phone.len() >= NUMBERS_MAX {
            self.codes.by_phone.retain(|_, code| code.expires > now);
        }
        let asked = &mut self.codes.asked;
        if asked.len() >= NUMBERS_MAX {
            asked.retain(|_, (_, since)| since.saturating_add(DAY) > now);
        }
        let (count, since) = asked.entry(phone.to_owned()).or_insert((0, now));
        if since.saturating_add(DAY) <= now {
            (*count, *since) = (0, now);
        }
        if *count >= IN_VAIN_MAX {
            return Err(Refusal::bad("PHONE_NUMBER_FLOOD"));
        }
        *count += 1;
        Ok(())
    }

    /// Checks and uses up the code of a number that an account wants to have.
    pub(crate) fn spend_code(&mut self, phone: &str, hash: &str, typed: &str) -> Answer<()> {
        if self.check_code(phone, hash, typed)? == Verdict::NewAccount {
            self.cancel_code(phone);
            return Ok(());
        }
        Err(Refusal::bad("PHONE_NUMBER_OCCUPIED"))
    }

    /// Makes a code for a phone number and gives its hash.
    pub(crate) fn issue_code(&mut self, phone: &str) -> String {
        let digits = match test_digit(phone) {
            Some(digit) => std::iter::repeat_n(digit, DIGITS).collect(),
            None => {
                let mut bytes = [0; DIGITS];
                self.rng.fill(&mut bytes);
                bytes.iter().map(|b| char::from(b'0' + b % 10)).collect()
            }
        };
        let hash = self.random_text(18);
        let expires = self.now().saturating_add(LIFETIME);
        let code = Code {
            hash: hash.clone(),
            digits,
            expires,
            confirmed: false,
        };
        self.codes.by_phone.insert(phone.to_owned(), code);
        hash
    }

    /// The digits of the code that is out for a phone number.
    pub(crate) fn code_for(&self, phone: &str) -> Option<String> {
        self.codes
            .by_phone
            .get(phone)
            .filter(|code| code.expires > self.now())
            .map(|code| code.digits.clone())
    }

    /// Whether `hash` names the code that is out for `phone`.
    pub(crate) fn check_code_hash(&self, phone: &str, hash: &str) -> Answer<()> {
        if hash.is_empty() {
            return Err(Refusal::bad("PHONE_CODE_HASH_EMPTY"));
        }
        let known = self.codes.by_phone.get(phone);
        let live = known.is_some_and(|c| c.hash == hash && c.expires > self.now());
        if live {
            Ok(())
        } else {
            Err(Refusal::bad("PHONE_CODE_EXPIRED"))
        }
    }

    /// Checks the digits somebody typed. A right code of an existing account is used up.
    pub(crate) fn check_code(&mut self, phone: &str, hash: &str, typed: &str) -> Answer<Verdict> {
        self.check_code_hash(phone, hash)?;
        if typed.is_empty() {
            return Err(Refusal::bad("PHONE_CODE_EMPTY"));
        }
        let account = self.by_phone.get(phone).copied();
        let code = self.codes.by_phone.get_mut(phone);
        let Some(code) = code.filter(|code| code.digits == typed) else {
            return Err(Refusal::bad("PHONE_CODE_INVALID"));
        };
        self.codes.asked.remove(phone);
        match account {
            Some(id) => {
                self.codes.by_phone.remove(phone);
                Ok(Verdict::Account(id))
            }
            None => {
                code.confirmed = true;
                Ok(Verdict::NewAccount)
            }
        }
    }

    /// Uses up a code that was given right before, to create the account of its number.
    pub(crate) fn use_confirmed_code(&mut self, phone: &str, hash: &str) -> Answer<()> {
        self.check_code_hash(phone, hash)?;
        if self.by_phone.contains_key(phone) {
            return Err(Refusal::bad("PHONE_NUMBER_OCCUPIED"));
        }
        if !self
            .codes
            .by_phone
            .get(phone)
            .is_some_and(|code| code.confirmed)
        {
            return Err(Refusal::bad("PHONE_CODE_INVALID"));
        }
        self.codes.by_phone.remove(phone);
        Ok(())
    }

    /// Forgets a code that was not used.
    pub(crate) fn cancel_code(&mut self, phone: &str) {
        self.codes.by_phone.remove(phone);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{name_of, world};
    use super::*;

    #[test]
    fn test_numbers_say_their_home_and_code() {
        let mut w = world();
        w.issue_code("9996621234");
        assert_eq!(w.code_for("9996621234").as_deref(), Some("22222"));
        assert_eq!(w.home_of("9996621234"), Some(2));
        // A data centre that does not exist cannot be a home.
        assert_eq!(w.home_of("9996691234"), None);
        assert_eq!(w.home_of("15550100"), None);
    }

    #[test]
    fn wrong_empty_and_expired_codes_are_told_apart() {
        let mut w = world();
        let hash = w.issue_code("15550100");
        let code = w.code_for("15550100").unwrap();
        let wrong = if code == "00000" { "00001" } else { "00000" };
        assert_eq!(
            name_of(w.check_code("15550100", &hash, wrong)),
            "PHONE_CODE_INVALID"
        );
        assert_eq!(
            name_of(w.check_code("15550100", &hash, "")),
            "PHONE_CODE_EMPTY"
        );
        assert_eq!(
            name_of(w.check_code("15550100", "other", &code)),
            "PHONE_CODE_EXPIRED"
        );
        assert_eq!(
            name_of(w.use_confirmed_code("15550100", &hash)),
            "PHONE_CODE_INVALID"
        );
        assert_eq!(
            w.check_code("15550100", &hash, &code),
            Ok(Verdict::NewAccount)
        );
        w.clock.advance(std::time::Duration::from_secs(301));
        assert_eq!(w.code_for("15550100"), None);
        assert_eq!(
            name_of(w.use_confirmed_code("15550100", &hash)),
            "PHONE_CODE_EXPIRED"
        );
    }

    #[test]
    fn phone_numbers_are_digits() {
        assert_eq!(phone_digits("+1 (555) 010-0000").unwrap(), "15550100000");
        for bad in ["", "12", "+12345678901234567", "phone12345"] {
            assert_eq!(name_of(phone_digits(bad)), "PHONE_NUMBER_INVALID", "{bad}");
        }
    }
}
