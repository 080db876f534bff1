//! `heliogram send`.

use anyhow::{Result, bail};
use heliogram::{
    Client,
    text::{Text, html, md},
    types::Message,
};

use super::show;
use crate::{
    args::Send,
    connect,
    options::Options,
    progress,
    ui::{GOOD, Ui, styled},
};

pub(crate) async fn run(options: &Options, args: Send, ui: &Ui) -> Result<()> {
    if args.file.is_none() && args.text.is_empty() {
        bail!("there is nothing to send: give a text, or a file with --file");
    }
    let send = async |client: &Client| send(client, args, ui).await;
    let message = connect::signed_in(options, send).await?;
    ui.line(format!(
        "{} as message {}",
        styled(GOOD, "sent"),
        message.id()
    ));
    ui.value(&show::message_json(&message));
    Ok(())
}

async fn send(client: &Client, args: Send, ui: &Ui) -> Result<Message> {
    let to = connect::peer(&args.to);
    let text = match (args.markdown, args.html) {
        (true, _) => md(&args.text),
        (_, true) => html(&args.text),
        _ => Text::from(args.text.as_str()),
    };
    let Some(path) = args.file else {
        let mut send = client.send_message(to, text);
        if let Some(id) = args.reply_to {
            send = send.reply_to(id);
        }
        if args.silent {
            send = send.silent();
        }
        return Ok(send.await?);
    };
    let bar = progress::bar(ui, "uploading");
    let mut send = client
        .send_file(to, path)
        .caption(text)
        .progress(progress::follow(&bar));
    if let Some(id) = args.reply_to {
        send = send.reply_to(id);
    }
    if args.silent {
        send = send.silent();
    }
    let sent = send.await;
    bar.finish_and_clear();
    Ok(sent?)
}
