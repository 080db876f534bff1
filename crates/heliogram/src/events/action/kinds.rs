use std::{
    fmt,
    time::{Duration, SystemTime},
};

use heliogram_api::{enums, types as raw};

/// Makes an enum whose `Debug` shows only which variant it is: what is in it may be private.
macro_rules! reticent {
    (
        $(#[$meta:meta])*
        pub enum $name:ident<'a> { $(
            $(#[$doc:meta])*
            $variant:ident $(($($part:ty),*))? $({ $($(#[$field_doc:meta])* $field:ident: $kind:ty,)* })?,
        )* }
    ) => {
        $(#[$meta])*
        pub enum $name<'a> { $(
            $(#[$doc])*
            $variant $(($($part),*))? $({ $($(#[$field_doc])* $field: $kind,)* })?,
        )* }

        impl $name<'_> {
            /// The name of the variant.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => stringify!($variant),)*
                }
            }
        }

        impl fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

/// How somebody came into a chat without being added by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Joining {
    /// A public chat, by themselves.
    Freely,
    /// By an invite link of this user.
    ByLink {
        /// Who made the link.
        inviter_id: i64,
    },
    /// An admin let them in.
    ByRequest,
    /// As a member of a community the chat belongs to.
    ThroughCommunity {
        /// The community.
        community_id: i64,
    },
}

reticent! {
    /// What happened in a chat: what a service message says, and what changes without one.
    ///
    /// Ids of users are bare, which is the same as marked; ids of chats are marked. What is seldom
    /// used comes as the raw value.
    ///
    /// Raw `MessageAction`.
    #[derive(Clone, Copy, PartialEq)]
    #[non_exhaustive]
    #[doc(alias = "MessageAction")]
    #[doc(alias = "MessageServiceType")]
    pub enum Action<'a> {
        /// The chat was made.
        #[doc(alias = "group_chat_created")]
        #[doc(alias = "channel_chat_created")]
        #[doc(alias = "supergroup_chat_created")]
        Created {
            /// Its title.
            title: &'a str,
            /// Who was in it from the start.
            users: &'a [i64],
        },
        /// The sender came in.
        #[doc(alias = "new_chat_members")]
        Joined(Joining),
        /// The sender added these users.
        #[doc(alias = "new_chat_members")]
        Added(&'a [i64]),
        /// The sender went.
        #[doc(alias = "left_chat_member")]
        Left,
        /// The sender removed this user.
        #[doc(alias = "left_chat_member")]
        Kicked(i64),
        /// There is a new title.
        #[doc(alias = "new_chat_title")]
        TitleChanged(&'a str),
        /// There is a new photo.
        #[doc(alias = "new_chat_photo")]
        PhotoChanged(&'a enums::Photo),
        /// The photo was taken away.
        #[doc(alias = "delete_chat_photo")]
        PhotoRemoved,
        /// A message was pinned; the server does not always tell which.
        #[doc(alias = "pinned_message")]
        Pinned(Option<i32>),
        /// These messages are not pinned any more. No service message tells of it.
        #[doc(alias = "updatePinnedMessages")]
        #[doc(alias = "updatePinnedChannelMessages")]
        Unpinned(&'a [i32]),
        /// The group became this supergroup.
        #[doc(alias = "migrate_to_chat_id")]
        MigratedTo(i64),
        /// The supergroup was this group.
        #[doc(alias = "migrate_from_chat_id")]
        MigratedFrom {
            /// The group that was.
            chat_id: i64,
            /// Its title.
            title: &'a str,
        },
        /// The history was cleared.
        HistoryCleared,
        /// The sender reached a score in a game.
        #[doc(alias = "game_high_score")]
        Scored {
            /// The game.
            game_id: i64,
            /// The score.
            score: i32,
        },
        /// A topic of a forum was made.
        #[doc(alias = "forum_topic_created")]
        TopicCreated(&'a raw::MessageActionTopicCreate),
        /// A topic was renamed, closed, opened, hidden or shown.
        #[doc(alias = "forum_topic_edited")]
        #[doc(alias = "forum_topic_closed")]
        #[doc(alias = "forum_topic_reopened")]
        TopicEdited(&'a raw::MessageActionTopicEdit),
        /// Messages delete themselves after a while from now on, or do not any more.
        #[doc(alias = "message_auto_delete_timer_changed")]
        TimerChanged {
            /// After how long; `None` if they stay.
            period: Option<Duration>,
            /// Whose setting for all chats this is.
            set_by: Option<i64>,
        },
        /// There is a new look.
        ThemeChanged(&'a enums::ChatTheme),
        /// There is a new background.
        WallpaperChanged(&'a raw::MessageActionSetChatWallPaper),
        /// A voice chat began.
        #[doc(alias = "video_chat_started")]
        CallStarted(&'a enums::InputGroupCall),
        /// A voice chat is over.
        #[doc(alias = "video_chat_ended")]
        CallEnded {
            /// How long it was.
            duration: Duration,
        },
        /// A voice chat is to begin.
        #[doc(alias = "video_chat_scheduled")]
        CallScheduled {
            /// When.
            at: SystemTime,
        },
        /// The sender asked these users into the voice chat.
        #[doc(alias = "video_chat_members_invited")]
        InvitedToCall(&'a [i64]),
        /// A phone call took place or was missed.
        PhoneCall(&'a raw::MessageActionPhoneCall),
        /// A call of several people.
        ConferenceCall(&'a raw::MessageActionConferenceCall),
        /// The sender gave the chat so many boosts.
        #[doc(alias = "chat_boost")]
        Boosted(i32),
        /// The bot was paid.
        #[doc(alias = "successful_payment")]
        Paid(&'a raw::MessageActionPaymentSentMe),
        /// This account has paid a bot.
        PaymentSent(&'a raw::MessageActionPaymentSent),
        /// A payment was given back.
        #[doc(alias = "refunded_payment")]
        PaymentRefunded(&'a raw::MessageActionPaymentRefunded),
        /// A Premium subscription was given.
        GiftedPremium(&'a raw::MessageActionGiftPremium),
        /// A code for a Premium subscription was given or won.
        #[doc(alias = "gift_code")]
        GiftCode(&'a raw::MessageActionGiftCode),
        /// Telegram Stars were given.
        GiftedStars(&'a raw::MessageActionGiftStars),
        /// Toncoins were given.
        GiftedTon(&'a raw::MessageActionGiftTon),
        /// Telegram Stars were won in a giveaway.
        WonStars(&'a raw::MessageActionPrizeStars),
        /// A gift was given.
        #[doc(alias = "gift")]
        Gift(&'a raw::MessageActionStarGift),
        /// A collectible gift was given, made or passed on.
        #[doc(alias = "unique_gift")]
        UniqueGift(&'a raw::MessageActionStarGiftUnique),
        /// Somebody wants to buy a gift.
        #[doc(alias = "gift_offer")]
        GiftOffer(&'a raw::MessageActionStarGiftPurchaseOffer),
        /// An offer for a gift was declined, or is over.
        GiftOfferDeclined(&'a raw::MessageActionStarGiftPurchaseOfferDeclined),
        /// A giveaway began.
        #[doc(alias = "giveaway_created")]
        GiveawayStarted(&'a raw::MessageActionGiveawayLaunch),
        /// The winners of a giveaway were drawn.
        #[doc(alias = "giveaway_completed")]
        GiveawayEnded(&'a raw::MessageActionGiveawayResults),
        /// The sender chose users or chats by a button; what the bot sees.
        #[doc(alias = "users_shared")]
        #[doc(alias = "chat_shared")]
        SharedWithBot(&'a raw::MessageActionRequestedPeerSentMe),
        /// This account chose users or chats by a button of a bot.
        Shared(&'a raw::MessageActionRequestedPeer),
        /// A web app sent data; the bot sees it, the user only the text of the button.
        #[doc(alias = "web_app_data")]
        WebAppData {
            /// What stands on the button that opened the app.
            button: &'a str,
            /// The data, if this account is the bot.
            data: Option<&'a str>,
        },
        /// The sender took a screenshot.
        ScreenshotTaken,
        /// The sender, a contact, is on Telegram now.
        ContactSignedUp,
        /// Two who share where they are came close to each other.
        #[doc(alias = "proximity_alert_triggered")]
        ProximityReached(&'a raw::MessageActionGeoProximityReached),
        /// The user allowed the bot to write: by a web app, a login on a website, or a request.
        #[doc(alias = "write_access_allowed")]
        #[doc(alias = "connected_website")]
        BotAllowed(&'a raw::MessageActionBotAllowed),
        /// This account has sent its Telegram Passport data.
        PassportSent(&'a raw::MessageActionSecureValuesSent),
        /// The bot was sent Telegram Passport data.
        #[doc(alias = "passport_data")]
        PassportReceived(&'a raw::MessageActionSecureValuesSentMe),
        /// A profile photo was suggested.
        PhotoSuggested(&'a enums::Photo),
        /// A birthday was suggested.
        BirthdaySuggested(&'a raw::MessageActionSuggestBirthday),
        /// Writing to the sender costs Telegram Stars from now on, or nothing any more.
        #[doc(alias = "paid_message_price_changed")]
        PriceChanged {
            /// What a message costs.
            stars: i64,
            /// Whether the channel takes direct messages.
            direct_messages: bool,
        },
        /// What was paid for messages was given back.
        PaidMessagesRefunded {
            /// How many messages.
            count: i32,
            /// How many Telegram Stars.
            stars: i64,
        },
        /// Tasks of a list were ticked off, or are open again.
        #[doc(alias = "checklist_tasks_done")]
        TasksDone {
            /// Those that are done.
            done: &'a [i32],
            /// Those that are not.
            undone: &'a [i32],
        },
        /// Tasks were added to a list.
        #[doc(alias = "checklist_tasks_added")]
        TasksAdded(&'a raw::MessageActionTodoAppendTasks),
        /// A suggested post was taken or refused.
        #[doc(alias = "suggested_post_approved")]
        #[doc(alias = "suggested_post_declined")]
        PostDecided(&'a raw::MessageActionSuggestedPostApproval),
        /// A suggested post was out long enough and is paid.
        #[doc(alias = "suggested_post_paid")]
        PostPaid(&'a raw::MessageActionSuggestedPostSuccess),
        /// A suggested post was not out long enough and is not paid.
        #[doc(alias = "suggested_post_refunded")]
        PostRefunded {
            /// Whether the one who pays ended it.
            by_payer: bool,
        },
        /// This user is to own the chat after a while.
        #[doc(alias = "chat_owner_left")]
        OwnerPending(i64),
        /// This user owns the chat now.
        #[doc(alias = "chat_owner_changed")]
        OwnerChanged(i64),
        /// Forwarding and saving was forbidden or allowed.
        #[doc(alias = "has_protected_content")]
        ProtectionChanged {
            /// Whether it is forbidden now.
            on: bool,
        },
        /// The other side asks for leave to forward and save, or to forbid it.
        ProtectionRequested(&'a raw::MessageActionNoForwardsRequest),
        /// An answer was added to a poll.
        PollAnswerAdded(&'a enums::PollAnswer),
        /// An answer was taken out of a poll.
        PollAnswerRemoved(&'a enums::PollAnswer),
        /// A bot that this bot manages was made.
        ManagedBotCreated(i64),
        /// The chat belongs to this community now, or to none.
        CommunityChanged(Option<i64>),
        /// A text of Telegram's own.
        Custom(&'a str),
        /// Somebody administers the basic group, or does not any more. No service message tells of
        /// it.
        #[doc(alias = "updateChatParticipantAdmin")]
        AdminChanged {
            /// Who.
            user_id: i64,
            /// Whether they do.
            is_admin: bool,
        },
        /// Somebody in the basic group has another title beside the name. No service message tells
        /// of it.
        #[doc(alias = "updateChatParticipantRank")]
        RankChanged {
            /// Who.
            user_id: i64,
            /// The title.
            rank: &'a str,
        },
        /// What members may do by default changed. No service message tells of it.
        #[doc(alias = "updateChatDefaultBannedRights")]
        PermissionsChanged(&'a raw::ChatBannedRights),
        /// Anything else, as the server sent it.
        Other(&'a enums::MessageAction),
    }
}
