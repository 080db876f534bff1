use heliogram_api::functions::messages::{
    EditInlineBotMessage, GetBotCallbackAnswer, SetBotCallbackAnswer,
};
use heliogram_api::{enums, types};

use super::media::take_media;
use super::password::proof_of;
use crate::rpc::{Answer, Cx, Refusal, Reply, Table, Wait};
use crate::world::{CallbackAnswer, Edit, Proof, World};

pub(super) fn register(table: &mut Table) {
    table.asking::<GetBotCallbackAnswer>(press);
    table.on::<SetBotCallbackAnswer>(|w, cx, call| {
        let answer = CallbackAnswer {
            message: call.message.filter(|message| !message.is_empty()),
            alert: call.alert,
            url: call.url.filter(|url| !url.is_empty()),
            cache_time: call.cache_time.max(0),
        };
        w.answer_callback(cx.me, call.query_id, answer)?;
        Ok(true)
    });
    table.files::<EditInlineBotMessage>(edit);
}

/// Presses a button; what its bot says to that is the answer.
fn press(
    cx: &Cx<'_>,
    call: GetBotCallbackAnswer,
) -> Answer<Reply<types::messages::BotCallbackAnswer>> {
    cx.shared.change(|w| {
        let dialog = w.peer(cx.me, &call.peer)?;
        // No message here has a game.
        let data = call.data.filter(|_| !call.game);
        let data = data.ok_or_else(|| Refusal::bad("DATA_INVALID"))?;
        let button = w.button(cx.me, dialog, call.msg_id, &data)?;
        if button.asks_password {
            check_password(w, cx, call.password.as_ref())?;
        }
        let id = w.press(cx.actor(), dialog, &button, data)?;
        let wait = Wait::new(&cx.shared.bells, id, move |shared| {
            let answer = shared.change(|w| w.callback_answer(id))?;
            Ok(types::messages::BotCallbackAnswer {
                alert: answer.alert,
                has_url: answer.url.is_some(),
                message: answer.message,
                url: answer.url,
                ..types::messages::BotCallbackAnswer::new(answer.cache_time)
            })
        });
        Ok(Reply::Later(wait))
    })
}

/// Who presses a button that asks for it has to have a password and to know it.
fn check_password(
    w: &mut World,
    cx: &Cx<'_>,
    given: Option<&enums::InputCheckPasswordSRP>,
) -> Answer<()> {
    if w.user(cx.me)?.password.is_none() {
        return Err(Refusal::bad("PASSWORD_MISSING"));
    }
    let proof = given.map_or(Proof::None, proof_of);
    w.check_password(cx.key, cx.me, &proof)
}

/// Changes a message that somebody sent through the bot, at the data centre where they are at home.
fn edit(cx: &Cx<'_>, call: EditInlineBotMessage) -> Answer<bool> {
    let enums::InputBotInlineMessageID::InputBotInlineMessageID64(id) = call.id else {
        return Err(Refusal::bad("MESSAGE_ID_INVALID"));
    };
    if id.dc_id != cx.dc {
        return Err(Refusal::bad("MESSAGE_ID_INVALID"));
    }
    let media = match call.media {
        Some(media) => take_media(cx, *media)?,
        None => None,
    };
    cx.shared.change(|w| {
        let rich = match &call.message {
            Some(text) => Some(w.rich(cx.me, text, call.entities)?),
            None => None,
        };
        let markup = w.inline_markup(cx.me, call.reply_markup.map(|markup| *markup))?;
        let invert_media = (rich.is_some() || media.is_some()).then_some(call.invert_media);
        let edit = Edit {
            rich,
            media,
            invert_media,
            // A bot that edits without buttons takes them away.
            markup: Some(markup),
        };
        w.edit_inline(cx.actor(), &id, edit)?;
        Ok(true)
    })
}
