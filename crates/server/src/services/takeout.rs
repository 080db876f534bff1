//! Takeouts: everything there is of an account, for the account to keep.

use heliogram_api::functions::account::{FinishTakeoutSession, InitTakeoutSession};
use heliogram_api::functions::channels::GetLeftChannels;
use heliogram_api::functions::contacts::GetSaved;
use heliogram_api::functions::messages::GetSplitRanges;
use heliogram_api::{enums, types};

use crate::rpc::{Answer, Cx, Refusal, Table};
use crate::world::World;

/// Most channels in one answer.
const PAGE_MAX: usize = 100;

pub(super) fn register(table: &mut Table) {
    table.on::<InitTakeoutSession>(|w, cx, _| {
        Ok(types::account::Takeout::new(w.begin_takeout(cx.me)))
    });
    table.on::<FinishTakeoutSession>(|w, cx, _| {
        in_takeout(cx)?;
        w.end_takeout(cx.me);
        Ok(true)
    });
    table.on::<GetSplitRanges>(|w, cx, _| {
        let ranges = w.message_ranges(cx.me)?.into_iter();
        Ok(ranges
            .map(|range| types::MessageRange::new(range.min, range.max))
            .collect())
    });
    table.on::<GetSaved>(|w, cx, _| {
        in_takeout(cx)?;
        let kept = w.saved_contacts(cx.me).into_iter();
        Ok(kept
            .map(|(phone, kept)| {
                types::SavedPhoneContact::new(phone, kept.first_name, kept.last_name, kept.date)
            })
            .collect())
    });
    table.on::<GetLeftChannels>(left);
}

fn in_takeout(cx: &Cx<'_>) -> Answer<()> {
    match cx.takeout {
        true => Ok(()),
        false => Err(Refusal::bad("TAKEOUT_REQUIRED")),
    }
}

fn left(w: &mut World, cx: &Cx<'_>, call: GetLeftChannels) -> Answer<enums::messages::Chats> {
    in_takeout(cx)?;
    let all = w.left_channels(cx.me);
    let from = usize::try_from(call.offset).unwrap_or(0);
    let page: Vec<i64> = all.iter().skip(from).take(PAGE_MAX).copied().collect();
    let whole = page.len() == all.len();
    let chats = page.iter().map(|id| w.chat_for(cx.me, *id)).collect();
    Ok(if whole {
        types::messages::Chats::new(chats).into()
    } else {
        types::messages::ChatsSlice::new(all.len() as i32, chats).into()
    })
}
