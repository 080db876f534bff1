//! Steps, told one after the other with the time each took.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::ui::{BAD, DIM, GOOD, Ui, styled};

/// No step takes this long unless something hangs.
const LONGEST: Duration = Duration::from_secs(900);

/// What happened so far.
pub(super) struct Story<'a> {
    ui: &'a Ui,
    steps: Vec<Value>,
    begun: Instant,
}

impl<'a> Story<'a> {
    pub(super) fn new(ui: &'a Ui) -> Self {
        Self {
            ui,
            steps: Vec::new(),
            begun: Instant::now(),
        }
    }

    /// Does a step and tells how it went; `line` makes the sentence from the result.
    pub(super) async fn step<T>(
        &mut self,
        name: &str,
        line: impl FnOnce(&T) -> String,
        action: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let begun = Instant::now();
        let result = match tokio::time::timeout(LONGEST, action).await {
            Ok(result) => result,
            Err(_) => Err(anyhow::anyhow!(
                "it did not end within {} s",
                LONGEST.as_secs()
            )),
        };
        let took = begun.elapsed();
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.steps
            .push(json!({ "name": name, "ok": result.is_ok(), "ms": ms }));
        let time = styled(DIM, format!("{:>7.1} ms", took.as_secs_f64() * 1e3));
        match &result {
            Ok(value) => self
                .ui
                .line(format!("{} {time}  {}", styled(GOOD, "✓"), line(value))),
            Err(_) => self.ui.line(format!("{} {time}  {name}", styled(BAD, "✗"))),
        }
        result.with_context(|| format!("the step `{name}` went wrong"))
    }

    /// The end: the whole as JSON, or a last line.
    pub(super) fn close(self, ok: bool) {
        self.ui.value(&json!({ "ok": ok, "steps": self.steps }));
        if ok {
            let seconds = self.begun.elapsed().as_secs_f64();
            let count = self.steps.len();
            self.ui.line(styled(
                GOOD,
                format!("\nAll {count} steps went as they should, in {seconds:.1} s."),
            ));
        }
    }
}
