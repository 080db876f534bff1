/// What becomes of a client, rather than of its account.
///
/// Handlers are told that ask for it: see [`Router::on_start`](crate::Router::on_start). A stream
/// of updates is told of the connection if it is asked to, by
/// [`Updates::with_lifecycle`](crate::Updates::with_lifecycle); that handlers begin and end is no news
/// to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Lifecycle {
    /// The routes were given to a client and will get events from now on.
    #[doc(alias = "on_start")]
    Started,
    /// There is a connection to the server.
    #[doc(alias = "on_connect")]
    Connected,
    /// The connection was lost; the client connects again by itself.
    #[doc(alias = "on_disconnect")]
    Disconnected,
    /// The routes were taken away, or the client stops. Their handlers have ended.
    #[doc(alias = "on_stop")]
    Stopping,
}
