use std::sync::Arc;

use super::{
    Flow, Router, UpdateCx,
    route::{Groups, Offer, Owner, Role, Step, prepare},
};
use crate::{Client, Event, Result, events::Lifecycle};

/// Routes that were given to a client together.
pub(super) struct Attached {
    /// Where they stand among the others; nobody else has it.
    pub(super) place: u64,
    pub(super) groups: Groups,
    pub(super) owner: Arc<Owner>,
}

impl Attached {
    /// Lays a router out for a client, and tells its handlers that they begin.
    pub(super) async fn new(router: Router, place: u64, client: &Client) -> Result<Self> {
        let owner = Arc::new(Owner::default());
        let groups = router.lay_out(&owner)?;
        prepare(&groups, client).await?;
        let attached = Self {
            place,
            groups,
            owner,
        };
        attached.tell(Lifecycle::Started, client).await;
        Ok(attached)
    }

    /// Tells the handlers that they end.
    pub(super) async fn stopping(&self, client: &Client) {
        self.tell(Lifecycle::Stopping, client).await;
    }

    /// Only those that asked for it: a handler of any event is not for this.
    async fn tell(&self, turn: Lifecycle, client: &Client) {
        let cx = UpdateCx::new(client.clone(), Event::Lifecycle(turn));
        for step in self.groups.values().flatten() {
            if let Step::Try(route) = step
                && route.role == Role::Hook
                && route.offer(&cx).await == Offer::Had(Flow::Stop)
            {
                return;
            }
        }
    }
}
