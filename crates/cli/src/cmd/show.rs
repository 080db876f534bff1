//! How users and messages are shown.

use std::time::SystemTime;

use heliogram::types::{Message, User};
use serde_json::{Value, json};

use crate::{
    names::{printable, printable_line},
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
    let arrow = if message.is_outgoing() { "→" } else { "←" };
    let id = message.id();
    let head = format!("{id:>6} {} {arrow}", minute(unix(message.date())));
    let mut parts = vec![styled(DIM, head)];
    if let Some(sender) = message.sender() {
        let name = printable_line(&sender.title());
        parts.push(styled(BOLD, format!("{name}:")));
    }
    if let Some(media) = message.media() {
        let name = media.file_name().unwrap_or("file");
        parts.push(styled(NAME, format!("[{}]", printable_line(name))));
    }
    if !message.text().is_empty() {
        parts.push(printable(message.text()));
    }
    parts.join(" ")
}

/// A time to the minute, in UTC.
fn minute(unix: u64) -> String {
    let (days, seconds) = (unix / 86_400, unix % 86_400);
    // Days since 0000-03-01, in eras of 400 years, so that leap days come last.
    let shifted = days + 719_468;
    let (era, day) = (shifted / 146_097, shifted % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    let year = era * 400 + year + next;
    let (hour, minute) = (seconds / 3_600, seconds / 60 % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        for (unix, text) in [
            (0, "1970-01-01 00:00"),
            (951_782_399, "2000-02-28 23:59"),
            (951_782_400, "2000-02-29 00:00"),
            (951_868_800, "2000-03-01 00:00"),
            (1_795_753_059, "2026-11-27 04:17"),
            (4_107_542_400, "2100-03-01 00:00"),
        ] {
            assert_eq!(minute(unix), text);
        }
    }
}
