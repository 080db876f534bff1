//! By commands such as `/start`.

use super::{Condition, Filter, MESSAGES, message_of, of_kinds};
use crate::{
    BoxFuture, Client, Result, UpdateCx,
    dispatch::{CommandSyntax, command::CommandArgs},
    events::Kinds,
};

/// Passes the command with this name, whatever its arguments are: `/name`, and `/name@bot` where
/// the bot is this account.
///
/// What follows it is there as [`CommandArgs`] and typed as
/// [`Command`](crate::dispatch::Command). Other marks than `/`, several names at once, and case
/// that matters: [`CommandSyntax`].
///
/// ```
/// use heliogram::{dispatch::CommandSyntax, filter};
///
/// let help = filter::command("help");
/// let ban = CommandSyntax::new().prefixes(["!", "."]).command(["ban", "b"]);
/// ```
pub fn command(name: impl Into<String>) -> Filter {
    CommandSyntax::new().command([name])
}

/// Passes `/start`, with and without a payload.
#[must_use]
pub fn start() -> Filter {
    command("start")
}

/// Passes `/start` with a payload that begins like this: what a link such as
/// `https://t.me/bot?start=ref_42` sends. An empty beginning passes every payload.
///
/// The payload is there as [`DeepLink`](crate::dispatch::DeepLink).
///
/// ```
/// use heliogram::filter;
/// let invited = filter::deep_link("ref_");
/// ```
#[doc(alias = "deeplink")]
#[doc(alias = "start_param")]
pub fn deep_link(start: impl Into<String>) -> Filter {
    let start = start.into();
    self::start()
        & of_kinds(MESSAGES, move |cx| {
            let args = cx.get::<CommandArgs>();
            args.is_some_and(|a| !a.rest().is_empty() && a.rest().starts_with(&start))
        })
}

/// The condition that a message is one of these commands; leaves [`CommandArgs`].
pub(crate) struct Commands {
    pub(crate) syntax: CommandSyntax,
    pub(crate) names: Vec<String>,
}

impl Condition for Commands {
    fn kinds(&self) -> Kinds {
        MESSAGES
    }

    fn holds(&self, cx: &UpdateCx) -> bool {
        let message = message_of(cx.event());
        let Some(args) = message.and_then(|m| self.syntax.read_message(m)) else {
            return false;
        };
        let named = self.names.iter().any(|n| self.syntax.same(n, args.name()));
        if named {
            cx.insert(args);
        }
        named
    }

    /// The account's own name, without which commands with a name could not be told apart.
    fn prepare<'a>(&'a self, client: &'a Client) -> BoxFuture<'a, Result<()>> {
        Box::pin(CommandSyntax::learn_own_name(client))
    }
}
