//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};

/// Telegram from the command line: log in, send, read, download, call any method; run a Telegram
/// server of your own to test against; read Telegram's schemas.
#[derive(Parser, Debug)]
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
#[derive(ClapArgs, Debug, Default)]
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
#[derive(ClapArgs, Debug)]
pub(crate) struct Online<T: ClapArgs> {
    #[command(flatten)]
    pub(crate) args: T,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// A command without options of its own.
#[derive(ClapArgs, Debug)]
pub(crate) struct Plain {}

#[derive(Subcommand, Debug)]
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

#[derive(ClapArgs, Debug)]
#[command(after_help = "\
A seed decides how bad the network is: packets are late, lost, doubled, damaged, played again and
made up; connections break; the server tells lies; clocks are wrong. What has to hold all the same:
no request runs twice, each ends exactly once, each update comes exactly once.

Examples:
  heliogram simulate --seeds 10000
  heliogram simulate --seed 4711          tells the story of one seed
  heliogram simulate --from 10000 --json | jq .stats")]
pub(crate) struct Simulate {
    /// How many seeds to run
    #[arg(long, default_value_t = 1000)]
    pub(crate) seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 0, value_name = "SEED")]
    pub(crate) from: u64,
    /// Run this seed only and tell what happens
    #[arg(long, conflicts_with_all = ["seeds", "from"])]
    pub(crate) seed: Option<u64>,
}

#[derive(ClapArgs, Debug)]
#[command(after_help = SERVE_HELP)]
pub(crate) struct Serve {
    /// Address to listen on; anything but loopback lets others in
    #[arg(long, default_value = "127.0.0.1")]
    pub(crate) host: std::net::IpAddr,
    /// Port of the first data centre; the others follow, then one more of each for media, then the
    /// CDN's. 0 takes free ones
    #[arg(long, default_value_t = 4430)]
    pub(crate) port: u16,
    /// Address of one data centre, whatever --host and --port say; may be given several times
    #[arg(long, value_name = "DC=ADDRESS:PORT", value_parser = place)]
    pub(crate) listen: Vec<(u8, std::net::SocketAddr)>,
    /// Number of data centres
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=9))]
    pub(crate) dcs: u8,
    /// Have a CDN: a data centre of its own that hands out large documents
    #[arg(long)]
    pub(crate) cdn: bool,
    /// A further layer to answer clients in: its schema, with a line `// LAYER N`; may be given
    /// several times
    #[arg(long = "layer-file", value_name = "FILE.tl")]
    pub(crate) layer_files: Vec<PathBuf>,
    /// File of the server's private key; made if it is not there
    #[arg(long, value_name = "FILE.pem")]
    pub(crate) key: Option<PathBuf>,
    /// Keep everything in this file (and a folder beside it); without it all is gone at the end
    #[arg(long, value_name = "FILE")]
    pub(crate) data: Option<PathBuf>,
    /// A bot to have; may be given several times
    #[arg(long = "bot", value_name = "USERNAME", value_parser = username)]
    pub(crate) bots: Vec<String>,
    /// A bot to have that can be asked from every chat, and what an input field shows then; may be
    /// given several times
    #[arg(long = "inline-bot", value_name = "USERNAME=TEXT", value_parser = inline_bot)]
    pub(crate) inline_bots: Vec<(String, String)>,
    /// Seconds a bot has to answer an inline query or a button
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub(crate) bot_timeout: u32,
    /// A world that shall be there: users, bots, chats and messages, described in TOML
    #[arg(long, value_name = "WORLD.toml")]
    pub(crate) seed: Option<PathBuf>,
    /// At the end, list the methods that were called, answered and missing
    #[arg(long)]
    pub(crate) coverage: bool,
    /// Open the control API, over which programs let things go wrong, move the clock and read
    /// login codes (see below); on a free port of loopback unless told where
    #[arg(
        long,
        value_name = "ADDR:PORT",
        num_args = 0..=1,
        default_missing_value = "127.0.0.1:0"
    )]
    pub(crate) control: Option<std::net::SocketAddr>,
    /// Show each call as it comes
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

/// What `serve --help` says behind the options.
const SERVE_HELP: &str = "\
Examples:
  heliogram serve --key server.pem --bot echo_bot
  heliogram serve --key server.pem --data telegram.db -v
  heliogram serve --port 0 --json > server.json    then: heliogram --server server.json login

The control API is HTTP with JSON. The server shows its address and a token when it starts (with
`--json` in the first line, under \"control\"); each request carries the token:

  curl -H \"Authorization: Bearer $TOKEN\" $URL/faults

  GET /faults               the faults there are, with their parameters, and those that wait
  POST /faults              add one: {\"name\": \"flood_wait\", \"seconds\": 3,
                            \"method\": \"messages.sendMessage\", \"times\": 2}; most faults also take
                            \"times\": N or \"always\", \"skip\": N, \"chance\": 0 to 1, \"seed\": N,
                            \"account\": \"@name\", \"dc\": N
  DELETE /faults/ID         take one away; DELETE /faults all of them
  GET /log                  what faults did, and the faults that do it again
  GET /calls                how often each method was called
  POST /clock               {\"advance_seconds\": 60} moves the clock forward
  GET /codes?phone=NUMBER   the login code that is out for a phone number";

/// A username as Telegram has them, with or without `@`.
fn username(text: &str) -> Result<String, String> {
    let name = text.strip_prefix('@').unwrap_or(text);
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let fits = (4..=32).contains(&name.len());
    if fits && name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(plain) {
        return Ok(name.to_owned());
    }
    Err("a username has 4 to 32 letters, digits and underscores, a letter first".to_owned())
}

/// A username and the text of an input field.
fn inline_bot(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, shown)) if !shown.is_empty() => Ok((username(name)?, shown.to_owned())),
        _ => Err("a username, an equals sign and a text are wanted".to_owned()),
    }
}

#[derive(ClapArgs, Debug)]
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

#[derive(ClapArgs, Debug)]
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

/// A data centre and its address, written `DC=ADDRESS:PORT`.
fn place(text: &str) -> Result<(u8, std::net::SocketAddr), String> {
    text.split_once('=')
        .and_then(|(dc, address)| Some((dc.parse().ok()?, address.parse().ok()?)))
        .ok_or_else(|| "written as 2=127.0.0.1:4431".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usernames_are_those_others_can_write_to() {
        assert_eq!(username("@echo_bot").as_deref(), Ok("echo_bot"));
        assert!(username("Echo2Bot").is_ok());
        for wrong in [
            "",
            "@",
            "bot",
            "1bot",
            "_bot",
            "x y z",
            "écho_bot",
            &"a".repeat(33),
        ] {
            assert!(username(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_inline_bot_has_a_text() {
        let pair = ("gif_bot".to_owned(), "a=b".to_owned());
        assert_eq!(inline_bot("@gif_bot=a=b"), Ok(pair));
        for wrong in ["gif_bot", "gif_bot=", "=x", "1=x"] {
            assert!(inline_bot(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_command_line_is_put_together_well() {
        <Args as clap::CommandFactory>::command().debug_assert();
    }
}
