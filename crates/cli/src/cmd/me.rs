//! `heliogram me`.

use anyhow::Result;

use super::show;
use crate::{connect, options::Options, ui::Ui};

pub(crate) async fn run(options: &Options, ui: &Ui) -> Result<()> {
    let me = connect::signed_in(options, async |client| Ok(client.me().await?)).await?;
    ui.line(show::user_line(&me));
    ui.value(&show::user_json(&me));
    Ok(())
}
