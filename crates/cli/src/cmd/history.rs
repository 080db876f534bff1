//! `heliogram history`.

use anyhow::Result;

use super::show;
use crate::{
    args::{Common, History},
    connect,
    ui::Ui,
};

pub(crate) async fn run(common: &Common, args: History, ui: &Ui) -> Result<()> {
    let client = connect::signed_in(common).await?;
    let mut history = client.history(connect::peer(&args.chat)).limit(args.limit);
    if let Some(text) = args.search {
        history = history.search(text);
    }
    while let Some(message) = history.try_next().await? {
        ui.line(show::message_line(&message));
        ui.value(&show::message_json(&message));
    }
    client.stop().await?;
    Ok(())
}
