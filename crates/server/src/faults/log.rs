//! What faults did, so that it can be looked at and done again.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::fault::Fault;

/// Names a fault that was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FaultId(pub(crate) u64);

impl FaultId {
    /// Its number, which the control API uses.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }
}

impl From<u64> for FaultId {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl fmt::Display for FaultId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// One time a fault struck.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Strike {
    /// Which fault.
    pub id: FaultId,
    /// The fault itself.
    pub fault: Arc<Fault>,
    /// At which of the moments that fit it, counted from 1 on.
    pub moment: u64,
    /// Time since the server started.
    pub at: Duration,
    /// The data centre, if there was one.
    pub dc: Option<i32>,
    /// The id of the account, where it was asked for.
    pub account: Option<i64>,
    /// The method that was called, if one was.
    pub method: Option<String>,
}

impl Strike {
    /// Everything about it as JSON.
    pub(crate) fn write(&self) -> Value {
        let mut out = Map::new();
        let mut put = |name: &str, value: Value| out.insert(name.to_owned(), value);
        put("id", self.id.0.into());
        put("name", self.fault.name().into());
        put("moment", self.moment.into());
        put("seconds", self.at.as_secs_f64().into());
        if let Some(dc) = self.dc {
            put("dc", dc.into());
        }
        if let Some(account) = self.account {
            put("account", account.into());
        }
        if let Some(method) = &self.method {
            put("method", method.as_str().into());
        }
        put("parameters", Value::Object(self.fault.what.write()));
        Value::Object(out)
    }
}

/// Faults that strike at exactly the moments the strikes tell of.
pub(crate) fn replay(strikes: &[Strike]) -> Vec<Fault> {
    let mut faults: BTreeMap<FaultId, (Arc<Fault>, Vec<u64>)> = BTreeMap::new();
    for strike in strikes {
        let (_, moments) = faults
            .entry(strike.id)
            .or_insert_with(|| (Arc::clone(&strike.fault), Vec::new()));
        moments.push(strike.moment);
    }
    let again = |(fault, moments): (Arc<Fault>, Vec<u64>)| match fault.what.place().scope() {
        scope if scope.contains(&"at") => Fault::clone(&fault).at(moments),
        _ => Fault::clone(&fault),
    };
    faults.into_values().map(again).collect()
}
