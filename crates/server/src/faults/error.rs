use super::table::DEFINITIONS;

/// Why a fault cannot be had as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultError {
    /// The JSON is no fault at all.
    #[error("a fault is a JSON object with a `name`, such as {{\"name\": \"drop\", \"times\": 3}}")]
    NotAFault,
    /// There is no fault of that name.
    #[error("there is no fault `{name}`; there are: {}", names())]
    UnknownFault {
        /// The name.
        name: String,
    },
    /// The fault has no such parameter.
    #[error("the fault `{fault}` has no parameter `{parameter}`; it has: {}", known.join(", "))]
    UnknownParameter {
        /// The fault.
        fault: &'static str,
        /// The parameter.
        parameter: String,
        /// Those it has.
        known: Vec<&'static str>,
    },
    /// A parameter that has no default is missing.
    #[error("the fault `{fault}` needs the parameter `{parameter}`: {expected}")]
    MissingParameter {
        /// The fault.
        fault: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// What it has to be.
        expected: String,
    },
    /// A parameter is not what it has to be.
    #[error("the parameter `{parameter}` of the fault `{fault}` has to be {expected}")]
    BadParameter {
        /// The fault.
        fault: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// What it has to be.
        expected: String,
    },
    /// The fault cannot be narrowed down that way.
    #[error("the fault `{fault}` cannot be narrowed down by `{by}`: what it counts is {place}")]
    OutOfScope {
        /// The fault.
        fault: &'static str,
        /// How it was to be narrowed down.
        by: &'static str,
        /// What it counts, in words.
        place: &'static str,
    },
    /// There is no such method, or none the fault makes sense for.
    #[error("the fault `{fault}` cannot strike the method `{method}`: {why}")]
    BadMethod {
        /// The fault.
        fault: &'static str,
        /// The method.
        method: String,
        /// Why not.
        why: &'static str,
    },
    /// There is no such account.
    #[error("there is no account `{account}`; name one by its username or its id")]
    UnknownAccount {
        /// How it was named.
        account: String,
    },
    /// There is no such data centre.
    #[error("there is no data centre {dc}; there are 1 to {last}")]
    UnknownDc {
        /// Its number.
        dc: i32,
        /// The highest there is.
        last: i32,
    },
    /// More faults than anybody can want wait for their moment.
    #[error("{count} faults wait for their moment already; take some away first")]
    TooMany {
        /// How many.
        count: usize,
    },
}

impl FaultError {
    pub(crate) fn unknown(name: &str) -> Self {
        Self::UnknownFault {
            name: name.chars().take(64).collect(),
        }
    }

    /// The error's own name, for programs.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NotAFault => "NOT_A_FAULT",
            Self::UnknownFault { .. } => "UNKNOWN_FAULT",
            Self::UnknownParameter { .. } => "UNKNOWN_PARAMETER",
            Self::MissingParameter { .. } => "MISSING_PARAMETER",
            Self::BadParameter { .. } => "BAD_PARAMETER",
            Self::OutOfScope { .. } => "OUT_OF_SCOPE",
            Self::BadMethod { .. } => "BAD_METHOD",
            Self::UnknownAccount { .. } => "UNKNOWN_ACCOUNT",
            Self::UnknownDc { .. } => "UNKNOWN_DC",
            Self::TooMany { .. } => "TOO_MANY_FAULTS",
        }
    }
}

fn names() -> String {
    let names: Vec<_> = DEFINITIONS.iter().map(|known| known.name).collect();
    names.join(", ")
}
