//! Commands such as `/ban @someone 3`: read, told apart, and turned into values with types.

mod arg;
mod args;
mod commands;
mod error;
mod syntax;
#[cfg(test)]
mod tests;

pub use arg::{ArgError, CommandArg, Rest, Words};
pub use args::CommandArgs;
#[doc(hidden)]
pub use commands::{ArgInfo, Described, describe};
pub use commands::{Command, CommandInfo, Commands, DeepLink};
pub use error::{CommandError, CommandMistake};
pub use syntax::CommandSyntax;
