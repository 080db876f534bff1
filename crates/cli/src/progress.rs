//! Progress bars.

use std::time::Duration;

use heliogram::files::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::ui::Ui;

/// A bar for a transfer; it shows on a terminal only, and never with `--json`.
pub(crate) fn bar(ui: &Ui, label: &str) -> ProgressBar {
    let known =
        "{msg:12} {bar:30.cyan} {bytes:>10} of {total_bytes:10} {bytes_per_sec:>12} {eta:>5}";
    styled(ui, None, label, known)
}

/// A bar for so many things to do, shown like that of a transfer.
pub(crate) fn count(ui: &Ui, label: &str, total: u64) -> ProgressBar {
    let known = "{msg:12} {bar:30.cyan} {pos:>10} of {len:10} {per_sec:>12} {eta:>5}";
    styled(ui, Some(total), label, known)
}

fn styled(ui: &Ui, total: Option<u64>, label: &str, template: &str) -> ProgressBar {
    let target = match ui.json() {
        true => ProgressDrawTarget::hidden(),
        false => ProgressDrawTarget::stderr(),
    };
    let bar = ProgressBar::with_draw_target(total, target);
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸─"));
    }
    bar.set_message(label.to_owned());
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// What the library calls while a transfer goes on.
pub(crate) fn follow(bar: &ProgressBar) -> impl FnMut(Progress) + Send + 'static {
    let bar = bar.clone();
    move |progress| {
        if let Some(total) = progress.total {
            bar.set_length(total);
        }
        bar.set_position(progress.done);
    }
}
