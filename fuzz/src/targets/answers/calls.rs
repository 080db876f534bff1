//! What is asked of the client.

use heliogram::{
    Client, Document, InputFile, Message, PeerId, Photo,
    api::{enums, types},
    md,
};
use heliogram_tl::Bytes;

use super::{super::look, script};

/// What can be asked, by number.
pub(super) const NAMES: [&str; 20] = [
    "get-messages",
    "history",
    "oldest-first",
    "search",
    "download",
    "download-document",
    "download-photo",
    "resolve-name",
    "resolve-id",
    "me",
    "authorized",
    "send",
    "edit",
    "forward",
    "delete",
    "check-password",
    "set-password",
    "send-code",
    "upload",
    "send-file",
];
/// That of a file whose length fits the one on the CDN.
pub(super) const DOWNLOAD: u8 = 4;
/// Most that is read of a list or a file.
const MOST: usize = 64;

fn peer(which: u8) -> enums::InputPeer {
    match which % 4 {
        0 => types::InputPeerUser::new(5, 1).into(),
        1 => types::InputPeerChat::new(3).into(),
        2 => types::InputPeerChannel::new(7, 1).into(),
        _ => enums::InputPeer::InputPeerSelf,
    }
}

pub(super) async fn make(client: &Client, which: u8) -> heliogram::Result<()> {
    let to = peer(script::next().unwrap_or_default());
    match which % NAMES.len() as u8 {
        0 => {
            for message in client
                .get_messages(to, [1, 2, 3])
                .await?
                .into_iter()
                .flatten()
            {
                told(&message).await;
            }
        }
        1 => read(client.history(to).limit(50)).await?,
        2 => read(client.history(to).oldest_first().after(2)).await?,
        3 => {
            let mut found = client.history(to).search("words").by(peer(0));
            let _ = found.total().await?;
            read(found).await?;
        }
        DOWNLOAD => {
            let reference = Bytes::from_static(b"reference");
            let document = types::Document::new(
                5,
                6,
                reference,
                1,
                "a/b".into(),
                script::LEN as i64,
                1,
                Vec::new(),
            );
            fetch(client, Document::from(document)).await?;
        }
        5 => {
            if let Some(enums::Document::Document(document)) = script::made("document") {
                fetch(client, Document::from(*document)).await?;
            }
        }
        6 => {
            if let Some(enums::Photo::Photo(photo)) = script::made("photo") {
                fetch(client, Photo::from(*photo)).await?;
            }
        }
        7 => drop(client.resolve("@name").await?),
        8 => {
            let ids = [PeerId::user(8), PeerId::group(8), PeerId::channel(8)];
            for id in ids.into_iter().flatten() {
                let _ = client.resolve(id).await;
            }
        }
        9 => drop(client.me().await?),
        10 => drop(client.is_authorized().await?),
        11 => look::message(&client.send_message(to, md("**x**")).reply_to(2).await?),
        12 => look::message(&client.edit_message(to, 2, "x").await?),
        13 => {
            let sent = client.forward_messages(to, peer(2), [1, 2, 3]).await?;
            sent.iter().for_each(look::message);
        }
        14 => drop(client.delete_messages(to, [1, 2, 3]).await?),
        15 => drop(client.check_password("password").await?),
        16 => {
            client
                .set_password(Some("old"), Some("new"), "hint")
                .await?
        }
        17 => {
            let token = client.send_code("+15550100").await?;
            let _ = (token.kind(), token.next_kind(), token.resend_after());
            let token = token.resend().await?;
            let _ = token.submit("12345").await;
        }
        18 => drop(
            client
                .upload(InputFile::bytes("a.txt", vec![1_u8; 700_000]))
                .await?,
        ),
        _ => {
            let file = InputFile::bytes("a.png", vec![1_u8; 1000]);
            look::message(&client.send_file(to, file).as_photo().caption("x").await?);
        }
    }
    Ok(())
}

async fn told(message: &Message) {
    look::message(message);
    let _ = message.replied().await.map(drop);
    let _ = message.click(0).await.map(drop);
}

async fn read(mut list: heliogram::methods::messages::History) -> heliogram::Result<()> {
    for _ in 0..MOST {
        let Some(message) = list.try_next().await? else {
            break;
        };
        look::message(&message);
    }
    Ok(())
}

async fn fetch(
    client: &Client,
    what: impl Into<heliogram::files::Downloadable>,
) -> heliogram::Result<()> {
    let mut download = client.download(what);
    for _ in 0..MOST {
        if download.try_next().await?.is_none() {
            break;
        }
    }
    Ok(())
}
