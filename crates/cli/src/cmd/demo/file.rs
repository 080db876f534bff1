//! A file up and down.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use heliogram::types::Message;
use heliogram_crypto::{Random, SeededRandom, hash::Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{
    people::Cast,
    story::Story,
    talk::{incoming, wait_for},
};
use crate::{progress, ui::Ui};

/// Size of the file that is made up where none is given.
const MADE_UP: usize = 32 << 20;

/// A file and what is known of it.
pub(super) struct Sent {
    pub(super) path: PathBuf,
    pub(super) size: u64,
    pub(super) sha256: [u8; 32],
}

/// SHA-256 of a file, read piece by piece.
pub(super) async fn sha256(path: &Path) -> Result<[u8; 32]> {
    let mut file = tokio::fs::File::open(path)
        .await
        .with_context(|| format!("{} cannot be read", path.display()))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        let read = file.read(&mut buffer).await?;
        let Some(piece) = buffer.get(..read).filter(|piece| !piece.is_empty()) else {
            return Ok(hash.finish());
        };
        hash.update(piece);
    }
}

/// Makes up a file of that size.
pub(super) async fn make_up(path: &Path, size: usize) -> Result<()> {
    let mut random = SeededRandom::new([42; 32]);
    let mut file = tokio::fs::File::create(path).await?;
    let mut piece = vec![0; 1 << 20];
    let mut left = size;
    while left > 0 {
        let len = left.min(piece.len());
        piece.truncate(len);
        random.fill(&mut piece);
        file.write_all(&piece).await?;
        left -= len;
    }
    file.flush().await?;
    Ok(())
}

/// Makes sure that there is a file which can be read, before anything begins.
pub(super) fn check(path: &Path) -> Result<()> {
    let unreadable = || format!("{} cannot be read", path.display());
    let about = std::fs::metadata(path).with_context(unreadable)?;
    ensure!(
        about.is_file(),
        "{} is not a file; name a file, or pack the folder first",
        path.display()
    );
    std::fs::File::open(path).with_context(unreadable)?;
    Ok(())
}

/// The file of the command line, or one made up.
pub(super) async fn choose(
    given: Option<PathBuf>,
    folder: &Path,
    story: &mut Story<'_>,
) -> Result<Sent> {
    let made_up = given.is_none();
    story
        .step(
            "a file to send",
            |file: &Sent| {
                let how = if made_up { "made up" } else { "given" };
                format!("{} bytes, {how}", file.size)
            },
            async {
                let path = match given {
                    Some(path) => path,
                    None => {
                        let path = folder.join("made-up.bin");
                        make_up(&path, MADE_UP).await?;
                        path
                    }
                };
                let size = tokio::fs::metadata(&path)
                    .await
                    .with_context(|| format!("{} cannot be read", path.display()))?
                    .len();
                let sha256 = sha256(&path).await?;
                Ok(Sent { path, size, sha256 })
            },
        )
        .await
}

pub(super) async fn there_and_back(
    cast: &Cast,
    file: &Sent,
    folder: &Path,
    ui: &Ui,
    story: &mut Story<'_>,
) -> Result<()> {
    let mut bob_sees = cast.bob.updates();
    let message: Message = story
        .step(
            "the file goes up",
            |_| format!("Alice sends it to Bob{}", rate(file.size)),
            async {
                let bar = progress::bar(ui, "up");
                let sent = cast
                    .alice
                    .send_file("@bob_demo", file.path.clone())
                    .progress(progress::follow(&bar))
                    .await;
                bar.finish_and_clear();
                sent?;
                wait_for(&mut bob_sees, "the file", incoming).await
            },
        )
        .await?;
    story
        .step(
            "the file comes down",
            |()| "Bob downloads it: the same bytes, by their SHA-256".to_owned(),
            async {
                let media = message.media().context("Bob's message has no file")?;
                let path = folder.join("downloaded.bin");
                let bar = progress::bar(ui, "down");
                let down = cast
                    .bob
                    .download(&media)
                    .progress(progress::follow(&bar))
                    .to_file(&path)
                    .await;
                bar.finish_and_clear();
                ensure!(down? == file.size, "the size differs");
                ensure!(sha256(&path).await? == file.sha256, "the SHA-256 differs");
                Ok(())
            },
        )
        .await
}

fn rate(size: u64) -> String {
    match size {
        0 => ", empty as it is".to_owned(),
        _ => String::new(),
    }
}
