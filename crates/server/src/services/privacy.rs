//! Who may see and do what with an account.

use heliogram_api::enums::{InputPrivacyKey, InputPrivacyRule, PrivacyKey, PrivacyRule};
use heliogram_api::functions::account::{
    GetGlobalPrivacySettings, GetPrivacy, SetGlobalPrivacySettings, SetPrivacy,
};
use heliogram_api::types;

use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Peer, Private, World, named};

pub(super) fn register(table: &mut Table) {
    table.on::<GetPrivacy>(|w, cx, call| {
        let about = private(&call.key)?;
        Ok(rules(w, cx, w.privacy(cx.me, about)))
    });
    table.on::<SetPrivacy>(|w, cx, call| {
        let about = private(&call.key)?;
        let given = call.rules.into_iter().map(|rule| taken(w, cx, rule));
        let given = given.collect::<Answer<Vec<PrivacyRule>>>()?;
        w.set_privacy(cx.me, about, given)?;
        tell(w, cx, about);
        Ok(rules(w, cx, w.privacy(cx.me, about)))
    });
    table.on::<GetGlobalPrivacySettings>(|w, cx, _| Ok(w.global_privacy(cx.me)));
    table.on::<SetGlobalPrivacySettings>(|w, cx, call| {
        if call.settings.archive_and_mute_new_noncontact_peers {
            // For those who pay, or get many messages from strangers.
            return Err(Refusal::bad("AUTOARCHIVE_NOT_AVAILABLE"));
        }
        let paid = call.settings.new_noncontact_peers_require_premium
            || call.settings.noncontact_peers_paid_stars.is_some();
        if paid {
            return Err(Refusal::forbidden("PREMIUM_ACCOUNT_REQUIRED"));
        }
        w.preferences_mut(cx.me).privacy.global = Some(call.settings);
        Ok(w.global_privacy(cx.me))
    });
}

/// Tells the account's other sessions what it said.
pub(super) fn tell(w: &mut World, cx: &Cx<'_>, about: Private) {
    let rules = w.privacy(cx.me, about);
    let who = mentioned(w, &rules);
    let update = types::UpdatePrivacy::new(key(about), rules);
    w.push_one(cx.me, cx.actor(), update.into(), &who);
}

fn rules(w: &World, cx: &Cx<'_>, rules: Vec<PrivacyRule>) -> types::account::PrivacyRules {
    let cast = w.cast(cx.me, mentioned(w, &rules));
    types::account::PrivacyRules::new(rules, cast.chats, cast.users)
}

/// The accounts and groups that rules name, by dialog id.
fn mentioned(w: &World, rules: &[PrivacyRule]) -> Vec<i64> {
    let mut all = Vec::new();
    for rule in rules {
        let users = matches!(
            rule,
            PrivacyRule::PrivacyValueAllowUsers(_) | PrivacyRule::PrivacyValueDisallowUsers(_)
        );
        for id in named(rule) {
            let kinds = match users {
                true => vec![*id],
                false => vec![Peer::Group(*id).dialog(), Peer::Channel(*id).dialog()],
            };
            let known = |id: &i64| users || w.chats.contains_key(id);
            all.extend(kinds.into_iter().filter(known));
        }
    }
    all
}

fn taken(w: &World, cx: &Cx<'_>, rule: InputPrivacyRule) -> Answer<PrivacyRule> {
    use InputPrivacyRule as I;
    use PrivacyRule as R;
    let users = |given: &[heliogram_api::enums::InputUser]| {
        let found = given.iter().map(|user| w.input_user(cx.me, user));
        found.collect::<Answer<Vec<i64>>>()
    };
    Ok(match rule {
        I::InputPrivacyValueAllowAll => R::PrivacyValueAllowAll,
        I::InputPrivacyValueDisallowAll => R::PrivacyValueDisallowAll,
        I::InputPrivacyValueAllowContacts => R::PrivacyValueAllowContacts,
        I::InputPrivacyValueDisallowContacts => R::PrivacyValueDisallowContacts,
        I::InputPrivacyValueAllowCloseFriends => R::PrivacyValueAllowCloseFriends,
        I::InputPrivacyValueAllowPremium => R::PrivacyValueAllowPremium,
        I::InputPrivacyValueAllowBots => R::PrivacyValueAllowBots,
        I::InputPrivacyValueDisallowBots => R::PrivacyValueDisallowBots,
        I::InputPrivacyValueAllowUsers(rule) => {
            types::PrivacyValueAllowUsers::new(users(&rule.users)?).into()
        }
        I::InputPrivacyValueDisallowUsers(rule) => {
            types::PrivacyValueDisallowUsers::new(users(&rule.users)?).into()
        }
        I::InputPrivacyValueAllowChatParticipants(rule) => {
            types::PrivacyValueAllowChatParticipants::new(own_chats(w, cx, rule.chats)).into()
        }
        I::InputPrivacyValueDisallowChatParticipants(rule) => {
            types::PrivacyValueDisallowChatParticipants::new(own_chats(w, cx, rule.chats)).into()
        }
        _ => return Err(Refusal::bad("PRIVACY_VALUE_INVALID")),
    })
}

/// Of groups named by their ids alone, those the account is in.
fn own_chats(w: &World, cx: &Cx<'_>, mut ids: Vec<i64>) -> Vec<i64> {
    let own: Vec<i64> = w
        .chats_of(cx.me)
        .into_iter()
        .map(|id| Peer::of(id).id())
        .collect();
    ids.retain(|id| own.contains(id));
    ids
}

fn private(key: &InputPrivacyKey) -> Answer<Private> {
    use InputPrivacyKey as K;
    Ok(match key {
        K::StatusTimestamp => Private::LastSeen,
        K::ChatInvite => Private::Invites,
        K::PhoneCall => Private::Calls,
        K::PhoneP2P => Private::PeerToPeer,
        K::Forwards => Private::Forwards,
        K::ProfilePhoto => Private::Photo,
        K::PhoneNumber => Private::Phone,
        K::AddedByPhone => Private::FoundByPhone,
        K::VoiceMessages => Private::Voices,
        K::About => Private::About,
        K::Birthday => Private::Birthday,
        K::StarGiftsAutoSave => Private::Gifts,
        K::NoPaidMessages => Private::FreeMessages,
        K::SavedMusic => Private::Music,
        _ => return Err(Refusal::bad("PRIVACY_KEY_INVALID")),
    })
}

fn key(about: Private) -> PrivacyKey {
    match about {
        Private::LastSeen => PrivacyKey::StatusTimestamp,
        Private::Invites => PrivacyKey::ChatInvite,
        Private::Calls => PrivacyKey::PhoneCall,
        Private::PeerToPeer => PrivacyKey::PhoneP2P,
        Private::Forwards => PrivacyKey::Forwards,
        Private::Photo => PrivacyKey::ProfilePhoto,
        Private::Phone => PrivacyKey::PhoneNumber,
        Private::FoundByPhone => PrivacyKey::AddedByPhone,
        Private::Voices => PrivacyKey::VoiceMessages,
        Private::About => PrivacyKey::About,
        Private::Birthday => PrivacyKey::Birthday,
        Private::Gifts => PrivacyKey::StarGiftsAutoSave,
        Private::FreeMessages => PrivacyKey::NoPaidMessages,
        Private::Music => PrivacyKey::SavedMusic,
    }
}
