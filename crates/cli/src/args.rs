//! What can be said on the command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};

/// Telegram from the command line: log in, send, read, download, call any method; run a Telegram
/// server of your own to test against; read Telegram's schemas.
#[derive(Parser, Debug)]
#[command(
    name = "heliogram",
    version,
    after_help = "\
First steps, without an account and without the internet:
  heliogram demo                     people and a bot talk over an embedded server
  heliogram serve --key server.pem   run that server; it says how to log in
  heliogram --server 127.0.0.1:4430 --server-key server.pem login --phone 9996621234

With a real account (api_id and api_hash come from https://my.telegram.org):
  export HELIOGRAM_API_ID=... HELIOGRAM_API_HASH=...
  heliogram login"
)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command that connects needs to know.
#[derive(ClapArgs, Debug)]
pub(crate) struct Common {
    /// Print JSON instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Session file (default: account.session in the user's data folder)
    #[arg(long, global = true, value_name = "FILE", env = "HELIOGRAM_SESSION")]
    pub(crate) session: Option<PathBuf>,
    /// Server to talk to instead of Telegram's: HOST:PORT of its first data centre, or a file that
    /// holds the first line of `serve --json`
    #[arg(long, global = true, value_name = "SERVER", env = "HELIOGRAM_SERVER")]
    pub(crate) server: Option<String>,
    /// Key of that server: the PEM file given to `serve --key`, or its public key
    #[arg(long, global = true, value_name = "FILE", env = "HELIOGRAM_SERVER_KEY")]
    pub(crate) server_key: Option<PathBuf>,
    /// Use Telegram's test servers, which have accounts of their own
    #[arg(long, global = true, conflicts_with = "server")]
    pub(crate) test_servers: bool,
    /// Number of the app, from my.telegram.org
    #[arg(long, global = true, value_name = "ID", env = "HELIOGRAM_API_ID")]
    pub(crate) api_id: Option<i32>,
    /// Secret of the app, from my.telegram.org
    #[arg(
        long,
        global = true,
        value_name = "HASH",
        env = "HELIOGRAM_API_HASH",
        hide_env_values = true
    )]
    pub(crate) api_hash: Option<String>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Show everything at once: a server, three clients, messages, files, cut connections
    Demo(Demo),
    /// Run a Telegram server on this machine, to develop and test against
    Serve(Serve),
    /// Log in with a phone number or a bot token and keep the session
    Login(Login),
    /// End the session on the server and forget it here
    Logout,
    /// Show who is logged in
    Me,
    /// Send a message or a file
    Send(Send),
    /// Show the messages of a chat, newest first
    History(History),
    /// Download the file of a message
    Download(Download),
    /// Call any method of the API with JSON arguments
    Raw(Raw),
    /// Read Telegram's schemas: count, show, compare, bring in
    #[command(subcommand)]
    Schema(Schema),
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Demo {
    /// File to send up and down (default: 32 MiB made up on the spot)
    #[arg(long, value_name = "PATH")]
    pub(crate) file: Option<PathBuf>,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Serve {
    /// Address to listen on; anything but loopback lets others in
    #[arg(long, default_value = "127.0.0.1")]
    pub(crate) host: std::net::IpAddr,
    /// Port of the first data centre, the others follow; 0 takes free ones
    #[arg(long, default_value_t = 4430)]
    pub(crate) port: u16,
    /// Address of one data centre, whatever --host and --port say; may be given several times
    #[arg(long, value_name = "DC=ADDRESS:PORT", value_parser = place)]
    pub(crate) listen: Vec<(u8, std::net::SocketAddr)>,
    /// Number of data centres
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=9))]
    pub(crate) dcs: u8,
    /// File of the server's private key; made if it is not there
    #[arg(long, value_name = "FILE.pem")]
    pub(crate) key: Option<PathBuf>,
    /// Keep everything in this file (and a folder beside it); without it all is gone at the end
    #[arg(long, value_name = "FILE")]
    pub(crate) data: Option<PathBuf>,
    /// A bot to have; may be given several times
    #[arg(long = "bot", value_name = "USERNAME")]
    pub(crate) bots: Vec<String>,
    /// Show each call as it comes
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Login {
    /// Phone number in international form (asked for if missing)
    #[arg(long, conflicts_with = "bot_token")]
    pub(crate) phone: Option<String>,
    /// Log in as a bot; `-` asks for the token
    #[arg(
        long,
        value_name = "TOKEN",
        env = "HELIOGRAM_BOT_TOKEN",
        hide_env_values = true
    )]
    pub(crate) bot_token: Option<String>,
    /// First name to sign up with where the number has no account yet (asked for if missing)
    #[arg(long)]
    pub(crate) first_name: Option<String>,
    /// Last name to sign up with
    #[arg(long, default_value = "")]
    pub(crate) last_name: String,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Send {
    /// me, @username, a phone number of a contact, or an id
    #[arg(allow_hyphen_values = true)]
    pub(crate) to: String,
    /// The text; the caption where a file is sent
    #[arg(default_value = "")]
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
pub(crate) struct Download {
    /// me, @username, a phone number of a contact, or an id
    #[arg(allow_hyphen_values = true)]
    pub(crate) chat: String,
    /// Id of the message (see `history`)
    pub(crate) message: i32,
    /// Where to (default: the file's own name, here)
    #[arg(long, short, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct Raw {
    /// Name of the method, such as help.getNearestDc (see `schema show`)
    pub(crate) method: String,
    /// Its arguments as a JSON object
    #[arg(default_value = "{}")]
    pub(crate) arguments: String,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Schema {
    /// Count what a schema defines
    Stats {
        /// The schema (default: the one this program was made from)
        file: Option<PathBuf>,
    },
    /// Show a constructor, a type or a method
    Show {
        /// Its name, such as messages.sendMessage
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
        /// The schema as published
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
