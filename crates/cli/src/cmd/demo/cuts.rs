//! Connections that break at the worst moment, and nothing is lost or doubled.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use futures_util::TryStreamExt;

use super::{
    file,
    people::{Cast, Stage},
    story::Story,
};

/// Size of the file that is under way when the connection breaks.
const SIZE: usize = 12 << 20;

/// The server does what it was asked and the connection breaks before the answer leaves: asking
/// again blindly would send the message twice, giving up would lose the answer.
pub(super) async fn mid_request(
    stage: &Stage<'_>,
    cast: &Cast,
    story: &mut Story<'_>,
) -> Result<()> {
    story
        .step(
            "cut mid-request",
            |()| {
                "cut before and after a message was stored: it is there once, and answered"
                    .to_owned()
            },
            async {
                stage.server.faults().cut_before("messages.sendMessage");
                let first = cast
                    .alice
                    .send_message(cast.bob_id, "once, cut before")
                    .await?;
                stage.server.faults().cut_after("messages.sendMessage");
                let second = cast
                    .alice
                    .send_message(cast.bob_id, "once, cut after")
                    .await?;
                let seen: Vec<String> = cast
                    .alice
                    .history(cast.bob_id)
                    .limit(20)
                    .map_ok(|message| message.text().to_owned())
                    .try_collect()
                    .await?;
                for text in ["once, cut before", "once, cut after"] {
                    let times = seen.iter().filter(|seen| *seen == text).count();
                    ensure!(times == 1, "{text:?} is there {times} times");
                }
                ensure!(first.id() != second.id(), "two messages have one id");
                Ok(())
            },
        )
        .await
}

pub(super) async fn mid_transfer(
    stage: &Stage<'_>,
    cast: &Cast,
    folder: &Path,
    story: &mut Story<'_>,
) -> Result<()> {
    story
        .step(
            "cut mid-transfer",
            |()| "12 MiB up and down with the connection cut on the way: the same bytes".to_owned(),
            async {
                let path = folder.join("interrupted.bin");
                file::make_up(&path, SIZE).await?;
                let before = file::sha256(&path).await?;
                stage.server.faults().cut_after_bytes(SIZE as u64 / 2);
                let sent = cast.alice.send_file("me", path).await?;
                let media = sent.media().context("the message has no file")?;
                let down = folder.join("interrupted-down.bin");
                stage.server.faults().cut_before("upload.getFile");
                cast.alice.download(&media).to_file(&down).await?;
                ensure!(file::sha256(&down).await? == before, "the SHA-256 differs");
                Ok(())
            },
        )
        .await
}
