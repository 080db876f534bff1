//! What answers say.

use heliogram_api::{enums, types};

/// An account among those an answer mentions, to be written to.
pub(crate) fn input_of(users: &[enums::User], id: i64) -> enums::InputPeer {
    let found = users.iter().find_map(|user| match user {
        enums::User::User(user) if user.id == id => user.access_hash,
        _ => None,
    });
    types::InputPeerUser::new(id, found.unwrap()).into()
}

/// The text of a message.
pub(crate) fn text_of(message: &enums::Message) -> String {
    match message {
        enums::Message::Message(message) => message.message.clone(),
        other => panic!("{other:?}"),
    }
}

/// The document a message carries.
pub(crate) fn document_of(message: &enums::Message) -> types::Document {
    let enums::Message::Message(message) = message else {
        panic!()
    };
    let Some(media) = &message.media else {
        panic!()
    };
    let enums::MessageMedia::Document(media) = &**media else {
        panic!()
    };
    let Some(enums::Document::Document(document)) = &media.document else {
        panic!()
    };
    (**document).clone()
}
