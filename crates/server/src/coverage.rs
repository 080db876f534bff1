//! Which methods of the API were called, which of them are answered, and which are missing.

use heliogram_tl::reflect::Kind;

use crate::server::Server;

/// What was asked of a server, and what it can answer; see [`Server::coverage`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Coverage {
    /// Methods that were called and that the server answers, with the number of calls.
    pub answered: Vec<(String, u64)>,
    /// What was called and is refused with `METHOD_NOT_IMPLEMENTED`, or is no method at all.
    pub unanswered: Vec<(String, u64)>,
    /// Methods the server answers that nobody called.
    pub idle: Vec<&'static str>,
    /// Methods of the API that the server does not answer, called or not.
    pub missing: Vec<&'static str>,
}

impl Server {
    /// Which methods were called so far, and which of the API this server answers: every method
    /// is in [`Coverage::missing`] or answered, nothing pretends.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        let known = self.methods();
        let answers = |name: &str| known.binary_search_by(|known| known.cmp(&name)).is_ok();
        let calls = self.all_calls();
        let (answered, unanswered): (Vec<_>, Vec<_>) =
            calls.into_iter().partition(|(name, _)| answers(name));
        let called = self.shared.all_calls();
        let idle = known.iter().copied();
        let idle = idle.filter(|name| !called.contains_key(*name)).collect();
        let all = heliogram_api::table().definitions();
        let methods = all.filter(|definition| definition.kind() == Kind::Function);
        let mut missing: Vec<&'static str> = methods
            .map(|definition| definition.name())
            .filter(|name| !answers(name) && !is_wrapper(name))
            .collect();
        missing.sort_unstable();
        Coverage {
            answered,
            unanswered,
            idle,
            missing,
        }
    }
}

/// Whether a method only wraps another: those are peeled off before anything is looked up.
fn is_wrapper(name: &str) -> bool {
    name.starts_with("invoke") || name == "initConnection"
}

#[cfg(test)]
mod tests {
    use crate::Server;

    #[tokio::test]
    async fn every_method_is_answered_or_named_as_missing() {
        let server = Server::builder().start().await.unwrap();
        let coverage = server.coverage();
        let all = heliogram_api::table().definitions();
        let methods = all
            .filter(|d| d.kind() == heliogram_tl::reflect::Kind::Function)
            .filter(|d| !super::is_wrapper(d.name()))
            .count();
        assert_eq!(coverage.idle.len() + coverage.missing.len(), methods);
        assert!(coverage.idle.contains(&"messages.sendMessage"));
        assert!(coverage.missing.contains(&"phone.requestCall"));
        assert!(coverage.answered.is_empty() && coverage.unanswered.is_empty());
    }
}
