//! What can be said on the command line. What holds secrets cannot be shown for debugging.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};

mod serve;
mod simulate;

pub(crate) use serve::Serve;
pub(crate) use simulate::{Simulate, SimulateWhat, Updates};

/// Telegram from the command line: log in, send, read, download, call any method; run a Telegram
/// server of your own to test against; read Telegram's schemas.
#[derive(Parser)]
#[command(
    name = "heliogram",
    bin_name = "heliogram",
    version,
    after_help = "\
First steps, without an account and without the internet:
  heliogram demo                     people and a bot talk over an embedded server
  heliogram serve --key server.pem   run that server; it says how to log in
  heliogram --server 127.0.0.1:4430 --server-key server.pem login --phone 9996621234

With a real account (api_id and api_hash come from https://my.telegram.org):
  export HELIOGRAM_API_ID=... HELIOGRAM_API_HASH=...
  heliogram login

`heliogram help COMMAND` shows examples. Ends with 0 if all went well, 1 if not, 2 if it was not
called right, 130 after Ctrl-C."
)]
pub(crate) struct Args {
    /// Print JSON instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) connection: Connection,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command that connects needs to know; it may stand before or after the command.
#[derive(ClapArgs, Default)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connection {
    /// Session file [default: account.session in the user's data folder] [env: HELIOGRAM_SESSION]
    #[arg(long, value_name = "FILE")]
    pub(crate) session: Option<PathBuf>,
    /// Server to talk to instead of Telegram's: HOST:PORT of its first data centre, or a file that
    /// holds the first line of `serve --json` [env: HELIOGRAM_SERVER]
    #[arg(long, value_name = "SERVER")]
    pub(crate) server: Option<String>,
    /// Key of that server: the PEM file given to `serve --key`, or its public key
    /// [env: HELIOGRAM_SERVER_KEY]
    #[arg(long, value_name = "FILE")]
    pub(crate) server_key: Option<PathBuf>,
    /// Use Telegram's test servers, which have accounts of their own
    #[arg(long)]
    pub(crate) test_servers: bool,
    /// Number of the app, from my.telegram.org [env: HELIOGRAM_API_ID]
    #[arg(long, value_name = "ID", allow_negative_numbers = true)]
    pub(crate) api_id: Option<i32>,
    /// Secret of the app, from my.telegram.org [env: HELIOGRAM_API_HASH]
    #[arg(long, value_name = "HASH")]
    pub(crate) api_hash: Option<String>,
}

/// A command with what it needs to connect.
#[derive(ClapArgs)]
pub(crate) struct Online<T: ClapArgs> {
    #[command(flatten)]
    pub(crate) args: T,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// A command without options of its own.
#[derive(ClapArgs, Debug)]
pub(crate) struct Plain {}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Show everything at once: a server, three clients, messages, files, cut connections
    Demo(Demo),
    /// Run a Telegram server on this machine, to develop and test against
    Serve(Serve),
    /// Log in with a phone number or a bot token and keep the session
    Login(Online<Login>),
    /// End the session on the server and forget it here
    Logout(Online<Plain>),
    /// Show who is logged in
    Me(Online<Plain>),
    /// Send a message or a file
    Send(Online<Send>),
    /// Show the messages of a chat, newest first
    History(Online<History>),
    /// Show what happens, as it happens
    Listen(Online<Listen>),
    /// Download the file of a message
    Download(Online<Download>),
    /// Call any method of the API with JSON arguments
    Raw(Online<Raw>),
    /// Prove the protocol core under a lying, cutting, reordering network in virtual time
    Simulate(Simulate),
    /// Read Telegram's schemas: count, show, compare, bring in
    #[command(subcommand)]
    Schema(Schema),
}

#[derive(ClapArgs, Debug)]
#[command(after_help = "\
Examples:
  heliogram demo
  heliogram demo --file holiday.mp4
  heliogram demo --json | jq .ok")]
pub(crate) struct Demo {
    /// File to send up and down (default: 32 MiB made up on the spot)
    #[arg(long, value_name = "PATH")]
    pub(crate) file: Option<PathBuf>,
}

#[derive(ClapArgs)]
#[command(after_help = "\
What is not given is asked for: the number, the code, the password, a name for a new account.
Without a terminal the answers are read from the input, one a line.

Examples:
  heliogram login
  heliogram login --phone +15550100 --session work.session
  heliogram login --bot-token - < token.txt")]
pub(crate) struct Login {
    /// Phone number in international form (asked for if missing)
    #[arg(long, conflicts_with = "bot_token")]
    pub(crate) phone: Option<String>,
    /// Log in as a bot; `-` asks for the token [env: HELIOGRAM_BOT_TOKEN, without --phone]
    #[arg(long, value_name = "TOKEN", allow_hyphen_values = true)]
    pub(crate) bot_token: Option<String>,
    /// First name to sign up with where the number has no account yet (asked for if missing)
    #[arg(long, value_name = "NAME")]
    pub(crate) first_name: Option<String>,
    /// Last name to sign up with
    #[arg(
        long,
        value_name = "NAME",
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) last_name: String,
}

#[derive(ClapArgs, Debug)]
#[command(after_help = "\
Examples:
  heliogram send me 'milk, bread'
  heliogram send @durov 'hello, **you**' --markdown --silent
  heliogram send +15550100 'look at this' --file holiday.mp4")]
pub(crate) struct Send {
    /// me, @username, a phone number of a contact, or an id
    #[arg(allow_hyphen_values = true)]
    pub(crate) to: String,
    /// The text; the caption where a file is sent
    #[arg(
        default_value = "",
        hide_default_value = true,
        allow_hyphen_values = true
    )]
    pub(crate) text: String,
    /// Send this file
    #[arg(long, value_name = "PATH")]
    pub(crate) file: Option<PathBuf>,
    /// Read the text as Markdown
    #[arg(long, conflicts_with = "html")]
    pub(crate) markdown: bool,
    /// Read the text as HTML
    #[arg(long)]
    pub(crate) html: bool,
    /// Answer this message
    #[arg(long, value_name = "ID")]
    pub(crate) reply_to: Option<i32>,
    /// Without a sound at the other end
    #[arg(long)]
    pub(crate) silent: bool,
}

#[derive(ClapArgs, Debug)]
#[command(after_help = "\
Times are in UTC; an arrow to the right marks what this account sent.

Examples:
  heliogram history @durov -n 5
  heliogram history me --search milk --json")]
pub(crate) struct History {
    /// me, @username, a phone number of a contact, or an id
    #[arg(allow_hyphen_values = true)]
    pub(crate) chat: String,
    /// How many messages
    #[arg(long, short = 'n', default_value_t = 20)]
    pub(crate) limit: usize,
    /// Only messages with this text
    #[arg(long)]
    pub(crate) search: Option<String>,
}

#[derive(ClapArgs, Debug)]
#[command(after_help = "\
Begins with what happened since it was run last, and goes on until Ctrl-C. What was shown is not
shown again, and nothing is left out, even if the command was killed. With --json there is one object
a line, and `event` says what it is.

Examples:
  heliogram listen
  heliogram listen --skip-missed
  heliogram listen --json | jq 'select(.event == \"NewMessage\") | .text'")]
pub(crate) struct Listen {
    /// Leave out what happened before now
    #[arg(long)]
    pub(crate) skip_missed: bool,
}

#[derive(ClapArgs, Debug)]
#[command(after_help = "\
Examples:
  heliogram download me 42
  heliogram download @durov 42 --output copies/
  heliogram download me 42 --output - | tar x")]
pub(crate) struct Download {
    /// me, @username, a phone number of a contact, or an id
    #[arg(allow_hyphen_values = true)]
    pub(crate) chat: String,
    /// Id of the message (see `history`)
    pub(crate) message: i32,
    /// Where to: a file, a folder, or `-` for the standard output (default: the file's own name,
    /// here)
    #[arg(long, short, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(ClapArgs)]
#[command(after_help = "\
In JSON, `_` names a constructor, bytes are base64, and 64-bit numbers may be strings.

Examples:
  heliogram raw help.getNearestDc
  heliogram raw users.getUsers '{\"id\": [{\"_\": \"inputUserSelf\"}]}' --json
  heliogram raw messages.sendMessage - < call.json")]
pub(crate) struct Raw {
    /// Name of the method, such as help.getNearestDc (see `schema show`)
    pub(crate) method: String,
    /// Its arguments as a JSON object; `-` reads it from the standard input
    #[arg(default_value = "{}")]
    pub(crate) arguments: String,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Schema {
    /// Count what a schema defines
    Stats {
        /// The schema, `-` for the standard input (default: the one this program was made from)
        file: Option<PathBuf>,
    },
    /// Show a constructor, a type or a method
    Show {
        /// Its name, such as messages.sendMessage, or its id, such as 7da07ec9
        name: String,
        /// The schema (default: the one this program was made from)
        #[arg(long)]
        file: Option<PathBuf>,
    },
    /// Tell what changed from one schema to another
    Diff {
        /// The older schema
        old: PathBuf,
        /// The newer schema
        new: PathBuf,
    },
    /// Check a schema, write it in one agreed form and stamp it with layer and source
    Sync {
        /// The schema as published; `-` for the standard input
        file: PathBuf,
        /// Where to (default: print it)
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Where the file came from, for the stamp (default: its name)
        #[arg(long)]
        source: Option<String>,
        /// Its layer, where the file does not say
        #[arg(long)]
        layer: Option<i32>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_put_together_well() {
        <Args as clap::CommandFactory>::command().debug_assert();
    }
}
