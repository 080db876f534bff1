use heliogram_api::functions::bots::{
    GetBotCommands, GetBotInfo, ResetBotCommands, SetBotCommands, SetBotInfo,
};
use heliogram_api::functions::messages::StartBot;
use heliogram_api::{enums, types};

use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::{Draft, World};

/// Most commands of one bot.
const COMMANDS_MAX: usize = 100;

pub(super) fn register(table: &mut Table) {
    table.on::<SetBotCommands>(|w, cx, call| {
        only_bots(w, cx)?;
        set_commands(w, cx, call.commands)
    });
    table.on::<ResetBotCommands>(|w, cx, _| {
        only_bots(w, cx)?;
        set_commands(w, cx, Vec::new())
    });
    table.on::<GetBotCommands>(|w, cx, _| {
        only_bots(w, cx)?;
        Ok(w.user(cx.me)?.commands.clone())
    });
    table.on::<SetBotInfo>(|w, cx, call| {
        only_bots(w, cx)?;
        w.set_profile(cx.me, call.name, None, call.about.or(call.description))?;
        w.push_name(cx.actor());
        Ok(true)
    });
    table.on::<GetBotInfo>(|w, cx, _| {
        only_bots(w, cx)?;
        let user = w.user(cx.me)?;
        let (name, about) = (user.first_name.clone(), user.about.clone());
        Ok(types::bots::BotInfo::new(name, about.clone(), about))
    });
    table.on::<StartBot>(start);
}

fn only_bots(w: &World, cx: &Cx<'_>) -> Answer<()> {
    if w.is_bot(cx.me) {
        Ok(())
    } else {
        Err(Refusal::bad("USER_BOT_REQUIRED"))
    }
}

fn set_commands(w: &mut World, cx: &Cx<'_>, commands: Vec<types::BotCommand>) -> Answer<bool> {
    let good = |command: &types::BotCommand| {
        let name = &command.command;
        (1..=32).contains(&name.len())
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            && (1..=256).contains(&command.description.chars().count())
    };
    if commands.len() > COMMANDS_MAX || !commands.iter().all(good) {
        return Err(Refusal::bad("BOT_COMMAND_INVALID"));
    }
    w.user_mut(cx.me)?.commands = commands;
    Ok(true)
}

/// Begins a conversation with a bot, as its start button does.
fn start(w: &mut World, cx: &Cx<'_>, call: StartBot) -> Answer<enums::Updates> {
    let bot = w.input_user(cx.me, &call.bot)?;
    if !w.is_bot(bot) {
        return Err(Refusal::bad("BOT_INVALID"));
    }
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if call.start_param.len() > 64 || !call.start_param.chars().all(word) {
        return Err(Refusal::bad("START_PARAM_INVALID"));
    }
    let text = format!("/start {}", call.start_param);
    let rich = w.rich(cx.me, &text, None)?;
    let draft = Draft {
        rich,
        random_id: call.random_id,
        ..Draft::default()
    };
    let sent = w.send(cx.actor(), bot, draft)?;
    Ok(super::send::sent_updates(w, cx, &[sent]))
}
