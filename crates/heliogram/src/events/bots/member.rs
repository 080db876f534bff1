use std::time::SystemTime;

use heliogram_api::enums;

use crate::{
    PeerId,
    events::{About, Context},
    types::{InviteLink, MemberState, system_time},
};

/// Somebody's place in a chat has changed: they came, went, were promoted, restricted or banned; or
/// a person stopped or started the bot.
///
/// Bots are told in private chats, and in groups and channels that they administer or that the
/// change is about their own place in.
///
/// ```no_run
/// # async fn run(change: heliogram::events::MemberUpdated) -> heliogram::Result<()> {
/// if change.joined() {
///     let name = change.fetch_user().await?.full_name();
///     change.client().send_message(&change.chat(), format!("Welcome, {name}!")).await?;
/// }
/// # Ok(())
/// # }
/// ```
///
/// Raw `updateChatParticipant`, `updateChannelParticipant`, `updateBotStopped`.
#[derive(Clone, Debug)]
#[doc(alias = "ChatMemberUpdated")]
#[doc(alias = "on_chat_member_updated")]
#[doc(alias = "updateChatParticipant")]
#[doc(alias = "updateChannelParticipant")]
#[doc(alias = "updateBotStopped")]
pub struct MemberUpdated {
    cx: Context,
    chat: PeerId,
    /// Who did it.
    sender: PeerId,
    user: PeerId,
    date: i32,
    states: Box<(MemberState, MemberState)>,
}

event_members!(MemberUpdated);
has_chat!(one MemberUpdated);
has_sender!(one MemberUpdated);
has_user!(MemberUpdated);

impl MemberUpdated {
    pub(in crate::events) fn from_update(cx: &Context) -> Option<Self> {
        let (chat, sender, user, date, states) = match &**cx.update() {
            enums::Update::ChatParticipant(u) => {
                let old = MemberState::from_group(u.prev_participant.as_deref());
                let new = MemberState::from_group(u.new_participant.as_deref());
                let chat = PeerId::group(u.chat_id)?;
                (
                    chat,
                    u.actor_id,
                    PeerId::user(u.user_id)?,
                    u.date,
                    (old, new),
                )
            }
            enums::Update::ChannelParticipant(u) => {
                let old = MemberState::from_channel(u.prev_participant.as_deref());
                let new = MemberState::from_channel(u.new_participant.as_deref());
                let chat = PeerId::channel(u.channel_id)?;
                (
                    chat,
                    u.actor_id,
                    PeerId::user(u.user_id)?,
                    u.date,
                    (old, new),
                )
            }
            enums::Update::BotStopped(u) => {
                let (member, out) = (
                    MemberState::Member { until: None },
                    MemberState::Banned { until: None },
                );
                let states = match u.stopped {
                    true => (member, out),
                    false => (out, member),
                };
                let bot = cx.client().self_id().and_then(PeerId::user)?;
                (PeerId::user(u.user_id)?, u.user_id, bot, u.date, states)
            }
            _ => return None,
        };
        Some(Self {
            cx: cx.clone(),
            chat,
            sender: PeerId::user(sender)?,
            user,
            date,
            states: Box::new(states),
        })
    }

    /// When it happened.
    #[must_use]
    pub fn date(&self) -> SystemTime {
        system_time(self.date)
    }

    /// What they were before.
    #[must_use]
    #[doc(alias = "old_chat_member")]
    #[doc(alias = "prev_participant")]
    pub fn before(&self) -> &MemberState {
        &self.states.0
    }

    /// What they are now.
    #[must_use]
    #[doc(alias = "new_chat_member")]
    #[doc(alias = "new_participant")]
    pub fn after(&self) -> &MemberState {
        &self.states.1
    }

    /// The link they came in by.
    #[must_use]
    #[doc(alias = "invite_link")]
    pub fn invite(&self) -> Option<InviteLink> {
        InviteLink::from_raw(self.raw_invite()?)
    }

    fn raw_invite(&self) -> Option<&enums::ExportedChatInvite> {
        match self.raw() {
            enums::Update::ChatParticipant(u) => u.invite.as_ref(),
            enums::Update::ChannelParticipant(u) => u.invite.as_ref(),
            _ => None,
        }
    }

    /// Whether it is this bot's own place that has changed.
    #[must_use]
    #[doc(alias = "my_chat_member")]
    pub fn is_own(&self) -> bool {
        self.client().self_id() == Some(self.user_id())
    }

    /// Whether they came in: by themselves, by a link, or brought by somebody else.
    #[must_use]
    pub fn joined(&self) -> bool {
        !self.before().is_in() && self.after().is_in()
    }

    /// Whether somebody else brought them in.
    #[must_use]
    pub fn was_added(&self) -> bool {
        self.joined() && self.sender != self.user && self.raw_invite().is_none()
    }

    /// Whether they asked to be let in, and an administrator let them.
    #[must_use]
    #[doc(alias = "via_join_request")]
    pub fn via_request(&self) -> bool {
        self.joined()
            && self.raw_invite().is_some_and(|invite| match invite {
                enums::ExportedChatInvite::ChatInviteExported(link) => link.request_needed,
                _ => true,
            })
    }

    /// Whether they came in by the link of a folder of chats.
    #[must_use]
    #[doc(alias = "via_chat_folder_invite_link")]
    pub fn via_folder(&self) -> bool {
        matches!(self.raw(), enums::Update::ChannelParticipant(u) if u.via_chatlist)
    }

    /// Whether they are not in the chat any more, of themselves or not.
    #[must_use]
    pub fn left(&self) -> bool {
        self.before().is_in() && !self.after().is_in()
    }

    /// Whether somebody else removed them, and whether or not they may come back.
    #[must_use]
    #[doc(alias = "kicked")]
    pub fn was_removed(&self) -> bool {
        self.left() && self.sender != self.user
    }

    /// Whether they were banned; of the bot itself in a private chat, whether it was stopped.
    #[must_use]
    pub fn banned(&self) -> bool {
        !self.before().is_banned() && self.after().is_banned()
    }

    /// Whether a ban was lifted; of the bot itself in a private chat, whether it was started again.
    #[must_use]
    pub fn unbanned(&self) -> bool {
        self.before().is_banned() && !self.after().is_banned()
    }

    /// Whether they became an administrator.
    #[must_use]
    pub fn promoted(&self) -> bool {
        !self.before().is_admin() && self.after().is_admin()
    }

    /// Whether they are an administrator no longer.
    #[must_use]
    pub fn demoted(&self) -> bool {
        self.before().is_admin() && !self.after().is_admin()
    }

    /// Whether something was forbidden to them that members may do.
    #[must_use]
    pub fn restricted(&self) -> bool {
        !self.before().is_restricted() && self.after().is_restricted()
    }

    /// Whether they may do again what members may.
    #[must_use]
    pub fn unrestricted(&self) -> bool {
        self.before().is_restricted() && !self.after().is_restricted() && !self.after().is_banned()
    }
}

impl About for MemberUpdated {
    fn chat(&self) -> Option<PeerId> {
        Some(self.chat)
    }

    fn sender(&self) -> Option<PeerId> {
        Some(self.sender)
    }
}

#[cfg(test)]
mod tests {
    use heliogram_api::types as raw;

    use super::*;
    use crate::{Client, events::told};

    fn link(request_needed: bool) -> enums::ExportedChatInvite {
        raw::ChatInviteExported {
            request_needed,
            ..raw::ChatInviteExported::new("https://t.me/+x".into(), 3, 0)
        }
        .into()
    }

    async fn change(
        actor: i64,
        old: Option<enums::ChannelParticipant>,
        new: Option<enums::ChannelParticipant>,
        invite: Option<enums::ExportedChatInvite>,
    ) -> MemberUpdated {
        let update = raw::UpdateChannelParticipant {
            prev_participant: old.map(Box::new),
            new_participant: new.map(Box::new),
            invite,
            ..raw::UpdateChannelParticipant::new(9, 5, actor, 7, 1)
        };
        let client = Client::offline().await;
        MemberUpdated::from_update(&told(&client, update)).unwrap()
    }

    fn member() -> Option<enums::ChannelParticipant> {
        Some(raw::ChannelParticipant::new(7, 0).into())
    }

    fn admin() -> Option<enums::ChannelParticipant> {
        let rights = raw::ChatAdminRights::new();
        Some(raw::ChannelParticipantAdmin::new(7, 3, 0, rights).into())
    }

    fn banned() -> Option<enums::ChannelParticipant> {
        let rights = raw::ChatBannedRights {
            view_messages: true,
            ..raw::ChatBannedRights::new(0)
        };
        let peer = raw::PeerUser::new(7).into();
        Some(raw::ChannelParticipantBanned::new(peer, 3, 0, rights).into())
    }

    /// Every question that is answered with yes.
    fn yes(change: &MemberUpdated) -> Vec<&'static str> {
        let all = [
            ("joined", change.joined()),
            ("was_added", change.was_added()),
            ("via_request", change.via_request()),
            ("left", change.left()),
            ("was_removed", change.was_removed()),
            ("banned", change.banned()),
            ("unbanned", change.unbanned()),
            ("promoted", change.promoted()),
            ("demoted", change.demoted()),
            ("restricted", change.restricted()),
            ("unrestricted", change.unrestricted()),
        ];
        all.into_iter()
            .filter(|(_, is)| *is)
            .map(|(name, _)| name)
            .collect()
    }

    #[tokio::test]
    async fn every_way_in_and_out_is_told_apart() {
        assert_eq!(yes(&change(7, None, member(), None).await), ["joined"]);
        assert_eq!(
            yes(&change(3, None, member(), None).await),
            ["joined", "was_added"]
        );
        let by_link = change(7, None, member(), Some(link(false))).await;
        assert_eq!(yes(&by_link), ["joined"]);
        assert_eq!(by_link.invite().unwrap().creator_id(), 3);
        let asked = change(3, None, member(), Some(link(true))).await;
        assert_eq!(yes(&asked), ["joined", "via_request"]);
        let public = enums::ExportedChatInvite::ChatInvitePublicJoinRequests;
        let asked = change(3, None, member(), Some(public)).await;
        assert_eq!(yes(&asked), ["joined", "via_request"]);
        assert!(asked.invite().is_none());
        assert_eq!(yes(&change(7, member(), None, None).await), ["left"]);
        assert_eq!(
            yes(&change(3, member(), None, None).await),
            ["left", "was_removed"]
        );
        let out = change(3, member(), banned(), None).await;
        assert_eq!(yes(&out), ["left", "was_removed", "banned"]);
        assert_eq!(yes(&change(3, banned(), None, None).await), ["unbanned"]);
        assert_eq!(yes(&change(3, member(), admin(), None).await), ["promoted"]);
        assert_eq!(yes(&change(3, admin(), member(), None).await), ["demoted"]);
    }

    #[tokio::test]
    async fn who_stops_the_bot_bans_it_from_their_chat() {
        let client = Client::offline().await;
        let stopped = raw::UpdateBotStopped::new(7, 5, true, 1);
        let change = MemberUpdated::from_update(&told(&client, stopped)).unwrap();
        assert!(change.is_own() && change.banned() && change.is_private());
        assert_eq!((change.chat_id(), change.sender_id()), (7, 7));
        let started = raw::UpdateBotStopped::new(7, 5, false, 1);
        let change = MemberUpdated::from_update(&told(&client, started)).unwrap();
        assert!(change.unbanned() && change.joined());
    }
}
