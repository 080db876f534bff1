//! How users and messages are shown.

use std::time::SystemTime;

use heliogram::types::{Message, User};
use serde_json::{Value, json};

use crate::{
    names::printable,
    ui::{BOLD, DIM, NAME, styled},
};

/// A user as JSON.
pub(crate) fn user_json(user: &User) -> Value {
    json!({
        "id": user.id(),
        "name": user.full_name(),
        "username": user.username(),
        "bot": user.is_bot(),
    })
}

/// A user on one line.
pub(crate) fn user_line(user: &User) -> String {
    let mut line = styled(BOLD, printable(&user.full_name()));
    if let Some(username) = user.username() {
        line.push_str(&format!(
            "  {}",
            styled(NAME, format!("@{}", printable(username)))
        ));
    }
    line.push_str(&format!("  {}", styled(DIM, format!("id {}", user.id()))));
    if user.is_bot() {
        line.push_str("  bot");
    }
    line
}

/// A message as JSON.
pub(crate) fn message_json(message: &Message) -> Value {
    json!({
        "id": message.id(),
        "chat_id": message.chat_id(),
        "sender_id": message.sender_id(),
        "date": unix(message.date()),
        "out": message.is_outgoing(),
        "text": message.text(),
        "file": message.media().and_then(|m| m.file_name().map(str::to_owned)),
        "size": message.media().and_then(|m| m.size()),
    })
}

/// Seconds since 1970.
fn unix(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |d| d.as_secs())
}

/// A message on one line, or as many as it has.
pub(crate) fn message_line(message: &Message) -> String {
    let id = styled(DIM, format!("{:>6}", message.id()));
    let arrow = if message.is_outgoing() { "→" } else { "←" };
    let mut line = format!("{id} {arrow} {}", printable(message.text()));
    if let Some(media) = message.media() {
        let name = media
            .file_name()
            .map_or_else(|| "file".to_owned(), printable);
        line.push_str(&styled(NAME, format!(" [{name}]")));
    }
    line
}
