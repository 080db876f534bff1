//! What clients ask for when they start and this world has none of: truthful empty answers.

use heliogram_api::functions::{account, aicompose, contacts, langpack, messages, stories};
use heliogram_api::{enums, types};

use crate::rpc::{Answer, Table};

pub(super) fn register(table: &mut Table) {
    stickers(table);
    reactions(table);
    settings(table);
    lists(table);
    shows(table);
    languages(table);
}

fn stickers(table: &mut Table) {
    table.on::<messages::GetMaskStickers>(|_, _, _| no_sets());
    table.on::<messages::GetEmojiStickers>(|_, _, _| no_sets());
    table.on::<messages::GetFeaturedStickers>(|_, _, _| {
        Ok(types::messages::FeaturedStickers::new(0, 0, Vec::new(), Vec::new()).into())
    });
    table.on::<messages::GetFeaturedEmojiStickers>(|_, _, _| {
        Ok(types::messages::FeaturedStickers::new(0, 0, Vec::new(), Vec::new()).into())
    });
    table.on::<account::GetSavedRingtones>(|_, _, _| {
        Ok(types::account::SavedRingtones::new(0, Vec::new()).into())
    });
}

fn no_sets() -> Answer<enums::messages::AllStickers> {
    Ok(types::messages::AllStickers::new(0, Vec::new()).into())
}

fn reactions(table: &mut Table) {
    table.on::<messages::GetAvailableEffects>(|_, _, _| {
        Ok(types::messages::AvailableEffects::new(0, Vec::new(), Vec::new()).into())
    });
    table.on::<messages::GetDefaultTagReactions>(|_, _, _| no_reactions());
    table.on::<messages::GetSavedReactionTags>(|_, _, _| {
        Ok(types::messages::SavedReactionTags::new(Vec::new(), 0).into())
    });
    table.on::<account::GetDefaultEmojiStatuses>(|_, _, _| no_statuses());
    table.on::<account::GetRecentEmojiStatuses>(|_, _, _| no_statuses());
}

fn no_reactions() -> Answer<enums::messages::Reactions> {
    Ok(types::messages::Reactions::new(0, Vec::new()).into())
}

fn no_statuses() -> Answer<enums::account::EmojiStatuses> {
    Ok(types::account::EmojiStatuses::new(0, Vec::new()).into())
}

fn settings(table: &mut Table) {
    table.on::<messages::GetAttachMenuBots>(|_, _, _| {
        Ok(types::AttachMenuBots::new(0, Vec::new(), Vec::new()).into())
    });
    table.on::<messages::GetDefaultHistoryTTL>(|_, _, _| Ok(types::DefaultHistoryTTL::new(0)));
    table.on::<messages::GetQuickReplies>(|_, _, _| {
        let none = types::messages::QuickReplies::new(vec![], vec![], vec![], vec![]);
        Ok(none.into())
    });
    table.on::<account::GetAutoSaveSettings>(|w, cx, _| {
        let nothing = types::AutoSaveSettings::new;
        let (none, nobody) = (Vec::new(), w.users_for(cx.me, []));
        Ok(types::account::AutoSaveSettings::new(
            nothing(),
            nothing(),
            nothing(),
            Vec::new(),
            none,
            nobody,
        ))
    });
    table.on::<account::GetChatThemes>(|_, _, _| no_themes());
    table.on::<account::GetThemes>(|_, _, _| no_themes());
    table.on::<account::GetContentSettings>(|_, _, _| Ok(types::account::ContentSettings::new()));
    table.on::<account::GetWebBrowserSettings>(|_, _, _| {
        Ok(enums::account::WebBrowserSettings::NotModified)
    });
    table.on::<account::GetSavedMusicIds>(|_, _, _| {
        Ok(types::account::SavedMusicIds::new(Vec::new()).into())
    });
    table.on::<aicompose::GetTones>(|_, _, _| {
        Ok(types::aicompose::Tones::new(0, Vec::new(), Vec::new()).into())
    });
}

fn no_themes() -> Answer<enums::account::Themes> {
    Ok(types::account::Themes::new(0, Vec::new()).into())
}

fn lists(table: &mut Table) {
    table.on::<messages::GetSponsoredMessages>(|_, _, _| {
        Ok(enums::messages::SponsoredMessages::Empty)
    });
    table.on::<stories::GetPeerMaxIDs>(|_, _, call| {
        Ok(call.id.iter().map(|_| types::RecentStory::new()).collect())
    });
}

/// What people show of themselves, and nobody here does.
fn shows(table: &mut Table) {
    table.on::<account::GetChannelDefaultEmojiStatuses>(|_, _, _| no_statuses());
    table.on::<account::GetCollectibleEmojiStatuses>(|_, _, _| no_statuses());
    table.on::<account::GetChannelRestrictedStatusEmojis>(|_, _, _| no_emojis());
    table.on::<account::GetDefaultBackgroundEmojis>(|_, _, _| no_emojis());
    table.on::<account::GetDefaultGroupPhotoEmojis>(|_, _, _| no_emojis());
    table.on::<account::GetDefaultProfilePhotoEmojis>(|_, _, _| no_emojis());
    table.on::<contacts::GetBirthdays>(|w, cx, _| {
        let nobody = w.users_for(cx.me, []);
        Ok(types::contacts::ContactBirthdays::new(Vec::new(), nobody))
    });
    table.on::<messages::GetPaidReactionPrivacy>(|w, cx, _| {
        let default = enums::PaidReactionPrivacy::Default;
        let update = types::UpdatePaidReactionPrivacy::new(default);
        Ok(w.updates(cx.me, vec![update.into()], &[]))
    });
    table.on::<stories::GetAllStories>(|_, _, _| {
        let stealth = types::StoriesStealthMode::new();
        let (none, nobody) = (Vec::new(), Vec::new());
        // Clients hold on to it and take an empty one for a mistake.
        let state = String::from("0");
        Ok(types::stories::AllStories::new(0, state, Vec::new(), none, nobody, stealth).into())
    });
    table.on::<stories::GetPeerStories>(|w, cx, call| {
        let peer = w.peer(cx.me, &call.peer)?;
        let cast = w.cast(cx.me, [peer]);
        let none = types::PeerStories::new(crate::render::peer(peer), Vec::new());
        Ok(types::stories::PeerStories::new(
            none, cast.chats, cast.users,
        ))
    });
    table.on::<stories::GetAllReadPeerStories>(|w, cx, _| Ok(w.updates(cx.me, Vec::new(), &[])));
}

fn no_emojis() -> Answer<enums::EmojiList> {
    Ok(types::EmojiList::new(0, Vec::new()).into())
}

fn languages(table: &mut Table) {
    table.open::<langpack::GetLanguages>(|_, _, _| Ok(Vec::new()));
    table.open::<langpack::GetStrings>(|_, _, _| Ok(Vec::new()));
    table.open::<langpack::GetLangPack>(|_, _, call| {
        Ok(types::LangPackDifference::new(
            call.lang_code,
            0,
            1,
            Vec::new(),
        ))
    });
    table.open::<langpack::GetDifference>(|_, _, call| {
        Ok(types::LangPackDifference::new(
            call.lang_code,
            call.from_version,
            1,
            Vec::new(),
        ))
    });
}
