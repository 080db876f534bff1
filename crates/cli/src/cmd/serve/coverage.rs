//! What `heliogram serve --coverage` says at its end.

use heliogram_server::Server;
use serde_json::{Map, Value, json};

use crate::{
    names::printable,
    ui::{BAD, BOLD, DIM, GOOD, NAME, Ui, styled},
};

/// Lists the methods that were called, and what of them is answered.
pub(super) fn show(server: &Server, ui: &Ui) {
    let coverage = server.coverage();
    let counts = |list: &[(String, u64)]| -> Map<String, Value> {
        let pairs = list.iter();
        pairs
            .map(|(name, count)| (name.clone(), json!(count)))
            .collect()
    };
    ui.value(&json!({
        "event": "coverage",
        "answered": counts(&coverage.answered),
        "unanswered": counts(&coverage.unanswered),
        "idle": coverage.idle,
        "missing": coverage.missing,
    }));
    ui.line(styled(BOLD, "\nCalled and answered"));
    for (name, count) in &coverage.answered {
        ui.line(format!("  {count:6}  {}", styled(GOOD, name)));
    }
    ui.line(styled(
        BOLD,
        "Called and refused, since this server does not know it",
    ));
    for (name, count) in &coverage.unanswered {
        ui.line(format!("  {count:6}  {}", styled(BAD, printable(name))));
    }
    if coverage.unanswered.is_empty() {
        ui.line(styled(DIM, "  nothing"));
    }
    let all = coverage.answered.len() + coverage.idle.len();
    ui.line(format!(
        "{} of {} methods of the API are answered; {} is the list of the others",
        styled(NAME, all),
        all + coverage.missing.len(),
        styled(NAME, "--json")
    ));
}
