//! What people are told about the server errors they meet most.

/// What is wrong, and what to do next.
type Advice = (&'static str, &'static str);

/// The words for an error name, where there are better ones than the name.
pub(super) fn for_name(name: &str) -> Option<Advice> {
    TABLE
        .iter()
        .find(|(n, _)| *n == name)
        .map(|(_, advice)| *advice)
}

const TABLE: &[(&str, Advice)] = &[
    (
        "API_ID_INVALID",
        (
            "the api_id and api_hash do not belong together",
            "Copy both from https://my.telegram.org, section API development tools.",
        ),
    ),
    (
        "API_ID_PUBLISHED_FLOOD",
        (
            "this api_id was published and is blocked",
            "Make your own at https://my.telegram.org.",
        ),
    ),
    (
        "PHONE_NUMBER_INVALID",
        (
            "the phone number is not valid",
            "Give it in full with the country code, such as +15550100.",
        ),
    ),
    (
        "PHONE_NUMBER_BANNED",
        (
            "the phone number is banned",
            "Write to recover@telegram.org to appeal.",
        ),
    ),
    (
        "PHONE_NUMBER_FLOOD",
        (
            "this number asked for too many codes",
            "Wait a day before you ask again.",
        ),
    ),
    (
        "PHONE_NUMBER_UNOCCUPIED",
        (
            "no account has this phone number",
            "Sign up, or check the number.",
        ),
    ),
    (
        "PHONE_NUMBER_OCCUPIED",
        (
            "an account has this phone number already",
            "Sign in instead of signing up.",
        ),
    ),
    (
        "PHONE_PASSWORD_FLOOD",
        (
            "there were too many sign-in attempts",
            "Wait a day before you try again.",
        ),
    ),
    (
        "PHONE_CODE_INVALID",
        (
            "the login code is wrong",
            "Type the newest code exactly as it was sent.",
        ),
    ),
    (
        "PHONE_CODE_EMPTY",
        ("the login code is empty", "Type the code that was sent."),
    ),
    (
        "PHONE_CODE_EXPIRED",
        (
            "the login code is too old",
            "Ask for a new code and use it at once.",
        ),
    ),
    (
        "SESSION_PASSWORD_NEEDED",
        (
            "the account has a password",
            "Give the two-step verification password next.",
        ),
    ),
    (
        "PASSWORD_HASH_INVALID",
        (
            "the password is wrong",
            "Try again, or recover it by the e-mail of the account.",
        ),
    ),
    (
        "SRP_ID_INVALID",
        (
            "the password check is too old",
            "Try again; a new check is fetched.",
        ),
    ),
    (
        "NEW_SETTINGS_INVALID",
        (
            "the new password settings are not valid",
            "Give another password or hint.",
        ),
    ),
    (
        "FIRSTNAME_INVALID",
        (
            "the first name is not valid",
            "Give a first name of 1 to 64 letters.",
        ),
    ),
    (
        "ACCESS_TOKEN_INVALID",
        (
            "the bot token is wrong",
            "Copy the token from @BotFather again.",
        ),
    ),
    (
        "ACCESS_TOKEN_EXPIRED",
        (
            "the bot token was revoked",
            "Get the new token from @BotFather.",
        ),
    ),
    (
        "AUTH_KEY_UNREGISTERED",
        ("this session is not signed in", "Sign in and try again."),
    ),
    (
        "AUTH_KEY_DUPLICATED",
        (
            "the session was used from two places at once, and Telegram ended it for good",
            "Delete the session, sign in anew, and give each program a session of its own.",
        ),
    ),
    (
        "SESSION_REVOKED",
        (
            "the session was ended from another device",
            "Sign in again.",
        ),
    ),
    (
        "SESSION_EXPIRED",
        ("the session has expired", "Sign in again."),
    ),
    (
        "USER_DEACTIVATED",
        (
            "the account was deleted",
            "Sign in with another phone number.",
        ),
    ),
    (
        "USER_DEACTIVATED_BAN",
        (
            "the account is banned",
            "Write to recover@telegram.org to appeal.",
        ),
    ),
    (
        "AUTH_RESTART",
        (
            "the server wants the sign-in to start over",
            "Ask for a new code.",
        ),
    ),
    (
        "USERNAME_NOT_OCCUPIED",
        ("nobody has this username", "Check its spelling."),
    ),
    (
        "USERNAME_INVALID",
        (
            "this is no valid username",
            "Usernames have 4 to 32 letters, digits and underscores.",
        ),
    ),
    (
        "USERNAME_OCCUPIED",
        ("somebody has this username already", "Choose another."),
    ),
    (
        "PEER_ID_INVALID",
        (
            "the chat cannot be addressed this way",
            "Use its @username, or open it once so that this session knows it. People have to write \
             to a bot first.",
        ),
    ),
    (
        "CHAT_ID_INVALID",
        (
            "there is no such group, or this account is not in it",
            "Check its id; that of a channel or supergroup starts with -100.",
        ),
    ),
    (
        "CHANNEL_INVALID",
        (
            "the channel cannot be addressed this way",
            "Use its @username, or open it once so that this session knows it.",
        ),
    ),
    (
        "CHANNEL_PRIVATE",
        (
            "the channel is private and this account is not in it, or was banned from it",
            "Join it by an invite link.",
        ),
    ),
    (
        "CHAT_ADMIN_REQUIRED",
        (
            "only administrators of the chat may do this",
            "Ask one of them for the right to.",
        ),
    ),
    (
        "CHAT_WRITE_FORBIDDEN",
        (
            "you may not write in this chat",
            "Ask an administrator for the right to.",
        ),
    ),
    (
        "USER_IS_BLOCKED",
        (
            "this user has blocked you",
            "Nothing can be sent until they unblock you.",
        ),
    ),
    (
        "USER_BOT_INVALID",
        ("only bots may make this call", "Sign in as a bot."),
    ),
    (
        "BOT_METHOD_INVALID",
        ("bots may not make this call", "Sign in as a user."),
    ),
    (
        "MESSAGE_EMPTY",
        ("the message is empty", "Give it a text or a file."),
    ),
    (
        "MESSAGE_TOO_LONG",
        (
            "the text is too long",
            "Split it into messages of up to 4096 characters.",
        ),
    ),
    (
        "MEDIA_CAPTION_TOO_LONG",
        (
            "the caption is too long",
            "Shorten it to 1024 characters, or send the rest as a message.",
        ),
    ),
    (
        "REPLY_MESSAGE_ID_INVALID",
        (
            "there is no such message to reply to",
            "Check the number of the message.",
        ),
    ),
    (
        "MESSAGE_NOT_MODIFIED",
        (
            "the message is already as the edit would make it",
            "Nothing has to be done.",
        ),
    ),
    (
        "MESSAGE_ID_INVALID",
        (
            "there is no such message in this chat",
            "Check the number of the message.",
        ),
    ),
    (
        "MESSAGE_AUTHOR_REQUIRED",
        (
            "only its author may edit this message",
            "Edit a message of your own.",
        ),
    ),
    (
        "FILE_REFERENCE_EXPIRED",
        (
            "the reference of the file is too old",
            "Fetch its message again and retry.",
        ),
    ),
    (
        "PEER_FLOOD",
        (
            "the account is limited for writing to too many strangers",
            "Ask @SpamBot when the limit ends.",
        ),
    ),
    (
        "INVITE_REQUEST_SENT",
        (
            "nobody joined yet: the request to join was sent",
            "Wait until an administrator approves it.",
        ),
    ),
    (
        "INVITE_HASH_EXPIRED",
        (
            "the invite link does not work any more",
            "Ask for a new one.",
        ),
    ),
    (
        "USER_PRIVACY_RESTRICTED",
        (
            "this person's privacy settings do not allow it",
            "Send an invite link instead, or ask the person.",
        ),
    ),
    (
        "USER_NOT_PARTICIPANT",
        (
            "this person is not in the chat",
            "Invite the person first, or join the chat.",
        ),
    ),
    (
        "MESSAGE_DELETE_FORBIDDEN",
        (
            "this account may not delete this message",
            "Bots delete others' messages as administrators only, and their own for 48 hours.",
        ),
    ),
    (
        "CHAT_FORWARDS_RESTRICTED",
        (
            "the chat does not allow that its messages are forwarded",
            "Fetch the content and send it anew, if you may.",
        ),
    ),
    (
        "QUERY_ID_INVALID",
        (
            "the question was answered already, or is too old",
            "Answer buttons and inline queries at once, before anything that takes long.",
        ),
    ),
    (
        "BOT_RESPONSE_TIMEOUT",
        (
            "the bot did not answer in time",
            "Check that the bot runs, and try again.",
        ),
    ),
    (
        "USER_IS_BOT",
        (
            "bots cannot write to bots",
            "Write to a person, or in a group where both are.",
        ),
    ),
    (
        "IMAGE_PROCESS_FAILED",
        (
            "the server cannot read the picture",
            "Send a JPEG, PNG or WebP, or send it as a file.",
        ),
    ),
    (
        "BUTTON_URL_INVALID",
        (
            "the address of a button is not valid",
            "Give it in full, such as https://example.org.",
        ),
    ),
    (
        "METHOD_NOT_IMPLEMENTED",
        (
            "this server does not have the method",
            "Nothing can be done from here; embedded servers have a part of Telegram's methods.",
        ),
    ),
    (
        "INPUT_METHOD_INVALID",
        (
            "the server does not know this method",
            "It may speak an older layer.",
        ),
    ),
];
