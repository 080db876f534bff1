use heliogram_api::enums;
use heliogram_api::functions::account::{
    GetNotifyExceptions, GetNotifySettings, GetReactionsNotifySettings, RegisterDevice,
    UnregisterDevice, UpdateDeviceLocked, UpdateNotifySettings,
};
use heliogram_api::types;

use crate::rpc::Table;

/// Nobody is rung here: settings are those of a new account, devices are thanked for coming.
pub(super) fn register(table: &mut Table) {
    table.on::<GetNotifySettings>(|_, _, _| Ok(types::PeerNotifySettings::new()));
    table.on::<UpdateNotifySettings>(|_, _, _| Ok(true));
    table.on::<GetReactionsNotifySettings>(|_, _, _| {
        let sound = enums::NotificationSound::Default;
        Ok(types::ReactionsNotifySettings::new(sound, true))
    });
    table.on::<GetNotifyExceptions>(|w, cx, _| Ok(w.updates(cx.me, Vec::new(), &[])));
    table.on::<RegisterDevice>(|_, _, _| Ok(true));
    table.on::<UnregisterDevice>(|_, _, _| Ok(true));
    table.on::<UpdateDeviceLocked>(|_, _, _| Ok(true));
}
