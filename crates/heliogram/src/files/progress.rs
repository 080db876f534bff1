/// How far a transfer has come, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[doc(alias = "progress_callback")]
pub struct Progress {
    /// How many bytes have been transferred; never goes back.
    pub done: u64,
    /// How many there are in all; `None` while that is not known.
    pub total: Option<u64>,
}

/// What is told of progress.
pub(crate) type ProgressFn = Box<dyn FnMut(Progress) + Send>;

/// Counts bytes and tells of them.
pub(crate) struct Meter {
    report: Option<ProgressFn>,
    done: u64,
    total: Option<u64>,
}

impl Meter {
    /// Starts at nothing, and tells so.
    pub(crate) fn new(report: Option<ProgressFn>, total: Option<u64>) -> Self {
        let mut meter = Self {
            report,
            done: 0,
            total,
        };
        meter.tell();
        meter
    }

    /// Adds bytes that have been transferred.
    pub(crate) fn add(&mut self, bytes: u64) {
        if bytes > 0 {
            self.done += bytes;
            self.tell();
        }
    }

    fn tell(&mut self) {
        if let Some(report) = &mut self.report {
            report(Progress {
                done: self.done,
                total: self.total,
            });
        }
    }
}
