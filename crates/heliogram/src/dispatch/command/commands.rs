use std::fmt;

use heliogram_api::types as raw;

use super::{CommandArg, CommandArgs, CommandError, CommandSyntax};

/// A set of commands, usually an enum made by [`commands!`](crate::commands).
///
/// [`Command`] is the handler argument made of it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of commands",
    label = "a handler takes `Command<{Self}>`",
    note = "declare it with the macro `heliogram::commands!`, or implement `Commands` for `{Self}`"
)]
pub trait Commands: Sized {
    /// How they are written.
    #[must_use]
    fn syntax() -> CommandSyntax {
        CommandSyntax::default()
    }

    /// All of them, in the order of their declaration.
    #[must_use]
    fn list() -> Vec<CommandInfo>;

    /// Makes a value of a command; `None` if it is not one of these.
    ///
    /// # Errors
    /// [`CommandError`] if it is one of these and its arguments are wrong.
    fn parse(args: &CommandArgs) -> Option<Result<Self, CommandError>>;

    /// The text of a help message: a line for each command.
    ///
    /// ```
    /// # use heliogram::dispatch::Commands;
    /// heliogram::commands! {
    ///     enum Cmd {
    ///         /// Shows this.
    ///         Help = "help",
    ///     }
    /// }
    /// assert_eq!(Cmd::help(), "/help: Shows this.");
    /// ```
    #[must_use]
    fn help() -> String {
        let lines: Vec<_> = Self::list().iter().map(ToString::to_string).collect();
        lines.join("\n")
    }

    /// The commands as `bots.setBotCommands` takes them, for the menu of apps.
    ///
    /// Those whose names no menu can have (other than up to 32 of `a-z`, `0-9` and `_`) are left
    /// out.
    #[must_use]
    #[doc(alias = "bots.setBotCommands")]
    #[doc(alias = "set_bot_commands")]
    fn bot_commands() -> Vec<raw::BotCommand> {
        let fits = |name: &&str| {
            (1..=32).contains(&name.len())
                && name
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        let command = |info: CommandInfo| {
            let name = info.names.first().copied().filter(fits)?;
            // The server wants one, of 256 characters at most.
            let text = match info.description.is_empty() {
                true => info.usage.clone(),
                false => info.description.chars().take(256).collect(),
            };
            Some(raw::BotCommand::new(name.to_owned(), text))
        };
        Self::list().into_iter().filter_map(command).collect()
    }
}

/// What there is to know of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommandInfo {
    /// Its names, the main one first.
    pub names: Vec<&'static str>,
    /// What it does, in words for people; empty if nothing is said.
    pub description: String,
    /// How it is written, such as `/ban <user> [days]`.
    pub usage: String,
}

/// The line of a help message: `/ban <user> [days]: Bans somebody.`
impl fmt::Display for CommandInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.usage)?;
        match self.description.is_empty() {
            true => Ok(()),
            false => write!(f, ": {}", self.description),
        }
    }
}

/// A command as an argument of a handler: a message that is none of `C` is not for the handler.
///
/// What is wrong with a command that is one of them is the handler's failure, which an error
/// handler may show to the user. `Result<Command<C>, CommandError>` as the argument gives the
/// mistake to the handler itself.
///
/// ```
/// use heliogram::{Message, Result, dispatch::Command};
///
/// heliogram::commands! {
///     enum Cmd {
///         /// Adds two numbers.
///         Add(i64, i64) = "add",
///     }
/// }
///
/// async fn on_command(message: Message, Command(command): Command<Cmd>) -> Result<()> {
///     match command {
///         Cmd::Add(a, b) => message.reply(a.saturating_add(b).to_string()).await?,
///     };
///     Ok(())
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Command<C>(pub C);

/// The payload of `/start` as an argument of a handler: what the link had that the user came by.
///
/// See [`filter::deep_link`](crate::filter::deep_link).
#[derive(Clone, PartialEq, Eq)]
#[doc(alias = "start_param")]
pub struct DeepLink(pub String);

/// Shows that there is one: payloads may be secrets.
impl fmt::Debug for DeepLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeepLink").finish_non_exhaustive()
    }
}

/// What [`commands!`](crate::commands) says of a command.
#[doc(hidden)]
pub struct Described<'a> {
    /// Its names, the main one first.
    pub names: &'static [&'static str],
    /// Its documentation.
    pub doc: &'static str,
    /// What it takes.
    pub args: &'a [ArgInfo],
}

/// What [`commands!`](crate::commands) says of an argument.
#[doc(hidden)]
pub struct ArgInfo {
    /// Empty if it has none.
    pub name: &'static str,
    /// What is expected, in words for people.
    pub expected: &'static str,
    /// Whether it may be left out.
    pub optional: bool,
    /// Whether it takes all words that are left.
    pub many: bool,
}

impl ArgInfo {
    /// That of a type.
    #[must_use]
    pub const fn of<T: CommandArg>(name: &'static str) -> Self {
        Self {
            name,
            expected: T::EXPECTED,
            optional: T::OPTIONAL,
            many: T::MANY,
        }
    }
}

/// The description of a command for people, with the mark its syntax has.
#[doc(hidden)]
#[must_use]
pub fn describe(syntax: &CommandSyntax, command: &Described<'_>) -> CommandInfo {
    let name = command.names.first().copied().unwrap_or_default();
    let mut usage = format!("{}{name}", syntax.main_prefix());
    for arg in command.args {
        let name = match arg.name {
            "" => arg.expected,
            name => name,
        };
        let name = name.replace('_', " ");
        let dots = if arg.many { " ..." } else { "" };
        usage += &match arg.optional {
            true => format!(" [{name}{dots}]"),
            false => format!(" <{name}{dots}>"),
        };
    }
    let lines = command.doc.lines().map(str::trim);
    // As in Rust documentation, what comes first is the summary.
    let summary: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
    CommandInfo {
        names: command.names.to_vec(),
        description: summary.join(" "),
        usage,
    }
}

/// Declares an enum of commands with typed arguments, and implements
/// [`Commands`](crate::dispatch::Commands) for it.
///
/// Each variant is followed by the names of its command; what it holds are the arguments, and its
/// documentation is the help text. Marks other than `/` stand in front:
/// `#![syntax = CommandSyntax::new().prefixes(["!"])]`.
///
/// ```
/// use heliogram::dispatch::{CommandSyntax, Commands};
///
/// heliogram::commands! {
///     /// What moderators may do.
///     #[derive(Debug, PartialEq)]
///     pub enum Moderation {
///         /// Bans somebody.
///         Ban { user: String, days: Option<u32> } = "ban",
///         /// Says something.
///         Say(Vec<String>) = "say" | "echo",
///         /// Shows this.
///         Help = "help",
///     }
/// }
///
/// let read = |text: &str| {
///     let args = Moderation::syntax().read(text)?;
///     Moderation::parse(&args)
/// };
/// let ban = Moderation::Ban { user: "@spammer".into(), days: Some(3) };
/// assert_eq!(read("/ban @spammer 3"), Some(Ok(ban)));
/// assert_eq!(read("/dance"), None);
/// let mistake = read("/ban @spammer soon").unwrap().unwrap_err();
/// assert_eq!(
///     mistake.to_string(),
///     "The second argument of /ban must be a whole number, not below 0. \
///      Write it as: /ban <user> [days]",
/// );
/// assert_eq!(Moderation::list()[0].to_string(), "/ban <user> [days]: Bans somebody.");
/// ```
#[macro_export]
#[doc(alias = "BotCommands")]
macro_rules! commands {
    (
        $( #![syntax = $syntax:expr] )?
        $( #[$meta:meta] )*
        $vis:vis enum $enum:ident {
            $(
                $( #[doc = $doc:literal] )*
                $variant:ident
                $( ( $( $type:ty ),+ $(,)? ) )?
                $( { $( $field:ident : $field_type:ty ),+ $(,)? } )?
                = $( $name:literal )|+
            ),+ $(,)?
        }
    ) => {
        $( #[$meta] )*
        $vis enum $enum {
            $(
                $( #[doc = $doc] )*
                $variant $( ( $( $type ),+ ) )? $( { $( $field : $field_type ),+ } )?,
            )+
        }

        impl $crate::dispatch::Commands for $enum {
            $(
                fn syntax() -> $crate::dispatch::CommandSyntax {
                    $syntax
                }
            )?

            fn list() -> ::std::vec::Vec<$crate::dispatch::CommandInfo> {
                let syntax = <Self as $crate::dispatch::Commands>::syntax();
                ::std::vec![ $(
                    $crate::dispatch::command::describe(
                        &syntax,
                        &$crate::__described!(
                            [ $( $name ),+ ] [ $( $doc ),* ]
                            $( ( $( $type ),+ ) )? $( { $( $field : $field_type ),+ } )?
                        ),
                    ),
                )+ ]
            }

            fn parse(
                args: &$crate::dispatch::CommandArgs,
            ) -> ::std::option::Option<::std::result::Result<Self, $crate::dispatch::CommandError>> {
                let syntax = <Self as $crate::dispatch::Commands>::syntax();
                $(
                    if [ $( $name ),+ ].iter().any(|name| syntax.same(name, args.name())) {
                        let described = $crate::__described!(
                            [ $( $name ),+ ] [ $( $doc ),* ]
                            $( ( $( $type ),+ ) )? $( { $( $field : $field_type ),+ } )?
                        );
                        return ::std::option::Option::Some(args.read(&syntax, &described, |_words| {
                            ::std::result::Result::Ok(Self::$variant
                                $( ( $( <$type as $crate::dispatch::CommandArg>::take(_words)? ),+ ) )?
                                $( { $(
                                    $field: <$field_type as $crate::dispatch::CommandArg>::take(_words)?
                                ),+ } )?
                            )
                        }));
                    }
                )+
                ::std::option::Option::None
            }
        }
    };
}

/// What [`commands!`](crate::commands) says of one command.
#[doc(hidden)]
#[macro_export]
macro_rules! __described {
    (
        [ $( $name:literal ),+ ] [ $( $doc:literal ),* ]
        $( ( $( $type:ty ),+ ) )? $( { $( $field:ident : $field_type:ty ),+ } )?
    ) => {
        $crate::dispatch::command::Described {
            names: &[ $( $name ),+ ],
            doc: ::std::concat!( $( $doc, "\n" ),* ),
            args: const { &[
                $( $( $crate::dispatch::command::ArgInfo::of::<$type>("") ),+ )?
                $( $(
                    $crate::dispatch::command::ArgInfo::of::<$field_type>(::std::stringify!($field))
                ),+ )?
            ] },
        }
    };
}
