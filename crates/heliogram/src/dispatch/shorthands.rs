//! Routes for one kind of event, by the names they have in Pyrogram.

use super::{
    Filter, Handler, Router,
    filter::{command, of_kind},
};
use crate::events::{Kinds, Lifecycle};

macro_rules! shorthands {
    ($( $(#[$alias:meta])* $name:ident = $kind:ident, $what:literal; )*) => {
        impl<S: Clone + Send + Sync + 'static> Router<S> {
            $(
                #[doc = concat!("[`on`](Self::on) for ", $what, " only.")]
                $(#[$alias])*
                pub fn $name<A, H: Handler<A, S>>(self, filter: Filter, handler: H) -> Self {
                    const {
                        assert!(
                            !H::KINDS.and(Kinds::$kind).is_empty(),
                            concat!(
                                "this handler can never run: `", stringify!($name), "` brings ",
                                $what, ", and the handler takes something else. Take what it \
                                 brings, or add the handler with `on`"
                            )
                        );
                    }
                    self.on(of_kind(Kinds::$kind) & filter, handler)
                }
            )*
        }
    };
}

shorthands! {
    #[doc(alias = "NewMessage")]
    on_message = NEW_MESSAGE, "new messages";
    #[doc(alias = "on_edited_message")]
    #[doc(alias = "MessageEdited")]
    on_edited = MESSAGE_EDITED, "edited messages";
    #[doc(alias = "on_deleted_messages")]
    #[doc(alias = "MessageDeleted")]
    on_deleted = MESSAGES_DELETED, "deleted messages";
    #[doc(alias = "Album")]
    on_album = ALBUM, "albums";
    #[doc(alias = "ChatAction")]
    on_chat_action = CHAT_ACTION, "what happens in chats";
    #[doc(alias = "MessageRead")]
    on_read = MESSAGE_READ, "messages that were read";
    #[doc(alias = "on_user_status")]
    #[doc(alias = "UserUpdate")]
    on_user_update = USER_UPDATE, "what people do: come online, leave, write";
    on_poll = POLL_UPDATE, "polls that changed";
    on_story = STORY_UPDATE, "stories";
    // What only bots are told.
    #[doc(alias = "CallbackQuery")]
    on_callback_query = CALLBACK_QUERY, "pressed buttons";
    #[doc(alias = "InlineQuery")]
    on_inline_query = INLINE_QUERY, "inline queries";
    on_chosen_inline_result = CHOSEN_INLINE_RESULT, "chosen results of inline queries";
    on_chat_member_updated = MEMBER_UPDATED, "changes of somebody's place in a chat";
    on_chat_join_request = JOIN_REQUEST, "requests to be let into a chat";
    on_pending_join_requests = PENDING_JOIN_REQUESTS, "requests that wait for an administrator";
    on_message_reaction = MESSAGE_REACTION, "reactions that bots are told of";
    on_message_reaction_count = MESSAGE_REACTION_COUNT, "counts of reactions in channels";
    on_chat_boost = CHAT_BOOST, "boosts of chats";
    on_business_connection = BUSINESS_CONNECTION, "business connections";
    on_business_message = BUSINESS_MESSAGE, "messages in business chats";
    on_edited_business_message = BUSINESS_MESSAGE_EDITED, "edited messages in business chats";
    on_deleted_business_messages = BUSINESS_MESSAGES_DELETED, "deleted messages in business chats";
    on_pre_checkout_query = PRE_CHECKOUT_QUERY, "payments that are about to be made";
    on_shipping_query = SHIPPING_QUERY, "questions about shipping";
    on_purchased_paid_media = PURCHASED_PAID_MEDIA, "media that were paid for";
    on_stars_subscription = STARS_SUBSCRIPTION, "subscriptions paid in stars";
    on_guest_message = GUEST_MESSAGE, "questions from chats that the bot is not in";
    on_managed_bot = MANAGED_BOT, "bots that this bot manages";
    #[doc(alias = "on_raw_update")]
    #[doc(alias = "events.Raw")]
    on_raw = RAW, "updates that have no event of their own";
    on_lagged = LAGGED, "the news that events were dropped because handlers are too slow";
}

impl<S: Clone + Send + Sync + 'static> Router<S> {
    /// [`on`](Self::on) for new messages that are this command: `/name`, with or without arguments.
    ///
    /// Those are there as [`CommandArgs`](super::CommandArgs), or typed as
    /// [`Command`](super::Command). Other marks than `/`, and several names at once:
    /// [`CommandSyntax`](super::CommandSyntax).
    ///
    /// ```
    /// # use heliogram::{Message, Result, Router};
    /// async fn start(message: Message) -> Result<()> {
    ///     message.respond("Welcome!").await.map(drop)
    /// }
    ///
    /// let router: Router = Router::new().command("start", start);
    /// # let _ = router;
    /// ```
    #[doc(alias = "on_command")]
    pub fn command<A, H: Handler<A, S>>(self, name: impl Into<String>, handler: H) -> Self {
        self.on_message(command(name), handler)
    }
}

macro_rules! hooks {
    ($( $(#[$doc:meta])* $name:ident = $turn:ident; )*) => {
        impl<S: Clone + Send + Sync + 'static> Router<S> {
            $(
                $(#[$doc])*
                pub fn $name<A, H: Handler<A, S>>(self, handler: H) -> Self {
                    const {
                        assert!(
                            !H::KINDS.and(Kinds::LIFECYCLE).is_empty(),
                            concat!(
                                "this handler can never run: `", stringify!($name), "` brings no \
                                 event but the client's own. Take a `Client`, a `State<T>` or \
                                 nothing"
                            )
                        );
                    }
                    self.hook(Lifecycle::$turn, handler)
                }
            )*
        }
    };
}

hooks! {
    /// Calls this handler when the router is given to a client, before the first event. All of
    /// these are called, whatever groups, filters and other handlers there are. One that fails is
    /// told as other handlers are, to [`on_error`](Self::on_error) or the log; the router begins all
    /// the same.
    ///
    /// ```
    /// # use heliogram::{Client, Message, Result, Router, filter};
    /// async fn hello(client: Client) -> Result<()> {
    ///     client.send_message("me", "I am up").await.map(drop)
    /// }
    ///
    /// let router: Router = Router::new().on_start(hello);
    /// # let _ = router;
    /// ```
    on_start = Started;
    /// Calls this handler when the router is taken from a client, or the client stops: once the
    /// other handlers have ended, while calls still work.
    on_stop = Stopping;
    /// Calls this handler when the client has connected again.
    on_connect = Connected;
    /// Calls this handler when the client has lost its connection; it connects again by itself.
    on_disconnect = Disconnected;
}
