//! The names, by what they belong to.

/// Names that belong to one thing, and where in `src` that thing is.
pub(crate) struct Group {
    pub(crate) what: &'static str,
    pub(crate) places: &'static [&'static str],
    pub(crate) names: &'static str,
}

const fn group(what: &'static str, places: &'static [&'static str], names: &'static str) -> Group {
    Group {
        what,
        places,
        names,
    }
}

const EVENTS: &[&str] = &["events"];
const HANDLERS: &[&str] = &["dispatch", "client.rs", "updates", "events"];
const FILTERS: &[&str] = &["dispatch/filter", "dispatch/command"];
const MESSAGE: &[&str] = &["types/message", "events/place.rs"];

pub(crate) const GROUPS: &[Group] = &[
    // Telethon.
    group(
        "Telethon: events",
        EVENTS,
        "NewMessage MessageEdited MessageDeleted MessageRead ChatAction UserUpdate CallbackQuery \
         InlineQuery Album Raw",
    ),
    group(
        "Telethon: events.common",
        &["events", "dispatch", "types/message"],
        "chats blacklist_chats func filter resolve client stringify to_dict original_update",
    ),
    group(
        "Telethon: arguments of the builders of events",
        &["dispatch", "events"],
        "incoming outgoing from_users forwards pattern data users blacklist_users inbox types",
    ),
    group(
        "Telethon: events.register and the like",
        HANDLERS,
        "register unregister is_handler list StopPropagation",
    ),
    group(
        "Telethon: handlers of the client",
        HANDLERS,
        "on run_until_disconnected add_event_handler remove_event_handler list_event_handlers \
         catch_up",
    ),
    group(
        "Telethon: ChatGetter and SenderGetter",
        MESSAGE,
        "chat input_chat chat_id is_private is_group is_channel get_chat get_input_chat \
         sender input_sender sender_id get_sender get_input_sender",
    ),
    group(
        "Telethon: CallbackQuery",
        &[
            "events/bots/callback.rs",
            "events/place.rs",
            "events/context.rs",
            "dispatch/filter/bots.rs",
            "dispatch/captures.rs",
        ],
        "id message_id data chat_instance via_inline respond reply edit delete answer get_message \
         query data_match pattern_match",
    ),
    group(
        "Telethon: ChatAction",
        &["events/action", "events/place.rs"],
        "added_by kicked_by user input_user user_id users input_users user_ids respond reply \
         delete get_pinned_message get_added_by get_kicked_by get_user get_input_user get_users \
         get_input_users action_message new_pin new_photo photo user_added user_joined user_left \
         user_kicked created new_title unpin new_score get_pinned_messages pin_ids",
    ),
    group(
        "Telethon: InlineQuery",
        &[
            "events/bots/inline.rs",
            "dispatch/captures.rs",
            "methods/bots/answer_inline.rs",
            "types/inline",
        ],
        "id text offset geo builder answer query pattern_match gallery next_offset private \
         switch_pm cache_time",
    ),
    group(
        "Telethon: MessageRead",
        &["events/read.rs"],
        "inbox outbox max_id contents message_ids get_messages is_read",
    ),
    group(
        "Telethon: MessageDeleted",
        &["events/deleted.rs"],
        "deleted_id deleted_ids",
    ),
    group(
        "Telethon: NewMessage and MessageEdited",
        &["types/message", "events/mod.rs", "dispatch/captures.rs"],
        "message original_update client pattern_match",
    ),
    group(
        "Telethon: Album",
        &["events/album/mod.rs"],
        "messages grouped_id text raw_text is_reply forward get_reply_message respond reply \
         forward_to edit delete mark_read pin __len__ __iter__ __getitem__",
    ),
    group(
        "Telethon: Raw",
        &["events/mod.rs", "dispatch/filter/kinds.rs"],
        "Raw types",
    ),
    group(
        "Telethon: UserUpdate",
        &["events/user", "events/place.rs"],
        "user input_user user_id get_user get_input_user online last_seen until recently \
         within_weeks within_months action cancel typing recording uploading playing audio round \
         video document geo photo contact sticker",
    ),
    group(
        "Telethon: properties of Message",
        MESSAGE,
        "text raw_text is_reply forward buttons button_count file photo document web_preview \
         audio voice video video_note gif sticker contact game geo invoice poll venue \
         action_entities via_bot via_input_bot client dice",
    ),
    group(
        "Telethon: methods of Message",
        MESSAGE,
        "respond reply forward_to edit delete get_reply_message click download_media \
         get_entities_text get_buttons",
    ),
    group(
        "Telethon: arguments of click",
        &["methods/messages/click.rs", "methods/messages/click"],
        "text filter data share_phone share_geo password",
    ),
    group(
        "Telethon: MessageButton",
        &["types/message/buttons.rs"],
        "client text data inline_query url click",
    ),
    group(
        "Telethon: File",
        &["types/file.rs"],
        "id name width height size duration title performer emoji sticker_set ext mime_type",
    ),
    group(
        "Telethon: Forward",
        &["types/message/forward.rs"],
        "original_fwd sender chat sender_id chat_id get_sender get_chat imported from_id \
         from_name date channel_post post_author saved_from_peer saved_from_msg_id saved_from_id",
    ),
    group(
        "Telethon: Conversation",
        &["conversation"],
        "conversation send_message send_file mark_read get_response get_reply get_edit wait_read \
         wait_event cancel cancel_all timeout total_timeout max_messages exclusive \
         replies_are_responses AlreadyInConversationError",
    ),
    // Pyrogram and Kurigram.
    group(
        "Pyrogram: decorators",
        &["events", "dispatch", "client.rs", "updates"],
        "on_message on_edited_message on_deleted_messages on_callback_query on_inline_query \
         on_chosen_inline_result on_chat_member_updated on_chat_join_request on_user_status \
         on_poll on_raw_update on_disconnect on_connect on_start on_stop on_error \
         on_business_connection on_business_message on_edited_business_message \
         on_deleted_business_messages on_message_reaction on_message_reaction_count on_chat_boost \
         on_story on_pre_checkout_query on_shipping_query on_purchased_paid_media on_guest_message \
         on_managed_bot",
    ),
    group(
        "Pyrogram: filters",
        FILTERS,
        "all me bot sender_chat incoming outgoing text reply forwarded caption self_destruction \
         audio document photo sticker animation game giveaway giveaway_winners gift_code gift \
         users_shared chat_shared video media_group voice video_note contact location \
         live_location venue web_page poll dice quote media_spoiler private group channel direct \
         forum story new_chat_members left_chat_member new_chat_title new_chat_photo \
         delete_chat_photo group_chat_created supergroup_chat_created channel_chat_created \
         migrate_to_chat_id migrate_from_chat_id pinned_message game_high_score reply_keyboard \
         inline_keyboard mentioned via_bot admin video_chat_started video_chat_ended \
         video_chat_members_invited business successful_payment service media scheduled \
         from_scheduled paid_message linked_channel gift_offer gift_offer_accepted \
         gift_offer_rejected ephemeral",
    ),
    group(
        "Pyrogram: filters with arguments",
        FILTERS,
        "command commands prefixes case_sensitive regex user chat topic create",
    ),
    group(
        "Pyrogram: handlers",
        HANDLERS,
        "add_handler remove_handler StopPropagation ContinuePropagation group run idle compose \
         plugins include exclude load_plugins",
    ),
    group(
        "Pyrogram: how updates are received",
        &["updates"],
        "recover_gaps skip_updates no_updates",
    ),
    group(
        "Pyrogram: what events can be told to do",
        &["events", "methods/bots", "methods/messages/change.rs"],
        "approve decline answer edit_message_text edit_message_caption edit_message_media \
         edit_message_reply_markup",
    ),
    group(
        "Pyrogram: what messages have",
        MESSAGE,
        "content markdown html link entities media media_group_id reply_to_message \
         reply_to_message_id message_thread_id author_signature has_protected_content views \
         forwards from_user sender_business_bot reply_text reply_document edit_text edit_caption \
         download request_callback_answer new_chat_members left_chat_member web_page animation \
         location via_bot reactions reply_markup mentioned effect_id",
    ),
    group(
        "Pyrogram: what filters leave behind",
        &["dispatch"],
        "matches command Captures",
    ),
];

/// Names that belong to other parts of the library, and to which.
pub(crate) const ELSEWHERE: &[(&str, &str)] = &[
    (
        "parse_mode build_reply_markup takeout iter_participants iter_admin_log iter_drafts",
        "methods of the client that have nothing to do with events",
    ),
    (
        "reply_photo reply_video reply_sticker answer_photo copy react retract_vote pay",
        "sending of every kind of media and what is done to messages come with their methods",
    ),
    (
        "on_stopped_message_generation",
        "its update is in no layer that the schema has; it comes as a raw update once it is",
    ),
];
