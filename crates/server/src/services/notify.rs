use heliogram_api::enums::{InputNotifyPeer, NotificationSound, NotifyPeer};
use heliogram_api::functions::account::{
    GetNotifyExceptions, GetNotifySettings, GetReactionsNotifySettings, RegisterDevice,
    ResetNotifySettings, UnregisterDevice, UpdateDeviceLocked, UpdateNotifySettings,
};
use heliogram_api::{enums, types};

use crate::render::peer;
use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Rung, World};

/// Nobody is rung here, but what clients set is kept and told to their other sessions; devices are
/// thanked for coming.
pub(super) fn register(table: &mut Table) {
    table.on::<GetNotifySettings>(|w, cx, call| {
        let rung = rung(w, cx, &call.peer)?;
        Ok(w.notify_settings(cx.me, rung))
    });
    table.on::<UpdateNotifySettings>(|w, cx, call| {
        let rung = rung(w, cx, &call.peer)?;
        w.set_notify(cx.me, rung, settings(call.settings));
        tell(w, cx, rung);
        Ok(true)
    });
    table.on::<ResetNotifySettings>(|w, cx, _| {
        let mut reset = w.reset_notify(cx.me);
        reset.extend([Rung::Users, Rung::Groups, Rung::Channels]);
        for rung in reset {
            tell(w, cx, rung);
        }
        Ok(true)
    });
    table.on::<GetNotifyExceptions>(exceptions);
    table.on::<GetReactionsNotifySettings>(|_, _, _| {
        let sound = NotificationSound::Default;
        Ok(types::ReactionsNotifySettings::new(sound, true))
    });
    table.on::<RegisterDevice>(|_, _, _| Ok(true));
    table.on::<UnregisterDevice>(|_, _, _| Ok(true));
    table.on::<UpdateDeviceLocked>(|_, _, _| Ok(true));
}

fn rung(w: &World, cx: &Cx<'_>, given: &InputNotifyPeer) -> Answer<Rung> {
    Ok(match given {
        InputNotifyPeer::InputNotifyUsers => Rung::Users,
        InputNotifyPeer::InputNotifyChats => Rung::Groups,
        InputNotifyPeer::InputNotifyBroadcasts => Rung::Channels,
        InputNotifyPeer::InputNotifyPeer(given) => Rung::Peer(w.peer(cx.me, &given.peer)?),
        InputNotifyPeer::InputNotifyForumTopic(given) => {
            Rung::Topic(w.peer(cx.me, &given.peer)?, given.top_msg_id)
        }
        _ => return Err(Refusal::bad("PEER_ID_INVALID")),
    })
}

fn settings(given: types::InputPeerNotifySettings) -> types::PeerNotifySettings {
    let (sound, stories) = (given.sound, given.stories_sound);
    types::PeerNotifySettings {
        show_previews: given.show_previews,
        silent: given.silent,
        mute_until: given.mute_until,
        ios_sound: sound.clone(),
        android_sound: sound.clone(),
        other_sound: sound,
        stories_muted: given.stories_muted,
        stories_hide_sender: given.stories_hide_sender,
        stories_ios_sound: stories.clone(),
        stories_android_sound: stories.clone(),
        stories_other_sound: stories,
    }
}

fn tell(w: &mut World, cx: &Cx<'_>, rung: Rung) {
    let (to, about) = match rung {
        Rung::Users => (NotifyPeer::NotifyUsers, None),
        Rung::Groups => (NotifyPeer::NotifyChats, None),
        Rung::Channels => (NotifyPeer::NotifyBroadcasts, None),
        Rung::Peer(with) => (types::NotifyPeer::new(peer(with)).into(), Some(with)),
        Rung::Topic(with, topic) => {
            let topic = types::NotifyForumTopic::new(peer(with), topic);
            (topic.into(), Some(with))
        }
    };
    let update = types::UpdateNotifySettings::new(to, w.notify_settings(cx.me, rung));
    let about: Vec<i64> = about.into_iter().collect();
    w.push_one(cx.me, cx.actor(), update.into(), &about);
}

/// The conversations that are set apart, as if each had just been.
fn exceptions(w: &mut World, cx: &Cx<'_>, call: GetNotifyExceptions) -> Answer<enums::Updates> {
    let kind = match &call.peer {
        Some(given) => Some(rung(w, cx, given)?),
        None => None,
    };
    let counts = |settings: &types::PeerNotifySettings| {
        let plain = settings.mute_until.is_some() || settings.show_previews.is_some();
        let sound = call.compare_sound && settings.other_sound.is_some();
        let stories = call.compare_stories && settings.stories_muted.is_some();
        plain || settings.silent.is_some() || sound || stories
    };
    let mut all = w.notify_exceptions(cx.me);
    all.retain(|(with, settings)| {
        let asked = kind.is_none_or(|kind| kind == Rung::Peer(*with) || kind == w.kind_rung(*with));
        asked && counts(settings)
    });
    let about: Vec<i64> = all.iter().map(|(with, _)| *with).collect();
    let update = |(with, settings): (i64, types::PeerNotifySettings)| {
        let with = types::NotifyPeer::new(peer(with));
        types::UpdateNotifySettings::new(with.into(), settings).into()
    };
    let updates = all.into_iter().map(update).collect();
    Ok(w.updates(cx.me, updates, &about))
}
