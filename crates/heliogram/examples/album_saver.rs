//! Saves every album it is sent into a folder named by day and number, and shows how far it is.
//!
//! `API_ID`, `API_HASH` and `BOT_TOKEN` come from the environment.

use std::{
    env,
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use heliogram::{Client, Result, Router, dispatch::State, events::Album, filter, storage};
use tokio::fs;

/// Saves albums below `root`.
pub fn router(root: impl Into<PathBuf>) -> Router {
    Router::new()
        .on(filter::any(), save)
        .with_state::<()>(root.into())
}

async fn save(album: Album, State(root): State<PathBuf>) -> Result<()> {
    if album.is_outgoing() {
        return Ok(());
    }
    let folder = root.join(format!("{}_{}", day(album.date()), album.grouped_id()));
    fs::create_dir_all(&folder).await?;
    let all = album.len();
    let shown = album.reply(format!("0 of {all} are saved")).await?;
    let mut bytes = 0;
    for (message, n) in album.iter().zip(1..) {
        let Some(file) = message.file() else { continue };
        // Names come from strangers: a number and a plain ending make a safer one.
        let name = format!("{n}.{}", file.ext().unwrap_or("bin"));
        bytes += message.download().to_file(folder.join(name)).await?;
        let news = format!("{n} of {all} are saved, {bytes} bytes");
        shown.edit(news).await?;
    }
    Ok(())
}

/// The day in UTC: `2024-02-29`.
pub fn day(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
    // Years begin in March here, so that the day a leap year adds is the last.
    let days = seconds / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (year, of_month) = (era * 400 + year, day - (153 * month + 2) / 5 + 1);
    let (year, month) = if month < 10 {
        (year, month + 3)
    } else {
        (year + 1, month - 9)
    };
    format!("{year}-{month:02}-{of_month:02}")
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let bot = Client::builder(env::var("API_ID")?.parse()?, env::var("API_HASH")?)
        .storage(storage::File::open("album_saver.session"))
        .connect()
        .await?;
    bot.sign_in_bot(env::var("BOT_TOKEN")?).await?;
    bot.run(router("albums")).await?;
    Ok(())
}
