//! Conversations: ask somebody something and wait for the answer, in one piece of code.
//!
//! ```no_run
//! # async fn run(client: heliogram::Client, message: heliogram::Message) -> heliogram::Result<()> {
//! let conversation = client.conversation(&message);
//! let name = conversation.ask("Your name?").await?;
//! let age: u8 = conversation.ask_parse("Your age?", "A number, please.").await?;
//! conversation.say(format!("{} is {age}.", name.text())).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Conversation or dialogue
//! A [`Conversation`] lives in the memory of the program and ends with it: use it where the program
//! asks, and where an answer is a matter of minutes: to talk to other bots, to sign somebody in, in
//! tests. What must outlive a restart, or may be answered tomorrow, is a
//! [`Dialogue`](crate::dispatch#dialogues): its state is stored, and a handler goes on from it.
//!
//! # What it hears
//! From its first call, or from [`begin`](Conversation::begin), it keeps what the *others* in the
//! chat write and edit, and how far they have read; service messages and what this account writes
//! elsewhere are not for it. What it takes reaches no handler and no other reader of updates,
//! unless it is not [`exclusive`](Conversation::exclusive).
//! Messages that come between two calls wait, up to
//! [`max_messages`](Conversation::max_messages); edits likewise, of which the newest are kept and
//! the others go on to other readers.
//!
//! # What it leaves
//! A message counts as dealt with when a call hands it out, or a later one. What comes after the
//! last that was handed out, and nobody asked for, goes on to the other readers and handlers when
//! the conversation ends: messages, edits, and the event of a [`wait_event`](Conversation::wait_event)
//! that was not awaited to its end; so do all edits of messages from before the conversation that
//! nobody asked for. If nobody reads then, it comes to whoever reads next, in this run
//! of the program or a later one; so it does if the program is killed meanwhile.
//!
//! An open conversation reads updates, so it works without another reader. As every reader it is
//! first told what was missed since somebody read last, and what others before it have left. While
//! it is the only one, what happens in other chats waits for those who begin to read later.

mod ask;
mod cancel;
mod desk;
mod error;
mod mark_read;
mod seat;
mod talk;
mod transcript;
mod wait;
mod wait_event;

use std::{fmt, time::Duration};

pub use ask::{Ask, AskParse};
pub use cancel::Canceller;
pub(crate) use desk::Desk;
pub use error::{Awaited, ConversationError};
pub use mark_read::MarkRead;
pub(crate) use mark_read::read_up_to;
pub(crate) use seat::Receipts;
pub(crate) use talk::Talk;
pub use wait::{GetEdit, GetReply, GetResponse, WaitRead};
pub use wait_event::WaitEvent;

use crate::{
    Client, Filter, Message, PeerLike, Result, Text,
    events::CallbackQuery,
    files::InputFile,
    methods::messages::{SendFile, SendMessage},
};

impl Client {
    /// A conversation with somebody, or in a group or channel.
    ///
    /// It begins with its first call; see [the module](crate::conversation) for what it hears.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// use std::time::Duration;
    ///
    /// let father = client.conversation("@BotFather").timeout(Duration::from_secs(10));
    /// let answer = father.ask("/newbot").await?;
    /// println!("{}", answer.text());
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "wait_for_message")]
    #[doc(alias = "listen")]
    pub fn conversation(&self, peer: impl Into<PeerLike>) -> Conversation {
        Conversation {
            talk: Talk::new(self.clone(), peer.into()),
        }
    }
}

impl Message {
    /// A conversation where this message was written: in the same chat, and in the same topic if it
    /// is a forum.
    ///
    /// ```no_run
    /// # async fn run(message: heliogram::Message) -> heliogram::Result<()> {
    /// let name = message.conversation().ask("Your name?").await?;
    /// # let _ = name;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "ask")]
    #[doc(alias = "listen")]
    pub fn conversation(&self) -> Conversation {
        self.client().conversation(self).topic(self.topic_id())
    }
}

/// Questions and answers in one chat; made by [`Client::conversation`], ended by dropping it.
///
/// Its calls borrow it, so several may wait at once (`tokio::join!`), and none of them loses a
/// message when it is dropped before it is done. What is handed out by one of
/// [`next`](Self::next), [`get_response`](Self::get_response) and [`get_reply`](Self::get_reply) is
/// not handed out by it again.
///
/// # Errors
/// What all calls that wait may fail with: [`Error::Conversation`](crate::Error::Conversation) with
/// [`ConversationError::AlreadyOpen`], [`Timeout`](ConversationError::Timeout) or
/// [`TooManyMessages`](ConversationError::TooManyMessages),
/// [`Error::Cancelled`](crate::Error::Cancelled) once it was called off,
/// [`Error::Closed`](crate::Error::Closed) once the client was stopped, and
/// [`Error::Peer`](crate::Error::Peer) if the chat cannot be found.
#[must_use = "a conversation ends when it is dropped"]
pub struct Conversation {
    talk: Talk,
}

/// Settings; they hold from the first call on.
impl Conversation {
    /// How long each call waits at most; 60 seconds if not set, `None` is without end.
    pub fn timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.talk.settings.timeout = limit.into();
        self
    }

    /// How long after its beginning the conversation waits for anything; without end if not set.
    pub fn total_timeout(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.talk.settings.total_timeout = limit.into();
        self
    }

    /// Ends with the first message of the others that passes the filter, whatever is waited for then:
    /// calls fail with [`Error::Cancelled`](crate::Error::Cancelled). It is no answer, and reaches
    /// nobody else if the conversation is [`exclusive`](Self::exclusive).
    ///
    /// ```no_run
    /// # use heliogram::{Message, Result};
    /// use heliogram::{Error, filter};
    ///
    /// async fn sign_up(message: Message) -> Result<()> {
    ///     let conversation = message.conversation().cancel_on(filter::command("cancel"));
    ///     match conversation.ask("Your name? Or /cancel.").await {
    ///         Ok(name) => message.respond(format!("Welcome, {}!", name.text())).await?,
    ///         Err(Error::Cancelled) => message.respond("Another time, then.").await?,
    ///         Err(e) => return Err(e),
    ///     };
    ///     Ok(())
    /// }
    /// # let _ = sign_up;
    /// ```
    ///
    /// # Errors
    /// What the filter's [`prepare`](Filter::prepare) fails with, at the beginning.
    pub fn cancel_on(mut self, filter: Filter) -> Self {
        self.talk.settings.cancel_on = Some(filter);
        self
    }

    /// How many messages it keeps; 100 if not set. If more come than that which no call has handed
    /// out, it hears nothing more, and calls fail once the kept ones are handed out. All
    /// conversations of a client together keep at most 8192.
    pub fn max_messages(mut self, limit: usize) -> Self {
        self.talk.settings.max_messages = limit;
        self
    }

    /// Whether it has the chat to itself; it does if not set.
    ///
    /// One that has takes its messages away from handlers and other readers, and cannot begin while
    /// another is open in the chat. One that has not listens along.
    pub fn exclusive(mut self, exclusive: bool) -> Self {
        self.talk.settings.exclusive = exclusive;
        self
    }

    /// Whether a reply that was handed out counts as a response and the other way round; it does if
    /// not set.
    pub fn replies_are_responses(mut self, shared: bool) -> Self {
        self.talk.settings.replies_are_responses = shared;
        self
    }

    /// Listens to one person only, in a group of several: what others write goes its way.
    /// Conversations with different people do not exclude each other.
    #[doc(alias = "from_user")]
    pub fn only(mut self, person: impl Into<PeerLike>) -> Self {
        self.talk.settings.person = Some(person.into());
        self
    }

    /// Holds it in a topic of a forum, by the topic's id: what is said goes there, and what is written
    /// in other topics goes its way. 1 is the general topic. Conversations in different topics do
    /// not exclude each other; without this one is in all topics, and writes in the general one.
    ///
    /// A pressed button does not tell its topic: name the message with [`WaitEvent::of`] if there may
    /// be others.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
    /// let support = client.conversation("@mygroup").topic(42);
    /// let answer = support.ask("What is it about?").await?;
    /// assert_eq!(answer.topic_id(), Some(42));
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "message_thread_id")]
    #[doc(alias = "top_msg_id")]
    pub fn topic(mut self, id: impl Into<Option<i32>>) -> Self {
        self.talk.settings.topic = id.into();
        self
    }

    /// Begins to listen now, rather than with the first call.
    ///
    /// # Errors
    /// See [above](Self#errors).
    #[doc(alias = "__aenter__")]
    pub async fn begin(self) -> Result<Self> {
        self.talk.open().await?;
        Ok(self)
    }
}

/// Saying something.
impl Conversation {
    /// Writes a message; see [`Client::send_message`].
    pub fn send_message(&self, text: impl Into<Text>) -> SendMessage {
        let talk = &self.talk;
        talk.client
            .send_message(talk.peer.clone(), text)
            .in_conversation(talk.clone())
    }

    /// The same as [`send_message`](Self::send_message).
    pub fn say(&self, text: impl Into<Text>) -> SendMessage {
        self.send_message(text)
    }

    /// Sends a file; see [`Client::send_file`].
    pub fn send_file(&self, file: impl Into<InputFile>) -> SendFile {
        let talk = &self.talk;
        talk.client
            .send_file(talk.peer.clone(), file)
            .in_conversation(talk.clone())
    }

    /// Writes a message and waits for the first that comes after it.
    pub fn ask(&self, text: impl Into<Text>) -> Ask<'_> {
        Ask::new(self, text.into())
    }

    /// Asks until the answer can be read as a `T`, with `retry` after each that cannot.
    ///
    /// ```no_run
    /// # async fn run(conversation: heliogram::Conversation) -> heliogram::Result<()> {
    /// let port: u16 = conversation.ask_parse("Which port?", "A number up to 65535.").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn ask_parse<T: std::str::FromStr>(
        &self,
        text: impl Into<Text>,
        retry: impl Into<Text>,
    ) -> AskParse<'_, T> {
        AskParse::new(self.ask(text), retry.into())
    }

    /// Marks as read what the others wrote, up to the newest message or the one that is named.
    ///
    /// Raw `messages.readHistory`, `channels.readHistory` and, in a topic, `messages.readDiscussion`;
    /// not for bots.
    #[doc(alias = "send_read_acknowledge")]
    #[doc(alias = "read_chat_history")]
    pub fn mark_read(&self) -> MarkRead<'_> {
        MarkRead::new(&self.talk)
    }
}

/// Waiting for something.
impl Conversation {
    /// Waits for the next message that no other call has handed out, whatever was said before.
    pub fn next(&self) -> GetResponse<'_> {
        GetResponse::new(&self.talk, true)
    }

    /// Waits for the next message after the last that was sent in this conversation, or after the
    /// one that is named. Each call brings another.
    #[doc(alias = "waitForResponse")]
    pub fn get_response(&self) -> GetResponse<'_> {
        GetResponse::new(&self.talk, false)
    }

    /// Waits for a reply to the last message that was sent in this conversation, or to the one that
    /// is named. Each call brings another.
    ///
    /// # Errors
    /// [`ConversationError::NothingSent`] if there is no such message.
    #[doc(alias = "waitForReply")]
    pub fn get_reply(&self) -> GetReply<'_> {
        GetReply::new(&self.talk)
    }

    /// Waits for the edit of a message after the last that was sent in this conversation, or of the
    /// one that is named. Edits that came before the call are kept; each is handed out once.
    #[doc(alias = "waitForEdit")]
    pub fn get_edit(&self) -> GetEdit<'_> {
        GetEdit::new(&self.talk)
    }

    /// Waits until the other side has read the last message that was sent in this conversation, or
    /// the one that is named. That somebody answers does not mean that they have read.
    ///
    /// # Errors
    /// [`ConversationError::NothingSent`] if there is no such message.
    #[doc(alias = "waitForRead")]
    pub fn wait_read(&self) -> WaitRead<'_> {
        WaitRead::new(&self.talk)
    }

    /// Waits for an event that passes the filter, in any chat; in this one nobody else gets it.
    ///
    /// It is watched for from when this is awaited, or from [`WaitEvent::from_now`]. A message is
    /// handed out by the other calls as well.
    pub fn wait_event(&self, filter: Filter) -> WaitEvent<'_> {
        WaitEvent::new(&self.talk, filter)
    }

    /// Waits until somebody presses a button in this chat; for bots. Nobody else gets it.
    ///
    /// It is watched for from when this is awaited, or from [`WaitEvent::from_now`]; buttons that
    /// are pressed at other times are for handlers.
    ///
    /// ```no_run
    /// # async fn run(conversation: heliogram::Conversation) -> heliogram::Result<()> {
    /// use heliogram::Button;
    ///
    /// let click = conversation.wait_click().from_now().await?;
    /// let yes_or_no = [Button::callback("Yes", "yes"), Button::callback("No", "no")];
    /// conversation.say("Are you sure?").keyboard(yes_or_no).await?;
    /// let click = click.await?;
    /// click.answer().await?;
    /// println!("{:?}", click.data_str());
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "waitForClick")]
    #[doc(alias = "CallbackQuery")]
    pub fn wait_click(&self) -> WaitEvent<'_, CallbackQuery> {
        WaitEvent::click(&self.talk)
    }
}

/// Ending it.
impl Conversation {
    /// Calls it off; calls that wait fail with [`Error::Cancelled`](crate::Error::Cancelled).
    pub fn cancel(&self) {
        self.talk.end();
    }

    /// A handle that can call it off from elsewhere.
    ///
    /// ```no_run
    /// # async fn run(client: heliogram::Client) {
    /// let conversation = client.conversation("@bob");
    /// let canceller = conversation.canceller();
    /// tokio::spawn(async move {
    ///     tokio::time::sleep(std::time::Duration::from_secs(300)).await;
    ///     canceller.cancel();
    /// });
    /// # drop(conversation);
    /// # }
    /// ```
    #[must_use]
    pub fn canceller(&self) -> Canceller {
        Canceller {
            talk: self.talk.clone(),
        }
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        self.talk.end();
    }
}

impl fmt::Debug for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.talk.fmt(f)
    }
}
