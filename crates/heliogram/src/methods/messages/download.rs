use std::{
    fmt,
    ops::Range,
    path::Path,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_core::Stream;
use tokio::io::AsyncWrite;

use crate::{
    Client, Result,
    files::{self, Downloadable, Fetcher, Meter, Progress, ProgressFn},
};

impl Client {
    /// Fetches the file of a message, or of media.
    ///
    /// Several parts are on their way at once; memory stays flat however big the file is. Lost
    /// connections, files at other data centres and expired references are taken care of. Files that
    /// Telegram keeps on a CDN come from there, checked against their hashes before a byte is handed
    /// out; [`ClientBuilder::cdn`](crate::ClientBuilder::cdn) tells more.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client, message: heliogram::Message) -> heliogram::Result<()> {
    /// let bar = |p: heliogram::files::Progress| eprintln!("{}/{:?}", p.done, p.total);
    /// client.download(&message).progress(bar).to_file("copy.bin").await?;
    ///
    /// let mut head = client.download(&message).range(0..1 << 20);
    /// while let Some(bytes) = head.try_next().await? {
    ///     println!("{} bytes", bytes.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Raw `upload.getFile`.
    ///
    /// # Errors
    /// When awaited: [`Error::File`](crate::Error::File) if there is no file or the server cuts it
    /// short, [`Error::Io`](crate::Error::Io) if it cannot be written, and those of the network.
    #[doc(alias = "download_media")]
    #[doc(alias = "download_file")]
    #[doc(alias = "iter_download")]
    #[doc(alias = "stream_media")]
    #[doc(alias = "upload.getFile")]
    pub fn download(&self, what: impl Into<Downloadable>) -> Download {
        Download {
            client: self.clone(),
            what: what.into(),
            range: 0..u64::MAX,
            report: None,
            running: None,
        }
    }
}

/// A file on its way down; made by [`Client::download`].
///
/// End it with [`to_file`](Self::to_file), [`to_writer`](Self::to_writer) or
/// [`to_vec`](Self::to_vec), which is what awaiting it does; or read it as a [`Stream`] of bytes.
#[must_use = "a file is fetched by `to_file`, `to_writer`, `to_vec` or by reading"]
pub struct Download {
    client: Client,
    what: Downloadable,
    range: Range<u64>,
    report: Option<ProgressFn>,
    running: Option<(Fetcher, Meter)>,
}

impl Download {
    /// Only these bytes of the file; what lies beyond its end is left out.
    #[doc(alias = "offset")]
    #[doc(alias = "limit")]
    pub fn range(mut self, bytes: Range<u64>) -> Self {
        self.range = bytes;
        self
    }

    /// Calls `report` as the bytes come in.
    #[doc(alias = "progress_callback")]
    pub fn progress(mut self, report: impl FnMut(Progress) + Send + 'static) -> Self {
        self.report = Some(Box::new(report));
        self
    }

    /// Writes it to a file, which is there only once it is whole. Gives the number of bytes.
    ///
    /// # Errors
    /// See [`Client::download`].
    pub async fn to_file(mut self, path: impl AsRef<Path> + Send) -> Result<u64> {
        let (fetcher, mut meter) = self.start()?;
        files::to_file(fetcher, &mut meter, path.as_ref()).await
    }

    /// Writes it to a writer. Gives the number of bytes.
    ///
    /// # Errors
    /// See [`Client::download`].
    pub async fn to_writer<W>(mut self, out: &mut W) -> Result<u64>
    where
        W: AsyncWrite + Unpin + Send,
    {
        let (fetcher, mut meter) = self.start()?;
        files::to_writer(fetcher, &mut meter, out).await
    }

    /// Reads it into memory.
    ///
    /// # Errors
    /// See [`Client::download`].
    #[doc(alias = "in_memory")]
    pub async fn to_vec(self) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        self.to_writer(&mut out).await?;
        Ok(out)
    }

    /// The next bytes; `None` at the end.
    ///
    /// # Errors
    /// See [`Client::download`].
    pub async fn try_next(&mut self) -> Result<Option<Bytes>> {
        std::future::poll_fn(|cx| self.poll_bytes(cx))
            .await
            .transpose()
    }

    /// Reads it into memory; the same as awaiting it.
    ///
    /// # Errors
    /// See [`Client::download`].
    pub async fn send(self) -> Result<Vec<u8>> {
        self.to_vec().await
    }

    fn start(&mut self) -> Result<(Fetcher, Meter)> {
        if let Some(running) = self.running.take() {
            return Ok(running);
        }
        let file = self.what.0.clone()?;
        let wanted = self
            .range
            .end
            .min(file.size)
            .saturating_sub(self.range.start);
        let fetcher = Fetcher::new(self.client.clone(), file, self.range.clone());
        Ok((fetcher, Meter::new(self.report.take(), Some(wanted))))
    }

    fn poll_bytes(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        let (mut fetcher, mut meter) = match self.start() {
            Ok(running) => running,
            Err(e) => {
                // The stream ends with its first error.
                self.range = 0..0;
                return Poll::Ready(Some(Err(e)));
            }
        };
        let polled = fetcher.poll_next(cx);
        if let Poll::Ready(Some(Ok(bytes))) = &polled {
            meter.add(bytes.len() as u64);
        }
        self.running = Some((fetcher, meter));
        polled
    }
}

impl Stream for Download {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_bytes(cx)
    }
}

awaitable!(Download => Vec<u8>);

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("range", &self.range)
            .finish_non_exhaustive()
    }
}
