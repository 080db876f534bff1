//! What people and programs see: text in colour on a terminal, plain text when piped, or JSON.

use std::{
    fmt::Display,
    io::{ErrorKind, Write},
    sync::atomic::{AtomicBool, Ordering},
};

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

/// Green, for what went well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Red, for what did not.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Cyan, for names and numbers to look at.
pub(crate) const NAME: Style = AnsiColor::Cyan.on_default();
/// Dim, for what may be skipped.
pub(crate) const DIM: Style = Style::new().dimmed();
/// Bold, for headings.
pub(crate) const BOLD: Style = Style::new().bold();

/// Whether the output has failed, for another reason than that nobody reads it.
static OUTPUT_LOST: AtomicBool = AtomicBool::new(false);

/// The two ways of output.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ui {
    json: bool,
}

impl Ui {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether output is JSON.
    pub(crate) fn json(&self) -> bool {
        self.json
    }

    /// A line for people; nothing with `--json`.
    pub(crate) fn line(&self, text: impl Display) {
        if !self.json {
            self.write(&format!("{text}\n"));
        }
    }

    /// A line for programs; nothing without `--json`.
    pub(crate) fn value(&self, value: &Value) {
        if self.json {
            self.write(&format!("{value}\n"));
        }
    }

    /// Text as it is, whatever the way of output.
    pub(crate) fn raw(&self, text: &str) {
        self.write(text);
    }

    /// Writes, and goes on if nobody reads: what was begun is still to be brought to its end.
    fn write(&self, text: &str) {
        let mut out = anstream::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            // Whoever read has read enough.
            Err(e) if e.kind() == ErrorKind::BrokenPipe => {}
            Err(e) if !OUTPUT_LOST.swap(true, Ordering::Relaxed) => {
                let mut err = anstream::stderr().lock();
                // With no place left to tell it, the exit code still does.
                let _ = writeln!(err, "{BAD}error:{BAD:#} the output cannot be written: {e}");
            }
            _ => {}
        }
    }

    /// Whether something that was to be printed could not be.
    pub(crate) fn lost_output(&self) -> bool {
        OUTPUT_LOST.load(Ordering::Relaxed)
    }

    /// Tells what to be careful with, apart from what was asked for: on the error output for people,
    /// as an event for programs.
    pub(crate) fn warning(&self, text: &str) {
        if self.json {
            self.value(&json!({ "event": "warning", "what": text }));
            return;
        }
        let mut err = anstream::stderr().lock();
        // With no place left to tell it, there is nobody to be warned.
        let _ = writeln!(err, "{BAD}warning:{BAD:#} {text}");
    }

    /// Tells of an error: what went wrong and why, on one or a few lines.
    pub(crate) fn error(&self, error: &anyhow::Error) {
        let causes = causes(error);
        if self.json {
            self.write(&format!("{}\n", json!({ "error": causes.join(": ") })));
            return;
        }
        let mut err = anstream::stderr().lock();
        let text = causes.join("\n  because: ");
        // With no place left to tell it, the exit code still does.
        let _ = writeln!(err, "{BAD}error:{BAD:#} {text}");
    }
}

/// What went wrong and why, without causes that were told already.
fn causes(error: &anyhow::Error) -> Vec<String> {
    let mut told = Vec::<String>::new();
    for cause in error.chain().map(ToString::to_string) {
        if !told.last().is_some_and(|last| last.contains(&cause)) {
            told.push(cause);
        }
    }
    told
}

/// Text in a style, back to normal after it.
pub(crate) fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_told_twice() {
        let inner = std::io::Error::other("refused");
        let error = anyhow::Error::new(inner).context("not there: refused");
        assert_eq!(causes(&error), ["not there: refused"]);
        let error = error.context("no connection");
        assert_eq!(causes(&error), ["no connection", "not there: refused"]);
    }
}
