use std::{fmt, marker::PhantomData};

use super::{Dialogue, DialogueState};
use crate::{
    BoxFuture,
    dispatch::{Flow, FromUpdate, Handler, Reject, UpdateCx},
    events::Kinds,
};

/// A handler for one state of a dialogue; made by [`in_state`].
pub struct InState<T, F, H> {
    test: F,
    handler: H,
    state: PhantomData<fn(&T)>,
}

/// The arguments of an [`InState`].
#[derive(Debug)]
pub struct Matched<T, A>(PhantomData<(T, A)>);

/// Lets a handler run only while the dialogue of the event's chat and sender is in the states that
/// `test` names; otherwise the next route is tried.
///
/// ```
/// # use heliogram::{Message, dispatch::{DialogueState, Handler}};
/// use heliogram::dispatch::in_state;
/// # #[derive(Default, serde::Serialize, serde::Deserialize)]
/// # enum Form { #[default] Name, Age { name: String } }
/// # impl DialogueState for Form { const NAME: &'static str = "form"; }
/// # fn on<A>(_: impl Handler<A, ()>) {}
///
/// async fn age(message: Message) {}
///
/// let age = in_state(|form: &Form| matches!(form, Form::Age { .. }), age);
/// # on(age);
/// ```
#[doc(alias = "StateFilter")]
#[doc(alias = "scene")]
#[doc(alias = "wizard")]
pub fn in_state<T, F, H>(test: F, handler: H) -> InState<T, F, H>
where
    T: DialogueState,
    F: Fn(&T) -> bool + Clone + Send + Sync + 'static,
{
    InState {
        test,
        handler,
        state: PhantomData,
    }
}

#[diagnostic::do_not_recommend]
impl<T, F, H, A, S> Handler<Matched<T, A>, S> for InState<T, F, H>
where
    T: DialogueState,
    F: Fn(&T) -> bool + Clone + Send + Sync + 'static,
    H: Handler<A, S>,
    S: Clone + Send + Sync + 'static,
{
    const KINDS: Kinds = H::KINDS.and(<Dialogue<T> as FromUpdate<S>>::KINDS);
    const OF_PATTERN: bool = H::OF_PATTERN;

    fn call(self, cx: UpdateCx, state: S) -> BoxFuture<'static, Result<Flow, Reject>> {
        Box::pin(async move {
            let dialogue = Dialogue::<T>::from_update(&cx, &state).await?;
            if !(self.test)(&dialogue.state()) {
                return Err(Reject::Skip);
            }
            self.handler.call(cx, state).await
        })
    }
}

impl<T, F: Clone, H: Clone> Clone for InState<T, F, H> {
    fn clone(&self) -> Self {
        Self {
            test: self.test.clone(),
            handler: self.handler.clone(),
            state: PhantomData,
        }
    }
}

impl<T, F, H> fmt::Debug for InState<T, F, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InState").finish_non_exhaustive()
    }
}
