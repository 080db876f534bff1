//! `heliogram download`.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::{
    args::{Common, Download},
    connect, names, progress,
    ui::{GOOD, Ui, styled},
};

pub(crate) async fn run(common: &Common, args: Download, ui: &Ui) -> Result<()> {
    let client = connect::signed_in(common).await?;
    let found = client
        .get_messages(connect::peer(&args.chat), [args.message])
        .await?;
    let message = found
        .into_iter()
        .flatten()
        .next()
        .with_context(|| format!("there is no message {} in that chat", args.message))?;
    let media = message
        .media()
        .with_context(|| format!("message {} has no file to download", args.message))?;
    let path = args
        .output
        .unwrap_or_else(|| PathBuf::from(names::file_name(media.file_name().unwrap_or("file"))));
    if path.exists() && !args.force {
        bail!(
            "{} is there already; name another with --output, or replace it with --force",
            path.display()
        );
    }
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
    ui.value(&json!({ "path": path, "bytes": bytes }));
    client.stop().await?;
    Ok(())
}
