use heliogram_api::functions::channels::GetSendAs;
use heliogram_api::functions::messages::SaveDefaultSendAs;
use heliogram_api::types;

use crate::render::peer;
use crate::rpc::Table;

pub(super) fn register(table: &mut Table) {
    table.on::<GetSendAs>(|w, cx, call| {
        let chat = w.peer(cx.me, &call.peer)?;
        let voices = w.voices(cx.me, chat)?;
        let list = voices
            .iter()
            .map(|voice| types::SendAsPeer::new(peer(*voice)));
        let list = list.collect();
        let cast = w.cast(cx.me, voices);
        Ok(types::channels::SendAsPeers::new(
            list, cast.chats, cast.users,
        ))
    });
    table.on::<SaveDefaultSendAs>(|w, cx, call| {
        let chat = w.peer(cx.me, &call.peer)?;
        let voice = w.peer(cx.me, &call.send_as)?;
        w.set_usual_voice(cx.me, chat, voice)?;
        Ok(true)
    });
}
