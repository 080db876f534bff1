//! How much may be said below a file.

use heliogram_api::functions::messages;
use heliogram_api::{enums, types};

use super::{Program, server};

fn point() -> enums::InputMedia {
    let point = types::InputGeoPoint::new(52.5, 13.4);
    types::InputMediaGeoPoint::new(point.into()).into()
}

fn send(media: enums::InputMedia, text: String, random_id: i64) -> messages::SendMedia {
    messages::SendMedia::new(enums::InputPeer::InputPeerSelf, media, text, random_id)
}

#[test]
fn a_caption_is_refused_as_one_however_long_it_is() {
    let alice = Program::logged_in(&server(), "9996610001", "Alice");
    assert_eq!(alice.refusal(send(point(), "x".repeat(1024), 1)), "");
    for (length, random_id) in [(1025, 2), (4096, 3), (4097, 4)] {
        let refusal = alice.refusal(send(point(), "x".repeat(length), random_id));
        assert_eq!(refusal, "MEDIA_CAPTION_TOO_LONG", "{length}");
    }
    let item = types::InputSingleMedia::new(point(), 5, "x".repeat(5000));
    let album = messages::SendMultiMedia::new(enums::InputPeer::InputPeerSelf, vec![item]);
    assert_eq!(alice.refusal(album), "MEDIA_CAPTION_TOO_LONG");
}

#[test]
fn the_words_around_a_link_are_no_caption() {
    let alice = Program::logged_in(&server(), "9996610001", "Alice");
    let page = || types::InputMediaWebPage::new("https://example.org".into()).into();
    assert_eq!(alice.refusal(send(page(), "x".repeat(4096), 1)), "");
    let refusal = alice.refusal(send(page(), "x".repeat(4097), 2));
    assert_eq!(refusal, "MESSAGE_TOO_LONG");
}
