use heliogram::{
    Client, Event, Updates,
    api::{enums, functions as f, types},
    events::MemberUpdated,
    types::MemberState,
};
use heliogram_server::{Account, Chat};

use super::{Scene, next, pick, room};

/// A group of the person that the bot administers, and a link into it.
async fn group(s: &mut Scene, ask: bool) -> (Chat, String) {
    let team = s.server.supergroup("Team", &s.alice).admin(&s.bot).await;
    // From the list of chats its app knows how to address the group.
    let dialogs = f::messages::GetDialogs::new(0, 0, enums::InputPeer::Empty, 10, 0);
    s.of_alice.invoke(dialogs).await.unwrap();
    let peer = s.of_alice.input_peer(team.id()).await.unwrap();
    let call = f::messages::ExportChatInvite {
        request_needed: ask,
        title: Some("door".into()),
        ..f::messages::ExportChatInvite::new(peer)
    };
    let enums::ExportedChatInvite::ChatInviteExported(link) =
        s.of_alice.invoke(call).await.unwrap()
    else {
        panic!("no link");
    };
    (team, link.link)
}

/// Follows a link, as an app does.
async fn follow(client: &Client, link: &str) -> heliogram::Result<()> {
    let hash = link.rsplit(['/', '+']).next().unwrap().to_owned();
    client
        .invoke(f::messages::ImportChatInvite::new(hash))
        .await
        .map(drop)
}

/// The next change of this account's place.
async fn change_of(told: &mut Updates, account: &Account) -> MemberUpdated {
    let id = account.id();
    next(told, |event| match event {
        Event::MemberUpdated(it) if it.user_id() == id => Some(it),
        _ => None,
    })
    .await
}

#[tokio::test]
async fn an_administrating_bot_is_told_who_comes_and_goes() {
    let mut s = Scene::new().await;
    let (team, link) = group(&mut s, false).await;
    let bob = s.server.user("bob").await;
    let of_bob = room::enter(&s.server, &bob).await;
    follow(&of_bob, &link).await.unwrap();
    let came = change_of(&mut s.told, &bob).await;
    assert!(came.joined() && !came.was_added() && !came.via_request() && !came.is_own());
    assert_eq!((came.chat_id(), came.sender_id()), (team.id(), bob.id()));
    assert_eq!(came.user().unwrap().username(), Some("bob"));
    assert_eq!(came.chat().title(), "Team");
    assert_eq!(came.invite().unwrap().title(), Some("door"));
    assert!(came.is_group() && *came.after() == MemberState::Member { until: None });

    bob.leaves(&team).await.unwrap();
    assert!(change_of(&mut s.told, &bob).await.left());
    s.alice.invites(&bob, &team).await.unwrap();
    let added = change_of(&mut s.told, &bob).await;
    assert!(added.was_added() && added.sender_id() == s.alice.id());

    let channel = s.of_alice.resolve(team.id()).await.unwrap();
    let channel = channel.as_channel().unwrap();
    let channel = types::InputChannel::new(channel.id, channel.access_hash.unwrap());
    let user = s.of_alice.resolve("@bob").await.unwrap();
    let user = user.as_user().unwrap().raw();
    let peer = types::InputPeerUser::new(user.id, user.access_hash.unwrap());
    let user = types::InputUser::new(user.id, user.access_hash.unwrap());
    let rights = |on| types::ChatAdminRights {
        pin_messages: on,
        ..types::ChatAdminRights::new()
    };
    for (on, promoted) in [(true, true), (false, false)] {
        let call =
            f::channels::EditAdmin::new(channel.clone().into(), user.clone().into(), rights(on));
        s.of_alice.invoke(call).await.unwrap();
        let change = change_of(&mut s.told, &bob).await;
        assert_eq!((change.promoted(), change.demoted()), (promoted, !promoted));
    }
    let ban = types::ChatBannedRights {
        view_messages: true,
        ..types::ChatBannedRights::new(0)
    };
    let call = f::channels::EditBanned::new(channel.into(), peer.into(), ban);
    s.of_alice.invoke(call).await.unwrap();
    let out = change_of(&mut s.told, &bob).await;
    assert!(out.banned() && out.was_removed() && out.after().is_banned());
}

#[tokio::test]
async fn who_stops_a_bot_is_told_to_it() {
    let mut s = Scene::new().await;
    let bot = s.of_alice.input_peer("@helper_bot").await.unwrap();
    s.of_alice
        .invoke(f::contacts::Block::new(bot.clone()))
        .await
        .unwrap();
    let stopped = change_of(&mut s.told, &s.bot).await;
    assert!(stopped.is_own() && stopped.banned() && stopped.is_private());
    assert_eq!(stopped.chat_id(), s.alice.id());
    s.of_alice
        .invoke(f::contacts::Unblock::new(bot))
        .await
        .unwrap();
    assert!(change_of(&mut s.told, &s.bot).await.unbanned());
}

#[tokio::test]
async fn a_bot_lets_people_in_or_does_not() {
    let mut s = Scene::new().await;
    let (team, link) = group(&mut s, true).await;
    for (name, let_in) in [("bob", true), ("carol", false)] {
        let account = s.server.user(name).await;
        let client = room::enter(&s.server, &account).await;
        let about = f::account::UpdateProfile {
            about: Some("I sell tea".into()),
            ..f::account::UpdateProfile::new()
        };
        client.invoke(about).await.unwrap();
        let e = follow(&client, &link).await.unwrap_err();
        assert!(e.to_string().contains("INVITE_REQUEST_SENT"), "{e}");

        let pending = next(&mut s.heard, |event| match event {
            Event::PendingJoinRequests(it) if it.count() > 0 => Some(it),
            _ => None,
        })
        .await;
        assert_eq!(
            (pending.chat_id(), pending.recent()),
            (team.id(), &[account.id()][..])
        );
        let request = next(&mut s.told, pick!(JoinRequest)).await;
        assert_eq!(
            (request.chat_id(), request.user_id()),
            (team.id(), account.id())
        );
        assert_eq!(request.bio(), "I sell tea");
        assert_eq!(request.link().unwrap().title(), Some("door"));
        assert!(request.link().unwrap().needs_approval() && request.query_id().is_none());
        if let_in {
            request.approve().await.unwrap();
            assert!(change_of(&mut s.told, &account).await.via_request());
        } else {
            request.decline().await.unwrap();
        }
        let e = request.approve().await.unwrap_err();
        assert!(e.rpc().is_some(), "decided already: {e}");
        assert_eq!(team.members().contains(&account.id()), let_in);
    }
}

#[tokio::test]
async fn an_administrator_lets_all_in_at_once() {
    let mut s = Scene::new().await;
    let (team, link) = group(&mut s, true).await;
    for name in ["bob", "carol"] {
        let account = s.server.user(name).await;
        let client = room::enter(&s.server, &account).await;
        follow(&client, &link).await.unwrap_err();
    }
    let pending = next(&mut s.heard, |event| match event {
        Event::PendingJoinRequests(it) if it.count() == 2 => Some(it),
        _ => None,
    })
    .await;
    pending.decline("@carol").await.unwrap();
    s.of_alice
        .approve_all_join_requests(team.id())
        .await
        .unwrap();
    assert_eq!(team.members().len(), 3);
}

#[tokio::test]
async fn reactions_are_told_to_bots() {
    let mut s = Scene::new().await;
    let sent = s
        .of_bot
        .send_message(s.alice.id(), "do you like it?")
        .await
        .unwrap();
    let heard = room::next_message(&mut s.heard).await;
    let peer = s.of_alice.input_peer("@helper_bot").await.unwrap();
    let react = |emoji: Option<&str>| f::messages::SendReaction {
        reaction: emoji.map(|e| vec![types::ReactionEmoji::new(e.into()).into()]),
        ..f::messages::SendReaction::new(peer.clone(), heard.id())
    };
    s.of_alice.invoke(react(Some("👍"))).await.unwrap();
    let change = next(&mut s.told, pick!(MessageReaction)).await;
    assert_eq!(
        (change.added(), change.removed()),
        (vec!["👍".into()], vec![])
    );
    assert_eq!(
        (change.message_id(), change.sender_id()),
        (sent.id(), s.alice.id())
    );
    assert_eq!(
        change.message().await.unwrap().unwrap().text(),
        "do you like it?"
    );
    s.of_alice.invoke(react(None)).await.unwrap();
    let change = next(&mut s.told, pick!(MessageReaction)).await;
    assert_eq!(
        (change.after(), change.removed()),
        (vec![], vec!["👍".into()])
    );
}

#[tokio::test]
async fn commands_of_a_bot_are_shown_where_they_should_be() {
    use heliogram::methods::bots::CommandScope;

    let s = Scene::new().await;
    s.of_bot
        .set_bot_commands([("start", "Begin"), ("help", "Help")])
        .await
        .unwrap();
    let one = CommandScope::Chat("@alice".into());
    s.of_bot
        .set_bot_commands([("own", "Yours")])
        .scope(one.clone())
        .await
        .unwrap();
    let at = async |scope: enums::BotCommandScope| {
        let call = f::bots::GetBotCommands::new(scope, String::new());
        let commands = s.of_bot.invoke(call).await.unwrap();
        commands.into_iter().map(|c| c.command).collect::<Vec<_>>()
    };
    assert_eq!(at(enums::BotCommandScope::Default).await, ["start", "help"]);
    let alice = s.of_bot.input_peer("@alice").await.unwrap();
    let peer = || enums::BotCommandScope::from(types::BotCommandScopePeer::new(alice.clone()));
    assert_eq!(at(peer()).await, ["own"]);
    let none: [(String, String); 0] = [];
    s.of_bot.set_bot_commands(none).scope(one).await.unwrap();
    assert!(at(peer()).await.is_empty());
}
