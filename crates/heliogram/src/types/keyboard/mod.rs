//! Keyboards that bots send along with messages.

mod button;
mod error;
mod raw;

use std::fmt;

use heliogram_api::enums;

pub use self::{
    button::{Button, ButtonStyle, LoginUrl},
    error::KeyboardError,
};

/// Buttons below a message, or in place of the keyboard people type with. Bots alone send them.
///
/// Methods that send take `impl Into<Keyboard>`, so a button, a row of buttons or rows of buttons
/// do as well. What kind of keyboard it is follows from the buttons, which must all be of one kind.
///
/// ```no_run
/// # async fn run(message: heliogram::Message) -> heliogram::Result<()> {
/// use heliogram::{Button, Keyboard};
///
/// let vote = Keyboard::new()
///     .row([Button::callback("Yes", "vote:yes"), Button::callback("No", "vote:no")])
///     .row([Button::url("Help", "https://t.me")]);
/// message.respond("Choose").keyboard(vote).await?;
///
/// let sizes = Keyboard::new()
///     .row([Button::text("Small"), Button::text("Big")])
///     .resize()
///     .single_use()
///     .placeholder("Which size?");
/// message.respond("Which size?").keyboard(sizes).await?;
/// message.respond("Thanks!").keyboard(Keyboard::clear()).await?;
/// # Ok(())
/// # }
/// ```
///
/// Raw `replyInlineMarkup`, `replyKeyboardMarkup`, `replyKeyboardHide`, `replyKeyboardForceReply`.
#[derive(Clone, Default, PartialEq)]
#[doc(alias = "ReplyMarkup")]
#[doc(alias = "InlineKeyboardMarkup")]
#[doc(alias = "ReplyKeyboardMarkup")]
#[doc(alias = "ReplyKeyboardRemove")]
#[doc(alias = "ForceReply")]
#[doc(alias = "reply_markup")]
#[doc(alias = "buttons")]
pub struct Keyboard {
    form: Form,
    look: Look,
}

#[derive(Clone, PartialEq)]
enum Form {
    Buttons(Vec<Vec<Button>>),
    /// Takes keyboards away.
    Clear,
    /// Lets people's apps begin a reply.
    ForceReply,
    /// As the server has it.
    Raw(enums::ReplyMarkup),
}

impl Default for Form {
    fn default() -> Self {
        Self::Buttons(Vec::new())
    }
}

/// How a keyboard in place of the real one behaves.
#[derive(Clone, Default, PartialEq)]
struct Look {
    resize: bool,
    single_use: bool,
    selective: bool,
    persistent: bool,
    placeholder: Option<String>,
}

impl Keyboard {
    /// A keyboard without buttons; [`row`](Self::row) puts some in.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same as [`new`](Self::new), for those who look for a keyboard below a message.
    #[must_use]
    pub fn inline() -> Self {
        Self::new()
    }

    /// Takes away the keyboard that an earlier message brought.
    ///
    /// Raw `replyKeyboardHide`.
    #[must_use]
    #[doc(alias = "ReplyKeyboardRemove")]
    #[doc(alias = "replyKeyboardHide")]
    pub fn clear() -> Self {
        Form::Clear.into()
    }

    /// Lets people's apps begin a reply to the message.
    ///
    /// Raw `replyKeyboardForceReply`.
    #[must_use]
    #[doc(alias = "replyKeyboardForceReply")]
    pub fn force_reply() -> Self {
        Form::ForceReply.into()
    }

    /// Puts a row of buttons below those that are there.
    #[must_use]
    pub fn row(mut self, buttons: impl IntoIterator<Item = Button>) -> Self {
        let row = buttons.into_iter().collect();
        match &mut self.form {
            Form::Buttons(rows) => rows.push(row),
            _ => self.form = Form::Buttons(vec![row]),
        }
        self
    }

    /// Lets the keyboard be only as high as its buttons need; not for buttons below a message.
    #[must_use]
    #[doc(alias = "resize_keyboard")]
    pub fn resize(mut self) -> Self {
        self.look.resize = true;
        self
    }

    /// Hides the keyboard once it was used; not for buttons below a message.
    #[must_use]
    #[doc(alias = "one_time_keyboard")]
    pub fn single_use(mut self) -> Self {
        self.look.single_use = true;
        self
    }

    /// Means only those whom the message mentions or replies to; not for buttons below a message.
    #[must_use]
    pub fn selective(mut self) -> Self {
        self.look.selective = true;
        self
    }

    /// Keeps the keyboard open when people would type; not for buttons below a message.
    #[must_use]
    #[doc(alias = "is_persistent")]
    pub fn persistent(mut self) -> Self {
        self.look.persistent = true;
        self
    }

    /// What the empty input field says meanwhile, in 1 to 64 characters; not for buttons below a
    /// message.
    #[must_use]
    #[doc(alias = "input_field_placeholder")]
    pub fn placeholder(mut self, text: impl Into<String>) -> Self {
        self.look.placeholder = Some(text.into());
        self
    }

    /// Whether there are no buttons, and nothing else it would do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match &self.form {
            Form::Buttons(rows) => rows.iter().all(Vec::is_empty),
            _ => false,
        }
    }
}

impl From<Form> for Keyboard {
    fn from(form: Form) -> Self {
        Self {
            form,
            look: Look::default(),
        }
    }
}

/// A keyboard of one button.
impl From<Button> for Keyboard {
    fn from(button: Button) -> Self {
        Self::new().row([button])
    }
}

/// A keyboard of one row.
impl<const N: usize> From<[Button; N]> for Keyboard {
    fn from(row: [Button; N]) -> Self {
        Self::new().row(row)
    }
}

/// A keyboard of one row.
impl From<Vec<Button>> for Keyboard {
    fn from(row: Vec<Button>) -> Self {
        Form::Buttons(vec![row]).into()
    }
}

/// A keyboard of these rows.
impl From<Vec<Vec<Button>>> for Keyboard {
    fn from(rows: Vec<Vec<Button>>) -> Self {
        Form::Buttons(rows).into()
    }
}

/// A keyboard of these rows.
impl<const N: usize, const M: usize> From<[[Button; N]; M]> for Keyboard {
    fn from(rows: [[Button; N]; M]) -> Self {
        Form::Buttons(rows.into_iter().map(Vec::from).collect()).into()
    }
}

/// A keyboard as the raw API has it, sent as it is.
impl From<enums::ReplyMarkup> for Keyboard {
    fn from(markup: enums::ReplyMarkup) -> Self {
        Form::Raw(markup).into()
    }
}

/// Shows how big it is, not what it says.
impl fmt::Debug for Keyboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.form {
            Form::Buttons(rows) => {
                let sizes: Vec<_> = rows.iter().map(Vec::len).collect();
                return write!(f, "Keyboard({sizes:?})");
            }
            Form::Clear => "Keyboard(clear)",
            Form::ForceReply => "Keyboard(force_reply)",
            Form::Raw(_) => "Keyboard(raw)",
        })
    }
}
