//! What events tell: properties of all kinds, each with a value that is not its default.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use heliogram_api::{enums, types as raw};

use super::*;
use crate::{Chat, Client, types::Entities};

/// The event that an update becomes, with Ann, who is user 7.
fn event(client: &Client, update: impl Into<enums::Update>) -> Event {
    let ann = raw::User {
        first_name: Some("Ann".to_owned()),
        access_hash: Some(5),
        ..raw::User::new(7)
    };
    let entities = Entities::new(&[enums::User::User(Box::new(ann))], &[]);
    Event::from_update(&Context::new(client, update.into(), Arc::new(entities)))
}

macro_rules! made {
    ($client:expr, $kind:ident, $update:expr) => {
        match event($client, $update) {
            Event::$kind(it) => it,
            other => panic!("{other:?}"),
        }
    };
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn ann() -> enums::Peer {
    raw::PeerUser::new(7).into()
}

fn text(text: &str) -> raw::TextWithEntities {
    raw::TextWithEntities::new(text.into(), vec![])
}

#[tokio::test]
async fn a_boost_tells_where_it_comes_from_and_how_long_it_lasts() {
    let client = Client::offline().await;
    let boost = raw::Boost {
        giveaway: true,
        unclaimed: true,
        giveaway_msg_id: Some(12),
        stars: Some(50),
        ..raw::Boost::new("b".into(), 100, 200)
    };
    let update = raw::UpdateBotChatBoost::new(raw::PeerChannel::new(9).into(), Box::new(boost), 1);
    let boost = made!(&client, ChatBoost, update);
    assert_eq!((boost.date(), boost.expires()), (at(100), at(200)));
    assert!(boost.is_giveaway() && boost.is_unclaimed() && !boost.is_gift());
    assert_eq!(
        (boost.giveaway_message_id(), boost.stars()),
        (Some(12), Some(50))
    );
    assert_eq!((boost.id(), boost.multiplier()), ("b", 1));
    assert!(boost.sender().is_none() && boost.fetch_sender().await.unwrap().is_none());
}

#[tokio::test]
async fn a_business_connection_tells_what_may_be_done_and_when_it_is_over() {
    let client = Client::offline().await;
    let rights = raw::BusinessBotRights {
        edit_bio: true,
        ..raw::BusinessBotRights::new()
    };
    let connection = raw::BotBusinessConnection {
        disabled: true,
        rights: Some(rights),
        ..raw::BotBusinessConnection::new("c".into(), 7, 2, 100)
    };
    let update = raw::UpdateBotBusinessConnect::new(connection, 1);
    let over = made!(&client, BusinessConnection, update);
    assert!(!over.is_enabled() && !over.can_reply());
    assert!(over.rights().is_some_and(|rights| rights.edit_bio));
    assert_eq!((over.id(), over.date()), ("c", at(100)));
    assert_eq!(over.user().unwrap().first_name(), "Ann");
    assert_eq!(over.fetch_user().await.unwrap().id(), 7);
    assert!(matches!(
        over.input_user().await.unwrap(),
        enums::InputUser::InputUser(user) if user.access_hash == 5
    ));
    assert!(matches!(over.raw(), enums::Update::BotBusinessConnect(_)));
}

#[tokio::test]
async fn a_business_message_tells_what_it_replies_to_and_the_update_it_came_with() {
    let client = Client::offline().await;
    let said = |id, text: &str| raw::Message::new(id, ann(), 100, text.into());
    let update = raw::UpdateBotNewBusinessMessage {
        reply_to_message: Some(Box::new(said(2, "when?").into())),
        ..raw::UpdateBotNewBusinessMessage::new("c".into(), said(3, "now").into(), 1)
    };
    let message = made!(&client, BusinessMessage, update);
    assert_eq!(message.replied().unwrap().text(), "when?");
    assert_eq!((message.connection_id(), message.text()), ("c", "now"));
    assert!(matches!(
        message.update(),
        Some(enums::Update::BotNewBusinessMessage(_))
    ));
    let edited = raw::UpdateBotEditBusinessMessage::new("c".into(), said(3, "later").into(), 1);
    let edited = made!(&client, BusinessMessageEdited, edited);
    assert_eq!((edited.text(), edited.connection_id()), ("later", "c"));
    let gone = raw::UpdateBotDeleteBusinessMessage::new("c".into(), ann(), vec![3, 4], 1);
    let gone = made!(&client, BusinessMessagesDeleted, gone);
    assert_eq!((gone.ids(), gone.connection_id()), (&[3, 4][..], "c"));
    assert_eq!(gone.chat().title(), "Ann");
    assert!(gone.is_private() && !gone.is_group() && !gone.is_channel());
}

#[tokio::test]
async fn a_subscription_tells_what_became_of_it_and_a_payment_whose_it_is() {
    let client = Client::offline().await;
    let payload = || Bytes::from_static(b"club");
    let update = |failed, restored| raw::UpdateBotStarsSubscription {
        payment_failed: failed,
        restored,
        ..raw::UpdateBotStarsSubscription::new(7, payload(), 1)
    };
    let failed = made!(&client, StarsSubscription, update(true, false));
    assert!(failed.payment_failed() && !failed.is_restored() && !failed.is_canceled());
    let restored = made!(&client, StarsSubscription, update(false, true));
    assert!(restored.is_restored() && !restored.payment_failed());
    assert_eq!(
        (restored.payload(), restored.sender_id()),
        (&b"club"[..], 7)
    );
    assert_eq!(restored.fetch_sender().await.unwrap().title(), "Ann");
    assert!(matches!(
        restored.input_sender().await.unwrap(),
        enums::InputPeer::User(user) if user.access_hash == 5
    ));
    let paid = raw::UpdateBotPurchasedPaidMedia::new(7, "picture".into(), 1);
    let paid = made!(&client, PurchasedPaidMedia, paid);
    assert_eq!(
        (paid.payload(), paid.sender().title()),
        ("picture", "Ann".into())
    );
}

#[tokio::test]
async fn a_story_tells_what_it_shows_or_that_there_is_one() {
    let client = Client::offline().await;
    let photo = raw::MessageMediaPhoto {
        photo: Some(enums::Photo::Photo(Box::new(raw::Photo::new(
            1,
            2,
            Bytes::new(),
            0,
            vec![],
            2,
        )))),
        ..raw::MessageMediaPhoto::new()
    };
    let item = raw::StoryItem::new(3, 100, 200, Box::new(photo.into()));
    let posted = raw::UpdateStory::new(ann(), item.into());
    let posted = made!(&client, StoryUpdate, posted);
    assert_eq!(
        posted.story().map(|story| (story.id, story.date)),
        Some((3, 100))
    );
    assert!(posted.media().is_some() && posted.reaction().is_none());
    assert_eq!(
        (posted.chat().title(), posted.is_private()),
        ("Ann".into(), true)
    );

    let skipped = raw::StoryItemSkipped::new(4, 100, 200);
    let skipped = raw::UpdateStory::new(ann(), skipped.into());
    let skipped = made!(&client, StoryUpdate, skipped);
    assert!(matches!(skipped.news(), StoryNews::Skipped(_)) && !skipped.is_deleted());
    assert!(skipped.story_id() == 4 && skipped.story().is_none() && skipped.media().is_none());

    let like = crate::types::Reaction::from("👍");
    let own = raw::UpdateSentStoryReaction::new(ann(), 5, like.to_raw());
    let own = made!(&client, StoryUpdate, own);
    assert_eq!(own.news(), StoryNews::OwnReaction(like.clone()));
    assert_eq!((own.reaction(), own.story_id()), (Some(like), 5));
}

#[tokio::test]
async fn a_quiz_tells_who_voted_and_what_is_right() {
    let client = Client::offline().await;
    let answer = raw::PollAnswer::new(text("yes"), Bytes::from_static(b"y"));
    let right = raw::PollAnswerVoters {
        correct: true,
        ..raw::PollAnswerVoters::new(Bytes::from_static(b"y"))
    };
    let results = raw::PollResults {
        results: Some(vec![right]),
        recent_voters: Some(vec![ann(), raw::PeerChannel::new(9).into()]),
        solution: Some("it is so".into()),
        ..raw::PollResults::new()
    };
    let poll = raw::Poll {
        quiz: true,
        closed: true,
        ..raw::Poll::new(1, text("is it so?"), vec![answer.into()], 0)
    };
    let update = raw::UpdateMessagePoll {
        top_msg_id: Some(12),
        poll: Some(Box::new(poll)),
        ..raw::UpdateMessagePoll::new(1, Box::new(results))
    };
    let quiz = made!(&client, PollUpdate, update);
    assert_eq!((quiz.is_quiz(), quiz.is_closed()), (Some(true), Some(true)));
    assert_eq!(quiz.recent_voters(), [7, -1_000_000_000_009]);
    assert_eq!(
        (quiz.solution(), quiz.topic_id()),
        (Some("it is so"), Some(12))
    );
    assert!(quiz.options()[0].is_correct() && !quiz.options()[0].is_chosen());
    assert_eq!(Event::PollUpdate(quiz).topic_id(), Some(12));
}

#[tokio::test]
async fn what_somebody_is_doing_is_one_thing_and_no_other() {
    use enums::SendMessageAction as A;

    let client = Client::offline().await;
    let progress = 1;
    let cases: [(A, &str); 14] = [
        (A::SendMessageTypingAction, "typing"),
        (A::SendMessageCancelAction, "cancel"),
        (A::SendMessageRecordVideoAction, "recording video"),
        (
            raw::SendMessageUploadVideoAction { progress }.into(),
            "uploading video",
        ),
        (A::SendMessageRecordAudioAction, "recording audio"),
        (
            raw::SendMessageUploadAudioAction { progress }.into(),
            "uploading audio",
        ),
        (A::SendMessageRecordRoundAction, "recording round"),
        (
            raw::SendMessageUploadRoundAction { progress }.into(),
            "uploading round",
        ),
        (
            raw::SendMessageUploadPhotoAction { progress }.into(),
            "uploading photo",
        ),
        (
            raw::SendMessageUploadDocumentAction { progress }.into(),
            "uploading document",
        ),
        (A::SendMessageGeoLocationAction, "geo"),
        (A::SendMessageChooseContactAction, "contact"),
        (A::SendMessageChooseStickerAction, "sticker"),
        (A::SendMessageGamePlayAction, "playing"),
    ];
    for (action, expected) in cases {
        let doing = made!(&client, UserUpdate, raw::UpdateUserTyping::new(7, action));
        let all = [
            ("typing", doing.typing()),
            ("cancel", doing.cancel()),
            ("recording", doing.recording()),
            ("uploading", doing.uploading()),
            ("audio", doing.audio()),
            ("video", doing.video()),
            ("round", doing.round()),
            ("photo", doing.photo()),
            ("document", doing.document()),
            ("geo", doing.geo()),
            ("contact", doing.contact()),
            ("sticker", doing.sticker()),
            ("playing", doing.playing()),
        ];
        let yes: Vec<_> = all
            .iter()
            .filter(|(_, is)| *is)
            .map(|(name, _)| *name)
            .collect();
        assert_eq!(yes.join(" "), expected);
    }
}

#[tokio::test]
async fn drafts_readings_and_comings_tell_the_rest() {
    let client = Client::offline().await;
    let bold = raw::MessageEntityBold::new(0, 2);
    let draft = raw::DraftMessage {
        entities: Some(vec![bold.into()]),
        ..raw::DraftMessage::new("so".into(), 5)
    };
    let draft = made!(
        &client,
        DraftChanged,
        raw::UpdateDraftMessage::new(ann(), draft.into())
    );
    assert_eq!((draft.entities().len(), &*draft.text_md()), (1, "**so**"));

    let read = raw::UpdateReadMonoForumInbox::new(9, ann(), 12);
    let read = made!(&client, MessageRead, read);
    assert_eq!((read.correspondent_id(), read.max_id()), (Some(7), 12));

    let came = raw::UpdateChannelParticipant {
        via_chatlist: true,
        new_participant: Some(Box::new(raw::ChannelParticipant::new(7, 0).into())),
        ..raw::UpdateChannelParticipant::new(9, 5, 7, 7, 1)
    };
    let came = made!(&client, MemberUpdated, came);
    assert!(came.via_folder() && came.joined());
}

#[tokio::test]
async fn who_removed_somebody_and_whom_is_fetched() {
    let client = Client::offline().await;
    let service = |action: enums::MessageAction| {
        let message = raw::MessageService {
            from_id: Some(ann()),
            ..raw::MessageService::new(4, raw::PeerChat::new(3).into(), 0, action)
        };
        let message = enums::Message::Service(Box::new(message));
        raw::UpdateNewMessage::new(message, 0, 0)
    };
    let removed = raw::MessageActionChatDeleteUser::new(8);
    let removed = made!(&client, ChatAction, service(removed.into()));
    let by = removed.fetch_kicked_by().await.unwrap();
    assert_eq!(by.as_ref().map(Chat::title), Some("Ann".into()));
    assert_eq!(removed.user_ids(), [8]);
    let joined = raw::MessageActionChatAddUser::new(vec![7]);
    let joined = made!(&client, ChatAction, service(joined.into()));
    assert!(joined.fetch_kicked_by().await.unwrap().is_none());
    let users = joined.fetch_users().await.unwrap();
    assert_eq!(users.iter().map(crate::User::id).collect::<Vec<_>>(), [7]);
}
