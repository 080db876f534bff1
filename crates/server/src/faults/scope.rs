//! How often a fault strikes, and whom.

use heliogram_crypto::hash::sha256;
use heliogram_crypto::{Random, SeededRandom};
use serde_json::{Map, Value};

use super::error::FaultError;
use super::table::What;

/// Most moments that may be listed one by one.
const AT_MAX: usize = 100_000;

/// How often a fault strikes, and whom.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scope {
    /// Strikes until it is used up; `None` for as many as come.
    pub(crate) times: Option<u64>,
    /// Moments that pass first.
    pub(crate) skip: u64,
    /// How likely it is to strike, 0 to 1.
    pub(crate) chance: f64,
    /// Decides what is left to chance.
    pub(crate) seed: u64,
    /// The very moments it strikes at, counted from 1 on, in place of all of the above.
    pub(crate) at: Option<Vec<u64>>,
    pub(crate) method: Option<String>,
    pub(crate) account: Option<i64>,
    pub(crate) dc: Option<i32>,
}

impl Default for Scope {
    fn default() -> Self {
        Self {
            times: Some(1),
            skip: 0,
            chance: 1.0,
            seed: 0,
            at: None,
            method: None,
            account: None,
            dc: None,
        }
    }
}

/// What an account is called in JSON, and its id.
pub(crate) type Resolve<'a> = &'a dyn Fn(&str) -> Option<i64>;

impl Scope {
    /// Whether a fault of that name strikes at its `moment`th moment, after it has struck so many
    /// times. What else is left to chance is drawn from the generator, which depends on the seed
    /// and the moment alone.
    pub(crate) fn strikes(&self, name: &str, moment: u64, struck: u64) -> Option<SeededRandom> {
        let seed = [
            &self.seed.to_le_bytes()[..],
            &moment.to_le_bytes(),
            name.as_bytes(),
        ];
        let mut rng = SeededRandom::new(sha256(&seed));
        // 53 bits: what a double holds exactly, and always below 1.
        let drawn = (rng.u64() >> 11) as f64 / (1u64 << 53) as f64;
        let now = match &self.at {
            Some(at) => at.contains(&moment),
            None => {
                moment > self.skip
                    && self.times.is_none_or(|times| struck < times)
                    && drawn < self.chance
            }
        };
        now.then_some(rng)
    }

    /// Whether it never strikes again.
    pub(crate) fn is_used_up(&self, moments: u64, struck: u64) -> bool {
        match &self.at {
            Some(at) => at.iter().all(|at| *at <= moments),
            None => self.times.is_some_and(|times| struck >= times),
        }
    }

    /// The scope as JSON; what is as it is by default is left out.
    pub(crate) fn write(&self, out: &mut Map<String, Value>) {
        let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
        if let Some(at) = &self.at {
            put("at", at.clone().into());
        } else {
            put(
                "times",
                self.times.map_or_else(|| "always".into(), Value::from),
            );
        }
        if self.skip > 0 {
            put("skip", self.skip.into());
        }
        if self.chance < 1.0 {
            put("chance", self.chance.into());
        }
        put("seed", self.seed.into());
        if let Some(method) = &self.method {
            put("method", method.as_str().into());
        }
        if let Some(account) = self.account {
            put("account", account.into());
        }
        if let Some(dc) = self.dc {
            put("dc", dc.into());
        }
    }

    /// Takes the scope out of `given`.
    pub(crate) fn read(
        fault: &'static str,
        given: &mut Map<String, Value>,
        resolve: Resolve<'_>,
    ) -> Result<Self, FaultError> {
        let mut scope = Self::default();
        let bad = |parameter, expected: &str| FaultError::BadParameter {
            fault,
            parameter,
            expected: expected.to_owned(),
        };
        if let Some(value) = given.remove("times") {
            scope.times = match (value.as_str(), value.as_u64()) {
                (Some("always"), _) => None,
                (_, Some(times)) if times > 0 => Some(times),
                _ => return Err(bad("times", "a whole number above 0, or \"always\"")),
            };
        }
        if let Some(value) = given.remove("skip") {
            let whole = || bad("skip", "a whole number, 0 or more");
            scope.skip = value.as_u64().ok_or_else(whole)?;
        }
        if let Some(value) = given.remove("chance") {
            let part = value.as_f64().filter(|part| (0.0..=1.0).contains(part));
            scope.chance = part.ok_or_else(|| bad("chance", "a number from 0 to 1"))?;
        }
        if let Some(value) = given.remove("seed") {
            let whole = || bad("seed", "a whole number of 64 bits, 0 or more");
            scope.seed = value.as_u64().ok_or_else(whole)?;
        }
        if let Some(value) = given.remove("at") {
            let list = || bad("at", "a list of at most 100000 whole numbers above 0");
            let at = value.as_array().filter(|at| at.len() <= AT_MAX);
            let at = at.ok_or_else(list)?.iter().map(Value::as_u64);
            let at: Option<Vec<u64>> = at.collect();
            scope.at = Some(at.filter(|at| !at.contains(&0)).ok_or_else(list)?);
        }
        if let Some(value) = given.remove("method") {
            let text = || {
                bad(
                    "method",
                    "the name of a method, such as \"messages.sendMessage\"",
                )
            };
            scope.method = Some(value.as_str().ok_or_else(text)?.to_owned());
        }
        if let Some(value) = given.remove("account") {
            scope.account = Some(match (value.as_i64(), value.as_str()) {
                (Some(id), _) => id,
                (_, Some(name)) => resolve(name).ok_or_else(|| FaultError::UnknownAccount {
                    account: name.chars().take(64).collect(),
                })?,
                _ => return Err(bad("account", "a username or an id")),
            });
        }
        if let Some(value) = given.remove("dc") {
            let number = value.as_i64().and_then(|dc| i32::try_from(dc).ok());
            let dc = number.ok_or_else(|| bad("dc", "the number of a data centre"))?;
            scope.dc = Some(dc);
        }
        Ok(scope)
    }

    /// Whether the fault may be narrowed down that way.
    pub(crate) fn check(&self, what: &What) -> Result<(), FaultError> {
        let plain = Self::default();
        let used = [
            ("times", self.times != plain.times),
            ("skip", self.skip != plain.skip),
            ("chance", self.chance < 1.0),
            ("seed", self.seed != plain.seed),
            ("at", self.at.is_some()),
            ("method", self.method.is_some()),
            ("account", self.account.is_some()),
            ("dc", self.dc.is_some()),
        ];
        let (fault, place) = (what.name(), what.place());
        for (by, _) in used.iter().filter(|(_, used)| *used) {
            if !place.scope().contains(by) {
                let place = place.moments();
                return Err(FaultError::OutOfScope { fault, by, place });
            }
        }
        if !(0.0..=1.0).contains(&self.chance) {
            return Err(FaultError::BadParameter {
                fault,
                parameter: "chance",
                expected: "a number from 0 to 1".to_owned(),
            });
        }
        let Some(method) = &self.method else {
            return Ok(());
        };
        let bad = |why| FaultError::BadMethod {
            fault,
            method: method.chars().take(64).collect(),
            why,
        };
        let known = heliogram_api::table().by_name(method);
        if known.is_none_or(|known| known.kind() != heliogram_tl::reflect::Kind::Function) {
            return Err(bad("the schema has no method of that name"));
        }
        let only = what.methods();
        if !only.is_empty() && !only.contains(&method.as_str()) {
            return Err(bad("it makes sense for other methods only"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decisions(scope: &Scope) -> Vec<u64> {
        let mut struck = 0;
        let mut at = Vec::new();
        for moment in 1..=200 {
            if scope.strikes("drop", moment, struck).is_some() {
                struck += 1;
                at.push(moment);
            }
        }
        at
    }

    #[test]
    fn the_same_seed_decides_the_same_and_another_seed_does_not() {
        let scope = |seed| Scope {
            times: None,
            chance: 0.3,
            seed,
            ..Scope::default()
        };
        let first = decisions(&scope(7));
        assert_eq!(first, decisions(&scope(7)));
        assert_ne!(first, decisions(&scope(8)));
        assert!((30..90).contains(&first.len()), "{}", first.len());
        let replay = Scope {
            at: Some(first.clone()),
            ..Scope::default()
        };
        assert_eq!(decisions(&replay), first);
    }

    #[test]
    fn what_is_left_to_chance_is_the_same_when_a_moment_is_played_again() {
        let chance = Scope {
            chance: 0.5,
            times: None,
            seed: 3,
            ..Scope::default()
        };
        let moment = decisions(&chance)[0];
        let replay = Scope {
            at: Some(vec![moment]),
            ..chance.clone()
        };
        let drawn = |scope: &Scope| scope.strikes("drop", moment, 0).map(|mut rng| rng.u64());
        assert!(drawn(&chance).is_some());
        assert_eq!(drawn(&chance), drawn(&replay));
    }

    #[test]
    fn once_n_times_and_after_so_many() {
        let mut scope = Scope::default();
        assert_eq!(decisions(&scope), [1]);
        scope.times = Some(3);
        scope.skip = 4;
        assert_eq!(decisions(&scope), [5, 6, 7]);
        assert!(!scope.is_used_up(7, 2) && scope.is_used_up(7, 3));
        scope.times = None;
        assert_eq!(decisions(&scope).len(), 196);
        assert!(!scope.is_used_up(1000, 1000));
    }
}
