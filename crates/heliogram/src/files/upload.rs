use bytes::Bytes;
use heliogram_api::{enums, functions as f, types};
use md5::{Digest, Md5};
use tokio::task::JoinSet;

use super::{
    FileError, InputFile, Meter, ProgressFn,
    input::Opened,
    parts::{self, MAX_PARTS, PART, SMALL, WINDOW},
};
use crate::{Client, Error, Purpose, Result, random};

/// How often a part is sent before its failure is the file's.
const MAX_TRIES: u32 = 5;

/// A file that lies at the server, to be used in a message soon.
#[derive(Clone, Debug)]
pub(crate) struct Finished {
    pub(crate) file: enums::InputFile,
    pub(crate) name: String,
    pub(crate) size: u64,
}

/// Sends a file in parts, several at once, and names it `name` if that is given.
pub(crate) async fn upload(
    client: &Client,
    file: InputFile,
    name: Option<String>,
    progress: Option<ProgressFn>,
) -> Result<Finished> {
    let opened = file.open().await?;
    let limit = PART * MAX_PARTS;
    if let Some(size) = opened.size.filter(|size| *size > limit) {
        return Err(FileError::TooLarge { size, limit }.into());
    }
    let meter = Meter::new(progress, opened.size);
    let small = opened.size.is_some_and(|size| size <= SMALL);
    let id = random::id()?;
    let sender = Sender {
        client: client.clone(),
        dc: client.home_dc(),
        id,
    };
    let mut name = name.unwrap_or_else(|| opened.name.clone());
    if name.is_empty() {
        name = "file".into();
    }
    let sent = send_parts(sender, opened, small, meter).await?;
    let parts = i32::try_from(sent.parts).unwrap_or(i32::MAX);
    let file = match sent.md5 {
        Some(md5) => types::InputFile::new(id, parts, name.clone(), md5).into(),
        None => types::InputFileBig::new(id, parts, name.clone()).into(),
    };
    Ok(Finished {
        file,
        name,
        size: sent.size,
    })
}

struct Sent {
    parts: u64,
    size: u64,
    /// In hexadecimal, of small files.
    md5: Option<String>,
}

async fn send_parts(
    sender: Sender,
    mut opened: Opened,
    small: bool,
    mut meter: Meter,
) -> Result<Sent> {
    let declared = opened.size;
    let mut known_parts = declared.map(parts::count);
    let mut md5 = small.then(Md5::new);
    // Ends all requests under way when this future is dropped or fails.
    let mut on_their_way: JoinSet<Result<u64>> = JoinSet::new();
    let (mut index, mut size) = (0, 0);
    let mut part = opened.next_part().await?;
    loop {
        let len = part.len() as u64;
        // A short part is the last; a full one may be, which only the next one tells.
        let next = if len == PART {
            opened.next_part().await?
        } else {
            Bytes::new()
        };
        let last = next.is_empty();
        size += len;
        if declared.is_some_and(|declared| size > declared || last && size != declared) {
            return Err(opened.changed());
        }
        if last {
            known_parts = Some(index + 1);
        }
        if index >= MAX_PARTS {
            return Err(FileError::TooLarge {
                size,
                limit: PART * MAX_PARTS,
            }
            .into());
        }
        if let Some(md5) = &mut md5 {
            md5.update(&part);
        }
        while on_their_way.len() >= WINDOW {
            landed(&mut on_their_way, &mut meter).await?;
        }
        let total = if small { None } else { Some(known_parts) };
        on_their_way.spawn(
            sender
                .clone()
                .part(index, total, std::mem::replace(&mut part, next)),
        );
        index += 1;
        if last {
            break;
        }
    }
    while !on_their_way.is_empty() {
        landed(&mut on_their_way, &mut meter).await?;
    }
    opened.check_unchanged().await?;
    let md5 = md5.map(|md5| md5.finalize().iter().map(|b| format!("{b:02x}")).collect());
    Ok(Sent {
        parts: index,
        size,
        md5,
    })
}

async fn landed(on_their_way: &mut JoinSet<Result<u64>>, meter: &mut Meter) -> Result<()> {
    match on_their_way.join_next().await {
        Some(Ok(bytes)) => meter.add(bytes?),
        Some(Err(_)) => return Err(Error::Cancelled),
        None => {}
    }
    Ok(())
}

/// Sends single parts of one file.
#[derive(Clone)]
struct Sender {
    client: Client,
    dc: i32,
    id: i64,
}

impl Sender {
    /// Sends a part; `big` is the number of parts of a big file, as far as it is known.
    async fn part(self, index: u64, big: Option<Option<u64>>, bytes: Bytes) -> Result<u64> {
        let len = bytes.len() as u64;
        let number = i32::try_from(index).unwrap_or(i32::MAX);
        let mut tries = 1;
        let accepted = loop {
            let bytes = bytes.clone();
            let answer = match big {
                None => {
                    let call = f::upload::SaveFilePart::new(self.id, number, bytes);
                    self.client.invoke_on(self.dc, Purpose::Upload, call).await
                }
                Some(total) => {
                    let total = total.and_then(|n| i32::try_from(n).ok()).unwrap_or(-1);
                    let call = f::upload::SaveBigFilePart::new(self.id, number, total, bytes);
                    self.client.invoke_on(self.dc, Purpose::Upload, call).await
                }
            };
            match answer {
                Err(e) if tries < MAX_TRIES && is_passing(&e) => tries += 1,
                other => break other?,
            }
        };
        if accepted {
            Ok(len)
        } else {
            Err(FileError::PartRefused {
                part: usize::try_from(index).unwrap_or(0),
            }
            .into())
        }
    }
}

/// Whether sending a part again may help; it does no harm.
pub(super) fn is_passing(e: &Error) -> bool {
    matches!(e, Error::Network(_) | Error::Timeout { .. })
}
