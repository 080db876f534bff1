//! How a call gets to its connection: layers around one narrow type.
//!
//! From the outside in: the layers given to the builder, in the order they were given; flood waits
//! (`flood`); the time limit of one attempt (`deadline`); repetition after faults of the server
//! (`retry`); and the choice of the data centre (`migrate`), which hands the call to a
//! connection. The time limit stands inside of the flood waits, so that a wait the server asks for
//! does not count.

mod cdn;
mod deadline;
mod flood;
mod migrate;
mod retry;
mod transfer;

use std::sync::Arc;

use bytes::Bytes;

use crate::{BoxFuture, Client, Result, config::Config};

/// What a connection is for; each purpose has connections of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// Everything but files, and the updates.
    #[default]
    Main,
    /// Parts of files on their way up.
    Upload,
    /// Parts of files on their way down.
    Download,
    /// Parts of encrypted files from a CDN, which answers `upload.getCdnFile` alone and learns
    /// nothing of the account.
    Cdn,
}

/// An encoded call on its way through the layers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RawCall {
    /// The method, as the schema names it.
    pub method: &'static str,
    /// The encoded call.
    pub body: Bytes,
    /// The data centre it is for; the account's own where there is none.
    pub dc: Option<i32>,
    /// Which connections may carry it.
    pub purpose: Purpose,
    /// Whether to try to pack it; off for file parts, which do not get smaller.
    pub compress: bool,
}

impl RawCall {
    /// A call for the account's data centre.
    #[must_use]
    pub fn new(method: &'static str, body: Bytes) -> Self {
        let compress = !method.starts_with("upload.save");
        Self {
            method,
            body,
            dc: None,
            purpose: Purpose::Main,
            compress,
        }
    }

    /// The same call for a data centre and purpose of choice.
    #[must_use]
    pub fn on(mut self, dc: i32, purpose: Purpose) -> Self {
        self.dc = Some(dc);
        self.purpose = purpose;
        self
    }

    /// Whether running it twice is the same as running it once, as far as the method's name tells.
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        let verb = self.method.rsplit('.').next().unwrap_or_default();
        let reads = [
            "get",
            "search",
            "resolve",
            "check",
            "saveFilePart",
            "saveBigFilePart",
        ];
        // The checks of auth and account use up what they check.
        let consumes = ["auth.checkPassword", "auth.checkRecoveryPassword"];
        reads.iter().any(|r| verb.starts_with(r)) && !consumes.contains(&self.method)
    }
}

/// Something around every call: retries, logs, measurements, tests.
///
/// ```
/// use heliogram::{BoxFuture, Layer, Next, RawCall, Result};
///
/// struct Log;
///
/// impl Layer for Log {
///     fn invoke<'a>(
///         &'a self,
///         call: RawCall,
///         next: Next<'a>,
///     ) -> BoxFuture<'a, Result<bytes::Bytes>> {
///         Box::pin(async move {
///             let method = call.method;
///             let answer = next.run(call).await;
///             eprintln!("{method}: {}", if answer.is_ok() { "ok" } else { "failed" });
///             answer
///         })
///     }
/// }
/// ```
pub trait Layer: Send + Sync + 'static {
    /// Carries a call: `next.run(call)` goes on to the next layer, any number of times.
    fn invoke<'a>(&'a self, call: RawCall, next: Next<'a>) -> BoxFuture<'a, Result<Bytes>>;
}

/// The rest of the way from a layer to the server.
#[derive(Clone, Copy)]
pub struct Next<'a> {
    client: &'a Client,
    layers: &'a [Arc<dyn Layer>],
}

impl<'a> Next<'a> {
    pub(crate) fn start(client: &'a Client, layers: &'a Layers) -> Self {
        Self {
            client,
            layers: &layers.0,
        }
    }

    /// The way past all layers, for the calls that a connection starts with.
    pub(crate) fn bare(client: &'a Client) -> Self {
        Self {
            client,
            layers: &[],
        }
    }

    /// Goes on with the call and gives the encoded answer.
    #[must_use]
    pub fn run(self, call: RawCall) -> BoxFuture<'a, Result<Bytes>> {
        match self.layers.split_first() {
            Some((layer, layers)) => layer.invoke(call, Self { layers, ..self }),
            None => Box::pin(migrate::call(self.client, call)),
        }
    }
}

impl std::fmt::Debug for Next<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Next")
            .field("layers", &self.layers.len())
            .finish_non_exhaustive()
    }
}

/// The layers of a client, outermost first.
pub(crate) struct Layers(Vec<Arc<dyn Layer>>);

impl Layers {
    /// The layers of the user around those every client has.
    pub(crate) fn new(mut layers: Vec<Arc<dyn Layer>>, config: &Config) -> Self {
        layers.push(Arc::new(flood::Flood::new(config)));
        layers.push(Arc::new(deadline::Deadline(config.request_timeout)));
        layers.push(Arc::new(retry::Retry(config.retries)));
        Self(layers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reading_calls_are_repeatable() {
        let repeatable = |m| RawCall::new(m, Bytes::new()).is_repeatable();
        assert!(repeatable("messages.getHistory"));
        assert!(repeatable("upload.saveBigFilePart"));
        assert!(!repeatable("messages.sendMessage"));
        assert!(!repeatable("auth.checkPassword"));
        assert!(!repeatable("initConnection"));
    }
}
