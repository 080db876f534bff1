//! The methods the server answers, one file for each area of the API.
//!
//! A handler checks what came, lets the world do it, and puts the outcome into the API's words.

mod account;
mod auth;
mod bots;
mod cdn;
mod channels;
mod chats;
mod contacts;
mod dialogs;
mod edit;
mod folders;
mod help;
mod history;
mod media;
mod notify;
mod participants;
mod password;
mod photos;
mod privacy;
mod qr;
mod quiet;
mod send;
mod sessions;
mod takeout;
#[cfg(test)]
mod tests;
mod transfer;
mod updates;
mod upload;
mod users;

use crate::rpc::Table;

/// Every method the server answers.
pub(crate) fn table() -> Table {
    let mut table = Table::default();
    for register in [
        account::register,
        auth::register,
        bots::register,
        cdn::register,
        channels::register,
        chats::register,
        contacts::register,
        dialogs::register,
        edit::register,
        folders::register,
        help::register,
        history::register,
        media::register,
        notify::register,
        participants::register,
        password::register,
        privacy::register,
        qr::register,
        quiet::register,
        send::register,
        sessions::register,
        takeout::register,
        transfer::register,
        updates::register,
        upload::register,
        users::register,
    ] {
        register(&mut table);
    }
    table
}
