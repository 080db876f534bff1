//! `heliogram serve`.

mod coverage;

use std::{collections::BTreeMap, fs, net::SocketAddr, path::Path, time::Duration};

use anyhow::{Context, Result, anyhow, ensure};
use heliogram_crypto::{RsaPrivateKey, SeededRandom};
use heliogram_server::{Dc, Event, Seed, Server, StartError};
use serde_json::{Value, json};

use crate::{
    args::Serve,
    interrupt::interrupted,
    names::printable,
    ui::{BAD, BOLD, DIM, GOOD, NAME, Ui, styled},
};

pub(crate) async fn run(args: Serve, ui: &Ui) -> Result<()> {
    let verbose = args.verbose;
    let watcher = *ui;
    let mut builder = Server::builder()
        .host(args.host)
        .port(args.port)
        .dcs(args.dcs)
        .cdn(args.cdn)
        .bot_timeout(Duration::from_secs(args.bot_timeout.into()))
        .on_event(move |event| show(&watcher, verbose, &event))
        .tell_calls(verbose);
    if let Some(path) = &args.key {
        builder = builder.key(key(path)?);
    }
    if let Some(path) = args.data {
        builder = builder.data(path);
    }
    for path in &args.layer_files {
        builder = builder.schema(schema(path)?);
    }
    for (dc, address) in places(args.listen)? {
        builder = builder.listen(dc, address);
    }
    for bot in args.bots {
        builder = builder.bot(bot);
    }
    if let Some(address) = args.control {
        builder = builder.control(address);
    }
    if let Some(proxy) = &args.mtproxy {
        builder = builder.mtproxy(proxy.address, proxy.secret);
    }
    for (bot, text) in args.inline_bots {
        builder = builder.inline_bot(bot, text);
    }
    if let Some(path) = &args.seed {
        builder = builder.seed(seed(path)?);
    }
    let server = builder.start().await.map_err(not_started)?;
    introduce(&server, ui);
    if args.control.is_some_and(|at| !at.ip().is_loopback()) {
        ui.warning("The control API is open to others: whoever has the token rules this server.");
    }
    let led = server.mtproxy().is_some_and(|at| !at.ip().is_loopback());
    if led || server.dcs().iter().chain(&server.cdn()).any(is_open) {
        ui.warning("This server is open to others: it is made for tests and knows no limits.");
    }
    interrupted().await?;
    ui.line("\nstopping");
    if args.coverage {
        coverage::show(&server, ui);
    }
    server.stop().await;
    Ok(())
}

/// Where single data centres listen: each at one address.
fn places(given: Vec<(u8, SocketAddr)>) -> Result<BTreeMap<u8, SocketAddr>> {
    let mut places = BTreeMap::new();
    for (dc, address) in given {
        ensure!(
            places.insert(dc, address).is_none(),
            "--listen gives data centre {dc} two addresses; leave out one of them"
        );
    }
    Ok(places)
}

/// Why the server did not start, with the option that helps.
fn not_started(error: StartError) -> anyhow::Error {
    let option = match &error {
        StartError::TooFewDcs { needed, .. } => Some(format!("`--dcs {needed}` does it")),
        _ => None,
    };
    let error = anyhow::Error::new(error);
    match option {
        Some(option) => anyhow!("{error}: {option}"),
        None => error,
    }
    .context("the server did not start")
}

/// Whether others than this machine reach one of its addresses.
fn is_open(dc: &Dc) -> bool {
    let mut addresses = std::iter::once(dc.address).chain(dc.media);
    addresses.any(|address| !address.ip().is_loopback())
}

/// The world that is described in a file.
fn seed(path: &Path) -> Result<Seed> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("the world file {} cannot be read", path.display()))?;
    text.parse()
        .with_context(|| format!("{} describes no world", path.display()))
}

/// What a person, or a program, needs to use the server.
fn introduce(server: &Server, ui: &Ui) {
    let dcs = server.dcs();
    let bots = server.bots();
    ui.value(&json!({
        "dcs": dcs.iter().map(about).collect::<Vec<Value>>(),
        "cdn": server.cdn().as_ref().map(about),
        "mtproxy": server.mtproxy().map(|at| json!({ "host": at.ip(), "port": at.port() })),
        "public_key": server.public_key_pem(),
        "bots": bots.iter().map(|(username, token)| json!({
            "username": username, "token": token,
        })).collect::<Vec<Value>>(),
        "control": server.control().map(|point| json!({ "url": point.url, "token": point.token })),
    }));
    ui.line(styled(BOLD, "A Telegram server is up"));
    show_addresses(server, ui);
    ui.line(format!("\n{}", server.public_key_pem().trim_end()));
    ui.line(styled(BOLD, "\nLogging in"));
    ui.line("  any api_id and api_hash will do");
    ui.line("  the number 99966XYYYY is at home at data centre X, and its code is X five times:");
    ui.line(format!(
        "  {} with the code {}",
        styled(NAME, "9996621234"),
        styled(NAME, "22222")
    ));
    ui.line("  codes of other numbers are shown here");
    for (username, token) in &bots {
        ui.line(format!(
            "  bot @{username} has the token {}",
            styled(NAME, token)
        ));
    }
    if let Some(point) = server.control() {
        ui.line(styled(BOLD, "\nControl"));
        ui.line(format!("  {}", styled(NAME, &point.url)));
        ui.line(format!(
            "  Authorization: Bearer {}",
            styled(NAME, &point.token)
        ));
    }
    ui.line(styled(DIM, "\nCtrl-C ends it"));
}

/// Where the data centres are, for people.
fn show_addresses(server: &Server, ui: &Ui) {
    for dc in server.dcs() {
        let media = dc.media.map_or_else(String::new, |media| {
            styled(DIM, format!("  for media {media}"))
        });
        ui.line(format!(
            "  data centre {}  {}{media}",
            dc.id,
            styled(NAME, dc.address)
        ));
    }
    if let Some(cdn) = server.cdn() {
        ui.line(format!(
            "  CDN {}        {}",
            cdn.id,
            styled(NAME, cdn.address)
        ));
    }
    if let Some(at) = server.mtproxy() {
        ui.line(format!("  MTProxy        {}", styled(NAME, at)));
    }
    ui.line(styled(
        DIM,
        "  over TCP, HTTP (/api) and WebSocket (/apiws) alike",
    ));
}

/// A data centre, for programs.
fn about(dc: &Dc) -> Value {
    json!({
        "id": dc.id, "host": dc.address.ip().to_string(), "port": dc.address.port(),
        "media_port": dc.media.map(|media| media.port()),
    })
}

/// The text of a schema.
fn schema(path: &Path) -> Result<String> {
    fs::read_to_string(path)
        .with_context(|| format!("the schema file {} cannot be read", path.display()))
}

/// The key in the file, as PEM; it is made if it is not there.
fn key(path: &Path) -> Result<String> {
    match fs::read_to_string(path) {
        Ok(pem) => Ok(pem),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let mut seed = [0; 32];
            getrandom::fill(&mut seed)
                .map_err(|e| anyhow!("the system gives no randomness: {e}"))?;
            let pem = RsaPrivateKey::generate(&mut SeededRandom::new(seed))
                .and_then(|key| key.to_pem())
                .map_err(|e| anyhow!("no key could be made: {e}"))?;
            write_private(path, &pem)
                .with_context(|| format!("the key cannot be written to {}", path.display()))?;
            Ok(pem.to_string())
        }
        Err(e) => Err(e).with_context(|| format!("the key file {} cannot be read", path.display())),
    }
}

/// Writes a new file that only its owner can read.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

/// Tells of an event; calls and connections only when asked for.
fn show(ui: &Ui, verbose: bool, event: &Event) {
    match event {
        Event::Code { phone, code } => {
            ui.line(format!(
                "{} for {}: {}",
                styled(GOOD, "login code"),
                printable(phone),
                styled(NAME, code)
            ));
            ui.value(&json!({ "event": "code", "phone": phone, "code": code }));
        }
        Event::Trouble { what } => {
            ui.line(format!("{}: {what}", styled(BAD, "trouble")));
            ui.value(&json!({ "event": "trouble", "what": what }));
        }
        Event::Call {
            dc,
            method,
            account,
            took,
            refusal,
        } if verbose => {
            let who = account.as_deref().map_or_else(|| "-".to_owned(), printable);
            let how = refusal
                .as_ref()
                .map_or_else(|| styled(GOOD, "ok"), |r| styled(BAD, r));
            let ms = took.as_secs_f64() * 1e3;
            let time = styled(DIM, format!("{ms:.1} ms"));
            ui.line(format!(
                "dc{dc} {:16} {} {how} {time}",
                who,
                styled(NAME, method)
            ));
            ui.value(&json!({
                "event": "call", "dc": dc, "method": method, "account": account, "ms": ms,
                "refusal": refusal.as_ref().map(ToString::to_string),
            }));
        }
        Event::Connected { dc, from } if verbose => {
            ui.line(styled(DIM, format!("dc{dc} {from} connected")));
            ui.value(&json!({ "event": "connected", "dc": dc, "from": from.to_string() }));
        }
        Event::Disconnected { dc, from, reason } if verbose => {
            let why = reason
                .as_deref()
                .map(|r| format!(": {r}"))
                .unwrap_or_default();
            ui.line(styled(DIM, format!("dc{dc} {from} gone{why}")));
            ui.value(&json!({
                "event": "disconnected", "dc": dc, "from": from.to_string(), "reason": reason,
            }));
        }
        _ => {}
    }
}
