//! Reports. Nobody reads them here; each is counted as a call of its method.

use bytes::Bytes;
use heliogram_api::functions::account::{ReportPeer, ReportProfilePhoto};
use heliogram_api::functions::messages::{Report, ReportReaction, ReportSpam};
use heliogram_api::{enums, types};

use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::World;

/// What messages can be reported for, each with its option.
const REASONS: [(&str, &[u8]); 6] = [
    ("I don't like it", b"1"),
    ("Child abuse", b"2"),
    ("Violence", b"3"),
    ("Illegal goods and services", b"4"),
    ("Scam or spam", b"5"),
    ("Other", OTHER),
];
/// The option that has to be explained.
const OTHER: &[u8] = b"6";

pub(super) fn register(table: &mut Table) {
    table.on::<ReportPeer>(|w, cx, call| known(w, cx, &call.peer));
    table.on::<ReportProfilePhoto>(|w, cx, call| known(w, cx, &call.peer));
    table.on::<ReportSpam>(|w, cx, call| known(w, cx, &call.peer));
    table.on::<ReportReaction>(|w, cx, call| {
        known(w, cx, &call.reaction_peer)?;
        let peer = w.peer(cx.me, &call.peer)?;
        w.message_of(cx.me, peer, call.id)?;
        Ok(true)
    });
    table.on::<Report>(report);
}

fn known(w: &World, cx: &Cx<'_>, peer: &enums::InputPeer) -> Answer<bool> {
    w.peer(cx.me, peer).map(|_| true)
}

/// Asks for what, then, where that says little, why; and takes note.
fn report(w: &mut World, cx: &Cx<'_>, call: Report) -> Answer<enums::ReportResult> {
    let peer = w.peer(cx.me, &call.peer)?;
    for id in &call.id {
        w.message_of(cx.me, peer, *id)?;
    }
    if call.option.is_empty() {
        let options = REASONS.iter().map(|(text, option)| {
            types::MessageReportOption::new((*text).to_owned(), Bytes::from_static(option))
        });
        let title = "What is wrong with this message?".to_owned();
        return Ok(types::ReportResultChooseOption::new(title, options.collect()).into());
    }
    if !REASONS.iter().any(|(_, option)| call.option == *option) {
        return Err(Refusal::bad("OPTION_INVALID"));
    }
    if call.option == OTHER && call.message.trim().is_empty() {
        return Ok(types::ReportResultAddComment::new(call.option).into());
    }
    Ok(enums::ReportResult::Reported)
}
