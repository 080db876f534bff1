use std::fmt;

use heliogram_api::{enums, errors, functions as f, types};

use super::{
    answer::{self, Sent},
    send_options::{SendOptions, in_conversation, keyboard_setter, raw_keyboard, send_setters},
    sendable,
};
use crate::{
    Client, Keyboard, PeerLike, Result, Text,
    files::{self, Finished, InputFile, Progress, ProgressFn},
    random,
    types::Message,
};

impl Client {
    /// Sends a file, as it is.
    ///
    /// From a path, from memory or from a reader (see [`InputFile`]), of any size from nothing to
    /// 4 GB, with flat memory.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// use heliogram::md;
    /// client
    ///     .send_file("me", "video.mp4")
    ///     .caption(md("*new*"))
    ///     .progress(|p| eprintln!("{}/{:?}", p.done, p.total))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Raw `upload.saveFilePart`, `upload.saveBigFilePart`, `messages.sendMedia`.
    ///
    /// # Errors
    /// When awaited: those of [`upload`](Self::upload) and [`send_message`](Self::send_message).
    #[doc(alias = "send_document")]
    #[doc(alias = "send_photo")]
    #[doc(alias = "send_media")]
    #[doc(alias = "messages.sendMedia")]
    pub fn send_file(&self, to: impl Into<PeerLike>, file: impl Into<InputFile>) -> SendFile {
        SendFile {
            client: self.clone(),
            to: to.into(),
            file: file.into(),
            caption: Text::default(),
            name: None,
            mime: None,
            photo: false,
            spoiler: false,
            report: None,
            options: SendOptions::default(),
            keyboard: None,
        }
    }
}

/// A file on its way to a chat; made by [`Client::send_file`], sent when awaited.
#[must_use = "a file is sent when this is awaited"]
pub struct SendFile {
    client: Client,
    to: PeerLike,
    file: InputFile,
    caption: Text,
    name: Option<String>,
    mime: Option<String>,
    photo: bool,
    spoiler: bool,
    report: Option<ProgressFn>,
    options: SendOptions,
    keyboard: Option<Keyboard>,
}

impl SendFile {
    send_setters!();
    keyboard_setter!();
    in_conversation!();

    /// Writes this below the file.
    pub fn caption(mut self, text: impl Into<Text>) -> Self {
        self.caption = text.into();
        self
    }

    /// Names it otherwise than its source does.
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Declares what kind of file it is; guessed from the name otherwise.
    pub fn mime_type(mut self, mime: impl Into<String>) -> Self {
        self.mime = Some(mime.into());
        self
    }

    /// Sends a picture as a photo, which the server makes smaller. Without this every file arrives
    /// byte for byte.
    #[doc(alias = "force_document")]
    pub fn as_photo(mut self) -> Self {
        self.photo = true;
        self
    }

    /// Hides it until it is tapped.
    #[doc(alias = "has_spoiler")]
    pub fn spoiler(mut self) -> Self {
        self.spoiler = true;
        self
    }

    /// Calls `report` as the bytes go out.
    #[doc(alias = "progress_callback")]
    pub fn progress(mut self, report: impl FnMut(Progress) + Send + 'static) -> Self {
        self.report = Some(Box::new(report));
        self
    }

    /// Sends it; the same as awaiting it.
    ///
    /// # Errors
    /// See [`Client::send_file`].
    pub async fn send(self) -> Result<Message> {
        let client = &self.client;
        // Everything that may be refused comes before the bytes.
        self.options.before().await?;
        let peer = client.find_peer(&self.to).await?;
        let (text, entities) = sendable(client, self.caption).await?;
        let reply_markup = raw_keyboard(client, self.keyboard.as_ref()).await?;
        let again = self.file.again();
        let done = files::upload(client, self.file, self.name.clone(), self.report).await?;
        let raw = |done| media(done, self.mime.clone(), self.photo, self.spoiler);
        let random_id = random::id()?;
        let call = f::messages::SendMedia {
            silent: self.options.silent,
            noforwards: self.options.protected,
            reply_to: self.options.raw_reply().map(Into::into),
            entities: Some(entities.clone()).filter(|e| !e.is_empty()),
            schedule_date: self.options.schedule,
            reply_markup,
            ..f::messages::SendMedia::new(peer.input.clone(), raw(done), text.clone(), random_id)
        };
        let answer = match (answer::send_once(client, call.clone()).await, again) {
            // Parts are kept for some hours only, and a server may lose them sooner.
            (Err(e), Some(file)) if e.is(errors::FILE_PART_MISSING) => {
                let done = files::upload(client, file, self.name.clone(), None).await?;
                let call = f::messages::SendMedia {
                    media: raw(done),
                    ..call
                };
                answer::send_once(client, call).await?
            }
            (answer, _) => answer?,
        };
        let sent = Sent {
            peer: &peer,
            random_id,
            text: &text,
            entities: &entities,
            reply_to: self.options.reply_to,
        };
        let message = answer::sent_message(client, "messages.sendMedia", answer, sent).await?;
        self.options.after(&message);
        Ok(message)
    }
}

fn media(done: Finished, mime: Option<String>, photo: bool, spoiler: bool) -> enums::InputMedia {
    if photo {
        let photo = types::InputMediaUploadedPhoto::new(done.file);
        return types::InputMediaUploadedPhoto { spoiler, ..photo }.into();
    }
    let mime = mime.unwrap_or_else(|| files::mime::of_name(&done.name).to_owned());
    let name = types::DocumentAttributeFilename::new(done.name).into();
    // Forced, so that a picture or GIF stays the file it is.
    types::InputMediaUploadedDocument {
        force_file: true,
        spoiler,
        ..types::InputMediaUploadedDocument::new(done.file, mime, vec![name])
    }
    .into()
}

awaitable!(SendFile => Message);

impl fmt::Debug for SendFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendFile")
            .field("to", &self.to)
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}
