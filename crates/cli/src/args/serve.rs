//! What `heliogram serve` can be told.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use heliogram_server::faults;

#[derive(ClapArgs, Debug)]
#[command(after_help = help())]
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
    /// Have an MTProxy in front of the data centres: its secret (32 hexadecimal digits), and where
    /// it listens unless on a free port of loopback
    #[arg(long, value_name = "SECRET[@ADDR:PORT]", value_parser = mtproxy)]
    pub(crate) mtproxy: Option<MtProxy>,
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

/// What `serve --help` says behind the options, but for the names of faults.
const HELP: &str = "\
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

/// Longest line of the help.
const WIDTH: usize = 100;

/// What `serve --help` says behind the options.
fn help() -> String {
    let mut text = format!("{HELP}\n\nFaults, by what they strike:\n");
    for (subject, names) in faults::by_subject() {
        let mut line = format!("\n  {subject:<24}");
        for name in names {
            if line.len() + name.len() > WIDTH {
                text.push_str(line.trim_end());
                line = format!("\n{:26}", "");
            }
            line.push_str(name);
            line.push(' ');
        }
        text.push_str(line.trim_end());
    }
    text
}

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

/// An MTProxy to be had.
#[derive(Clone)]
pub(crate) struct MtProxy {
    pub(crate) secret: [u8; 16],
    pub(crate) address: std::net::SocketAddr,
}

impl std::fmt::Debug for MtProxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MtProxy")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// A secret and an address, written `SECRET@ADDR:PORT`; `dd` may stand before the secret.
fn mtproxy(text: &str) -> Result<MtProxy, String> {
    let (secret, address) = text.split_once('@').unwrap_or((text, "127.0.0.1:0"));
    let digits = match secret.len() {
        34 => secret.strip_prefix("dd").unwrap_or_default(),
        _ => secret,
    };
    let mut bytes = [0; 16];
    let pairs = digits.as_bytes().chunks(2);
    let read = |pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let right = digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if !right {
        return Err("a secret has 32 hexadecimal digits; fake TLS (ee) is not offered".to_owned());
    }
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        *byte = read(pair).unwrap_or_default();
    }
    let address = address.parse();
    let address = address.map_err(|_| "an address is written as 127.0.0.1:4480".to_owned())?;
    Ok(MtProxy {
        secret: bytes,
        address,
    })
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
}
