use heliogram_api::functions::bots::{
    GetBotCommands, GetBotInfo, GetBotMenuButton, ResetBotCommands,
    SetBotBroadcastDefaultAdminRights, SetBotCommands, SetBotGroupDefaultAdminRights, SetBotInfo,
    SetBotMenuButton,
};
use heliogram_api::functions::messages::StartBot;
use heliogram_api::{enums, types};

use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Draft, Way, World, check_start};

pub(super) fn register(table: &mut Table) {
    commands(table);
    table.on::<SetBotInfo>(|w, cx, call| {
        only_itself(w, cx, call.bot.as_deref())?;
        let (name, about) = (call.name, call.about);
        w.describe_bot(cx.actor(), &call.lang_code, name, about, call.description)?;
        Ok(true)
    });
    table.on::<GetBotInfo>(|w, cx, call| {
        only_itself(w, cx, call.bot.as_deref())?;
        let texts = w.bot_texts(cx.me, &call.lang_code);
        let (name, about) = (texts.name, texts.about);
        Ok(types::bots::BotInfo::new(name, about, texts.description))
    });
    table.on::<SetBotMenuButton>(|w, cx, call| {
        let user = menu_of(w, cx, &call.user_id)?;
        w.set_menu_button(cx.actor(), user, call.button)?;
        Ok(true)
    });
    table.on::<GetBotMenuButton>(|w, cx, call| {
        let user = menu_of(w, cx, &call.user_id)?;
        Ok(w.menu_button(cx.me, user))
    });
    table.on::<SetBotGroupDefaultAdminRights>(|w, cx, call| {
        let bot = w.bot_mut(cx.me)?;
        change_rights(&mut bot.group_rights, call.admin_rights)
    });
    table.on::<SetBotBroadcastDefaultAdminRights>(|w, cx, call| {
        let bot = w.bot_mut(cx.me)?;
        change_rights(&mut bot.channel_rights, call.admin_rights)
    });
    table.on::<StartBot>(start);
}

fn commands(table: &mut Table) {
    table.on::<SetBotCommands>(|w, cx, call| {
        let scope = w.scope(cx.me, &call.scope)?;
        w.set_commands(cx.actor(), scope, &call.lang_code, call.commands)?;
        Ok(true)
    });
    table.on::<ResetBotCommands>(|w, cx, call| {
        let scope = w.scope(cx.me, &call.scope)?;
        w.set_commands(cx.actor(), scope, &call.lang_code, Vec::new())?;
        Ok(true)
    });
    table.on::<GetBotCommands>(|w, cx, call| {
        let scope = w.scope(cx.me, &call.scope)?;
        w.commands_at(cx.me, scope, &call.lang_code)
    });
}

/// Bots speak for themselves alone; nobody owns one here.
fn only_itself(w: &World, cx: &Cx<'_>, bot: Option<&enums::InputUser>) -> Answer<()> {
    let named = match bot {
        Some(bot) => w.input_user(cx.me, bot)?,
        None => cx.me,
    };
    if named == cx.me && w.is_bot(cx.me) {
        Ok(())
    } else {
        Err(Refusal::bad("USER_BOT_INVALID"))
    }
}

/// Whose menu button is meant; nobody's own is everybody's.
fn menu_of(w: &World, cx: &Cx<'_>, user: &enums::InputUser) -> Answer<Option<i64>> {
    match user {
        enums::InputUser::Empty => Ok(None),
        user => w.input_user(cx.me, user).map(Some),
    }
}

fn change_rights(
    kept: &mut Option<types::ChatAdminRights>,
    rights: types::ChatAdminRights,
) -> Answer<bool> {
    let new = (rights != types::ChatAdminRights::new()).then_some(rights);
    if *kept == new {
        return Err(Refusal::bad("RIGHTS_NOT_MODIFIED"));
    }
    *kept = new;
    Ok(true)
}

/// Begins to talk with a bot, as a link to it does: in private, or in a group it comes into.
fn start(w: &mut World, cx: &Cx<'_>, call: StartBot) -> Answer<enums::Updates> {
    let bot = w.input_user(cx.me, &call.bot)?;
    if !w.is_bot(bot) {
        return Err(Refusal::bad("BOT_INVALID"));
    }
    check_start(&call.start_param)?;
    let peer = match &call.peer {
        enums::InputPeer::Empty => bot,
        peer => w.peer(cx.me, peer)?,
    };
    let text = if peer < 0 {
        let name = w.user(bot)?.username.clone().unwrap_or_default();
        format!("/start@{name} {}", call.start_param)
    } else if peer == bot {
        format!("/start {}", call.start_param)
    } else {
        return Err(Refusal::bad("PEER_ID_INVALID"));
    };
    let draft = Draft {
        rich: w.rich(cx.me, &text, None)?,
        random_id: call.random_id,
        ..Draft::default()
    };
    w.check_draft(cx.me, peer, &draft)?;
    if peer < 0 {
        bring(w, cx, peer, bot)?;
    }
    let sent = w.send(cx.actor(), peer, draft)?;
    Ok(super::send::sent_updates(w, cx, &[sent]))
}

/// Brings a bot into a group it is not in.
fn bring(w: &mut World, cx: &Cx<'_>, group: i64, bot: i64) -> Answer<()> {
    match w.check_invite(cx.me, group, bot) {
        Ok(()) => w.enter(cx.actor(), group, &[bot], Way::Invited).map(drop),
        Err(refusal) if refusal.name == "USER_ALREADY_PARTICIPANT" => Ok(()),
        Err(refusal) => Err(refusal),
    }
}
