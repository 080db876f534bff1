//! What rings: an account's settings for kinds of conversations, and where it wants something else.

use std::collections::BTreeMap;

use heliogram_api::enums::NotificationSound;
use heliogram_api::types;

use super::chats::Form;
use super::{Peer, World};
use crate::persist::record;

/// What settings are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rung {
    /// All private chats.
    Users,
    /// All groups.
    Groups,
    /// All channels.
    Channels,
    /// One conversation, by dialog id.
    Peer(i64),
    /// One topic of a forum.
    Topic(i64, i32),
}

/// What an account has set about notifications.
#[derive(Clone, Default)]
pub(crate) struct Notify {
    users: Option<types::PeerNotifySettings>,
    groups: Option<types::PeerNotifySettings>,
    channels: Option<types::PeerNotifySettings>,
    peers: BTreeMap<i64, types::PeerNotifySettings>,
    topics: BTreeMap<(i64, i32), types::PeerNotifySettings>,
}

record!(Notify {
    users,
    groups,
    channels,
    peers,
    topics
});

/// What nobody has to set.
fn of_a_new_account() -> types::PeerNotifySettings {
    let sound = || Some(Box::new(NotificationSound::Default));
    types::PeerNotifySettings {
        show_previews: Some(true),
        silent: Some(false),
        mute_until: Some(0),
        ios_sound: sound(),
        android_sound: sound(),
        other_sound: sound(),
        stories_muted: Some(false),
        stories_hide_sender: Some(false),
        stories_ios_sound: sound(),
        stories_android_sound: sound(),
        stories_other_sound: sound(),
    }
}

impl Notify {
    fn get(&self, rung: Rung) -> Option<&types::PeerNotifySettings> {
        match rung {
            Rung::Users => self.users.as_ref(),
            Rung::Groups => self.groups.as_ref(),
            Rung::Channels => self.channels.as_ref(),
            Rung::Peer(peer) => self.peers.get(&peer),
            Rung::Topic(peer, topic) => self.topics.get(&(peer, topic)),
        }
    }

    fn put(&mut self, rung: Rung, settings: types::PeerNotifySettings) {
        // A conversation for which nothing is set is no exception.
        let nothing = settings == types::PeerNotifySettings::new();
        match rung {
            Rung::Users => self.users = Some(settings),
            Rung::Groups => self.groups = Some(settings),
            Rung::Channels => self.channels = Some(settings),
            Rung::Peer(peer) if nothing => drop(self.peers.remove(&peer)),
            Rung::Peer(peer) => drop(self.peers.insert(peer, settings)),
            Rung::Topic(peer, topic) if nothing => drop(self.topics.remove(&(peer, topic))),
            Rung::Topic(peer, topic) => drop(self.topics.insert((peer, topic), settings)),
        }
    }
}

impl World {
    /// The settings an account has for something, as it set them.
    pub(crate) fn notify_settings(&self, user: i64, rung: Rung) -> types::PeerNotifySettings {
        let set = self.preferences(user).and_then(|all| all.notify.get(rung));
        match (set, rung) {
            (Some(settings), _) => settings.clone(),
            (None, Rung::Peer(_) | Rung::Topic(..)) => types::PeerNotifySettings::new(),
            (None, _) => of_a_new_account(),
        }
    }

    /// Sets what rings.
    pub(crate) fn set_notify(
        &mut self,
        user: i64,
        rung: Rung,
        settings: types::PeerNotifySettings,
    ) {
        self.preferences_mut(user).notify.put(rung, settings);
    }

    /// Forgets everything an account has set about notifications; gives what was set for
    /// conversations.
    pub(crate) fn reset_notify(&mut self, user: i64) -> Vec<Rung> {
        let old = std::mem::take(&mut self.preferences_mut(user).notify);
        let peers = old.peers.into_keys().map(Rung::Peer);
        let topics = old
            .topics
            .into_keys()
            .map(|(peer, topic)| Rung::Topic(peer, topic));
        peers.chain(topics).collect()
    }

    /// The conversations for which an account has set something of their own.
    pub(crate) fn notify_exceptions(&self, user: i64) -> Vec<(i64, types::PeerNotifySettings)> {
        let set = self.preferences(user).map(|all| &all.notify.peers);
        let set = set.into_iter().flatten();
        set.map(|(peer, settings)| (*peer, settings.clone()))
            .collect()
    }

    /// The kind of conversation whose settings count where a conversation has none.
    pub(crate) fn kind_rung(&self, peer: i64) -> Rung {
        match Peer::of(peer) {
            Peer::User(_) => Rung::Users,
            _ => match self.chats.get(&peer).map(|chat| chat.form) {
                Some(Form::Broadcast) => Rung::Channels,
                _ => Rung::Groups,
            },
        }
    }

    /// Whether a conversation is muted for an account now.
    pub(crate) fn is_muted(&self, user: i64, peer: i64) -> bool {
        let own = self.notify_settings(user, Rung::Peer(peer)).mute_until;
        let until = own.or_else(|| self.notify_settings(user, self.kind_rung(peer)).mute_until);
        until.is_some_and(|until| until > self.now())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::pair;
    use super::*;

    fn muted_until(date: i32) -> types::PeerNotifySettings {
        types::PeerNotifySettings {
            mute_until: Some(date),
            ..types::PeerNotifySettings::new()
        }
    }

    #[test]
    fn a_conversation_of_its_own_mind_is_not_muted_with_its_kind() {
        let (mut w, a, b) = pair();
        let later = w.now() + 100;
        assert!(!w.is_muted(a, b));
        w.set_notify(a, Rung::Users, muted_until(later));
        assert!(w.is_muted(a, b));
        w.set_notify(a, Rung::Peer(b), muted_until(0));
        assert!(!w.is_muted(a, b));
        w.set_notify(a, Rung::Peer(b), types::PeerNotifySettings::new());
        assert!(w.is_muted(a, b) && w.notify_exceptions(a).is_empty());
        w.clock.advance(std::time::Duration::from_secs(101));
        assert!(!w.is_muted(a, b));
    }
}
