use std::sync::{Arc, Mutex};

use super::{CdnFile, Trouble};
use crate::{Client, net::lock};

/// How often a file whose redirect expired may be sent to a CDN again.
const MAX_RENEWALS: u32 = 3;

/// Where the parts of one file come from. All of them share it: what one part learns, the others
/// need not.
#[derive(Debug)]
pub(in crate::files) struct Route {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    way: Way,
    renewals: u32,
}

/// Whom to ask for the next part.
#[derive(Clone, Debug)]
pub(in crate::files) enum Way {
    /// The data centre that owns the file.
    Owner {
        /// Whether it may send us to a CDN.
        may_redirect: bool,
    },
    /// A CDN.
    Cdn(Arc<CdnFile>),
}

impl Route {
    /// The route of a new download.
    pub(in crate::files) fn new(client: &Client) -> Self {
        let net = client.net();
        Self::starting(net.config.cdn && !net.cdns.are_avoided())
    }

    fn starting(may_redirect: bool) -> Self {
        let way = Way::Owner { may_redirect };
        Self {
            state: Mutex::new(State { way, renewals: 0 }),
        }
    }

    /// Whom to ask now.
    pub(in crate::files) fn way(&self) -> Way {
        lock(&self.state).way.clone()
    }

    /// The owner sent us to a CDN. Parts asked for at once are redirected at once; the first
    /// redirect serves them all.
    pub(in crate::files) fn redirected(&self, file: CdnFile) {
        let mut state = lock(&self.state);
        match &state.way {
            Way::Owner { may_redirect: true } => state.way = Way::Cdn(Arc::new(file)),
            // The CDN was left for good after this part was asked for.
            Way::Owner { .. } => {}
            Way::Cdn(known) => known.learn_from(&file),
        }
    }

    /// The owner's redirect cannot be followed.
    pub(in crate::files) fn refuse(&self, why: &Trouble) {
        tracing::warn!(%why, "a redirect to a CDN is not followed");
        lock(&self.state).way = Way::Owner {
            may_redirect: false,
        };
    }

    /// A part did not come from the CDN. The rest comes from the owner, which may send us to a CDN
    /// again only if the redirect was merely too old; `true` if the CDN is to blame.
    pub(in crate::files) fn leave(&self, file: &Arc<CdnFile>, trouble: &Trouble) -> bool {
        let mut state = lock(&self.state);
        if !matches!(&state.way, Way::Cdn(current) if Arc::ptr_eq(current, file)) {
            return false;
        }
        let expired = trouble.is_expiry();
        let may_redirect = expired && state.renewals < MAX_RENEWALS;
        state.renewals += 1;
        // Nobody waits for what it owes.
        file.left.send_replace(true);
        state.way = Way::Owner { may_redirect };
        tracing::warn!(dc = file.dc, why = %trouble, "the CDN is left");
        !expired
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use heliogram_api::types;

    use super::*;
    use crate::{Error, RpcError};

    fn file() -> CdnFile {
        let redirect = types::upload::FileCdnRedirect::new(
            203,
            Bytes::from_static(b"token"),
            Bytes::from_static(&[1; 32]),
            Bytes::from_static(&[2; 16]),
            Vec::new(),
        );
        CdnFile::new(&redirect, 2).unwrap()
    }

    fn expired() -> Trouble {
        let e = RpcError::new("upload.getCdnFile", 400, "FILE_TOKEN_INVALID");
        Trouble::Call(Error::from(e))
    }

    fn current(route: &Route) -> Option<Arc<CdnFile>> {
        match route.way() {
            Way::Cdn(file) => Some(file),
            Way::Owner { .. } => None,
        }
    }

    #[test]
    fn redirects_that_expire_at_once_are_followed_a_few_times_only() {
        let route = Route::starting(true);
        let mut followed = 0;
        loop {
            route.redirected(file());
            let Some(file) = current(&route) else { break };
            followed += 1;
            assert!(!route.leave(&file, &expired()));
        }
        assert_eq!(followed, 1 + MAX_RENEWALS);
    }

    #[test]
    fn a_cdn_that_lied_is_not_used_for_the_file_again() {
        let route = Route::starting(true);
        route.redirected(file());
        let first = current(&route).unwrap();
        // Another part was redirected in the meantime.
        route.redirected(file());
        assert!(Arc::ptr_eq(&first, &current(&route).unwrap()));
        assert!(route.leave(&first, &Trouble::Tampered { at: 0 }));
        // Two parts found out, or were redirected before they knew.
        assert!(!route.leave(&first, &Trouble::Tampered { at: 0 }));
        route.redirected(file());
        assert!(current(&route).is_none());
    }

    #[test]
    fn a_redirect_without_a_usable_key_is_refused() {
        for (key, iv) in [(31, 16), (32, 15), (0, 0), (33, 17)] {
            let redirect = types::upload::FileCdnRedirect::new(
                203,
                Bytes::new(),
                vec![1; key].into(),
                vec![1; iv].into(),
                Vec::new(),
            );
            let refused = CdnFile::new(&redirect, 2);
            assert!(matches!(refused, Err(Trouble::Redirect)));
        }
    }

    #[test]
    fn the_key_of_a_file_is_not_shown() {
        let text = format!("{:?}", file());
        assert!(!text.contains("key") && !text.contains("token"), "{text}");
    }
}
