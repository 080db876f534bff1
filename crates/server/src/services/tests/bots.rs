//! What bots say about themselves, and how they are begun with.

use std::sync::Arc;

use heliogram_api::functions::{bots as b, channels, messages as m, users};
use heliogram_api::{enums, types};

use super::{Program, hello, server};
use crate::shared::Shared;
use crate::world::{Kind, Peer, Scope};

fn there() -> (Arc<Shared>, Program, Program) {
    let shared = server();
    let alice = Program::logged_in(&shared, "9996610001", "Alice");
    let bot = Program::bot(&shared, "said_bot");
    alice
        .call(m::SendMessage::new(alice.peer(&bot), "/start".into(), 1))
        .unwrap();
    (shared, alice, bot)
}

fn command(name: &str) -> types::BotCommand {
    types::BotCommand::new(name.into(), "does something".into())
}

fn set(scope: enums::BotCommandScope, lang: &str, names: &[&str]) -> b::SetBotCommands {
    let commands = names.iter().map(|name| command(name)).collect();
    b::SetBotCommands::new(scope, lang.into(), commands)
}

fn shown(alice: &Program, bot: &Program) -> (Vec<String>, types::UserFull) {
    let full = alice
        .call(users::GetFullUser::new(alice.user(bot)))
        .unwrap();
    let full = *full.full_user;
    let info = full.bot_info.clone().unwrap();
    let commands = info.commands.clone().unwrap_or_default();
    (commands.into_iter().map(|c| c.command).collect(), full)
}

#[test]
fn the_closest_list_of_commands_is_shown() {
    let (_, alice, bot) = there();
    use enums::BotCommandScope as S;
    bot.call(set(S::Default, "", &["all"])).unwrap();
    assert_eq!(shown(&alice, &bot).0, ["all"]);
    bot.call(set(S::Users, "", &["private"])).unwrap();
    assert_eq!(shown(&alice, &bot).0, ["private"]);
    // The program of the tests speaks no language a bot can.
    bot.call(set(S::Users, "de", &["privat"])).unwrap();
    assert_eq!(shown(&alice, &bot).0, ["private"]);
    let peer = types::BotCommandScopePeer::new(bot.peer(&alice));
    bot.call(set(peer.clone().into(), "", &["alice"])).unwrap();
    assert_eq!(shown(&alice, &bot).0, ["alice"]);
    let reset = b::ResetBotCommands::new(peer.into(), String::new());
    bot.call(reset).unwrap();
    assert_eq!(shown(&alice, &bot).0, ["private"]);
    let get = b::GetBotCommands::new(S::Default, String::new());
    assert_eq!(bot.call(get).unwrap(), [command("all")]);
    assert_eq!(
        bot.refusal(set(S::Default, "english", &["x"])),
        "LANG_CODE_INVALID"
    );
    assert_eq!(
        bot.refusal(set(S::Default, "", &["Bad"])),
        "BOT_COMMAND_INVALID"
    );
    assert_eq!(
        alice.refusal(set(S::Default, "", &["x"])),
        "USER_BOT_REQUIRED"
    );
}

#[test]
fn each_is_told_of_the_commands_it_is_shown() {
    let (_, alice, bot) = there();
    let scope = Scope::Peer(alice.me);
    let heard = alice.hears(|w| {
        w.set_commands(bot.actor(), scope, "", vec![command("own")])
            .unwrap();
    });
    let [enums::Update::BotCommands(told)] = &heard[..] else {
        panic!("{heard:?}")
    };
    assert_eq!(
        (told.bot_id, &told.commands[..]),
        (bot.me, &[command("own")][..])
    );
    assert_eq!(told.peer, types::PeerUser::new(bot.me).into());
}

#[test]
fn a_bot_speaks_the_language_of_whoever_looks() {
    let (_, alice, bot) = there();
    let text = |lang: &str, name: &str| b::SetBotInfo {
        name: Some(name.into()),
        description: Some(format!("{name} describes itself")),
        ..b::SetBotInfo::new(lang.into())
    };
    bot.call(text("", "Helper")).unwrap();
    bot.call(text("de", "Helfer")).unwrap();
    let name = || match &alice
        .call(users::GetUsers::new(vec![alice.user(&bot)]))
        .unwrap()[0]
    {
        enums::User::User(user) => user.first_name.clone().unwrap(),
        other => panic!("{other:?}"),
    };
    assert_eq!(name(), "Helper");
    let mut german = hello(heliogram_api::LAYER);
    german.query.lang_code = "de-AT".into();
    alice.call(german).unwrap();
    assert_eq!(name(), "Helfer");
    let info = shown(&alice, &bot).1.bot_info.unwrap();
    assert_eq!(info.description.as_deref(), Some("Helfer describes itself"));
    let got = bot.call(b::GetBotInfo::new("de".into())).unwrap();
    assert_eq!(got.name, "Helfer");
    assert_eq!(
        alice.refusal(b::GetBotInfo::new(String::new())),
        "USER_BOT_INVALID"
    );
}

#[test]
fn menus_and_wanted_rights_are_shown() {
    let (_, alice, bot) = there();
    let button = types::BotMenuButton::new("Open".into(), "https://example.org".into());
    let all = enums::InputUser::Empty;
    bot.call(b::SetBotMenuButton::new(all.clone(), button.clone().into()))
        .unwrap();
    let own = b::SetBotMenuButton::new(bot.user(&alice), enums::BotMenuButton::Commands);
    bot.call(own).unwrap();
    let kept = bot.call(b::GetBotMenuButton::new(all)).unwrap();
    assert_eq!(kept, button.into());
    let rights = types::ChatAdminRights {
        ban_users: true,
        ..types::ChatAdminRights::new()
    };
    let call = b::SetBotGroupDefaultAdminRights::new(rights.clone());
    bot.call(call.clone()).unwrap();
    assert_eq!(bot.refusal(call), "RIGHTS_NOT_MODIFIED");
    let full = shown(&alice, &bot).1;
    assert_eq!(full.bot_group_admin_rights, Some(rights));
    let menu = full.bot_info.unwrap().menu_button.unwrap();
    assert_eq!(*menu, enums::BotMenuButton::Commands);
    let insecure = types::BotMenuButton::new("Open".into(), "http://example.org".into());
    let call = b::SetBotMenuButton::new(enums::InputUser::Empty, insecure.into());
    assert_eq!(bot.refusal(call), "BUTTON_URL_INVALID");
}

#[test]
fn a_link_begins_with_a_bot_in_private_and_in_a_group() {
    let (shared, alice, bot) = there();
    let start = |peer: enums::InputPeer, param: &str, n| {
        m::StartBot::new(alice.user(&bot), peer, n, param.into())
    };
    alice.call(start(alice.peer(&bot), "from-link", 2)).unwrap();
    let text = |shared: &Shared| {
        let w = shared.world();
        w.letters[&(w.next_letter - 1)].text.clone()
    };
    assert_eq!(text(&shared), "/start from-link");
    assert_eq!(
        alice.refusal(start(alice.peer(&bot), "", 3)),
        "START_PARAM_EMPTY"
    );
    assert_eq!(
        alice.refusal(start(alice.peer(&bot), "a b", 3)),
        "START_PARAM_INVALID"
    );
    let long = "x".repeat(65);
    assert_eq!(
        alice.refusal(start(alice.peer(&bot), &long, 3)),
        "START_PARAM_TOO_LONG"
    );

    let create = channels::CreateChannel {
        megagroup: true,
        ..channels::CreateChannel::new("Group".into(), String::new())
    };
    let enums::Updates::Updates(made) = alice.call(create).unwrap() else {
        panic!()
    };
    let enums::Chat::Channel(group) = &made.chats[0] else {
        panic!()
    };
    let hash = shared
        .world()
        .access_hash(alice.me, Kind::Channel, group.id);
    let peer = types::InputPeerChannel::new(group.id, hash);
    alice.call(start(peer.into(), "x", 4)).unwrap();
    assert_eq!(text(&shared), "/start@said_bot x");
    let dialog = Peer::Channel(group.id).dialog();
    assert!(shared.world().chats[&dialog].members.has(bot.me));
}

#[test]
fn a_bot_that_is_kept_out_of_groups_does_not_come() {
    let (shared, alice, bot) = there();
    shared.world().bot_mut(bot.me).unwrap().no_chats = true;
    let bob = Program::logged_in(&shared, "9996610002", "Bob");
    let create = m::CreateChat::new(vec![alice.user(&bob)], "Group".into());
    let enums::Updates::Updates(made) = alice.call(create).unwrap().updates else {
        panic!()
    };
    let enums::Chat::Chat(group) = &made.chats[0] else {
        panic!()
    };
    let call = m::AddChatUser::new(group.id, alice.user(&bot), 0);
    assert_eq!(alice.refusal(call), "BOT_GROUPS_BLOCKED");
}

#[test]
fn methods_are_for_people_or_for_bots() {
    let (_, alice, bot) = there();
    let history = m::GetHistory::new(bot.peer(&alice), 0, 0, 0, 10, 0, 0, 0);
    assert_eq!(bot.refusal(history), "BOT_METHOD_INVALID");
    let commands = b::GetBotCommands::new(enums::BotCommandScope::Default, String::new());
    assert_eq!(alice.refusal(commands), "USER_BOT_REQUIRED");
    let both = users::GetUsers::new(vec![enums::InputUser::InputUserSelf]);
    assert_eq!(bot.refusal(both.clone()), "");
    assert_eq!(alice.refusal(both), "");
}
