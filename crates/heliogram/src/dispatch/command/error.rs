use std::{error, fmt};

use super::{ArgError, CommandArgs, Words};

/// A command that was written wrongly. Its text is a sentence to be shown to who wrote it:
///
/// > The second argument of /ban must be a whole number. Write it as: /ban &lt;user&gt; \[days\]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandError {
    command: String,
    usage: Option<String>,
    /// Which argument, counted from 0.
    at: usize,
    mistake: CommandMistake,
}

/// What is wrong with a command.
pub type CommandMistake = ArgError;

impl CommandError {
    pub(super) fn new(
        args: &CommandArgs,
        usage: Option<String>,
        words: &Words<'_>,
        mistake: ArgError,
    ) -> Self {
        Self {
            command: format!("{}{}", args.prefix(), args.name()),
            usage,
            at: words.taken(),
            mistake,
        }
    }

    /// The command, with its mark.
    #[must_use]
    pub fn command(&self) -> &str {
        &self.command
    }

    /// How it is written, such as `/ban <user> [days]`.
    #[must_use]
    pub fn usage(&self) -> Option<&str> {
        self.usage.as_deref()
    }

    /// Which argument is wrong or missing, counted from 0.
    #[must_use]
    pub fn argument(&self) -> usize {
        self.at
    }

    /// What is wrong.
    #[must_use]
    pub fn mistake(&self) -> CommandMistake {
        self.mistake
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let command = &self.command;
        match self.mistake {
            ArgError::Missing { expected } => write!(f, "After {command} {expected} is missing"),
            ArgError::Wrong { expected } => {
                let which = Nth(self.at);
                write!(f, "The {which} argument of {command} must be {expected}")
            }
            ArgError::TooMany => match self.at {
                0 => write!(f, "{command} takes no arguments"),
                1 => write!(f, "{command} takes one argument only"),
                n => write!(f, "{command} takes {n} arguments only"),
            },
        }?;
        match &self.usage {
            Some(usage) => write!(f, ". Write it as: {usage}"),
            None => f.write_str("."),
        }
    }
}

impl error::Error for CommandError {}

/// `first`, `second`, `4th`.
struct Nth(usize);

impl fmt::Display for Nth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("first"),
            1 => f.write_str("second"),
            2 => f.write_str("third"),
            n => write!(f, "{}th", n + 1),
        }
    }
}
