//! A client, and chats it knows.

use heliogram_api::{enums, types as raw};

use crate::{Client, Event, Message, PeerId, testing::TestServer, types::Entities};

pub(crate) const ALICE: i64 = 7001;
pub(crate) const BOT: i64 = 7002;
pub(crate) const GROUP: i64 = 7003;
pub(crate) const FORUM: i64 = 7004;
pub(crate) const NEWS: i64 = 7005;
pub(crate) const INBOX: i64 = 7006;
pub(crate) const OWN: i64 = 7007;

/// The account that looks at events, and whom it knows.
pub(crate) struct Room {
    pub(crate) client: Client,
    pub(crate) server: TestServer,
    entities: Entities,
}

impl Room {
    pub(crate) async fn enter() -> Self {
        let server = TestServer::start().await;
        let me = server.user("me_myself").await;
        let client = server.client(&me).await.unwrap();
        let entities = known();
        client.peers().learn(&entities);
        Self {
            client,
            server,
            entities,
        }
    }

    pub(crate) fn me(&self) -> i64 {
        self.client.self_id().unwrap()
    }

    /// A message in a chat, changed as needed.
    pub(crate) fn message(&self, peer: i64, change: impl FnOnce(&mut raw::Message)) -> Message {
        let peer = PeerId::try_from(peer).unwrap().to_peer().unwrap();
        let mut message = raw::Message::new(5, peer, 1, String::new());
        change(&mut message);
        let message = enums::Message::Message(Box::new(message));
        Message::new(&self.client, message, &self.entities).unwrap()
    }

    /// A new message in the private chat with Alice.
    pub(crate) fn from_alice(&self, change: impl FnOnce(&mut raw::Message)) -> Event {
        Event::NewMessage(self.message(ALICE, change))
    }

    /// A message that tells that something happened.
    pub(crate) fn service(&self, peer: i64, action: enums::MessageAction) -> Event {
        let peer = PeerId::try_from(peer).unwrap().to_peer().unwrap();
        let mut message = raw::MessageService::new(5, peer, 1, action);
        message.from_id = Some(raw::PeerUser::new(ALICE).into());
        let message = enums::Message::Service(Box::new(message));
        Event::NewMessage(Message::new(&self.client, message, &self.entities).unwrap())
    }
}

pub(crate) fn user(id: i64) -> Option<enums::Peer> {
    Some(raw::PeerUser::new(id).into())
}

pub(crate) fn channel(id: i64) -> Option<enums::Peer> {
    Some(raw::PeerChannel::new(id).into())
}

/// The marked id of a channel or supergroup.
pub(crate) fn marked(channel: i64) -> i64 {
    PeerId::channel(channel).unwrap().as_i64()
}

fn known() -> Entities {
    let person = |id, bot| {
        enums::User::User(Box::new(raw::User {
            bot,
            access_hash: Some(1),
            ..raw::User::new(id)
        }))
    };
    let channel = |id, change: fn(&mut raw::Channel)| {
        let mut channel = raw::Channel::new(id, "title".into(), enums::ChatPhoto::Empty, 0);
        channel.access_hash = Some(1);
        change(&mut channel);
        enums::Chat::Channel(Box::new(channel))
    };
    let group = raw::Chat::new(GROUP, "group".into(), enums::ChatPhoto::Empty, 3, 0, 1);
    Entities::new(
        &[person(ALICE, false), person(BOT, true)],
        &[
            enums::Chat::Chat(Box::new(group)),
            channel(FORUM, |c| (c.megagroup, c.forum) = (true, true)),
            channel(NEWS, |c| {
                c.broadcast = true;
                c.admin_rights = Some(raw::ChatAdminRights::new());
            }),
            channel(INBOX, |c| (c.megagroup, c.monoforum) = (true, true)),
            channel(OWN, |c| (c.megagroup, c.creator) = (true, true)),
        ],
    )
}
