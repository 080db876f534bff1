use std::net::SocketAddr;

use heliogram_api::functions::help::{
    DismissSuggestion, GetAppConfig, GetAppUpdate, GetConfig, GetCountriesList, GetInviteText,
    GetNearestDc, GetPeerColors, GetPeerProfileColors, GetPromoData, GetTermsOfServiceUpdate,
    GetTimezonesList, SaveAppLog,
};
use heliogram_api::{enums, types};

use crate::net::{Addresses, CDN_DC};
use crate::rpc::{Answer, Cx, Table};
use crate::world::{FAVED_MAX, GIF_SEARCH, GIFS_MAX, IMAGE_SEARCH, VENUE_SEARCH, World};

/// Seconds until a client asks again for what seldom changes.
const HOUR: i32 = 3600;
/// Names this content of the app configuration.
const APP_CONFIG_HASH: i32 = 1;

pub(super) fn register(table: &mut Table) {
    table.open::<GetConfig>(config);
    table.fixed::<GetNearestDc>(|cx, _| {
        let nearest = cx.shared.nearest.unwrap_or(cx.dc);
        Ok(types::NearestDc::new("ZZ".to_owned(), cx.dc, nearest))
    });
    table.fixed::<GetAppConfig>(|_, call| {
        if call.hash == APP_CONFIG_HASH {
            return Ok(enums::help::AppConfig::NotModified);
        }
        Ok(types::help::AppConfig::new(APP_CONFIG_HASH, app_config()).into())
    });
    table.fixed::<GetAppUpdate>(|_, _| Ok(enums::help::AppUpdate::NoAppUpdate));
    table.fixed::<GetCountriesList>(|_, _| {
        Ok(types::help::CountriesList::new(Vec::new(), 1).into())
    });
    table.fixed::<GetTimezonesList>(|_, _| {
        Ok(types::help::TimezonesList::new(Vec::new(), 1).into())
    });
    table.on::<GetInviteText>(|_, _, _| {
        Ok(types::help::InviteText::new(
            "Talk to me on Telegram.".to_owned(),
        ))
    });
    table.on::<GetTermsOfServiceUpdate>(|w, _, _| {
        Ok(types::help::TermsOfServiceUpdateEmpty::new(w.now().saturating_add(HOUR)).into())
    });
    table.on::<GetPromoData>(|w, _, _| {
        Ok(types::help::PromoDataEmpty::new(w.now().saturating_add(HOUR)).into())
    });
    table.on::<GetPeerColors>(|_, _, _| Ok(types::help::PeerColors::new(1, Vec::new()).into()));
    table.on::<GetPeerProfileColors>(|_, _, _| {
        Ok(types::help::PeerColors::new(1, Vec::new()).into())
    });
    table.fixed::<SaveAppLog>(|_, _| Ok(true));
    table.on::<DismissSuggestion>(|_, _, _| Ok(true));
}

/// Everything here is so: the addresses are the server's own, as this client can reach them.
fn config(w: &mut World, cx: &Cx<'_>, _: GetConfig) -> Answer<types::Config> {
    let options = dc_options(&cx.shared.addresses_for(cx.ip));
    let day = 24 * HOUR;
    let date = w.now();
    let search_bot = |name: &str| w.search_bot(name).map(|_| name.to_owned());
    Ok(types::Config {
        revoke_pm_inbox: true,
        gif_search_username: search_bot(GIF_SEARCH),
        img_search_username: search_bot(IMAGE_SEARCH),
        venue_search_username: search_bot(VENUE_SEARCH),
        reactions_default: w
            .preferences(cx.me)
            .and_then(|own| own.default_reaction.clone())
            .map(Box::new),
        ..types::Config::new(
            date,
            date + HOUR,
            true,
            cx.dc,
            options,
            String::new(),
            200,
            200_000,
            100,
            210_000,
            5000,
            30_000,
            300_000,
            30_000,
            1500,
            60_000,
            2,
            i32::MAX,
            i32::MAX,
            i32::MAX,
            2_419_200,
            200,
            7 * day,
            20_000,
            90_000,
            30_000,
            10_000,
            "https://t.me/".to_owned(),
            1024,
            4096,
            cx.dc,
        )
    })
}

/// The addresses, those for everything first: clients that do not tell them apart take the first.
fn dc_options(addresses: &Addresses) -> Vec<types::DcOption> {
    let option = |id, address: &SocketAddr| types::DcOption {
        ipv6: address.is_ipv6(),
        r#static: true,
        this_port_only: true,
        ..types::DcOption::new(id, address.ip().to_string(), address.port().into())
    };
    let main = (1..).zip(&addresses.main);
    let media = (1..).zip(&addresses.media);
    let main = main.map(|(id, address)| option(id, address));
    let media = media.map(|(id, address)| types::DcOption {
        media_only: true,
        ..option(id, address)
    });
    let cdn = addresses.cdn.iter().map(|address| types::DcOption {
        cdn: true,
        ..option(CDN_DC, address)
    });
    main.chain(media).chain(cdn).collect()
}

fn app_config() -> enums::JSONValue {
    let number = |n: i32| types::JsonNumber::new(n.into()).into();
    let limits = [
        ("upload_max_fileparts_default", 4000),
        ("upload_max_fileparts_premium", 8000),
        ("caption_length_limit_default", 1024),
        ("about_length_limit_default", 70),
        ("dialogs_pinned_limit_default", 10),
        ("dialogs_folder_pinned_limit_default", 100),
        ("dialog_filters_limit_default", 10),
        ("dialog_filters_chats_limit_default", 100),
        ("forwarded_count_max", 100),
        ("stickers_faved_limit_default", FAVED_MAX as i32),
        ("saved_gifs_limit_default", GIFS_MAX as i32),
        ("small_queue_max_active_operations_count", 5),
        ("large_queue_max_active_operations_count", 2),
    ];
    let values = limits
        .into_iter()
        .map(|(key, n)| types::JsonObjectValue::new(key.to_owned(), number(n)));
    types::JsonObject::new(values.collect()).into()
}
