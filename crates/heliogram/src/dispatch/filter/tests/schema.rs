//! An event for every kind of media and every action that the schema has, so that none is without
//! a filter.

use heliogram_api::{enums, table};
use heliogram_tl::{
    Bytes, Decode, from_bytes,
    reflect::{Generator, Kind, Type},
};

use crate::{
    Event,
    types::room::{ALICE, Room},
};

/// What the filters are called that hold for an action without its optional parts.
const ACTIONS: &str = "
    ChatCreate group_chat_created
    ChatEditTitle new_chat_title
    ChatEditPhoto new_chat_photo
    ChatDeletePhoto delete_chat_photo
    ChatAddUser new_chat_members
    ChatDeleteUser left_chat_member
    ChatJoinedByLink new_chat_members
    ChannelCreate supergroup_chat_created
    ChatMigrateTo migrate_to_chat_id
    ChannelMigrateFrom migrate_from_chat_id
    PinMessage pinned_message
    HistoryClear history_cleared
    GameScore game_high_score
    PaymentSentMe successful_payment
    PaymentSent successful_payment
    PhoneCall phone_call
    ScreenshotTaken screenshot_taken
    CustomAction custom_action
    BotAllowed bot_allowed
    SecureValuesSentMe passport
    SecureValuesSent passport
    ContactSignUp contact_signed_up
    GeoProximityReached proximity_alert
    GroupCall video_chat_started
    InviteToGroupCall video_chat_members_invited
    SetMessagesTTL ttl_changed
    GroupCallScheduled video_chat_scheduled
    SetChatTheme theme_changed
    ChatJoinedByRequest new_chat_members
    WebViewDataSentMe web_app_data
    WebViewDataSent web_app_data
    GiftPremium gifted_premium
    TopicCreate topic_created
    TopicEdit topic_edited
    SuggestProfilePhoto photo_suggested
    RequestedPeer
    SetChatWallPaper wallpaper_changed
    GiftCode gift_code
    GiveawayLaunch giveaway_created
    GiveawayResults giveaway_completed
    BoostApply boost_applied
    RequestedPeerSentMe
    PaymentRefunded refunded_payment
    GiftStars gifted_stars
    PrizeStars prize_stars
    StarGift gift
    StarGiftUnique gift
    PaidMessagesRefunded paid_messages_refunded
    PaidMessagesPrice paid_messages_price
    ConferenceCall conference_call
    TodoCompletions tasks_done
    TodoAppendTasks tasks_added
    SuggestedPostApproval suggested_post_decided
    SuggestedPostSuccess suggested_post_paid
    SuggestedPostRefund suggested_post_refunded
    GiftTon gifted_ton
    SuggestBirthday birthday_suggested
    StarGiftPurchaseOffer gift_offer
    StarGiftPurchaseOfferDeclined gift_offer gift_offer_rejected
    NewCreatorPending new_owner_pending
    ChangeCreator owner_changed
    NoForwardsToggle protection_changed
    NoForwardsRequest protection_requested
    PollAppendAnswer poll_answer_added
    PollDeleteAnswer poll_answer_removed
    ManagedBotCreated managed_bot_created
    ChangeCommunity community_changed
    ChatJoinedViaCommunity new_chat_members
    GramTransfer wallet_transfer
    WalletTonConnectRequest wallet_request
    NoPaidMessagesTokenUsed free_message_used
    Empty
";

/// The same for what messages carry.
const MEDIA: &str = "
    Photo media photo
    Geo media location
    Contact media contact
    Unsupported media
    Document media document
    WebPage web_page
    Venue media venue
    Game media game
    Invoice media invoice
    GeoLive media live_location
    Poll media poll
    Dice media dice
    Story media story
    Giveaway media giveaway
    GiveawayResults media giveaway_winners
    PaidMedia media paid_media
    ToDo media checklist
    VideoStream media video_stream
    Empty
";

/// Name of the constructor, an event of it, and the names of the filters that hold.
pub(super) fn all(room: &Room) -> Vec<(String, Event, String)> {
    let actions = values("MessageAction", ACTIONS).into_iter();
    let actions = actions.map(|(name, action, filters)| {
        let event = room.service(ALICE, action);
        (name, event, format!("incoming private service {filters}"))
    });
    let media = values("MessageMedia", MEDIA).into_iter();
    let media = media.map(|(name, media, filters)| {
        let media: enums::MessageMedia = media;
        let event = room.from_alice(|m| m.media = Some(Box::new(media)));
        (name, event, format!("incoming private {filters}"))
    });
    actions.chain(media).collect()
}

/// The smallest value of each constructor of a type, with what the list says of it.
fn values<T: Decode>(of: &str, list: &'static str) -> Vec<(String, T, &'static str)> {
    let generator = Generator::new(table());
    let constructors = table().definitions().filter(|d| {
        d.kind() == Kind::Constructor && matches!(d.result(), Type::Boxed(t) if t.name() == of)
    });
    constructors
        .map(|d| {
            // "messageActionPinMessage" of "MessageAction".
            let short = &d.name()[of.len()..];
            let mut rows = list.lines().map(str::trim);
            let row = rows.find_map(|row| match row.split_once(' ') {
                Some((name, filters)) => (name == short).then_some(filters),
                None => (row == short).then_some(""),
            });
            let row = row.unwrap_or_else(|| panic!("no filter is for {}", d.name()));
            let value = generator.definition(d, &mut || 7, 0).unwrap();
            let value = from_bytes(&Bytes::from(value)).unwrap();
            (d.name().to_owned(), value, row)
        })
        .collect()
}
