//! Invite links and requests to be let in.

use heliogram_api::functions::{channels, messages};
use heliogram_api::{enums, types};

use super::Program;
use super::groups::{channel, group, input, page, peer, three};
use crate::world::{Actor, Peer};

/// An additional link with the given terms.
fn link(
    by: &Program,
    to: enums::InputPeer,
    terms: impl FnOnce(&mut messages::ExportChatInvite),
) -> String {
    let mut call = messages::ExportChatInvite::new(to);
    terms(&mut call);
    exported(by.call(call).unwrap()).link
}

fn exported(invite: enums::ExportedChatInvite) -> types::ChatInviteExported {
    match invite {
        enums::ExportedChatInvite::ChatInviteExported(invite) => *invite,
        other => panic!("{other:?}"),
    }
}

fn import(by: &Program, link: &str) -> String {
    by.refusal(messages::ImportChatInvite::new(link.into()))
}

fn full(of: &Program, id: i64) -> types::ChannelFull {
    let call = channels::GetFullChannel::new(input(of, id));
    match of.call(call).unwrap().full_chat {
        enums::ChatFull::ChannelFull(full) => *full,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_link_lets_strangers_in_and_counts_them() {
    let (alice, bob, carol) = three();
    let id = channel(&alice, false);
    let own = exported(full(&alice, id).exported_invite.unwrap());
    assert!(own.permanent && own.link.starts_with("https://t.me/+"));
    let hash = own.link.rsplit('+').next().unwrap().to_owned();
    let seen = bob
        .call(messages::CheckChatInvite::new(hash.clone()))
        .unwrap();
    assert!(matches!(seen, enums::ChatInvite::ChatInvite(seen) if seen.megagroup));
    assert_eq!(import(&bob, &hash), "");
    assert_eq!(import(&bob, &hash), "USER_ALREADY_PARTICIPANT");
    assert_eq!(import(&carol, &format!("t.me/joinchat/{hash}")), "");
    assert_eq!(
        page(&bob, peer(&bob, id))[0],
        "MessageActionChatJoinedByLink"
    );
    assert!(full(&bob, id).exported_invite.is_none());

    let call = messages::GetChatInviteImporters {
        link: Some(own.link.clone()),
        ..messages::GetChatInviteImporters::new(peer(&alice, id), 0, enums::InputUser::Empty, 10)
    };
    assert_eq!(alice.call(call.clone()).unwrap().count, 2);
    assert_eq!(
        bob.refusal(messages::GetChatInviteImporters {
            peer: peer(&bob, id),
            ..call
        }),
        "CHAT_ADMIN_REQUIRED"
    );
    let call = messages::GetExportedChatInvite::new(peer(&alice, id), own.link);
    let enums::messages::ExportedChatInvite::ExportedChatInvite(found) = alice.call(call).unwrap()
    else {
        panic!()
    };
    assert_eq!(exported(found.invite).usage, Some(2));
}

#[test]
fn links_that_ended_or_never_were_are_refused_by_name() {
    let (alice, bob, carol) = three();
    let id = channel(&alice, true);
    let to = || peer(&alice, id);
    assert_eq!(import(&bob, ""), "INVITE_HASH_EMPTY");
    assert_eq!(import(&bob, "no such"), "INVITE_HASH_INVALID");
    assert_eq!(import(&bob, "AAAAAAAAAAAAAAAA"), "INVITE_HASH_EXPIRED");

    let once = link(&alice, to(), |call| call.usage_limit = Some(1));
    assert_eq!(import(&bob, &once), "");
    assert_eq!(import(&carol, &once), "INVITE_HASH_EXPIRED");

    let soon = alice.shared.world().now() + 100;
    let brief = link(&alice, to(), |call| call.expire_date = Some(soon));
    alice
        .shared
        .clock
        .advance(std::time::Duration::from_secs(101));
    assert_eq!(import(&carol, &brief), "INVITE_HASH_EXPIRED");
    let late = messages::ExportChatInvite {
        expire_date: Some(soon),
        ..messages::ExportChatInvite::new(to())
    };
    assert_eq!(alice.refusal(late), "EXPIRE_DATE_INVALID");
    let both = messages::ExportChatInvite {
        usage_limit: Some(3),
        request_needed: true,
        ..messages::ExportChatInvite::new(to())
    };
    assert_eq!(alice.refusal(both), "USAGE_LIMIT_INVALID");
    assert_eq!(
        bob.refusal(messages::ExportChatInvite::new(peer(&bob, id))),
        "CHAT_ADMIN_REQUIRED"
    );
}

#[test]
fn a_revoked_link_is_kept_until_it_is_deleted_and_a_permanent_one_is_replaced() {
    let (alice, bob, _) = three();
    let id = channel(&alice, true);
    let to = || peer(&alice, id);
    let extra = link(&alice, to(), |call| call.title = Some("extra".into()));
    let delete = || messages::DeleteExportedChatInvite::new(to(), extra.clone());
    assert_eq!(alice.refusal(delete()), "INVITE_REVOKED_MISSING");
    let revoke = |link: &str| messages::EditExportedChatInvite {
        revoked: true,
        ..messages::EditExportedChatInvite::new(to(), link.into())
    };
    let ended = alice.call(revoke(&extra)).unwrap();
    assert!(matches!(
        ended,
        enums::messages::ExportedChatInvite::ExportedChatInvite(_)
    ));
    assert_eq!(import(&bob, &extra), "INVITE_HASH_EXPIRED");
    let me = enums::InputUser::InputUserSelf;
    let list = |revoked| messages::GetExportedChatInvites {
        revoked,
        ..messages::GetExportedChatInvites::new(to(), me.clone(), 10)
    };
    assert_eq!(alice.call(list(true)).unwrap().count, 1);
    alice.call(delete()).unwrap();
    assert_eq!(alice.call(list(true)).unwrap().count, 0);

    let own = exported(full(&alice, id).exported_invite.unwrap()).link;
    let edit = messages::EditExportedChatInvite {
        usage_limit: Some(5),
        ..messages::EditExportedChatInvite::new(to(), own.clone())
    };
    assert_eq!(alice.refusal(edit), "CHAT_INVITE_PERMANENT");
    let enums::messages::ExportedChatInvite::Replaced(replaced) = alice.call(revoke(&own)).unwrap()
    else {
        panic!()
    };
    let new = exported(replaced.new_invite);
    assert!(new.permanent && new.link != own);
    assert_eq!(
        exported(full(&alice, id).exported_invite.unwrap()).link,
        new.link
    );
    let admins = alice
        .call(messages::GetAdminsWithInvites::new(to()))
        .unwrap();
    let counts = (
        admins.admins[0].invites_count,
        admins.admins[0].revoked_invites_count,
    );
    assert_eq!(counts, (1, 1));
    let call = messages::DeleteRevokedExportedChatInvites::new(to(), me.clone());
    alice.call(call).unwrap();
    assert_eq!(alice.call(list(true)).unwrap().count, 0);
}

#[test]
fn who_has_to_be_let_in_waits_until_an_administrator_decides() {
    let (alice, bob, carol) = three();
    let id = channel(&alice, false);
    let door = link(&alice, peer(&alice, id), |call| call.request_needed = true);
    let asked = alice.hears(|w| w.join_by_link(Actor::account(bob.me), &door));
    assert!(asked.iter().any(|update| matches!(
        update,
        enums::Update::PendingJoinRequests(pending)
            if pending.requests_pending == 1 && pending.recent_requesters == [bob.me]
    )));
    assert_eq!(import(&carol, &door), "INVITE_REQUEST_SENT");
    assert_eq!(import(&carol, &door), "INVITE_REQUEST_SENT");
    assert_eq!(full(&alice, id).requests_pending, Some(2));
    let waiting = messages::GetChatInviteImporters {
        requested: true,
        ..messages::GetChatInviteImporters::new(peer(&alice, id), 0, enums::InputUser::Empty, 10)
    };
    assert_eq!(alice.call(waiting).unwrap().count, 2);
    let decide = |user: &Program, approved| messages::HideChatJoinRequest {
        approved,
        ..messages::HideChatJoinRequest::new(peer(&alice, id), alice.user(user))
    };
    alice.call(decide(&bob, true)).unwrap();
    assert_eq!(
        page(&bob, peer(&bob, id))[0],
        "MessageActionChatJoinedByRequest"
    );
    assert_eq!(
        alice.refusal(decide(&bob, true)),
        "USER_ALREADY_PARTICIPANT"
    );
    alice.call(decide(&carol, false)).unwrap();
    assert_eq!(
        alice.refusal(decide(&carol, false)),
        "HIDE_REQUESTER_MISSING"
    );
    assert_eq!(full(&alice, id).requests_pending, None);
    assert_eq!(import(&carol, &door), "INVITE_REQUEST_SENT");
    let all = messages::HideAllChatJoinRequests {
        approved: true,
        link: Some(door),
        ..messages::HideAllChatJoinRequests::new(peer(&alice, id))
    };
    alice.call(all).unwrap();
    assert_eq!(full(&carol, id).participants_count, Some(3));
}

#[test]
fn a_full_or_foreign_group_stays_closed() {
    let (alice, bob, carol) = three();
    let id = group(&alice, &[&bob]);
    let chat = || enums::InputPeer::Chat(types::InputPeerChat::new(id));
    let door = link(&alice, chat(), |_| ());
    let dialog = Peer::Group(id).dialog();
    alice
        .shared
        .change(|w| {
            for n in 0..198 {
                let user = w.add_user(1, "X");
                let member = crate::world::Member::joined(n, alice.me);
                w.set_member(dialog, user, member)?;
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(import(&carol, &door), "USERS_TOO_MUCH");
    alice
        .call(messages::DeleteChatUser::new(id, alice.user(&bob)))
        .unwrap();
    assert_eq!(import(&bob, &door), "INVITE_HASH_EXPIRED", "it was removed");
    assert_eq!(import(&carol, &door), "");
}
