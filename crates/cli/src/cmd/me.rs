//! `heliogram me`.

use anyhow::Result;

use super::show;
use crate::{args::Common, connect, ui::Ui};

pub(crate) async fn run(common: &Common, ui: &Ui) -> Result<()> {
    let client = connect::signed_in(common).await?;
    let me = client.me().await?;
    ui.line(show::user_line(&me));
    ui.value(&show::user_json(&me));
    client.stop().await?;
    Ok(())
}
