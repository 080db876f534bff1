//! Who is meant by a message.

use heliogram_api::functions::{account, channels, messages};
use heliogram_api::{enums, types};

use super::Program;
use super::groups::{company, group, input, peer, say, three};
use crate::world::{Peer, Place};

fn unread(of: &Program, dialog: i64) -> i32 {
    match of.shared.world().dialog_for(of.me, dialog) {
        enums::Dialog::Dialog(dialog) => dialog.unread_mentions_count,
        other => panic!("{other:?}"),
    }
}

fn flags(of: &Program, owner: i64, id: i32) -> (bool, bool) {
    match of.shared.world().message_for(of.me, Place { owner, id }) {
        enums::Message::Message(message) => (message.mentioned, message.media_unread),
        other => panic!("{other:?}"),
    }
}

fn mentions(of: &Program, peer: enums::InputPeer) -> usize {
    let call = messages::GetUnreadMentions::new(peer, 0, 0, 10, 0, 0);
    match of.call(call).unwrap() {
        enums::messages::Messages::ChannelMessages(page) => page.messages.len(),
        enums::messages::Messages::Messages(page) => page.messages.len(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_is_named_or_answered_in_a_supergroup_is_told_until_it_looks() {
    let (alice, bob, carol) = three();
    bob.call(account::UpdateUsername::new("bobby".into()))
        .unwrap();
    let id = company(&alice, &[&bob, &carol], false);
    let dialog = Peer::Channel(id).dialog();
    assert_eq!(say(&alice, peer(&alice, id), "hello @bobby", 1), "");
    assert_eq!(say(&bob, peer(&bob, id), "yes?", 2), "");
    let reply = messages::SendMessage {
        reply_to: Some(Box::new(types::InputReplyToMessage::new(4).into())),
        ..messages::SendMessage::new(peer(&carol, id), "no".into(), 3)
    };
    carol.call(reply).unwrap();
    assert_eq!((unread(&bob, dialog), unread(&carol, dialog)), (2, 0));
    assert_eq!(flags(&bob, dialog, 3), (true, true));
    assert_eq!(flags(&carol, dialog, 3), (false, false));
    assert_eq!(mentions(&bob, peer(&bob, id)), 2);

    let look = channels::ReadMessageContents::new(input(&bob, id), vec![3]);
    bob.call(look).unwrap();
    assert_eq!(flags(&bob, dialog, 3), (true, false));
    assert_eq!(unread(&bob, dialog), 1);
    let delete = channels::DeleteMessages::new(input(&alice, id), vec![5]);
    alice.call(delete).unwrap();
    assert_eq!(unread(&bob, dialog), 0, "it is gone");
    assert_eq!(say(&alice, peer(&alice, id), "@bobby @bobby", 4), "");
    assert_eq!(unread(&bob, dialog), 1);
    bob.call(messages::ReadMentions::new(peer(&bob, id)))
        .unwrap();
    assert_eq!(
        (unread(&bob, dialog), mentions(&bob, peer(&bob, id))),
        (0, 0)
    );
}

#[test]
fn in_a_basic_group_looking_is_a_step_of_ones_own_box() {
    let (alice, bob, carol) = three();
    let id = group(&alice, &[&bob, &carol]);
    let chat = || enums::InputPeer::Chat(types::InputPeerChat::new(id));
    let mention = types::InputMessageEntityMentionName::new(0, 3, alice.user(&bob));
    let call = messages::SendMessage {
        entities: Some(vec![mention.into()]),
        ..messages::SendMessage::new(chat(), "you there".into(), 1)
    };
    alice.call(call).unwrap();
    let dialog = Peer::Group(id).dialog();
    assert_eq!((unread(&bob, dialog), unread(&carol, dialog)), (1, 0));
    assert_eq!(mentions(&bob, chat()), 1);
    let pts = alice.shared.world().boxes[&bob.me].pts;
    let read = bob.call(messages::ReadMentions::new(chat())).unwrap();
    assert_eq!((read.pts, read.pts_count), (pts + 1, 1));
    let again = bob.call(messages::ReadMentions::new(chat())).unwrap();
    assert_eq!((again.pts, again.pts_count), (pts + 1, 0));
    assert_eq!(flags(&bob, bob.me, 2), (true, false));
}
