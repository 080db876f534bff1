//! Events that the server has nothing of, sent as a test wants them.

use heliogram::{
    Error, Event,
    api::{enums, types},
    types::Reaction,
};

use super::{Scene, next, pick, room};

fn peer(channel: i64) -> enums::Peer {
    types::PeerChannel::new(channel).into()
}

#[tokio::test]
async fn boosts_and_counts_of_reactions_come_with_their_channel() {
    let mut s = Scene::new().await;
    let news = s.server.channel("News", &s.alice).admin(&s.bot).await;
    let bare = -1_000_000_000_000 - news.id();
    let boost = types::Boost {
        gift: true,
        user_id: Some(s.alice.id()),
        multiplier: Some(4),
        ..types::Boost::new("b1".into(), 100, 200)
    };
    let update = types::UpdateBotChatBoost::new(peer(bare), Box::new(boost), 0);
    s.bot.is_told(update, &[news.id(), s.alice.id()]).unwrap();
    let boost = next(&mut s.told, pick!(ChatBoost)).await;
    assert_eq!(
        (boost.id(), boost.multiplier(), boost.is_gift()),
        ("b1", 4, true)
    );
    assert_eq!(
        (boost.chat_id(), boost.sender_id()),
        (news.id(), Some(s.alice.id()))
    );
    assert_eq!(
        (boost.chat().title(), boost.is_channel()),
        ("News".to_owned(), true)
    );

    let thumb = types::ReactionEmoji::new("👍".into());
    let counts = vec![types::ReactionCount::new(thumb.into(), 3)];
    let update = types::UpdateBotMessageReactions::new(peer(bare), 7, 100, counts, 0);
    s.bot.is_told(update, &[news.id()]).unwrap();
    let counts = next(&mut s.told, pick!(MessageReactionCount)).await;
    assert_eq!(counts.counts(), [(Reaction::from("👍"), 3)]);
}

#[tokio::test]
async fn a_payment_is_told_and_its_answer_goes_to_the_right_method() {
    let mut s = Scene::new().await;
    let id = s.alice.id();
    let payload = || bytes::Bytes::from_static(b"book");
    let update = types::UpdateBotPrecheckoutQuery::new(5, id, payload(), "EUR".into(), 999);
    s.bot.is_told(update, &[id]).unwrap();
    let query = next(&mut s.told, pick!(PreCheckoutQuery)).await;
    assert_eq!(
        (query.id(), query.sender_id(), query.total_amount()),
        (5, id, 999)
    );
    // The server sells nothing: what matters is that it was asked, and that it said no.
    for answer in [query.accept(), query.decline("sold out")] {
        assert!(matches!(answer.await, Err(Error::Rpc(_))));
    }
    assert_eq!(s.bot.calls("messages.setBotPrecheckoutResults"), 2);

    let text = String::from;
    let address = types::PostAddress::new(
        text("1"),
        text(""),
        text("Town"),
        text(""),
        text("DE"),
        text(""),
    );
    let update = types::UpdateBotShippingQuery::new(6, id, payload(), Box::new(address));
    s.bot.is_told(update, &[id]).unwrap();
    let query = next(&mut s.told, pick!(ShippingQuery)).await;
    assert_eq!(query.shipping_address().unwrap().city, "Town");
    assert!(matches!(query.answer([]).await, Err(Error::Rpc(_))));
    assert_eq!(s.bot.calls("messages.setBotShippingResults"), 1);

    let update = types::UpdateBotPurchasedPaidMedia::new(id, "picture".into(), 0);
    s.bot.is_told(update, &[id]).unwrap();
    let paid = next(&mut s.told, pick!(PurchasedPaidMedia)).await;
    assert_eq!(
        (paid.payload(), paid.sender().username()),
        ("picture", Some("alice"))
    );
}

#[tokio::test]
async fn what_was_told_while_a_bot_was_away_comes_later() {
    let mut s = Scene::new().await;
    s.server.faults().lose_updates(&s.bot, 2);
    for n in 1..=4 {
        let paid = types::UpdateBotPurchasedPaidMedia::new(s.alice.id(), n.to_string(), 0);
        s.bot.is_told(paid, &[s.alice.id()]).unwrap();
    }
    for n in 1..=4 {
        let paid = next(&mut s.told, pick!(PurchasedPaidMedia)).await;
        assert_eq!(paid.payload(), n.to_string());
    }
}

#[tokio::test]
async fn business_chats_are_told_and_answered_through_their_connection() {
    let mut s = Scene::new().await;
    let bob = s.server.user("bob").await;
    let connection = types::BotBusinessConnection {
        rights: Some(types::BusinessBotRights {
            reply: true,
            ..types::BusinessBotRights::new()
        }),
        ..types::BotBusinessConnection::new("c1".into(), s.alice.id(), 2, 100)
    };
    let update = types::UpdateBotBusinessConnect::new(connection, 0);
    s.bot.is_told(update, &[s.alice.id()]).unwrap();
    let connected = next(&mut s.told, pick!(BusinessConnection)).await;
    assert_eq!((connected.id(), connected.user_id()), ("c1", s.alice.id()));
    assert!(connected.is_enabled() && connected.can_reply());

    let from_bob = || enums::Peer::from(types::PeerUser::new(bob.id()));
    let message = types::Message {
        from_id: Some(from_bob()),
        ..types::Message::new(3, from_bob(), 100, "are you open?".into())
    };
    let update = types::UpdateBotNewBusinessMessage::new("c1".into(), message.clone().into(), 0);
    s.bot.is_told(update, &[bob.id()]).unwrap();
    let asked = next(&mut s.told, pick!(BusinessMessage)).await;
    assert_eq!(
        (asked.text(), asked.connection_id()),
        ("are you open?", "c1")
    );
    assert_eq!(
        (asked.chat_id(), asked.sender_id()),
        (bob.id(), Some(bob.id()))
    );
    // The server knows no business: it refuses the wrapped call instead of sending as the bot.
    let answer = asked.respond("until six").await;
    assert!(matches!(&answer, Err(Error::Rpc(_))), "{answer:?}");
    assert_eq!(s.bot.calls("messages.sendMessage"), 0);

    let update = types::UpdateBotEditBusinessMessage::new("c1".into(), message.into(), 0);
    s.bot.is_told(update, &[bob.id()]).unwrap();
    let edited = next(&mut s.told, pick!(BusinessMessageEdited)).await;
    assert_eq!(edited.message().id(), 3);
    let update = types::UpdateBotDeleteBusinessMessage::new("c1".into(), from_bob(), vec![3], 0);
    s.bot.is_told(update, &[bob.id()]).unwrap();
    let gone = next(&mut s.told, pick!(BusinessMessagesDeleted)).await;
    assert_eq!(
        (gone.ids(), gone.chat_id(), gone.connection_id()),
        (&[3][..], bob.id(), "c1")
    );
}

#[tokio::test]
async fn guests_and_managed_bots_are_told() {
    let mut s = Scene::new().await;
    let id = s.alice.id();
    let from = || enums::Peer::from(types::PeerUser::new(id));
    let text = |n: i32, text: &str| -> enums::Message {
        types::Message::new(n, from(), 100, text.into()).into()
    };
    let update = types::UpdateBotGuestChatQuery {
        reference_messages: Some(vec![text(1, "earlier")]),
        ..types::UpdateBotGuestChatQuery::new(9, text(2, "what do you say?"), 0)
    };
    s.bot.is_told(update, &[id]).unwrap();
    let asked = next(&mut s.told, pick!(GuestMessage)).await;
    assert_eq!(
        (asked.id(), asked.message().text()),
        (9, "what do you say?")
    );
    assert_eq!(asked.references()[0].text(), "earlier");

    let update = types::UpdateManagedBot::new(id, s.bot.id(), 0);
    s.bot.is_told(update, &[id, s.bot.id()]).unwrap();
    let managed = next(&mut s.told, pick!(ManagedBot)).await;
    assert_eq!((managed.sender_id(), managed.bot_id()), (id, s.bot.id()));
    assert_eq!(managed.bot().unwrap().username(), Some("helper_bot"));
}

#[tokio::test]
async fn what_has_no_event_of_its_own_comes_raw() {
    let mut s = Scene::new().await;
    let update = types::UpdateBotWebhookJSON::new(types::DataJSON::new("{}".into()));
    s.bot.is_told(update, &[]).unwrap();
    let raw = loop {
        if let Event::Raw(raw) = room::next(&mut s.told).await
            && matches!(*raw, enums::Update::BotWebhookJSON(_))
        {
            break raw;
        }
    };
    assert!(matches!(*raw, enums::Update::BotWebhookJSON(_)));
}
