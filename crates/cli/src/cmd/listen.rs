//! `heliogram listen`.

use anyhow::Result;
use heliogram::{Event, api};
use heliogram_tl::{reflect, to_bytes};
use serde_json::{Value, json};

use super::show;
use crate::{
    args::Listen,
    connect,
    interrupt::interrupted,
    names::printable_line,
    options::Options,
    ui::{BAD, DIM, Ui, styled},
};

pub(crate) async fn run(options: &Options, args: Listen, ui: &Ui) -> Result<()> {
    let tune = |builder: heliogram::ClientBuilder| builder.catch_up(!args.skip_missed);
    connect::signed_in_by(options, tune, async |client| {
        let mut updates = client.updates();
        loop {
            // What was printed is done with: it does not come again.
            updates.acknowledge();
            let event = tokio::select! {
                event = updates.next() => event,
                signal = interrupted() => return signal,
            };
            match event {
                Some(event) => tell(&event?, ui),
                None => return Ok(()),
            }
        }
    })
    .await
}

fn tell(event: &Event, ui: &Ui) {
    ui.value(&as_json(event));
    match event {
        Event::NewMessage(message) => ui.line(show::message_line(message)),
        Event::MessageEdited(message) => {
            let line = show::message_line(message);
            ui.line(format!("{line} {}", styled(DIM, "(edited)")));
        }
        Event::MessagesDeleted(deleted) => {
            let ids: Vec<_> = deleted.ids().iter().map(ToString::to_string).collect();
            let chat = deleted.chat_id().map(|id| format!(" in {id}"));
            let line = format!("deleted{}: {}", chat.unwrap_or_default(), ids.join(", "));
            ui.line(styled(DIM, line));
        }
        Event::Gap(gap) if gap.is_loss() => ui.line(styled(BAD, gap)),
        Event::Lagged(events) => {
            ui.line(styled(BAD, format!("{events} events were dropped")));
        }
        other => ui.line(styled(DIM, printable_line(&other.kind().to_string()))),
    }
}

fn as_json(event: &Event) -> Value {
    let mut value = match event {
        Event::NewMessage(message) | Event::MessageEdited(message) => show::message_json(message),
        Event::MessagesDeleted(deleted) => {
            json!({ "chat_id": deleted.chat_id(), "ids": deleted.ids() })
        }
        Event::Gap(gap) => json!({
            "kind": format!("{:?}", gap.kind()),
            "chat_id": gap.chat_id(),
            "from": gap.from(),
            "to": gap.to(),
            "loss": gap.is_loss(),
        }),
        Event::Lagged(events) => json!({ "events": events }),
        Event::Raw(update) => json!({ "update": raw(update) }),
        Event::Unreadable(it) => json!({ "chat_id": it.chat_id(), "length": it.bytes().len() }),
        _ => json!({}),
    };
    value["event"] = event.kind().to_string().into();
    value
}

/// An update that has no form of its own here, as the schema has it.
fn raw(update: &api::enums::Update) -> Value {
    let json = reflect::to_json(api::table(), &to_bytes(update));
    let json = json.ok().and_then(|json| serde_json::from_str(&json).ok());
    json.unwrap_or_default()
}
