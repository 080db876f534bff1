//! By what happened in a chat, as its service messages tell.

use heliogram_api::enums::{self, MessageAction as Action};

use super::{Filter, MESSAGES, of_kinds};
use crate::{Message, PeerId};

/// The kinds of events that hold service messages.
const SERVICE: crate::events::Kinds = MESSAGES;

/// Makes filters of tests on what happened.
macro_rules! service_filters {
    ($( $(#[$doc:meta])* $name:ident = $test:expr; )*) => {
        $(
            $(#[$doc])*
            #[must_use]
            pub fn $name() -> Filter {
                on_action($test)
            }
        )*

        /// All of them, for the test that looks at each.
        #[cfg(test)]
        pub(super) const ACTIONS: &[(&str, fn() -> Filter)] = &[ $( (stringify!($name), $name) ),* ];
    };
}

fn on_action(test: fn(&Message, &Action) -> bool) -> Filter {
    of_kinds(SERVICE, move |cx| {
        let message = cx.event().message();
        message.is_some_and(|m| m.action().is_some_and(|action| test(m, action)))
    })
}

/// The test whether one of these things happened.
macro_rules! is {
    ($( $kind:ident $(($any:pat))? )|+) => {
        |_, action| matches!(action, $( Action::$kind $(($any))? )|+)
    };
}

service_filters! {
    /// Passes messages that tell of something that happened.
    ///
    /// ```
    /// use heliogram::filter;
    /// // Those who come are greeted, what else happens is deleted.
    /// let greet = filter::new_chat_members();
    /// let noise = filter::service() & !filter::new_chat_members();
    /// ```
    service = |_, _| true;

    // Members.

    /// Passes news of members: added, come by a link, or let in at their request.
    #[doc(alias = "user_added")]
    #[doc(alias = "user_joined")]
    new_chat_members = is!(ChatAddUser(_) | ChatJoinedByLink(_) | ChatJoinedByRequest | ChatJoinedViaCommunity(_));
    /// Passes news of members that left or were removed.
    #[doc(alias = "user_left")]
    #[doc(alias = "user_kicked")]
    left_chat_member = is!(ChatDeleteUser(_));
    /// Passes news of a new owner.
    #[doc(alias = "chat_owner_changed")]
    owner_changed = is!(ChangeCreator(_));
    /// Passes news of who will be the owner once the present one is gone.
    #[doc(alias = "chat_owner_left")]
    new_owner_pending = is!(NewCreatorPending(_));

    // The chat itself.

    /// Passes news of a new title.
    #[doc(alias = "new_title")]
    new_chat_title = is!(ChatEditTitle(_));
    /// Passes news of a new photo.
    #[doc(alias = "new_photo")]
    new_chat_photo = is!(ChatEditPhoto(_));
    /// Passes news of a photo that was removed.
    delete_chat_photo = is!(ChatDeletePhoto);
    /// Passes the first message of basic groups.
    #[doc(alias = "created")]
    group_chat_created = is!(ChatCreate(_));
    /// Passes the first message of supergroups.
    supergroup_chat_created = |m, a| matches!(a, Action::ChannelCreate(_)) && !m.chat().is_channel();
    /// Passes the first message of channels.
    channel_chat_created = |m, a| matches!(a, Action::ChannelCreate(_)) && m.chat().is_channel();
    /// Passes the last message of basic groups that became supergroups.
    migrate_to_chat_id = is!(ChatMigrateTo(_));
    /// Passes the first message of supergroups that were basic groups.
    migrate_from_chat_id = is!(ChannelMigrateFrom(_));
    /// Passes news of a pinned message.
    #[doc(alias = "new_pin")]
    pinned_message = is!(PinMessage);
    /// Passes what is left when a history is cleared.
    history_cleared = is!(HistoryClear);
    /// Passes news of after how long messages are deleted.
    #[doc(alias = "message_auto_delete_timer_changed")]
    ttl_changed = is!(SetMessagesTTL(_));
    /// Passes news of the colours of a chat.
    #[doc(alias = "chat_theme_changed")]
    theme_changed = is!(SetChatTheme(_));
    /// Passes news of the background of a chat.
    #[doc(alias = "chat_background_set")]
    wallpaper_changed = is!(SetChatWallPaper(_));
    /// Passes news of whether messages may be forwarded and saved.
    #[doc(alias = "chat_has_protected_content_toggled")]
    protection_changed = is!(NoForwardsToggle(_));
    /// Passes requests to forbid that messages are forwarded and saved, or to allow it.
    #[doc(alias = "chat_has_protected_content_disable_requested")]
    protection_requested = is!(NoForwardsRequest(_));
    /// Passes news of the community a chat belongs to.
    community_changed = is!(ChangeCommunity(_));
    /// Passes news of boosts.
    #[doc(alias = "chat_boost_added")]
    #[doc(alias = "boost_added")]
    boost_applied = is!(BoostApply(_));

    // Topics.

    /// Passes the first message of topics.
    #[doc(alias = "forum_topic_created")]
    topic_created = is!(TopicCreate(_));
    /// Passes news of topics: renamed, closed, opened, hidden.
    #[doc(alias = "forum_topic_edited")]
    #[doc(alias = "forum_topic_closed")]
    #[doc(alias = "forum_topic_reopened")]
    topic_edited = is!(TopicEdit(_));

    // Calls.

    /// Passes news of video chats that begin.
    #[doc(alias = "voice_chat_started")]
    video_chat_started = |_, a| matches!(a, Action::GroupCall(c) if c.duration.is_none());
    /// Passes news of video chats that are over.
    #[doc(alias = "voice_chat_ended")]
    video_chat_ended = |_, a| matches!(a, Action::GroupCall(c) if c.duration.is_some());
    /// Passes news of video chats that will begin later.
    #[doc(alias = "voice_chat_scheduled")]
    video_chat_scheduled = is!(GroupCallScheduled(_));
    /// Passes invitations to video chats.
    #[doc(alias = "voice_chat_members_invited")]
    video_chat_members_invited = is!(InviteToGroupCall(_));
    /// Passes news of calls between two people.
    phone_call = is!(PhoneCall(_));
    /// Passes news of calls that several people joined.
    conference_call = is!(ConferenceCall(_));

    // Bots, games and payments.

    /// Passes news of a new high score in a game.
    #[doc(alias = "new_score")]
    game_high_score = is!(GameScore(_));
    /// Passes news of people whom the user chose for a bot by a button.
    #[doc(alias = "user_shared")]
    users_shared = |_, a| shared(a).is_some_and(|ids| ids.iter().any(|id| id.is_user()));
    /// Passes news of groups and channels that the user chose for a bot by a button.
    chat_shared = |_, a| shared(a).is_some_and(|ids| ids.iter().any(|id| !id.is_user()));
    /// Passes news of bots that were allowed to write.
    #[doc(alias = "write_access_allowed")]
    bot_allowed = is!(BotAllowed(_));
    /// Passes what a mini app sent to its bot.
    web_app_data = is!(WebViewDataSent(_) | WebViewDataSentMe(_));
    /// Passes news of a bot that another one manages.
    managed_bot_created = is!(ManagedBotCreated(_));
    /// Passes documents of Telegram Passport.
    #[doc(alias = "passport_data")]
    passport = is!(SecureValuesSent(_) | SecureValuesSentMe(_));
    /// Passes news of payments.
    #[doc(alias = "payment_sent")]
    successful_payment = is!(PaymentSent(_) | PaymentSentMe(_));
    /// Passes news of payments that were given back.
    refunded_payment = is!(PaymentRefunded(_));
    /// Passes news of the price of messages.
    #[doc(alias = "paid_messages_price_changed")]
    paid_messages_price = is!(PaidMessagesPrice(_));
    /// Passes news of paid messages that were given back.
    paid_messages_refunded = is!(PaidMessagesRefunded(_));
    /// Passes messages that used a free message.
    free_message_used = is!(NoPaidMessagesTokenUsed);

    // Gifts and giveaways.

    /// Passes gifts, ordinary and unique ones.
    #[doc(alias = "star_gift")]
    #[doc(alias = "unique_gift")]
    gift = is!(StarGift(_) | StarGiftUnique(_));
    /// Passes gifts of Telegram Premium.
    #[doc(alias = "premium_gift_code")]
    gifted_premium = is!(GiftPremium(_));
    /// Passes gifts of Stars.
    gifted_stars = is!(GiftStars(_));
    /// Passes gifts of TON.
    gifted_ton = is!(GiftTon(_));
    /// Passes codes that can be turned into Telegram Premium.
    gift_code = is!(GiftCode(_));
    /// Passes offers to buy a gift, whatever came of them.
    #[doc(alias = "gift_purchase_offer")]
    gift_offer = is!(StarGiftPurchaseOffer(_) | StarGiftPurchaseOfferDeclined(_));
    /// Passes offers to buy a gift that were accepted.
    gift_offer_accepted = |_, a| matches!(a, Action::StarGiftPurchaseOffer(o) if o.accepted);
    /// Passes offers to buy a gift that were rejected, or ran out.
    gift_offer_rejected = |_, a| match a {
        Action::StarGiftPurchaseOffer(o) => o.declined,
        Action::StarGiftPurchaseOfferDeclined(_) => true,
        _ => false,
    };
    /// Passes news of giveaways that were started.
    giveaway_created = is!(GiveawayLaunch(_));
    /// Passes news of giveaways that are over.
    giveaway_completed = is!(GiveawayResults(_));
    /// Passes news of Stars that were won.
    #[doc(alias = "giveaway_prize_stars")]
    prize_stars = is!(PrizeStars(_));

    // Tasks, polls and suggested posts.

    /// Passes news of tasks that were done, or are not done after all.
    #[doc(alias = "checklist_tasks_done")]
    tasks_done = is!(TodoCompletions(_));
    /// Passes news of tasks that were added.
    #[doc(alias = "checklist_tasks_added")]
    tasks_added = is!(TodoAppendTasks(_));
    /// Passes news of answers that were added to a poll.
    #[doc(alias = "poll_option_added")]
    poll_answer_added = is!(PollAppendAnswer(_));
    /// Passes news of answers that were removed from a poll.
    #[doc(alias = "poll_option_deleted")]
    poll_answer_removed = is!(PollDeleteAnswer(_));
    /// Passes decisions on posts that were suggested to a channel.
    #[doc(alias = "suggested_post_approved")]
    #[doc(alias = "suggested_post_declined")]
    suggested_post_decided = is!(SuggestedPostApproval(_));
    /// Passes news of suggested posts that are paid for.
    suggested_post_paid = is!(SuggestedPostSuccess(_));
    /// Passes news of suggested posts whose price was given back.
    suggested_post_refunded = is!(SuggestedPostRefund(_));

    // People.

    /// Passes news of a screenshot in a private chat.
    screenshot_taken = is!(ScreenshotTaken);
    /// Passes news of contacts that joined Telegram.
    #[doc(alias = "contact_registered")]
    contact_signed_up = is!(ContactSignUp);
    /// Passes news of people that come near each other.
    #[doc(alias = "proximity_alert_triggered")]
    proximity_alert = is!(GeoProximityReached(_));
    /// Passes profile photos that somebody suggests.
    #[doc(alias = "suggest_profile_photo")]
    photo_suggested = is!(SuggestProfilePhoto(_));
    /// Passes birthdays that somebody suggests.
    birthday_suggested = is!(SuggestBirthday(_));

    // Other.

    /// Passes messages of Telegram with a text of its own.
    custom_action = is!(CustomAction(_));
    /// Passes news of money that was transferred between wallets.
    wallet_transfer = is!(GramTransfer(_));
    /// Passes requests of other apps to connect to the wallet.
    wallet_request = is!(WalletTonConnectRequest(_));
}

/// Whom the user chose by a button.
fn shared(action: &Action) -> Option<Vec<PeerId>> {
    let of_peer = |p: &enums::RequestedPeer| match p {
        enums::RequestedPeer::User(p) => PeerId::user(p.user_id),
        enums::RequestedPeer::Chat(p) => PeerId::group(p.chat_id),
        enums::RequestedPeer::Channel(p) => PeerId::channel(p.channel_id),
        _ => None,
    };
    match action {
        Action::RequestedPeer(a) => Some(a.peers.iter().filter_map(PeerId::from_peer).collect()),
        Action::RequestedPeerSentMe(a) => Some(a.peers.iter().filter_map(of_peer).collect()),
        _ => None,
    }
}
