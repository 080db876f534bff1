//! `heliogram demo`: everything at once, as a story.

mod cuts;
mod file;
mod people;
mod story;
mod talk;

use anyhow::{Context, Result};
use heliogram_server::Server;

use crate::{
    args::Demo,
    ui::{BOLD, Ui, styled},
};
use people::Stage;
use story::Story;

pub(crate) async fn run(args: Demo, ui: &Ui) -> Result<()> {
    let mut story = Story::new(ui);
    let told = tell(args, ui, &mut story).await;
    story.close(told.is_ok());
    told
}

async fn tell(args: Demo, ui: &Ui, story: &mut Story<'_>) -> Result<()> {
    if let Some(path) = &args.file {
        file::check(path)?;
    }
    let folder = tempfile::Builder::new()
        .prefix("heliogram-demo-")
        .tempdir()
        .context("a folder for the sessions cannot be made")?;
    ui.line(styled(BOLD, "A Telegram of our own"));
    let server = story
        .step(
            "server starts",
            |server: &Server| {
                let dcs = server.dcs();
                let first = dcs
                    .first()
                    .map(|dc| dc.address.to_string())
                    .unwrap_or_default();
                format!(
                    "an embedded server with {} data centres listens on {first}",
                    dcs.len()
                )
            },
            async {
                Ok(Server::builder()
                    .port(0)
                    .dcs(2)
                    .bot("echo_bot")
                    .start()
                    .await?)
            },
        )
        .await?;

    ui.line(styled(BOLD, "\nPeople arrive"));
    let stage = Stage::new(&server, folder.path());
    let cast = people::arrive(&stage, story).await?;

    ui.line(styled(BOLD, "\nThey talk"));
    talk::private(&cast, story).await?;
    talk::bot(&cast, story).await?;

    ui.line(styled(BOLD, "\nA file goes up and comes down"));
    let sent = file::choose(args.file, folder.path(), story).await?;
    file::there_and_back(&cast, &sent, folder.path(), ui, story).await?;

    ui.line(styled(BOLD, "\nConnections break"));
    cuts::mid_request(&stage, &cast, story).await?;
    cuts::mid_transfer(&stage, &cast, folder.path(), story).await?;

    ui.line(styled(BOLD, "\nEveryone leaves"));
    let path = folder.path().to_owned();
    story
        .step(
            "nothing is left behind",
            |()| "all connections closed, all files removed".to_owned(),
            async {
                cast.leave().await?;
                server.stop().await;
                folder
                    .close()
                    .context("the folder of the sessions cannot be removed")?;
                anyhow::ensure!(!path.exists(), "{} is still there", path.display());
                Ok(())
            },
        )
        .await
}
