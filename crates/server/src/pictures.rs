//! Turns an uploaded picture into the sizes Telegram keeps of it.

use std::borrow::Cow;
use std::io::Cursor;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use image::imageops::FilterType;
use image::{DynamicImage, GenericImageView, ImageFormat, ImageReader, Limits, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// Width and height together of the largest picture, as on Telegram.
const SIDES_MAX: u32 = 10_000;
/// How many times longer than the other one side may be.
const RATIO_MAX: u32 = 20;
/// Most memory for reading one picture.
const MEMORY_MAX: u64 = 192 << 20;
/// Quality of the sizes, and of the smallest preview.
const QUALITY: u8 = 87;
const PREVIEW_QUALITY: u8 = 20;
/// Longest side of the smallest preview.
const PREVIEW_SIDE: u32 = 40;
/// Longest side of the small picture of a document.
pub(crate) const THUMB_SIDE: u32 = 320;
/// Length of a JPEG file up to its image data, as every preview leaves it out.
const HEADER_LEN: usize = 623;

/// Points of a picture from which on it is a large one.
const LARGE: u32 = 4_000_000;
/// Held while a large picture is worked on: one at a time, however many come.
static ONE_LARGE: Mutex<()> = Mutex::new(());

/// What a picture is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A message: all of it, in boxes of Telegram's sizes.
    Message,
    /// The small picture of a document: all of it, in one size.
    Thumb,
    /// Somebody's or some chat's face: a square cut out of the middle.
    Profile,
}

impl Shape {
    /// Names and longest sides of the sizes, the smallest first.
    fn boxes(self) -> &'static [(&'static str, u32)] {
        match self {
            Self::Message => &[("s", 100), ("m", 320), ("x", 800), ("y", 1280), ("w", 2560)],
            Self::Thumb => &[("m", THUMB_SIDE)],
            Self::Profile => &[("a", 160), ("b", 320), ("c", 640)],
        }
    }
}

/// One size of a picture, as JPEG.
pub(crate) struct Scaled {
    /// Letter that names the size.
    pub(crate) kind: &'static str,
    pub(crate) width: i32,
    pub(crate) height: i32,
    pub(crate) jpeg: Vec<u8>,
}

/// A picture in all its sizes.
pub(crate) struct Picture {
    pub(crate) sizes: Vec<Scaled>,
    /// The smallest preview, without what all of them have in common.
    pub(crate) stripped: Bytes,
}

/// Why a picture cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadPicture {
    /// It is none, or it is broken.
    Unreadable,
    /// It is too large, or too thin.
    Dimensions,
}

/// Reads a JPEG, PNG or WebP picture and makes its sizes.
pub(crate) fn scale(bytes: &[u8], shape: Shape) -> Result<Picture, BadPicture> {
    let (width, height) = sides(bytes)?;
    let _alone = (width.saturating_mul(height) > LARGE).then(|| {
        // There is nothing behind the lock that could have been left half done.
        ONE_LARGE.lock().unwrap_or_else(PoisonError::into_inner)
    });
    let picture = read(bytes)?;
    let picture = match shape {
        Shape::Message | Shape::Thumb => picture,
        Shape::Profile => square(&picture),
    };
    let longest = picture.width().max(picture.height());
    let mut sizes = Vec::new();
    for &(kind, side) in shape.boxes() {
        sizes.push(scaled(&picture, kind, side.min(longest))?);
        // A face has all its sizes, however small it is.
        if side >= longest && shape == Shape::Message {
            break;
        }
    }
    Ok(Picture {
        sizes,
        stripped: preview(&picture)?,
    })
}

/// Whether a file begins as a picture does that can be read here.
pub(crate) fn begins_like_one(head: &[u8]) -> bool {
    let format = image::guess_format(head).ok();
    matches!(
        format,
        Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)
    )
}

/// A picture as a WebP one, without loss; the same bytes if it is one already.
pub(crate) fn as_webp(bytes: &[u8]) -> Result<Cow<'_, [u8]>, BadPicture> {
    let picture = read(bytes)?;
    if image::guess_format(bytes).ok() == Some(ImageFormat::WebP) {
        return Ok(Cow::Borrowed(bytes));
    }
    let mut out = Cursor::new(Vec::new());
    // Eight bits a channel are all that WebP has.
    let plain = DynamicImage::from(picture.into_rgba8());
    plain
        .write_to(&mut out, ImageFormat::WebP)
        .map_err(|_| BadPicture::Unreadable)?;
    Ok(Cow::Owned(out.into_inner()))
}

fn read(bytes: &[u8]) -> Result<DynamicImage, BadPicture> {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_MAX);
    sides(bytes)?;
    let mut reader = reader(bytes)?;
    reader.limits(limits);
    reader.decode().map_err(|_| BadPicture::Unreadable)
}

fn reader(bytes: &[u8]) -> Result<ImageReader<Cursor<&[u8]>>, BadPicture> {
    ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| BadPicture::Unreadable)
}

/// Width and height as the header has them, checked before anything is unpacked.
pub(crate) fn sides(bytes: &[u8]) -> Result<(u32, u32), BadPicture> {
    let sides = reader(bytes)?.into_dimensions();
    let (width, height) = sides.map_err(|_| BadPicture::Unreadable)?;
    let (long, short) = (width.max(height), width.min(height));
    if short == 0 || width.saturating_add(height) > SIDES_MAX || long / short > RATIO_MAX {
        return Err(BadPicture::Dimensions);
    }
    Ok((width, height))
}

fn square(picture: &DynamicImage) -> DynamicImage {
    let side = picture.width().min(picture.height());
    let (x, y) = ((picture.width() - side) / 2, (picture.height() - side) / 2);
    picture.crop_imm(x, y, side, side)
}

fn scaled(picture: &DynamicImage, kind: &'static str, side: u32) -> Result<Scaled, BadPicture> {
    let small = shrunk(picture, side);
    let (width, height) = small.dimensions();
    Ok(Scaled {
        kind,
        width: width as i32,
        height: height as i32,
        jpeg: jpeg(&small, QUALITY)?,
    })
}

/// The picture with its longest side of that length, on white where it can be seen through.
fn shrunk(picture: &DynamicImage, side: u32) -> RgbImage {
    let longest = picture.width().max(picture.height());
    let small = match side < longest {
        true => picture.resize(side, side, FilterType::Triangle),
        false => picture.clone(),
    };
    let mut plain = RgbImage::new(small.width(), small.height());
    for ((_, _, seen), plain) in small.pixels().zip(plain.pixels_mut()) {
        let [r, g, b, alpha] = seen.0.map(u16::from);
        let over_white = |c: u16| ((c * alpha + 255 * (255 - alpha)) / 255) as u8;
        plain.0 = [r, g, b].map(over_white);
    }
    plain
}

fn jpeg(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, BadPicture> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, quality);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    let side = |n: u32| u16::try_from(n).map_err(|_| BadPicture::Dimensions);
    let (width, height) = (side(picture.width())?, side(picture.height())?);
    encoder
        .encode(picture.as_raw(), width, height, ColorType::Rgb)
        .map_err(|_| BadPicture::Unreadable)?;
    Ok(out)
}

/// The smallest preview: a one, height, width, and the image data of a JPEG whose header every
/// client has (`photoStrippedSize`).
fn preview(picture: &DynamicImage) -> Result<Bytes, BadPicture> {
    let small = shrunk(picture, PREVIEW_SIDE);
    let whole = jpeg(&small, PREVIEW_QUALITY)?;
    let data = whole
        .get(HEADER_LEN..whole.len().saturating_sub(2))
        .ok_or(BadPicture::Unreadable)?;
    let mut out = Vec::with_capacity(data.len() + 3);
    // Neither side is longer than PREVIEW_SIDE.
    out.extend_from_slice(&[1, small.height() as u8, small.width() as u8]);
    out.extend_from_slice(data);
    Ok(out.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let picture = RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([(x % 256) as u8, (y % 256) as u8, 90])
        });
        let mut out = Cursor::new(Vec::new());
        DynamicImage::from(picture)
            .write_to(&mut out, ImageFormat::Png)
            .unwrap();
        out.into_inner()
    }

    fn sizes(picture: &Picture) -> Vec<(&str, i32, i32)> {
        let sizes = picture.sizes.iter();
        sizes
            .map(|size| (size.kind, size.width, size.height))
            .collect()
    }

    #[test]
    fn a_picture_has_the_sizes_that_are_no_larger_than_itself() {
        let picture = scale(&png(1000, 600), Shape::Message).unwrap();
        assert_eq!(
            sizes(&picture),
            [
                ("s", 100, 60),
                ("m", 320, 192),
                ("x", 800, 480),
                ("y", 1000, 600)
            ]
        );
        let small = scale(&png(50, 80), Shape::Message).unwrap();
        assert_eq!(sizes(&small), [("s", 50, 80)]);
        for size in &picture.sizes {
            let back = image::load_from_memory_with_format(&size.jpeg, ImageFormat::Jpeg).unwrap();
            assert_eq!(back.dimensions(), (size.width as u32, size.height as u32));
        }
    }

    #[test]
    fn a_face_is_a_square_in_three_sizes() {
        let picture = scale(&png(500, 300), Shape::Profile).unwrap();
        assert_eq!(
            sizes(&picture),
            [("a", 160, 160), ("b", 300, 300), ("c", 300, 300)]
        );
    }

    /// The header that clients put before a preview, as published in the reference of the protocol;
    /// height and width stand at 164 and 166.
    const HEADER: &str = include_str!("../tests/data/stripped_jpeg_header.hex");

    #[test]
    fn previews_are_what_clients_leave_out_the_header_of() {
        let picture = scale(&png(400, 200), Shape::Message).unwrap();
        let stripped = &picture.stripped;
        assert_eq!(stripped[..3], [1, 20, 40]);
        let digits = HEADER.trim().as_bytes().chunks(2);
        let mut whole: Vec<u8> = digits
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect();
        assert_eq!(whole.len(), HEADER_LEN);
        (whole[164], whole[166]) = (stripped[1], stripped[2]);
        whole.extend_from_slice(&stripped[3..]);
        whole.extend_from_slice(&[0xff, 0xd9]);
        // The header says the same as the one that was cut off, if in other words.
        let made = jpeg(&shrunk(&read(&png(400, 200)).unwrap(), 40), PREVIEW_QUALITY).unwrap();
        let open = |bytes: &[u8]| {
            image::load_from_memory_with_format(bytes, ImageFormat::Jpeg)
                .unwrap()
                .into_rgb8()
        };
        assert_eq!(open(&whole).dimensions(), (40, 20));
        assert_eq!(open(&whole), open(&made));
    }

    #[test]
    fn what_is_no_picture_or_not_a_sane_one_is_refused() {
        let bad = |bytes: &[u8]| scale(bytes, Shape::Message).err();
        assert_eq!(bad(b"GIF"), Some(BadPicture::Unreadable));
        let whole = png(300, 300);
        assert_eq!(bad(&whole[..whole.len() / 2]), Some(BadPicture::Unreadable));
        assert_eq!(bad(&png(2500, 100)), Some(BadPicture::Dimensions));
        // A header that promises a picture of four gigabytes.
        let mut huge = png(10, 10);
        huge[16..24].copy_from_slice(&[0, 0, 0x7d, 0, 0, 0, 0x7d, 0]);
        assert!(bad(&huge).is_some());
    }

    #[test]
    fn damaged_pictures_end_in_sizes_or_an_error() {
        let whole = png(60, 40);
        let step = whole.len() / 97 + 1;
        for at in (0..whole.len()).step_by(step) {
            let mut bent = whole.clone();
            bent[at] ^= 0x55;
            let _ = scale(&bent, Shape::Profile);
        }
    }
}
