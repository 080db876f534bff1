//! What a server can tell although nothing of the kind happens in its world.

use heliogram_api::enums;
use heliogram_tl::reflect::{Event, Expected, Flow, Visitor, walk};
use heliogram_tl::to_bytes;

use super::Account;
use crate::rpc::{Answer, Refusal};

impl Account {
    /// Tells every session of the account of something that this server has no service for, such as
    /// boosts, payments or business chats: for tests of what programs make of it.
    ///
    /// The accounts and chats it mentions come along; `about` holds their ids, negative for groups
    /// and channels as in [`Chat::id`](super::Chat::id). An update with a `qts` gets the account's
    /// next one, and is kept for those who fetch what they missed.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// use heliogram_api::types::UpdateBotPurchasedPaidMedia;
    /// use heliogram_server::TestServer;
    ///
    /// let server = TestServer::start().await;
    /// let (alice, bot) = (server.user("alice").await, server.bot("shop_bot").await);
    /// let paid = UpdateBotPurchasedPaidMedia::new(alice.id(), "picture".into(), 0);
    /// bot.is_told(paid, &[alice.id()])?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # }).unwrap();
    /// ```
    ///
    /// # Errors
    /// `UPDATE_COUNTED` for an update with a `pts`, which must come from the box that counts it:
    /// do what it tells of instead.
    pub fn is_told(&self, update: impl Into<enums::Update>, about: &[i64]) -> Result<(), Refusal> {
        let mut update = update.into();
        let counters = Counters::of(&update);
        let in_order = qts(&mut update).is_some();
        if counters.pts || counters.qts != in_order {
            return Err(Refusal::bad("UPDATE_COUNTED"));
        }
        self.acts(|world, by| -> Answer<()> {
            if in_order {
                world.tell_in_order(by.user, by, about, |next| {
                    if let Some(place) = qts(&mut update) {
                        *place = next;
                    }
                    update
                });
            } else {
                world.push_one(by.user, by, update, about);
            }
            Ok(())
        })
    }
}

/// Where an update of the secondary box has its number.
fn qts(update: &mut enums::Update) -> Option<&mut i32> {
    use enums::Update as U;
    Some(match update {
        U::MessagePollVote(u) => &mut u.qts,
        U::ChatParticipant(u) => &mut u.qts,
        U::ChannelParticipant(u) => &mut u.qts,
        U::BotStopped(u) => &mut u.qts,
        U::BotChatInviteRequester(u) => &mut u.qts,
        U::BotChatBoost(u) => &mut u.qts,
        U::BotMessageReaction(u) => &mut u.qts,
        U::BotMessageReactions(u) => &mut u.qts,
        U::BotBusinessConnect(u) => &mut u.qts,
        U::BotNewBusinessMessage(u) => &mut u.qts,
        U::BotEditBusinessMessage(u) => &mut u.qts,
        U::BotDeleteBusinessMessage(u) => &mut u.qts,
        U::BotPurchasedPaidMedia(u) => &mut u.qts,
        U::ManagedBot(u) => &mut u.qts,
        U::BotGuestChatQuery(u) => &mut u.qts,
        U::BotStarsSubscription(u) => &mut u.qts,
        _ => return None,
    })
}

/// Which counters an update moves, told from its fields.
#[derive(Default)]
struct Counters {
    depth: u32,
    pts: bool,
    qts: bool,
}

impl Counters {
    fn of(update: &enums::Update) -> Self {
        let mut counters = Self::default();
        let bytes = to_bytes(update);
        let read = walk(heliogram_api::table(), &bytes, Expected::Any, &mut counters);
        // What cannot be read back is not sent, nor is what only says that a counter is another now.
        let jump = matches!(
            update,
            enums::Update::PtsChanged | enums::Update::ChannelTooLong(_)
        );
        counters.pts |= read.is_err() || jump;
        counters
    }
}

impl<'t, 'b> Visitor<'t, 'b> for Counters {
    fn event(&mut self, event: Event<'t, 'b>) -> Flow {
        match event {
            Event::Open(_) => self.depth += 1,
            Event::Close(_) => self.depth = self.depth.saturating_sub(1),
            Event::Field(_, field) if self.depth == 1 => match field.name {
                "pts" | "pts_count" => self.pts = true,
                "qts" => self.qts = true,
                _ => {}
            },
            _ => {}
        }
        Flow::Go
    }
}

#[cfg(test)]
mod tests {
    use heliogram_api::types;

    use super::*;
    use crate::TestServer;

    #[tokio::test]
    async fn what_moves_the_box_of_messages_is_refused() {
        let server = TestServer::start().await;
        let bot = server.bot("told_bot").await;
        let deleted = types::UpdateDeleteMessages::new(vec![1], 1, 1);
        let read = types::UpdateReadChannelInbox::new(5, 1, 0, 1);
        for update in [
            deleted.into(),
            read.into(),
            types::UpdateChannelTooLong {
                pts: None,
                channel_id: 5,
            }
            .into(),
            enums::Update::PtsChanged,
        ] {
            let refusal = bot.is_told(update, &[]).unwrap_err();
            assert_eq!(refusal.name, "UPDATE_COUNTED");
        }
    }

    #[tokio::test]
    async fn what_is_told_in_order_gets_the_next_number_and_is_kept() {
        let server = TestServer::start().await;
        let bot = server.bot("told_bot").await;
        let before = bot.shared.world().boxes[&bot.id()].qts;
        for n in 1..=3 {
            let paid = types::UpdateBotPurchasedPaidMedia::new(bot.id(), "x".into(), 77);
            bot.is_told(paid, &[]).unwrap();
            let world = bot.shared.world();
            let kept = &world.boxes[&bot.id()].secondary;
            let enums::Update::BotPurchasedPaidMedia(last) = &kept.back().unwrap().update else {
                panic!("another update");
            };
            assert_eq!((last.qts - before, kept.len()), (n, n as usize));
        }
        // Whatever has no number is told and not kept.
        let query = types::UpdateBotShippingQuery::new(
            1,
            bot.id(),
            heliogram_tl::Bytes::new(),
            Box::new(types::PostAddress::new(
                String::new(),
                String::new(),
                String::new(),
                String::new(),
                String::new(),
                String::new(),
            )),
        );
        bot.is_told(query, &[]).unwrap();
        assert_eq!(bot.shared.world().boxes[&bot.id()].secondary.len(), 3);
    }
}
