//! The methods the server answers, one file for each area of the API.
//!
//! A handler checks what came, lets the world do it, and puts the outcome into the API's words.

mod account;
mod address_book;
mod albums;
mod auth;
mod blocking;
mod bots;
mod callbacks;
mod cdn;
mod channel_lists;
mod channels;
mod chats;
mod contacts;
mod dialogs;
mod discussion;
mod edit;
mod folders;
mod hashes;
mod help;
mod history;
mod inline;
mod invites;
mod journal;
mod leaving;
mod links;
mod media;
mod notify;
mod participants;
mod password;
mod photos;
mod polls;
mod privacy;
mod qr;
mod quiet;
mod reactions;
mod reports;
mod saved;
mod scheduled;
mod send;
mod sessions;
mod stickers;
mod takeout;
#[cfg(test)]
mod tests;
mod thumbs;
mod toggles;
mod topics;
mod transfer;
mod updates;
mod upload;
mod users;
mod voices;
mod wiping;

use crate::rpc::Table;

/// Every method the server answers.
pub(crate) fn table() -> Table {
    let mut table = Table::default();
    for register in [
        account::register,
        address_book::register,
        auth::register,
        blocking::register,
        bots::register,
        callbacks::register,
        cdn::register,
        channel_lists::register,
        channels::register,
        chats::register,
        contacts::register,
        dialogs::register,
        discussion::register,
        edit::register,
        folders::register,
        help::register,
        history::register,
        inline::register,
        invites::register,
        journal::register,
        links::register,
        leaving::register,
        media::register,
        notify::register,
        participants::register,
        password::register,
        photos::register,
        polls::register,
        privacy::register,
        qr::register,
        quiet::register,
        reactions::register,
        reports::register,
        saved::register,
        scheduled::register,
        albums::register,
        send::register,
        toggles::register,
        topics::register,
        sessions::register,
        stickers::register,
        takeout::register,
        transfer::register,
        updates::register,
        upload::register,
        users::register,
        voices::register,
        wiping::register,
    ] {
        register(&mut table);
    }
    table
}
