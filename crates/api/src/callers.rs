//! Who may call which method.

/// Who may call a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Callers {
    /// People and bots, or it is not known.
    Anybody,
    /// People alone.
    Users,
    /// Bots alone.
    Bots,
}

/// Who may call a method, named as in the schema.
///
/// ```
/// use heliogram_api::callers::{Callers, of};
///
/// assert_eq!(of("messages.getHistory"), Callers::Users);
/// assert_eq!(of("messages.setBotCallbackAnswer"), Callers::Bots);
/// assert_eq!(of("messages.sendMessage"), Callers::Anybody);
/// ```
#[must_use]
pub fn of(method: &str) -> Callers {
    if USERS.binary_search(&method).is_ok() {
        Callers::Users
    } else if BOTS.binary_search(&method).is_ok() {
        Callers::Bots
    } else {
        Callers::Anybody
    }
}

include!(concat!(env!("OUT_DIR"), "/callers.rs"));
