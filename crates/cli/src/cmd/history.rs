//! `heliogram history`.

use anyhow::Result;

use super::show;
use crate::{
    args::History,
    connect,
    options::Options,
    ui::{DIM, Ui, styled},
};

pub(crate) async fn run(options: &Options, args: History, ui: &Ui) -> Result<()> {
    connect::signed_in(options, async |client| {
        let mut history = client.history(connect::peer(&args.chat)).limit(args.limit);
        if let Some(text) = args.search {
            history = history.search(text);
        }
        let mut any = false;
        while let Some(message) = history.try_next().await? {
            ui.line(show::message_line(&message));
            ui.value(&show::message_json(&message));
            any = true;
        }
        if !any && args.limit > 0 {
            ui.line(styled(DIM, "no messages"));
        }
        Ok(())
    })
    .await
}
