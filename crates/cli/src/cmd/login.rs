//! `heliogram login` and `heliogram logout`.

use std::io::{IsTerminal, Write};

use anyhow::{Context, Result, bail};
use heliogram::{Authorization, Client, auth::Step, types::User};

use super::show;
use crate::{
    args::Login,
    connect,
    names::printable,
    options::{self, Options},
    ui::{GOOD, Ui, styled},
};

pub(crate) async fn run(options: &Options, args: Login, ui: &Ui) -> Result<()> {
    connect::with(options, async |client| {
        if client.authorization() != Authorization::None {
            let me = client.me().await?;
            ui.line(format!("already logged in as {}", show::user_line(&me)));
            ui.value(&show::user_json(&me));
            return Ok(());
        }
        let me = log_in(client, args).await?;
        ui.line(format!(
            "{} as {}",
            styled(GOOD, "logged in"),
            show::user_line(&me)
        ));
        ui.value(&show::user_json(&me));
        Ok(())
    })
    .await
}

async fn log_in(client: &Client, mut args: Login) -> Result<User> {
    let token = match (args.bot_token.take(), &args.phone) {
        (Some(token), _) => Some(token),
        (None, None) => options::variable("HELIOGRAM_BOT_TOKEN"),
        (None, Some(_)) => None,
    };
    match token.as_deref() {
        Some("-") => Ok(client.sign_in_bot(ask("bot token", true).await?).await?),
        Some(token) => Ok(client.sign_in_bot(token).await?),
        None => by_phone(client, args).await,
    }
}

/// Asks for whatever the server wants to know.
async fn by_phone(client: &Client, args: Login) -> Result<User> {
    let phone = match args.phone {
        Some(phone) => phone,
        None => ask("phone number", false).await?,
    };
    let token = client.send_code(phone).await?;
    let step =
        retried(|| async { Ok(token.submit(&ask("login code", false).await?).await?) }).await?;
    match step {
        Step::Done(user) => Ok(user),
        Step::Password(token) => {
            let label = match token.hint() {
                "" => "password".to_owned(),
                hint => format!("password (hint: {})", printable(hint)),
            };
            retried(|| async { Ok(token.check(&ask(&label, true).await?).await?) }).await
        }
        Step::SignUp(token) => {
            let first = match args.first_name {
                Some(name) => name,
                None => ask("first name for the new account", false).await?,
            };
            Ok(token.sign_up(&first, &args.last_name).await?)
        }
        _ => bail!("the server wants a step that this version does not know; update heliogram"),
    }
}

/// Asks again after a mistyped code or password, where a person sits there to be asked.
async fn retried<T, F: Future<Output = Result<T>>>(mut attempt: impl FnMut() -> F) -> Result<T> {
    let mut left = if std::io::stdin().is_terminal() { 2 } else { 0 };
    loop {
        match attempt().await {
            Err(e) if left > 0 && is_mistyped(&e) => {
                left -= 1;
                anstream::eprintln!("{e}");
            }
            result => return result,
        }
    }
}

fn is_mistyped(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<heliogram::Error>()
        .is_some_and(heliogram::Error::is_wrong_secret)
}

pub(crate) async fn log_out(options: &Options, ui: &Ui) -> Result<()> {
    connect::signed_in(options, async |client| Ok(client.log_out().await?)).await?;
    ui.line(styled(GOOD, "logged out"));
    ui.value(&serde_json::json!({ "logged_out": true }));
    Ok(())
}

/// Asks for a line; secrets are not shown while they are typed.
///
/// A thread of its own waits for the line: it must not hold up the end of the program.
async fn ask(label: &str, secret: bool) -> Result<String> {
    let label = label.to_owned();
    let (answer, answered) = tokio::sync::oneshot::channel();
    std::thread::Builder::new()
        .name("prompt".into())
        .spawn(move || answer.send(read_line(&label, secret)).ok())
        .context("nothing can be asked")?;
    answered.await.context("the prompt ended without a line")?
}

fn read_line(label: &str, secret: bool) -> Result<String> {
    let terminal = std::io::stdin().is_terminal();
    if terminal && secret {
        return rpassword::prompt_password(format!("{label}: "))
            .with_context(|| format!("the {label} could not be read"));
    }
    if terminal {
        let mut err = std::io::stderr();
        write!(err, "{label}: ")
            .and_then(|()| err.flush())
            .context("the terminal is gone")?;
    }
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line);
    if read.with_context(|| format!("the {label} could not be read"))? == 0 {
        bail!("the input ended where the {label} was expected");
    }
    Ok(line.trim().to_owned())
}
