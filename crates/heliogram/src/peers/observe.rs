use std::{
    any::{Any, TypeId},
    collections::HashSet,
    sync::LazyLock,
};

use heliogram_api::{
    enums::{self, Chat, User},
    types,
};

use crate::types::Entities;

/// The users and chats inside an answer; `None` for answers that bring none.
///
/// A test holds this table against the schema.
pub(crate) fn entities_of(answer: &dyn Any) -> Option<Entities> {
    if let Some(users) = answer.downcast_ref::<Vec<User>>() {
        return Some(Entities::new(users, &[]));
    }
    if let Some(user) = answer.downcast_ref::<User>() {
        return Some(Entities::new(std::slice::from_ref(user), &[]));
    }
    if let Some(enums::ChatInvite::Already(invite)) = answer.downcast_ref() {
        return Some(Entities::new(&[], std::slice::from_ref(&invite.chat)));
    }
    let (users, chats) = find(answer)?;
    (!users.is_empty() || !chats.is_empty()).then(|| Entities::new(users, chats))
}

/// A value that brings users and chats along.
trait Brings {
    fn brought(&self) -> (&[User], &[Chat]);
}

macro_rules! both {
    ($($t:ty,)*) => { $(impl Brings for $t {
        fn brought(&self) -> (&[User], &[Chat]) { (&self.users, &self.chats) }
    })* };
}

macro_rules! users {
    ($($t:ty,)*) => { $(impl Brings for $t {
        fn brought(&self) -> (&[User], &[Chat]) { (&self.users, &[]) }
    })* };
}

macro_rules! chats {
    ($($t:ty,)*) => { $(impl Brings for $t {
        fn brought(&self) -> (&[User], &[Chat]) { (&[], &self.chats) }
    })* };
}

macro_rules! variants {
    ($($t:ty: $($v:ident)|*,)*) => { $(impl Brings for $t {
        fn brought(&self) -> (&[User], &[Chat]) {
            match self {
                $(Self::$v(v) => v.brought(),)*
                #[allow(unreachable_patterns, reason = "some types have no other variant")]
                _ => (&[], &[]),
            }
        }
    })* };
}

macro_rules! answers {
    ($($t:ty,)*) => {
        /// Tries every type of answer that brings users or chats.
        fn find(answer: &dyn Any) -> Option<(&[User], &[Chat])> {
            /// Most answers are of none, which is told sooner than by trying each.
            static ALL: LazyLock<HashSet<TypeId>> =
                LazyLock::new(|| HashSet::from([$(TypeId::of::<$t>()),*]));
            if !ALL.contains(&answer.type_id()) {
                return None;
            }
            $(if let Some(v) = answer.downcast_ref::<$t>() {
                return Some(v.brought());
            })*
            None
        }

        #[cfg(test)]
        const ANSWERS: &[&str] = &[$(stringify!($t)),*];
    };
}

both!(
    types::contacts::Blocked,
    types::contacts::BlockedSlice,
    types::messages::Dialogs,
    types::messages::DialogsSlice,
    types::messages::Messages,
    types::messages::MessagesSlice,
    types::messages::ChannelMessages,
    types::messages::ChatFull,
    types::updates::Difference,
    types::updates::DifferenceSlice,
    types::contacts::Found,
    types::account::PrivacyRules,
    types::contacts::ResolvedPeer,
    types::updates::ChannelDifferenceTooLong,
    types::updates::ChannelDifference,
    types::channels::ChannelParticipants,
    types::channels::ChannelParticipant,
    types::messages::PeerDialogs,
    types::contacts::TopPeers,
    types::channels::AdminLogResults,
    types::help::RecentMeUrls,
    types::messages::InactiveChats,
    types::messages::VotesList,
    types::help::PromoData,
    types::messages::MessageViews,
    types::messages::DiscussionMessage,
    types::phone::GroupCall,
    types::phone::GroupParticipants,
    types::phone::JoinAsPeers,
    types::account::ChatThemes,
    types::messages::SponsoredMessages,
    types::messages::SearchResultsCalendar,
    types::channels::SendAsPeers,
    types::users::UserFull,
    types::messages::PeerSettings,
    types::messages::MessageReactionsList,
    types::messages::ForumTopics,
    types::account::AutoSaveSettings,
    types::chatlists::ExportedInvites,
    types::chatlists::ChatlistInviteAlready,
    types::chatlists::ChatlistInvite,
    types::chatlists::ChatlistUpdates,
    types::stories::AllStories,
    types::stories::Stories,
    types::stories::StoryViewsList,
    types::stories::PeerStories,
    types::messages::WebPage,
    types::payments::CheckedGiftCode,
    types::premium::MyBoosts,
    types::stats::PublicForwards,
    types::stories::StoryReactionsList,
    types::messages::SavedDialogs,
    types::messages::SavedDialogsSlice,
    types::messages::QuickReplies,
    types::account::BusinessChatLinks,
    types::account::ResolvedBusinessChatLinks,
    types::payments::StarsStatus,
    types::stories::FoundStories,
    types::payments::StarGifts,
    types::payments::UniqueStarGift,
    types::messages::WebPagePreview,
    types::payments::SavedStarGifts,
    types::contacts::SponsoredPeers,
    types::payments::ResaleStarGifts,
    types::phone::GroupCallStars,
    types::payments::StarGiftAuctionState,
    types::payments::StarGiftAuctionAcquiredGifts,
    types::payments::StarGiftActiveAuctions,
    types::communities::PeerLinkRequests,
    types::communities::ParticipantJoinedChats,
    types::wallet::Transactions,
);
users!(
    types::contacts::Contacts,
    types::contacts::ImportedContacts,
    types::photos::Photos,
    types::photos::PhotosSlice,
    types::photos::Photo,
    types::messages::BotResults,
    types::messages::HighScores,
    types::payments::PaymentForm,
    types::payments::PaymentFormStars,
    types::payments::PaymentReceipt,
    types::payments::PaymentReceiptStars,
    types::phone::PhoneCall,
    types::account::WebAuthorizations,
    types::account::AuthorizationForm,
    types::stats::MegagroupStats,
    types::messages::ExportedChatInvites,
    types::messages::ExportedChatInvite,
    types::messages::ExportedChatInviteReplaced,
    types::messages::ChatInviteImporters,
    types::messages::ChatAdminsWithInvites,
    types::AttachMenuBots,
    types::AttachMenuBotsBot,
    types::help::PremiumPromo,
    types::stories::StoryViews,
    types::premium::BoostsList,
    types::account::ConnectedBots,
    types::contacts::ContactBirthdays,
    types::bots::PopularAppBots,
    types::messages::PreparedInlineMessage,
    types::payments::ConnectedStarRefBots,
    types::payments::SuggestedStarRefBots,
    types::users::Users,
    types::users::UsersSlice,
    types::aicompose::Tones,
    types::messages::ChatInviteJoinResultWebView,
    types::wallet::UserAddresses,
);
chats!(types::messages::Chats, types::messages::ChatsSlice,);
variants!(
    enums::contacts::Contacts: Contacts,
    enums::contacts::Blocked: Blocked | Slice,
    enums::messages::Dialogs: Dialogs | Slice,
    enums::messages::Messages: Messages | Slice | ChannelMessages,
    enums::messages::Chats: Chats | Slice,
    enums::updates::Difference: Difference | Slice,
    enums::photos::Photos: Photos | Slice,
    enums::updates::ChannelDifference: TooLong | ChannelDifference,
    enums::channels::ChannelParticipants: ChannelParticipants,
    enums::contacts::TopPeers: TopPeers,
    enums::payments::PaymentForm: PaymentForm | Stars,
    enums::payments::PaymentReceipt: PaymentReceipt | Stars,
    enums::help::PromoData: PromoData,
    enums::messages::ExportedChatInvite: ExportedChatInvite | Replaced,
    enums::account::ChatThemes: ChatThemes,
    enums::messages::SponsoredMessages: SponsoredMessages,
    enums::AttachMenuBots: AttachMenuBots,
    enums::chatlists::ChatlistInvite: Already | ChatlistInvite,
    enums::stories::AllStories: AllStories,
    enums::messages::SavedDialogs: SavedDialogs | Slice,
    enums::messages::QuickReplies: QuickReplies,
    enums::payments::StarGifts: StarGifts,
    enums::users::Users: Users | Slice,
    enums::contacts::SponsoredPeers: SponsoredPeers,
    enums::payments::StarGiftActiveAuctions: StarGiftActiveAuctions,
    enums::aicompose::Tones: Tones,
    enums::messages::ChatInviteJoinResult: WebView,
);
answers!(
    enums::contacts::Contacts,
    types::contacts::ImportedContacts,
    enums::contacts::Blocked,
    enums::messages::Dialogs,
    enums::messages::Messages,
    enums::messages::Chats,
    types::messages::ChatFull,
    enums::updates::Difference,
    enums::photos::Photos,
    types::photos::Photo,
    types::contacts::Found,
    types::account::PrivacyRules,
    types::contacts::ResolvedPeer,
    enums::updates::ChannelDifference,
    enums::channels::ChannelParticipants,
    types::channels::ChannelParticipant,
    types::messages::BotResults,
    types::messages::PeerDialogs,
    enums::contacts::TopPeers,
    types::messages::HighScores,
    enums::payments::PaymentForm,
    enums::payments::PaymentReceipt,
    types::phone::PhoneCall,
    types::channels::AdminLogResults,
    types::help::RecentMeUrls,
    types::account::WebAuthorizations,
    types::account::AuthorizationForm,
    types::messages::InactiveChats,
    types::messages::VotesList,
    enums::help::PromoData,
    types::stats::MegagroupStats,
    types::messages::MessageViews,
    types::messages::DiscussionMessage,
    types::phone::GroupCall,
    types::phone::GroupParticipants,
    types::messages::ExportedChatInvites,
    enums::messages::ExportedChatInvite,
    types::messages::ChatInviteImporters,
    types::messages::ChatAdminsWithInvites,
    types::phone::JoinAsPeers,
    enums::account::ChatThemes,
    enums::messages::SponsoredMessages,
    types::messages::SearchResultsCalendar,
    types::channels::SendAsPeers,
    types::users::UserFull,
    types::messages::PeerSettings,
    types::messages::MessageReactionsList,
    enums::AttachMenuBots,
    types::AttachMenuBotsBot,
    types::help::PremiumPromo,
    types::messages::ForumTopics,
    types::account::AutoSaveSettings,
    types::chatlists::ExportedInvites,
    enums::chatlists::ChatlistInvite,
    types::chatlists::ChatlistUpdates,
    enums::stories::AllStories,
    types::stories::Stories,
    types::stories::StoryViewsList,
    types::stories::StoryViews,
    types::stories::PeerStories,
    types::messages::WebPage,
    types::payments::CheckedGiftCode,
    types::premium::BoostsList,
    types::premium::MyBoosts,
    types::stats::PublicForwards,
    types::stories::StoryReactionsList,
    enums::messages::SavedDialogs,
    enums::messages::QuickReplies,
    types::account::ConnectedBots,
    types::contacts::ContactBirthdays,
    types::account::BusinessChatLinks,
    types::account::ResolvedBusinessChatLinks,
    types::payments::StarsStatus,
    types::stories::FoundStories,
    types::bots::PopularAppBots,
    enums::payments::StarGifts,
    types::messages::PreparedInlineMessage,
    types::payments::ConnectedStarRefBots,
    types::payments::SuggestedStarRefBots,
    enums::users::Users,
    types::payments::UniqueStarGift,
    types::messages::WebPagePreview,
    types::payments::SavedStarGifts,
    enums::contacts::SponsoredPeers,
    types::payments::ResaleStarGifts,
    types::phone::GroupCallStars,
    types::payments::StarGiftAuctionState,
    types::payments::StarGiftAuctionAcquiredGifts,
    enums::payments::StarGiftActiveAuctions,
    enums::aicompose::Tones,
    enums::messages::ChatInviteJoinResult,
    types::communities::PeerLinkRequests,
    types::communities::ParticipantJoinedChats,
    types::wallet::UserAddresses,
    types::wallet::Transactions,
);

#[cfg(test)]
mod tests {
    use super::*;

    /// `messages.Chats` of the schema as this file writes it, without the module in front.
    fn path(name: &str) -> String {
        let (space, name) = name
            .rsplit_once('.')
            .map_or((None, name), |(s, n)| (Some(s), n));
        let name = name[..1].to_uppercase() + &name[1..];
        space.map_or_else(|| name.clone(), |s| format!("{s}::{name}"))
    }

    #[test]
    fn every_answer_with_users_or_chats_is_known() {
        let schema = include_str!("../../../../schema/api.tl");
        let (types, functions) = schema.split_once("---functions---").unwrap();
        let result = |line: &str| {
            let (_, result) = line.rsplit_once("= ")?;
            Some(result.trim_end_matches(';').to_owned())
        };
        let answers: Vec<String> = functions.lines().filter_map(result).collect();
        let known: Vec<String> = ANSWERS.iter().map(|a| a.replace(' ', "")).collect();
        let mut checked = 0;
        for line in types.lines() {
            if !line.contains("users:Vector<User>") && !line.contains("chats:Vector<Chat>") {
                continue;
            }
            let Some(result) = result(line) else { continue };
            if result == "Updates" || !answers.contains(&result) {
                continue;
            }
            let constructor = path(line.split('#').next().unwrap());
            let (one, many) = (
                format!("types::{constructor}"),
                format!("enums::{}", path(&result)),
            );
            assert!(known.contains(&one) || known.contains(&many), "{line}");
            checked += 1;
        }
        assert!(checked > 80, "{checked}");
    }

    #[test]
    fn users_of_an_answer_are_found() {
        let users = vec![User::User(Box::new(types::User::new(5)))];
        let entities = entities_of(&users).unwrap();
        assert_eq!(entities.iter().count(), 1);
        assert!(entities_of(&true).is_none());
    }
}
