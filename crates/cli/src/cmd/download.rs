//! `heliogram download`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use heliogram::{Client, types::Media};
use serde_json::json;

use crate::{
    args::Download,
    connect, names,
    options::Options,
    progress,
    ui::{GOOD, Ui, styled},
};

pub(crate) async fn run(options: &Options, args: Download, ui: &Ui) -> Result<()> {
    connect::signed_in(options, async |client| {
        let media = find(client, &args).await?;
        if args.output.as_deref() == Some(Path::new("-")) {
            client
                .download(&media)
                .to_writer(&mut tokio::io::stdout())
                .await?;
            return Ok(());
        }
        let path = destination(&args, &media)?;
        let bar = progress::bar(ui, "downloading");
        let done = client
            .download(&media)
            .progress(progress::follow(&bar))
            .to_file(&path)
            .await;
        bar.finish_and_clear();
        let bytes = done?;
        ui.line(format!(
            "{} {} ({bytes} bytes)",
            styled(GOOD, "saved"),
            path.display()
        ));
        ui.value(&json!({ "path": path.to_string_lossy(), "bytes": bytes }));
        Ok(())
    })
    .await
}

async fn find(client: &Client, args: &Download) -> Result<Media> {
    let found = client
        .get_messages(connect::peer(&args.chat), [args.message])
        .await?;
    let message = found
        .into_iter()
        .flatten()
        .next()
        .with_context(|| format!("there is no message {} in that chat", args.message))?;
    message
        .media()
        .with_context(|| format!("message {} has no file to download", args.message))
}

/// Where the file is to go; one that is there already stays, unless that is meant.
fn destination(args: &Download, media: &Media) -> Result<PathBuf> {
    let own_name = || names::file_name(media.file_name().unwrap_or("file"));
    let path = match &args.output {
        Some(path) if path.is_dir() => path.join(own_name()),
        Some(path) => path.clone(),
        None => PathBuf::from(own_name()),
    };
    // Pipes and devices are there to be written to.
    let taken = path.is_file() || path.is_dir();
    if taken && !args.force {
        bail!(
            "{} is there already; name another with --output, or replace it with --force",
            path.display()
        );
    }
    Ok(path)
}
