use heliogram_api::types;

use super::World;
use crate::rpc::{Answer, Refusal};

impl World {
    /// The birthday an account has told.
    pub(crate) fn birthday(&self, user: i64) -> Option<types::Birthday> {
        self.preferences(user)?.birthday.clone()
    }

    /// Sets an account's birthday, or takes it away.
    pub(crate) fn set_birthday(
        &mut self,
        user: i64,
        birthday: Option<types::Birthday>,
    ) -> Answer<()> {
        if birthday.as_ref().is_some_and(|day| !exists(day)) {
            return Err(Refusal::bad("BIRTHDAY_INVALID"));
        }
        self.preferences_mut(user).birthday = birthday;
        Ok(())
    }
}

/// Whether there is such a day, in any year or in its own.
fn exists(day: &types::Birthday) -> bool {
    let leap = |year: i32| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match day.month {
        2 if day.year.is_none_or(leap) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=last).contains(&day.day) && day.year.is_none_or(|year| (1800..3000).contains(&year))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{name_of, pair};
    use super::*;

    #[test]
    fn only_days_that_exist_are_birthdays() {
        let (mut w, a, _) = pair();
        let day = |day, month, year| types::Birthday {
            year,
            ..types::Birthday::new(day, month)
        };
        for good in [
            day(29, 2, None),
            day(29, 2, Some(2000)),
            day(31, 12, Some(1990)),
        ] {
            w.set_birthday(a, Some(good.clone())).unwrap();
            assert_eq!(w.birthday(a), Some(good));
        }
        for bad in [
            day(29, 2, Some(1900)),
            day(31, 4, None),
            day(0, 1, None),
            day(1, 13, None),
            day(1, 1, Some(0)),
        ] {
            assert_eq!(name_of(w.set_birthday(a, Some(bad))), "BIRTHDAY_INVALID");
        }
        w.set_birthday(a, None).unwrap();
        assert_eq!(w.birthday(a), None);
    }
}
