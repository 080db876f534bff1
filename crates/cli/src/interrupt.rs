//! Ctrl-C, and the signal that asks a program to end.

use std::{fmt, future::Future};

use anyhow::Result;

/// The exit code of a program that was interrupted, as shells have it.
pub(crate) const EXIT_CODE: u8 = 130;

/// Why a command ended before it was done.
#[derive(Debug)]
pub(crate) struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("interrupted; what was not finished was undone")
    }
}

impl std::error::Error for Interrupted {}

/// Waits for Ctrl-C, or for the signal that asks a program to end.
pub(crate) async fn interrupted() -> Result<()> {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let mut terminated =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            result = interrupted => result?,
            _ = terminated.recv() => {}
        }
    }
    #[cfg(not(unix))]
    interrupted.await?;
    Ok(())
}

/// Goes on with `action` until it is done or the program is to end.
///
/// # Errors
/// [`Interrupted`], or what the action fails with.
pub(crate) async fn unless_interrupted<T>(action: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::select! {
        result = action => result,
        signal = interrupted() => {
            signal?;
            Err(Interrupted.into())
        }
    }
}
