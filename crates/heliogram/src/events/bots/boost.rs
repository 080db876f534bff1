use std::time::SystemTime;

use heliogram_api::{enums, types as raw};

use crate::{
    PeerId,
    events::{About, Context},
    types::system_time,
};

/// Somebody boosts a group or channel that the bot administers.
///
/// ```no_run
/// # async fn run(boost: heliogram::events::ChatBoost) -> heliogram::Result<()> {
/// if let Some(who) = boost.fetch_sender().await? {
///     boost.client().send_message(boost.chat(), format!("Thank you, {}!", who.title())).await?;
/// }
/// # Ok(())
/// # }
/// ```
///
/// Raw `updateBotChatBoost`.
#[derive(Clone, Debug)]
#[doc(alias = "ChatBoostUpdated")]
#[doc(alias = "on_chat_boost")]
#[doc(alias = "updateBotChatBoost")]
pub struct ChatBoost {
    cx: Context,
    chat: PeerId,
    sender: Option<PeerId>,
    boost: Box<raw::Boost>,
}

event_members!(ChatBoost);
has_chat!(one ChatBoost);
has_sender!(maybe ChatBoost);

impl ChatBoost {
    pub(in crate::events) fn from_update(cx: &Context) -> Option<Self> {
        let enums::Update::BotChatBoost(u) = &**cx.update() else {
            return None;
        };
        Some(Self {
            cx: cx.clone(),
            chat: PeerId::from_peer(&u.peer)?,
            sender: u.boost.user_id.and_then(PeerId::user),
            boost: u.boost.clone(),
        })
    }

    /// What the boost is called by.
    #[must_use]
    #[doc(alias = "boost_id")]
    pub fn id(&self) -> &str {
        &self.boost.id
    }

    /// When it was given.
    #[must_use]
    #[doc(alias = "add_date")]
    pub fn date(&self) -> SystemTime {
        system_time(self.boost.date)
    }

    /// When it ends; in the past if it was taken away.
    #[must_use]
    #[doc(alias = "expire_date")]
    pub fn expires(&self) -> SystemTime {
        system_time(self.boost.expires)
    }

    /// For how many it counts.
    #[must_use]
    pub fn multiplier(&self) -> i32 {
        self.boost.multiplier.unwrap_or(1)
    }

    /// Whether it comes with a gift that the chat gave.
    #[must_use]
    pub fn is_gift(&self) -> bool {
        self.boost.gift
    }

    /// Whether it comes from a giveaway of the chat.
    #[must_use]
    pub fn is_giveaway(&self) -> bool {
        self.boost.giveaway
    }

    /// Whether the winner of the giveaway has not claimed it.
    #[must_use]
    pub fn is_unclaimed(&self) -> bool {
        self.boost.unclaimed
    }

    /// The id of the message with the giveaway.
    #[must_use]
    pub fn giveaway_message_id(&self) -> Option<i32> {
        self.boost.giveaway_msg_id
    }

    /// The stars that are given away.
    #[must_use]
    #[doc(alias = "prize_star_count")]
    pub fn stars(&self) -> Option<i64> {
        self.boost.stars
    }
}

impl About for ChatBoost {
    fn chat(&self) -> Option<PeerId> {
        Some(self.chat)
    }

    fn sender(&self) -> Option<PeerId> {
        self.sender
    }
}
