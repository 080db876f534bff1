use std::fmt;

use heliogram_api::enums;

use crate::{
    Client, Result,
    files::{self, InputFile, Progress, ProgressFn},
};

impl Client {
    /// Brings a file to the server without sending it to anybody.
    ///
    /// What comes back serves raw calls, for some hours.
    ///
    /// Raw `upload.saveFilePart`, `upload.saveBigFilePart`.
    ///
    /// # Errors
    /// When awaited: [`Error::Io`](crate::Error::Io) if the file cannot be read,
    /// [`Error::File`](crate::Error::File) if it is too big or changes meanwhile, and those of the
    /// network.
    #[doc(alias = "upload_file")]
    #[doc(alias = "save_file")]
    #[doc(alias = "upload.saveFilePart")]
    #[doc(alias = "upload.saveBigFilePart")]
    pub fn upload(&self, file: impl Into<InputFile>) -> Upload {
        Upload {
            client: self.clone(),
            file: file.into(),
            name: None,
            report: None,
        }
    }
}

/// A file on its way up; made by [`Client::upload`], sent when awaited.
#[must_use = "a file is brought up when this is awaited"]
pub struct Upload {
    client: Client,
    file: InputFile,
    name: Option<String>,
    report: Option<ProgressFn>,
}

/// A file at the server that no message has yet.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Uploaded {
    /// How raw calls take it.
    pub file: enums::InputFile,
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
}

impl Upload {
    /// Names it otherwise than its source does.
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
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
    /// See [`Client::upload`].
    pub async fn send(self) -> Result<Uploaded> {
        let done = files::upload(&self.client, self.file, self.name, self.report).await?;
        Ok(Uploaded {
            file: done.file,
            name: done.name,
            size: done.size,
        })
    }
}

awaitable!(Upload => Uploaded);

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}
