use super::{FromUpdate, Reject};
use crate::dispatch::UpdateCx;

/// What handlers share, as an argument: the state of the [`Router`](crate::Router), or a part of it.
///
/// ```
/// use heliogram::{Message, Router, dispatch::{FromRef, State}, filter};
///
/// #[derive(Clone)]
/// struct App {
///     greeting: &'static str,
///     owner: i64,
/// }
///
/// impl FromRef<App> for i64 {
///     fn from_ref(app: &App) -> Self {
///         app.owner
///     }
/// }
///
/// async fn greet(State(app): State<App>, message: Message) -> heliogram::Result<()> {
///     message.reply(app.greeting).await?;
///     Ok(())
/// }
///
/// async fn whose(State(owner): State<i64>, message: Message) -> heliogram::Result<()> {
///     message.reply(format!("{owner}'s")).await?;
///     Ok(())
/// }
///
/// let app = App { greeting: "hello", owner: 7 };
/// let router: Router = Router::new()
///     .on(filter::any(), greet)
///     .on(filter::any(), whose)
///     .with_state(app);
/// # let _ = router;
/// ```
///
/// A router whose state does not have it does not compile.
#[derive(Clone, Copy, Debug, Default)]
pub struct State<T>(pub T);

impl<S: Sync, T: FromRef<S>> FromUpdate<S> for State<T> {
    async fn from_update(_: &UpdateCx, state: &S) -> Result<Self, Reject> {
        Ok(Self(T::from_ref(state)))
    }
}

/// A value that can be taken from the state of a router: the state itself, or a part of it.
///
/// States are cloned for each event; put what is large or changes behind an [`Arc`](std::sync::Arc).
#[diagnostic::on_unimplemented(
    message = "the router's state `{S}` has no `{Self}`",
    label = "a handler takes `State<{Self}>`",
    note = "give the router this state: `Router::new().on(..).with_state(value)`, `client.run_with(router, value)`, or implement `FromRef<{S}>` for `{Self}`"
)]
pub trait FromRef<S> {
    /// Takes it.
    fn from_ref(state: &S) -> Self;
}

impl<T: Clone> FromRef<T> for T {
    fn from_ref(state: &T) -> Self {
        state.clone()
    }
}
