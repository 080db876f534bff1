//! `heliogram login` and `heliogram logout`.

use std::io::{IsTerminal, Write};

use anyhow::{Context, Result, bail};
use heliogram::{Authorization, Client, auth::Step, types::User};

use super::show;
use crate::{
    args::{Common, Login},
    connect,
    names::printable,
    ui::{GOOD, Ui, styled},
};

pub(crate) async fn run(common: &Common, args: Login, ui: &Ui) -> Result<()> {
    let client = connect::connect(common).await?;
    if client.authorization() != Authorization::None {
        let me = client.me().await?;
        ui.line(format!("already logged in as {}", show::user_line(&me)));
        ui.value(&show::user_json(&me));
        client.stop().await?;
        return Ok(());
    }
    let me = match args.bot_token {
        Some(token) => {
            let token = if token == "-" {
                ask("bot token", true).await?
            } else {
                token
            };
            client.sign_in_bot(token).await?
        }
        None => by_phone(&client, args).await?,
    };
    ui.line(format!(
        "{} as {}",
        styled(GOOD, "logged in"),
        show::user_line(&me)
    ));
    ui.value(&show::user_json(&me));
    client.stop().await?;
    Ok(())
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

pub(crate) async fn log_out(common: &Common, ui: &Ui) -> Result<()> {
    let client = connect::signed_in(common).await?;
    client.log_out().await?;
    ui.line(styled(GOOD, "logged out"));
    ui.value(&serde_json::json!({ "logged_out": true }));
    client.stop().await?;
    Ok(())
}

/// Asks for a line; secrets are not shown while they are typed.
async fn ask(label: &str, secret: bool) -> Result<String> {
    let label = label.to_owned();
    tokio::task::spawn_blocking(move || read_line(&label, secret))
        .await
        .context("the prompt was interrupted")?
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
