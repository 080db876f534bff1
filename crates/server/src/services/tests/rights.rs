//! Who may change groups and channels, and their members.

use heliogram_api::functions::{channels, messages};
use heliogram_api::{enums, types};

use super::Program;
use super::discussion::link;
use super::groups::{company, group, input, page, peer, say, three};
use super::photos::{png, uploaded};
use crate::world::Peer;

pub(super) fn basic(id: i64) -> enums::InputPeer {
    types::InputPeerChat::new(id).into()
}

/// Makes somebody an administrator with rights that are set on nothing.
pub(super) fn promote(
    by: &Program,
    id: i64,
    whom: &Program,
    set: impl FnOnce(&mut types::ChatAdminRights),
) -> String {
    let mut rights = types::ChatAdminRights::new();
    set(&mut rights);
    by.refusal(channels::EditAdmin::new(
        input(by, id),
        by.user(whom),
        rights,
    ))
}

/// Forbids a member of a supergroup what is set on nothing.
pub(super) fn restrict(
    by: &Program,
    id: i64,
    whom: &Program,
    set: impl FnOnce(&mut types::ChatBannedRights),
) -> String {
    let mut banned = types::ChatBannedRights::new(0);
    set(&mut banned);
    by.refusal(channels::EditBanned::new(
        input(by, id),
        by.peer(whom),
        banned,
    ))
}

#[test]
fn a_plain_member_changes_no_settings_even_where_nothing_is_forbidden() {
    let (alice, bob, carol) = three();
    let talk = company(&alice, &[&bob, &carol], false);
    let news = company(&bob, &[], true);
    assert_eq!(link(&bob, news, talk), "CHAT_ADMIN_REQUIRED");
    let hide = channels::TogglePreHistoryHidden::new(input(&bob, talk), true);
    assert_eq!(bob.refusal(hide), "CHAT_ADMIN_REQUIRED");
    let none = enums::ChatReactions::None;
    let react = messages::SetChatAvailableReactions::new(peer(&bob, talk), none);
    assert_eq!(bob.refusal(react), "CHAT_ADMIN_REQUIRED");
    let ttl = messages::SetHistoryTTL::new(peer(&bob, talk), 86_400);
    assert_eq!(bob.refusal(ttl.clone()), "CHAT_ADMIN_REQUIRED");
    let rename = channels::EditTitle::new(input(&bob, talk), "Ours".into());
    assert_eq!(bob.refusal(rename), "", "the title is everybody's");
    // An administrator needs the very right.
    assert_eq!(
        promote(&alice, talk, &bob, |r| r.delete_messages = true),
        ""
    );
    assert_eq!(bob.refusal(ttl.clone()), "CHAT_ADMIN_REQUIRED");
    assert_eq!(link(&bob, news, talk), "CHAT_ADMIN_REQUIRED");
    let rights = |r: &mut types::ChatAdminRights| (r.change_info, r.pin_messages) = (true, true);
    assert_eq!(promote(&alice, talk, &bob, rights), "");
    assert_eq!(bob.refusal(ttl), "");
    assert_eq!(link(&bob, news, talk), "");
}

#[test]
fn who_is_not_in_a_basic_group_any_more_removes_nobody() {
    let (alice, bob, carol) = three();
    let id = group(&alice, &[&bob]);
    let add = messages::AddChatUser::new(id, bob.user(&carol), 0);
    bob.call(add).unwrap();
    let remove =
        |by: &Program, whom: &Program| by.refusal(messages::DeleteChatUser::new(id, by.user(whom)));
    assert_eq!(remove(&bob, &bob), "");
    assert_eq!(remove(&bob, &carol), "USER_NOT_PARTICIPANT");
    assert_eq!(remove(&alice, &carol), "");
}

#[test]
fn who_brought_an_administrator_does_not_take_it_out_again() {
    let (alice, bob, carol) = three();
    let id = group(&alice, &[&bob]);
    let add = messages::AddChatUser::new(id, bob.user(&carol), 0);
    bob.call(add).unwrap();
    let admin = messages::EditChatAdmin::new(id, alice.user(&carol), true);
    alice.call(admin).unwrap();
    let remove = messages::DeleteChatUser::new(id, bob.user(&carol));
    assert_eq!(bob.refusal(remove.clone()), "USER_ADMIN_INVALID");
    let plain = messages::EditChatAdmin::new(id, alice.user(&carol), false);
    alice.call(plain).unwrap();
    assert_eq!(bob.refusal(remove), "");
}

#[test]
fn an_invitation_without_the_right_is_refused_whoever_is_meant() {
    let (alice, bob, carol) = three();
    let news = company(&alice, &[&bob], true);
    let dave = Program::logged_in(&alice.shared, "9996610004", "Dave");
    let both = vec![bob.user(&carol), bob.user(&dave)];
    let call = channels::InviteToChannel::new(input(&bob, news), both);
    assert_eq!(bob.refusal(call), "CHAT_ADMIN_REQUIRED");
}

#[test]
fn who_edits_its_own_rights_stays_under_its_promoter() {
    let (alice, bob, carol) = three();
    let talk = company(&alice, &[&bob, &carol], false);
    let rights = |r: &mut types::ChatAdminRights| (r.add_admins, r.pin_messages) = (true, true);
    assert_eq!(promote(&alice, talk, &bob, rights), "");
    assert_eq!(promote(&bob, talk, &carol, rights), "");
    assert_eq!(promote(&carol, talk, &carol, |r| r.add_admins = true), "");
    assert_eq!(promote(&bob, talk, &carol, |_| ()), "", "Bob made Carol");
    assert!(!alice.shared.world().chats[&Peer::Channel(talk).dialog()].is_admin(carol.me));
}

#[test]
fn nobody_gives_rights_it_does_not_have() {
    let (alice, bob, carol) = three();
    let talk = company(&alice, &[&bob, &carol], false);
    assert_eq!(promote(&alice, talk, &bob, |r| r.add_admins = true), "");
    let gifts: [fn(&mut types::ChatAdminRights); 5] = [
        |r| r.anonymous = true,
        |r| r.manage_call = true,
        |r| r.post_stories = true,
        |r| r.manage_direct_messages = true,
        |r| r.manage_linked_peers = true,
    ];
    for gift in gifts {
        assert_eq!(promote(&bob, talk, &carol, gift), "RIGHT_FORBIDDEN");
        assert_eq!(promote(&alice, talk, &carol, gift), "");
        assert_eq!(promote(&alice, talk, &carol, |_| ()), "");
    }
}

#[test]
fn a_group_that_became_a_supergroup_stays_as_it_was() {
    let (alice, bob, carol) = three();
    let id = group(&alice, &[&bob]);
    assert_eq!(say(&alice, basic(id), "hi", 1), "");
    alice.call(messages::MigrateChat::new(id)).unwrap();
    let invalid = |refusal: String| assert_eq!(refusal, "CHAT_ID_INVALID");
    invalid(alice.refusal(messages::EditChatTitle::new(id, "New".into())));
    let none = enums::InputChatPhoto::Empty;
    invalid(alice.refusal(messages::EditChatPhoto::new(id, none)));
    invalid(alice.refusal(messages::EditChatAbout::new(basic(id), "New".into())));
    invalid(alice.refusal(messages::AddChatUser::new(id, alice.user(&carol), 0)));
    invalid(alice.refusal(messages::EditChatAdmin::new(id, alice.user(&bob), true)));
    let banned = types::ChatBannedRights {
        send_polls: true,
        ..types::ChatBannedRights::new(0)
    };
    invalid(alice.refusal(messages::EditChatDefaultBannedRights::new(
        basic(id),
        banned,
    )));
    invalid(alice.refusal(messages::SetHistoryTTL::new(basic(id), 86_400)));
    invalid(alice.refusal(messages::UpdatePinnedMessage::new(basic(id), 2)));
    invalid(alice.refusal(messages::ExportChatInvite::new(basic(id))));
    invalid(alice.refusal(messages::DeleteChatUser::new(id, alice.user(&bob))));
    invalid(alice.refusal(messages::ToggleNoForwards::new(basic(id), true)));
    assert!(
        page(&bob, basic(id)).contains(&"hi".to_owned()),
        "it is read"
    );
}

#[test]
fn the_lists_of_removed_and_restricted_people_are_for_administrators() {
    let (alice, bob, carol) = three();
    let talk = company(&alice, &[&bob, &carol], false);
    assert_eq!(
        restrict(&alice, talk, &carol, |r| r.view_messages = true),
        ""
    );
    let q = String::new;
    let removed = types::ChannelParticipantsKicked::new(q());
    let restricted = types::ChannelParticipantsBanned::new(q());
    for filter in [removed.into(), restricted.into()] {
        let call = |by: &Program| {
            by.refusal(channels::GetParticipants::new(
                input(by, talk),
                enums::ChannelParticipantsFilter::clone(&filter),
                0,
                10,
                0,
            ))
        };
        assert_eq!(call(&bob), "CHAT_ADMIN_REQUIRED");
        assert_eq!(call(&alice), "");
    }
}

#[test]
fn a_creator_who_left_changes_nothing() {
    let (alice, bob, _) = three();
    let talk = company(&alice, &[&bob], false);
    let name = |name: &str| channels::UpdateUsername::new(input(&alice, talk), name.into());
    alice.call(name("the_talk")).unwrap();
    let leave = channels::LeaveChannel::new(input(&alice, talk));
    alice.call(leave).unwrap();
    assert_eq!(alice.refusal(name("our_talk")), "CHAT_ADMIN_REQUIRED");
    let keep = messages::ToggleNoForwards::new(peer(&alice, talk), true);
    assert_eq!(alice.refusal(keep), "CHAT_ADMIN_REQUIRED");
    let delete = channels::DeleteChannel::new(input(&alice, talk));
    assert_eq!(alice.refusal(delete.clone()), "CHAT_ADMIN_REQUIRED");
    let back = channels::JoinChannel::new(input(&alice, talk));
    alice.call(back).unwrap();
    assert_eq!(alice.refusal(delete), "");
}

#[test]
fn a_photo_nobody_may_set_is_not_taken() {
    let (alice, bob, _) = three();
    let news = company(&alice, &[&bob], true);
    let photo = || types::InputChatUploadedPhoto {
        file: Some(Box::new(uploaded(&bob, 1, png(64, 64)))),
        ..types::InputChatUploadedPhoto::new()
    };
    let set = channels::EditPhoto::new(input(&bob, news), photo().into());
    assert_eq!(bob.refusal(set), "CHAT_ADMIN_REQUIRED");
    let small = group(&alice, &[&bob]);
    let banned = types::ChatBannedRights {
        change_info: true,
        ..types::ChatBannedRights::new(0)
    };
    let forbid = messages::EditChatDefaultBannedRights::new(basic(small), banned);
    alice.call(forbid).unwrap();
    let set = messages::EditChatPhoto::new(small, photo().into());
    assert_eq!(bob.refusal(set), "CHAT_ADMIN_REQUIRED");
    assert!(bob.shared.world().photos.is_empty());
}

#[test]
fn letting_all_in_stops_where_the_group_is_full() {
    let (alice, bob, carol) = three();
    let dave = Program::logged_in(&alice.shared, "9996610004", "Dave");
    let id = group(&alice, &[&bob]);
    let dialog = Peer::Group(id).dialog();
    let call = messages::ExportChatInvite {
        request_needed: true,
        ..messages::ExportChatInvite::new(basic(id))
    };
    let enums::ExportedChatInvite::ChatInviteExported(door) = alice.call(call).unwrap() else {
        panic!()
    };
    for one in [&carol, &dave] {
        let (_, hash) = door.link.rsplit_once('+').unwrap();
        let import = messages::ImportChatInvite::new(hash.to_owned());
        assert_eq!(one.refusal(import), "INVITE_REQUEST_SENT");
    }
    let fill = |w: &mut crate::world::World| {
        for n in 0..197 {
            let user = w.add_user(1, "X");
            let member = crate::world::Member::joined(n, alice.me);
            w.set_member(dialog, user, member)?;
        }
        Ok(())
    };
    alice.shared.change(fill).unwrap();
    let all = || messages::HideAllChatJoinRequests {
        approved: true,
        ..messages::HideAllChatJoinRequests::new(basic(id))
    };
    assert_eq!(alice.refusal(all()), "", "one place was free");
    let (inside, waiting) = {
        let w = alice.shared.world();
        let chat = &w.chats[&dialog];
        (chat.members.count(), chat.requests.len())
    };
    assert_eq!((inside, waiting), (200, 1));
    assert_eq!(alice.refusal(all()), "USERS_TOO_MUCH");
}
