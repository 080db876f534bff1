use std::net::IpAddr;

use crate::shared::Shared;
use crate::world::{Actor, MessageRange, Origin};

/// Where a request comes from, and what it needs of the server.
pub(crate) struct Cx<'a> {
    pub(crate) shared: &'a Shared,
    /// The permanent key the session belongs to.
    pub(crate) key: i64,
    /// The key the session speaks under, which may be a temporary one.
    pub(crate) session_key: i64,
    pub(crate) session: i64,
    /// The request's message id.
    pub(crate) msg_id: i64,
    /// The data centre that was asked.
    pub(crate) dc: i32,
    /// Where the client reached us.
    pub(crate) ip: IpAddr,
    /// The account; 0 where no login is needed and there is none.
    pub(crate) me: i64,
    /// It is part of the account's takeout.
    pub(crate) takeout: bool,
    /// Only messages in this range are meant.
    pub(crate) range: Option<MessageRange>,
    /// By a fault, the difference this asks for is too long to be told.
    pub(crate) too_long: bool,
}

impl Cx<'_> {
    /// The account, and the session that will hear of what it did by the answer.
    pub(crate) fn actor(&self) -> Actor {
        let origin = Origin {
            key: self.session_key,
            session: self.session,
        };
        Actor {
            user: self.me,
            origin: Some(origin),
        }
    }
}
