//! Files that every Telegram has: pictures for the reactions.
//!
//! Clients show reactions by stickers the server names. Those here are the smallest there can be:
//! an empty picture and an animation in which nothing moves.

use heliogram_api::{enums, types};
use heliogram_tl::deflate;

use crate::files::Blobs;
use crate::world::{Blob, Document, Stock, World};

/// A WebP picture of one transparent point.
const PICTURE: &[u8] =
    b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0";
/// A Lottie animation of one empty frame; as a sticker it is packed with gzip.
const ANIMATION: &str = concat!(
    r#"{"tgs":1,"v":"5.5.2","fr":60,"ip":0,"op":1,"w":512,"h":512,"nm":"empty","ddd":0,"#,
    r#""assets":[],"layers":[{"ddd":0,"ind":1,"ty":3,"nm":"nothing","sr":1,"ks":{},"#,
    r#""ao":0,"ip":0,"op":1,"st":0,"bm":0}]}"#
);
/// Names of the files, in the form of all others.
const NAMES: [&str; 2] = ["0000000000000001", "0000000000000002"];

/// Puts the files into a world that does not have them yet.
pub(crate) fn fill(world: &mut World, blobs: &Blobs) -> std::io::Result<()> {
    if world.stock.is_some() {
        return Ok(());
    }
    let animation = deflate(ANIMATION.as_bytes()).unwrap_or_default();
    let icon = add(world, blobs, NAMES[0], PICTURE, "image/webp")?;
    let animation = add(
        world,
        blobs,
        NAMES[1],
        &animation,
        "application/x-tgsticker",
    )?;
    world.set_stock(Stock { icon, animation });
    Ok(())
}

fn add(
    world: &mut World,
    blobs: &Blobs,
    name: &str,
    bytes: &[u8],
    mime: &str,
) -> std::io::Result<i64> {
    blobs.write(name, 0, bytes)?;
    let set = enums::InputStickerSet::Empty;
    let attributes: Vec<enums::DocumentAttribute> = vec![
        types::DocumentAttributeImageSize::new(512, 512).into(),
        types::DocumentAttributeSticker::new(String::new(), set).into(),
    ];
    let document = Document {
        id: world.random_id(),
        date: world.now(),
        dc: 1,
        mime: mime.to_owned(),
        attributes,
        blob: Blob {
            name: name.to_owned(),
            size: bytes.len() as i64,
            part: 0,
            places: Vec::new(),
        },
        thumb: None,
    };
    Ok(world.add_document(document))
}
