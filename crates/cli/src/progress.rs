//! Progress bars for transfers.

use std::time::Duration;

use heliogram::files::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::ui::Ui;

/// A bar for a transfer; it shows on a terminal only, and never with `--json`.
pub(crate) fn bar(ui: &Ui, label: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(
        None,
        if ui.json() {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        },
    );
    let known =
        "{msg:12} {bar:30.cyan} {bytes:>10} of {total_bytes:10} {bytes_per_sec:>12} {eta:>5}";
    if let Ok(style) = ProgressStyle::with_template(known) {
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
