//! What people think of messages.

use heliogram_api::enums::Reaction;
use heliogram_api::functions::{channels, help, messages};
use heliogram_api::{enums, types};

use super::groups::{company, input, peer, say, three};
use super::{Program, server};

fn sign(text: &str) -> Reaction {
    types::ReactionEmoji::new(text.into()).into()
}

fn react(peer: enums::InputPeer, id: i32, signs: &[&str]) -> messages::SendReaction {
    messages::SendReaction {
        reaction: Some(signs.iter().map(|text| sign(text)).collect()),
        ..messages::SendReaction::new(peer, id)
    }
}

/// The signs on a message: text, number, and whether one is the viewer's own.
fn seen(of: &Program, peer: enums::InputPeer, id: i32) -> Vec<(Reaction, i32, bool)> {
    let call = messages::GetMessagesReactions::new(peer, vec![id]);
    let enums::Updates::Updates(told) = of.call(call).unwrap() else {
        panic!()
    };
    let [enums::Update::MessageReactions(update)] = &told.updates[..] else {
        panic!("{told:?}")
    };
    let list = update.reactions.results.iter();
    list.map(|r| (r.reaction.clone(), r.count, r.chosen_order.is_some()))
        .collect()
}

fn pair() -> (Program, Program) {
    let shared = server();
    let alice = Program::logged_in(&shared, "9996610001", "Alice");
    let bob = Program::logged_in(&shared, "9996610002", "Bob");
    (alice, bob)
}

#[test]
fn a_sign_is_put_changed_and_taken_away() {
    let (alice, bob) = pair();
    assert_eq!(say(&alice, alice.peer(&bob), "hi", 1), "");
    bob.call(react(bob.peer(&alice), 1, &["👍"])).unwrap();
    assert_eq!(seen(&alice, alice.peer(&bob), 1), [(sign("👍"), 1, false)]);
    assert_eq!(seen(&bob, bob.peer(&alice), 1), [(sign("👍"), 1, true)]);
    let again = react(bob.peer(&alice), 1, &["👍"]);
    assert_eq!(bob.refusal(again), "MESSAGE_NOT_MODIFIED");
    bob.call(react(bob.peer(&alice), 1, &["🔥"])).unwrap();
    alice.call(react(alice.peer(&bob), 1, &["🔥"])).unwrap();
    assert_eq!(seen(&bob, bob.peer(&alice), 1), [(sign("🔥"), 2, true)]);
    bob.call(react(bob.peer(&alice), 1, &[])).unwrap();
    assert_eq!(seen(&alice, alice.peer(&bob), 1), [(sign("🔥"), 1, true)]);
}

#[test]
fn only_signs_that_are_allowed_are_put() {
    let (alice, bob, _) = three();
    let id = company(&alice, &[&bob], false);
    assert_eq!(say(&alice, peer(&alice, id), "hi", 1), "");
    let wrong = react(peer(&bob, id), 3, &["🐌"]);
    assert_eq!(bob.refusal(wrong), "REACTION_INVALID");
    let both = react(peer(&bob, id), 3, &["👍", "🔥"]);
    assert_eq!(bob.refusal(both), "REACTIONS_TOO_MANY");
    let some = types::ChatReactionsSome::new(vec![sign("❤")]);
    let only = messages::SetChatAvailableReactions::new(peer(&alice, id), some.into());
    alice.call(only).unwrap();
    assert_eq!(
        bob.refusal(react(peer(&bob, id), 3, &["👍"])),
        "REACTION_INVALID"
    );
    bob.call(react(peer(&bob, id), 3, &["❤"])).unwrap();
    assert_eq!(
        bob.refusal(react(peer(&bob, id), 99, &["❤"])),
        "MESSAGE_ID_INVALID"
    );
}

#[test]
fn the_author_is_told_until_it_has_looked() {
    let (alice, bob, carol) = three();
    let id = company(&alice, &[&bob, &carol], false);
    assert_eq!(say(&alice, peer(&alice, id), "hi", 1), "");
    bob.call(react(peer(&bob, id), 3, &["❤"])).unwrap();
    let unread = |of: &Program| {
        let call = messages::GetUnreadReactions::new(peer(of, id), 0, 0, 10, 0, 0);
        let enums::messages::Messages::ChannelMessages(page) = of.call(call).unwrap() else {
            panic!()
        };
        page.count
    };
    assert_eq!((unread(&alice), unread(&carol)), (1, 0));
    alice
        .call(messages::ReadReactions::new(peer(&alice, id)))
        .unwrap();
    assert_eq!(unread(&alice), 0);
    let list = messages::GetMessageReactionsList::new(peer(&carol, id), 3, 10);
    let list = carol.call(list).unwrap();
    assert_eq!((list.count, list.reactions.len()), (1, 1));
    assert!(
        list.users
            .iter()
            .any(|user| matches!(user, enums::User::User(u) if u.id == bob.me))
    );
}

#[test]
fn bots_hear_of_signs_where_they_administer() {
    let (alice, bob, _) = three();
    let helper = Program::bot(&alice.shared, "helper_bot");
    let id = company(&alice, &[&bob, &helper], false);
    assert_eq!(say(&alice, peer(&alice, id), "hi", 1), "");
    let heard = |of: &Program| {
        let missed = alice.shared.world().missed_in_order(of.me, 1, None);
        let told = missed.unwrap().updates.into_iter().map(|one| one.update);
        told.filter(|update| {
            use enums::Update as U;
            matches!(update, U::BotMessageReaction(_) | U::BotMessageReactions(_))
        })
        .collect::<Vec<_>>()
    };
    bob.call(react(peer(&bob, id), 3, &["🔥"])).unwrap();
    assert_eq!(heard(&helper), [], "it is a plain member");
    let rights = types::ChatAdminRights {
        delete_messages: true,
        ..types::ChatAdminRights::new()
    };
    let promote = channels::EditAdmin::new(input(&alice, id), alice.user(&helper), rights);
    alice.call(promote).unwrap();
    bob.call(react(peer(&bob, id), 3, &["👍"])).unwrap();
    let told = heard(&helper);
    let [enums::Update::BotMessageReaction(told)] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!(told.old_reactions, [sign("🔥")]);
    assert_eq!(told.new_reactions, [sign("👍")]);
    assert_eq!(told.msg_id, 3);
}

#[test]
fn signs_used_last_and_the_usual_one_are_kept() {
    let (alice, bob) = pair();
    assert_eq!(say(&alice, alice.peer(&bob), "hi", 1), "");
    let used = messages::SendReaction {
        add_to_recent: true,
        ..react(bob.peer(&alice), 1, &["🔥"])
    };
    bob.call(used).unwrap();
    let recent = || match bob.call(messages::GetRecentReactions::new(10, 0)).unwrap() {
        enums::messages::Reactions::Reactions(list) => list.reactions,
        other => panic!("{other:?}"),
    };
    assert_eq!(recent(), [sign("🔥")]);
    bob.call(messages::ClearRecentReactions::new()).unwrap();
    assert_eq!(recent(), []);
    let wrong = messages::SetDefaultReaction::new(sign("🐌"));
    assert_eq!(bob.refusal(wrong), "REACTION_INVALID");
    bob.call(messages::SetDefaultReaction::new(sign("❤")))
        .unwrap();
    let config = bob.call(help::GetConfig::new()).unwrap();
    assert_eq!(config.reactions_default.map(|sign| *sign), Some(sign("❤")));
}

#[test]
fn a_channel_counts_and_names_nobody() {
    let (alice, bob, _) = three();
    let id = company(&alice, &[&bob], true);
    assert_eq!(say(&alice, peer(&alice, id), "post", 1), "");
    bob.call(react(peer(&bob, id), 2, &["🎉"])).unwrap();
    assert_eq!(seen(&alice, peer(&alice, id), 2), [(sign("🎉"), 1, false)]);
    let list = messages::GetMessageReactionsList::new(peer(&alice, id), 2, 10);
    assert_eq!(alice.refusal(list), "BROADCAST_FORBIDDEN");
}

#[test]
fn every_offered_sign_has_files_that_can_be_fetched() {
    let (alice, _) = pair();
    let call = messages::GetAvailableReactions::new(0);
    let enums::messages::AvailableReactions::AvailableReactions(all) = alice.call(call).unwrap()
    else {
        panic!()
    };
    assert_eq!(all.reactions.len(), crate::world::SIGNS.len());
    let world = alice.shared.world();
    for file in world.documents.values() {
        let bytes = alice.shared.blobs.read(&file.blob, 0, 1 << 20).unwrap();
        assert_eq!(bytes.len() as i64, file.blob.size);
    }
}
