//! Everything that can be asked of an event or a message without asking the server.

use heliogram::{Event, Media, Message, events::PollUpdate};

macro_rules! ask {
    ($it:expr; $($method:ident)*) => {{ $(let _ = $it.$method();)* }};
}

/// Asks a message all there is to ask.
pub(super) fn message(m: &Message) {
    ask!(m; id chat_id peer_id sender_id date edit_date is_outgoing is_mention is_silent is_pinned);
    ask!(m; views forward_count grouped_id via_bot business_bot sender_chat is_post signature);
    ask!(m; is_from_scheduled is_automatic is_protected is_media_unread ttl effect paid_stars);
    ask!(m; reactions link is_reply reply_to reply_chat reply_story quote thread_id topic_id replies);
    ask!(m; reply_header is_service action action_entities text entities text_md text_html);
    ask!(m; media_kind photo document web_preview geo has_spoiler is_self_destructing raw_media);
    ask!(m; is_forwarded button_count reply_markup);
    for (_, part) in m.entity_texts() {
        assert!(m.text().contains(part));
    }
    let _ = m.mentions().chain(m.hashtags()).chain(m.links()).count();
    ask!(m.chat(); id kind is_private is_group is_channel is_known title username input_peer);
    let _ = m.chat().usernames().count();
    if let Some(user) = m.sender().and_then(|sender| sender.as_user()) {
        ask!(user; id first_name last_name full_name username phone lang_code status input_peer);
    }
    if let Some(forward) = m.forward() {
        ask!(forward; sender sender_id sender_name chat chat_id date post_id signature saved_from);
        ask!(forward; saved_id saved_sender is_imported is_automatic);
    }
    for button in m.buttons().iter().flatten() {
        ask!(button; text data url inline_query copy_text needs_password is_inline row column);
    }
    if let Some(file) = m.file() {
        ask!(file; media id name ext mime_type size width height duration title performer emoji);
        ask!(file; sticker_set kind);
    }
    if let Some(media) = m.media() {
        ask!(media; photo document file_name size mime_type kind is_downloadable);
        match &media {
            Media::Document(d) => {
                ask!(d; kind id file_name size mime_type duration dimensions dc_id)
            }
            Media::Photo(p) => ask!(p; id size dimensions dc_id),
            _ => {}
        }
    }
    let _ = format!("{m:?}");
}

fn poll(p: &PollUpdate) {
    ask!(p; poll poll_id message_id topic_id question is_closed is_quiz total_voters recent_voters);
    ask!(p; solution chat chat_id);
    for option in p.options() {
        ask!(option; text data votes is_chosen is_correct);
    }
}

/// Asks an event all there is to ask.
pub(super) fn event(event: &Event) {
    ask!(event; kind message chat_peer sender_peer);
    let _ = format!("{event:?}");
    match event {
        Event::NewMessage(m) | Event::MessageEdited(m) => message(m),
        Event::MessagesDeleted(e) => ask!(e; ids chat chat_id is_private is_group is_channel),
        Event::ChatAction(e) => {
            ask!(e; action message user_ids user_id users user user_joined user_added user_left);
            ask!(e; user_kicked added_by kicked_by created new_title new_photo photo new_score);
            ask!(e; new_pin unpin pin_ids chat chat_id sender sender_id);
        }
        Event::MessageRead(e) => {
            ask!(e; kind is_inbox is_outbox is_contents max_id message_ids still_unread topic_id);
            ask!(e; correspondent_id chat chat_id);
        }
        Event::UserUpdate(e) => {
            ask!(e; topic_id status doing name emoji_status online until last_seen recently);
            ask!(e; within_weeks within_months typing cancel recording uploading upload_progress);
            ask!(e; playing audio round video document photo geo contact sticker chat user user_id);
        }
        Event::PollUpdate(e) => poll(e),
        Event::PollVote(e) => ask!(e; poll_id options positions is_retracted sender sender_id),
        Event::ReactionsChanged(e) => ask!(e; message_id topic_id counts chosen recent chat),
        Event::StoryUpdate(e) => {
            ask!(e; news story_id story caption media is_deleted reaction chat)
        }
        Event::DraftChanged(e) => {
            ask!(e; topic_id is_empty text entities text_md reply_to date chat);
        }
        Event::ScheduledChanged(e) => {
            ask!(e; deleted_ids sent_ids chat);
            e.message().into_iter().for_each(message);
        }
        Event::CallbackQuery(e) => {
            ask!(e; id data data_str game_short_name chat_instance message_id via_inline);
            ask!(e; inline_message_id business_connection_id chat sender sender_id);
        }
        Event::InlineQuery(e) => ask!(e; id text offset location chat_kind sender sender_id),
        Event::ChosenInlineResult(e) => ask!(e; id text location inline_message_id sender),
        Event::MemberUpdated(e) => {
            ask!(e; date before after invite is_own joined was_added via_request via_folder left);
            ask!(e; was_removed banned unbanned promoted demoted restricted unrestricted chat user);
        }
        Event::JoinRequest(e) => ask!(e; bio date link query_id chat user),
        Event::PendingJoinRequests(e) => ask!(e; count recent chat),
        Event::MessageReaction(e) => {
            ask!(e; message_id date before after added removed chat sender)
        }
        Event::MessageReactionCount(e) => ask!(e; message_id date counts chat),
        Event::ChatBoost(e) => {
            ask!(e; id date expires multiplier is_gift is_giveaway is_unclaimed);
            ask!(e; giveaway_message_id stars chat sender);
        }
        Event::BusinessConnection(e) => ask!(e; id is_enabled date rights can_reply user),
        Event::BusinessMessage(e) | Event::BusinessMessageEdited(e) => {
            ask!(e; connection_id);
            message(e.message());
            e.replied().into_iter().for_each(message);
        }
        Event::BusinessMessagesDeleted(e) => ask!(e; ids connection_id chat),
        Event::PreCheckoutQuery(e) => {
            ask!(e; id payload currency total_amount shipping_option_id name phone email);
            ask!(e; shipping_address sender);
        }
        Event::ShippingQuery(e) => ask!(e; id payload shipping_address sender),
        Event::PurchasedPaidMedia(e) => ask!(e; payload sender),
        Event::StarsSubscription(e) => {
            ask!(e; payload is_canceled payment_failed is_restored sender);
        }
        Event::GuestMessage(e) => {
            ask!(e; id references);
            message(e.message());
        }
        Event::ManagedBot(e) => ask!(e; bot_id bot),
        _ => {}
    }
}
