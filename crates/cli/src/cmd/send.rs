//! `heliogram send`.

use anyhow::{Result, bail};
use heliogram::text::{Text, html, md};

use super::show;
use crate::{
    args::{Common, Send},
    connect, progress,
    ui::{GOOD, Ui, styled},
};

pub(crate) async fn run(common: &Common, args: Send, ui: &Ui) -> Result<()> {
    if args.file.is_none() && args.text.is_empty() {
        bail!("there is nothing to send: give a text, or a file with --file");
    }
    let client = connect::signed_in(common).await?;
    let to = connect::peer(&args.to);
    let text = match (args.markdown, args.html) {
        (true, _) => md(&args.text),
        (_, true) => html(&args.text),
        _ => Text::from(args.text.as_str()),
    };
    let message = if let Some(path) = args.file {
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
        sent?
    } else {
        let mut send = client.send_message(to, text);
        if let Some(id) = args.reply_to {
            send = send.reply_to(id);
        }
        if args.silent {
            send = send.silent();
        }
        send.await?
    };
    ui.line(format!(
        "{} as message {}",
        styled(GOOD, "sent"),
        message.id()
    ));
    ui.value(&show::message_json(&message));
    client.stop().await?;
    Ok(())
}
