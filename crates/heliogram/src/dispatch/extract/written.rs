//! What is written as arguments: commands and what patterns found.

use super::{FromUpdate, Reject};
use crate::{
    dispatch::{
        Command, CommandArgs, CommandError, CommandSyntax, Commands, DeepLink, UpdateCx,
        filter::{MESSAGES, message_of},
    },
    events::Kinds,
};

/// The command as the filter read it, or in the usual syntax.
impl<S: Sync> FromUpdate<S> for CommandArgs {
    const KINDS: Kinds = MESSAGES;

    async fn from_update(cx: &UpdateCx, _: &S) -> Result<Self, Reject> {
        match cx.get() {
            Some(args) => Ok(args),
            None => read(cx, &CommandSyntax::new()).await,
        }
    }
}

/// Reads the message as a command for this account.
async fn read(cx: &UpdateCx, syntax: &CommandSyntax) -> Result<CommandArgs, Reject> {
    let message = message_of(cx.event()).ok_or(Reject::Skip)?;
    let args = syntax.read(message.text()).ok_or(Reject::Skip)?;
    if args.bot().is_some() {
        CommandSyntax::learn_own_name(cx.client()).await?;
    }
    syntax.read_message(message).ok_or(Reject::Skip)
}

impl<S: Sync, C: Commands + Send> FromUpdate<S> for Result<Command<C>, CommandError> {
    const KINDS: Kinds = MESSAGES;

    async fn from_update(cx: &UpdateCx, _: &S) -> Result<Self, Reject> {
        let args = read(cx, &C::syntax()).await?;
        let command = C::parse(&args).ok_or(Reject::Skip)?;
        Ok(command.map(Command))
    }
}

impl<S: Sync, C: Commands + Send> FromUpdate<S> for Command<C> {
    const KINDS: Kinds = MESSAGES;

    async fn from_update(cx: &UpdateCx, state: &S) -> Result<Self, Reject> {
        let command = Result::<Self, CommandError>::from_update(cx, state).await?;
        Ok(command?)
    }
}

impl<S: Sync> FromUpdate<S> for DeepLink {
    const KINDS: Kinds = MESSAGES;

    async fn from_update(cx: &UpdateCx, state: &S) -> Result<Self, Reject> {
        let args = CommandArgs::from_update(cx, state).await?;
        let payload = args.rest();
        match payload.is_empty() || !args.name().eq_ignore_ascii_case("start") {
            true => Err(Reject::Skip),
            false => Ok(Self(payload.to_owned())),
        }
    }
}

#[cfg(feature = "regex")]
impl<S: Sync> FromUpdate<S> for crate::dispatch::Captures {
    const OF_PATTERN: bool = true;

    async fn from_update(cx: &UpdateCx, _: &S) -> Result<Self, Reject> {
        cx.get().ok_or(Reject::Skip)
    }
}
