use std::time::Duration;

use heliogram_api::{enums, types as raw};

use super::{Action, ChatAction, Joining};
use crate::{PeerId, events::About, types::system_time};

impl<'a> Action<'a> {
    /// Reads what a service message says.
    #[must_use]
    pub fn from_message(message: &'a raw::MessageService) -> Self {
        use enums::MessageAction as A;
        match &message.action {
            A::ChatAddUser(_) | A::ChatDeleteUser(_) | A::PinMessage => Self::in_context(message),
            action => Self::of_members(action)
                .or_else(|| Self::of_chat(action))
                .or_else(|| Self::of_calls(action))
                .or_else(|| Self::of_money(action))
                .or_else(|| Self::of_bots(action))
                .unwrap_or(Self::Other(action)),
        }
    }

    /// What depends on who sent the message, or on what it replies to.
    fn in_context(message: &'a raw::MessageService) -> Self {
        use enums::MessageAction as A;
        // In private chats the raw value may leave out who wrote, but nobody joins those.
        let sender = match &message.from_id {
            Some(enums::Peer::User(p)) => Some(p.user_id),
            _ => None,
        };
        match &message.action {
            A::ChatAddUser(a) if matches!(&a.users[..], [user] if Some(*user) == sender) => {
                Self::Joined(Joining::Freely)
            }
            A::ChatAddUser(a) => Self::Added(&a.users),
            A::ChatDeleteUser(a) if Some(a.user_id) == sender => Self::Left,
            A::ChatDeleteUser(a) => Self::Kicked(a.user_id),
            A::PinMessage => Self::Pinned(match message.reply_to.as_deref() {
                Some(enums::MessageReplyHeader::MessageReplyHeader(h)) => h.reply_to_msg_id,
                _ => None,
            }),
            other => Self::Other(other),
        }
    }

    fn of_members(action: &'a enums::MessageAction) -> Option<Self> {
        use enums::MessageAction as A;
        Some(match action {
            A::ChatCreate(a) => Self::Created {
                title: &a.title,
                users: &a.users,
            },
            A::ChannelCreate(a) => Self::Created {
                title: &a.title,
                users: &[],
            },
            A::ChatJoinedByLink(a) => Self::Joined(Joining::ByLink {
                inviter_id: a.inviter_id,
            }),
            A::ChatJoinedByRequest => Self::Joined(Joining::ByRequest),
            A::ChatJoinedViaCommunity(a) => Self::Joined(Joining::ThroughCommunity {
                community_id: a.community_id,
            }),
            A::ContactSignUp => Self::ContactSignedUp,
            A::NewCreatorPending(a) => Self::OwnerPending(a.new_creator_id),
            A::ChangeCreator(a) => Self::OwnerChanged(a.new_creator_id),
            A::BoostApply(a) => Self::Boosted(a.boosts),
            A::GameScore(a) => Self::Scored {
                game_id: a.game_id,
                score: a.score,
            },
            A::ScreenshotTaken => Self::ScreenshotTaken,
            A::GeoProximityReached(a) => Self::ProximityReached(a),
            A::SuggestProfilePhoto(a) => Self::PhotoSuggested(&a.photo),
            A::SuggestBirthday(a) => Self::BirthdaySuggested(a),
            _ => return None,
        })
    }

    fn of_chat(action: &'a enums::MessageAction) -> Option<Self> {
        use enums::MessageAction as A;
        Some(match action {
            A::ChatEditTitle(a) => Self::TitleChanged(&a.title),
            A::ChatEditPhoto(a) => Self::PhotoChanged(&a.photo),
            A::ChatDeletePhoto => Self::PhotoRemoved,
            A::ChatMigrateTo(a) => Self::MigratedTo(PeerId::channel(a.channel_id)?.as_i64()),
            A::ChannelMigrateFrom(a) => Self::MigratedFrom {
                chat_id: PeerId::group(a.chat_id)?.as_i64(),
                title: &a.title,
            },
            A::HistoryClear => Self::HistoryCleared,
            A::TopicCreate(a) => Self::TopicCreated(a),
            A::TopicEdit(a) => Self::TopicEdited(a),
            A::SetMessagesTTL(a) => Self::TimerChanged {
                period: Some(seconds(a.period)).filter(|p| !p.is_zero()),
                set_by: a.auto_setting_from,
            },
            A::SetChatTheme(a) => Self::ThemeChanged(&a.theme),
            A::SetChatWallPaper(a) => Self::WallpaperChanged(a),
            A::NoForwardsToggle(a) => Self::ProtectionChanged { on: a.new_value },
            A::NoForwardsRequest(a) => Self::ProtectionRequested(a),
            A::TodoCompletions(a) => Self::TasksDone {
                done: &a.completed,
                undone: &a.incompleted,
            },
            A::TodoAppendTasks(a) => Self::TasksAdded(a),
            A::PollAppendAnswer(a) => Self::PollAnswerAdded(&a.answer),
            A::PollDeleteAnswer(a) => Self::PollAnswerRemoved(&a.answer),
            A::ChangeCommunity(a) => Self::CommunityChanged(a.community_id),
            A::CustomAction(a) => Self::Custom(&a.message),
            _ => return None,
        })
    }

    fn of_calls(action: &'a enums::MessageAction) -> Option<Self> {
        use enums::MessageAction as A;
        Some(match action {
            A::GroupCall(a) => match a.duration {
                Some(duration) => Self::CallEnded {
                    duration: seconds(duration),
                },
                None => Self::CallStarted(&a.call),
            },
            A::GroupCallScheduled(a) => Self::CallScheduled {
                at: system_time(a.schedule_date),
            },
            A::InviteToGroupCall(a) => Self::InvitedToCall(&a.users),
            A::PhoneCall(a) => Self::PhoneCall(a),
            A::ConferenceCall(a) => Self::ConferenceCall(a),
            _ => return None,
        })
    }

    fn of_money(action: &'a enums::MessageAction) -> Option<Self> {
        use enums::MessageAction as A;
        Some(match action {
            A::PaymentSentMe(a) => Self::Paid(a),
            A::PaymentSent(a) => Self::PaymentSent(a),
            A::PaymentRefunded(a) => Self::PaymentRefunded(a),
            A::GiftPremium(a) => Self::GiftedPremium(a),
            A::GiftCode(a) => Self::GiftCode(a),
            A::GiftStars(a) => Self::GiftedStars(a),
            A::GiftTon(a) => Self::GiftedTon(a),
            A::PrizeStars(a) => Self::WonStars(a),
            A::StarGift(a) => Self::Gift(a),
            A::StarGiftUnique(a) => Self::UniqueGift(a),
            A::StarGiftPurchaseOffer(a) => Self::GiftOffer(a),
            A::StarGiftPurchaseOfferDeclined(a) => Self::GiftOfferDeclined(a),
            A::GiveawayLaunch(a) => Self::GiveawayStarted(a),
            A::GiveawayResults(a) => Self::GiveawayEnded(a),
            A::PaidMessagesPrice(a) => Self::PriceChanged {
                stars: a.stars,
                direct_messages: a.broadcast_messages_allowed,
            },
            A::PaidMessagesRefunded(a) => Self::PaidMessagesRefunded {
                count: a.count,
                stars: a.stars,
            },
            A::SuggestedPostApproval(a) => Self::PostDecided(a),
            A::SuggestedPostSuccess(a) => Self::PostPaid(a),
            A::SuggestedPostRefund(a) => Self::PostRefunded {
                by_payer: a.payer_initiated,
            },
            _ => return None,
        })
    }

    fn of_bots(action: &'a enums::MessageAction) -> Option<Self> {
        use enums::MessageAction as A;
        Some(match action {
            A::RequestedPeerSentMe(a) => Self::SharedWithBot(a),
            A::RequestedPeer(a) => Self::Shared(a),
            A::WebViewDataSentMe(a) => Self::WebAppData {
                button: &a.text,
                data: Some(&a.data),
            },
            A::WebViewDataSent(a) => Self::WebAppData {
                button: &a.text,
                data: None,
            },
            A::BotAllowed(a) => Self::BotAllowed(a),
            A::SecureValuesSent(a) => Self::PassportSent(a),
            A::SecureValuesSentMe(a) => Self::PassportReceived(a),
            A::ManagedBotCreated(a) => Self::ManagedBotCreated(a.bot_id),
            _ => return None,
        })
    }
}

fn seconds(seconds: i32) -> Duration {
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

impl About for ChatAction {
    fn chat(&self) -> Option<PeerId> {
        Some(self.chat)
    }

    fn sender(&self) -> Option<PeerId> {
        self.sender
    }

    fn topic(&self) -> Option<i32> {
        self.message()?.topic_id()
    }
}
