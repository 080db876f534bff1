use std::sync::Arc;

use super::*;
use crate::{Client, Event, types::Entities};

fn context(client: &Client, update: impl Into<enums::Update>) -> Context {
    let ann = raw::User {
        first_name: Some("Ann".to_owned()),
        access_hash: Some(5),
        ..raw::User::new(7)
    };
    let users = [enums::User::User(Box::new(ann))];
    Context::new(client, update.into(), Arc::new(Entities::new(&users, &[])))
}

/// A service message of user 7 in group 3.
fn said(client: &Client, action: impl Into<enums::MessageAction>) -> ChatAction {
    let from: enums::Peer = raw::PeerUser { user_id: 7 }.into();
    let message = raw::MessageService {
        from_id: Some(from),
        ..raw::MessageService::new(40, raw::PeerChat { chat_id: 3 }.into(), 0, action.into())
    };
    let message = enums::Message::Service(Box::new(message));
    let cx = context(client, raw::UpdateNewMessage::new(message, 0, 0));
    ChatAction::from_update(&cx).unwrap()
}

#[tokio::test]
async fn coming_by_oneself_and_being_added_are_told_apart() {
    let client = Client::offline().await;
    let joined = said(&client, raw::MessageActionChatAddUser::new(vec![7]));
    assert!(joined.user_joined() && !joined.user_added());
    assert_eq!(joined.action(), Action::Joined(Joining::Freely));
    assert_eq!((joined.user_ids(), joined.added_by()), (vec![7], None));

    let added = said(&client, raw::MessageActionChatAddUser::new(vec![8, 9]));
    assert!(added.user_added() && !added.user_joined());
    assert_eq!(added.user_ids(), [8, 9]);
    assert_eq!(added.added_by().unwrap().title(), "Ann");
    assert_eq!(added.fetch_added_by().await.unwrap().unwrap().id(), 7);
    assert!(added.users().is_empty(), "nothing is known of them");

    let by_link = said(&client, raw::MessageActionChatJoinedByLink::new(8));
    let inviter_id = 8;
    assert_eq!(
        by_link.action(),
        Action::Joined(Joining::ByLink { inviter_id })
    );
    assert_eq!(by_link.user_id(), Some(7));
    let by_request = said(&client, enums::MessageAction::ChatJoinedByRequest);
    assert!(by_request.user_joined() && by_request.kicked_by().is_none());
}

#[tokio::test]
async fn going_and_being_removed_are_told_apart() {
    let client = Client::offline().await;
    let left = said(&client, raw::MessageActionChatDeleteUser::new(7));
    assert!(left.user_left() && !left.user_kicked());
    assert_eq!(left.user().unwrap().first_name(), "Ann");
    assert!(matches!(
        &left.input_users().await.unwrap()[..],
        [enums::InputUser::InputUser(u)] if u.access_hash == 5
    ));
    let kicked = said(&client, raw::MessageActionChatDeleteUser::new(8));
    assert!(kicked.user_kicked() && !kicked.user_left());
    assert_eq!(kicked.user_id(), Some(8));
    assert_eq!(kicked.kicked_by().unwrap().id(), 7);
}

#[tokio::test]
async fn the_shorter_questions_are_answered_by_the_action() {
    let client = Client::offline().await;
    let made = said(
        &client,
        raw::MessageActionChatCreate::new("T".into(), vec![7, 8]),
    );
    assert!(made.created() && made.new_title() == Some("T") && made.user_ids() == [7, 8]);
    let titled = said(&client, raw::MessageActionChatEditTitle::new("New".into()));
    assert_eq!((titled.new_title(), titled.created()), (Some("New"), false));
    let photo = raw::Photo::new(11, 2, bytes::Bytes::new(), 0, vec![], 2);
    let pictured = said(&client, raw::MessageActionChatEditPhoto::new(photo.into()));
    assert!(pictured.new_photo() && pictured.photo().unwrap().id() == 11);
    let bare = said(&client, enums::MessageAction::ChatDeletePhoto);
    assert!(bare.new_photo() && bare.photo().is_none());
    let scored = said(&client, raw::MessageActionGameScore::new(1, 99));
    assert_eq!((scored.new_score(), scored.user_id()), (Some(99), Some(7)));
    assert_eq!(scored.message().unwrap().id(), 40);
    let moved = said(&client, raw::MessageActionChatMigrateTo::new(9));
    assert_eq!(moved.action(), Action::MigratedTo(-1_000_000_000_009));
}

#[tokio::test]
async fn pinning_names_the_message_and_unpinning_all_of_them() {
    let client = Client::offline().await;
    let header = raw::MessageReplyHeader {
        reply_to_msg_id: Some(12),
        ..raw::MessageReplyHeader::new()
    };
    let message = raw::MessageService {
        reply_to: Some(Box::new(header.into())),
        ..raw::MessageService::new(
            40,
            raw::PeerUser { user_id: 7 }.into(),
            0,
            enums::MessageAction::PinMessage,
        )
    };
    let message = enums::Message::Service(Box::new(message));
    let cx = context(&client, raw::UpdateNewMessage::new(message, 0, 0));
    let pinned = ChatAction::from_update(&cx).unwrap();
    assert!(pinned.new_pin() && !pinned.unpin() && pinned.pin_ids() == [12]);

    let unpinned = raw::UpdatePinnedChannelMessages::new(9, vec![1, 2], 0, 0);
    let cx = context(&client, unpinned.clone());
    let event = ChatAction::from_update(&cx).unwrap();
    assert!(event.unpin() && event.pin_ids() == [1, 2] && event.message().is_none());
    assert!(event.delete().is_none());
    // Pinning is told by the service message alone.
    let pinned = raw::UpdatePinnedChannelMessages {
        pinned: true,
        ..unpinned
    };
    let cx = context(&client, pinned);
    assert!(matches!(Event::from_update(&cx), Event::Raw(_)));
}

#[tokio::test]
async fn changes_without_a_service_message_are_told() {
    let client = Client::offline().await;
    let cx = context(&client, raw::UpdateChatParticipantAdmin::new(3, 7, true, 1));
    let event = ChatAction::from_update(&cx).unwrap();
    let (user_id, is_admin) = (7, true);
    assert_eq!(event.action(), Action::AdminChanged { user_id, is_admin });
    assert_eq!((event.chat_id(), event.user_id()), (-3, Some(7)));
    // A new member of a basic group is told by the service message alone.
    let cx = context(&client, raw::UpdateChatParticipantAdd::new(3, 7, 8, 0, 1));
    assert!(matches!(Event::from_update(&cx), Event::Raw(_)));
}

#[tokio::test]
async fn a_service_message_is_no_new_message() {
    let client = Client::offline().await;
    let event = said(&client, enums::MessageAction::HistoryClear);
    let event = Event::from_update(&event.cx);
    assert!(matches!(event, Event::ChatAction(_)), "{event:?}");
    assert_eq!(event.message().map(Message::id), None);
}

#[tokio::test]
async fn what_an_action_says_stays_out_of_debug() {
    let client = Client::offline().await;
    let event = said(
        &client,
        raw::MessageActionCustomAction::new("secret".into()),
    );
    assert_eq!(event.action(), Action::Custom("secret"));
    assert_eq!(format!("{:?}", event.action()), "Custom");
    assert!(!format!("{event:?}").contains("secret"));
}

/// What only has the raw value on purpose.
const RARE: [&str; 4] = [
    "Empty",
    "GramTransfer",
    "WalletTonConnectRequest",
    "NoPaidMessagesTokenUsed",
];

#[test]
fn every_kind_of_the_schema_is_read() {
    let schema = include_str!("../../../../../schema/api.tl");
    let source = include_str!("reading.rs");
    let mut read = 0;
    for line in schema.lines().filter(|l| l.ends_with("= MessageAction;")) {
        let name = line.split('#').next().unwrap();
        let name = name.strip_prefix("messageAction").unwrap();
        let named = [format!("A::{name}("), format!("A::{name} ")];
        let found = named.iter().any(|n| source.contains(n));
        assert_ne!(found, RARE.contains(&name), "{line}");
        read += usize::from(found);
    }
    assert!(read > 60, "{read}");
}
