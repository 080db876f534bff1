//! The changes between layers that are no matter of names and types.

use std::borrow::Cow;

use heliogram_tl::reflect::{Definition, Table, Type};

use super::{
    quiz,
    value::{Object, Value},
};

/// What stands for a constructor that the other layer does not have: the type, and the constructor
/// of it that is nearest. Fields of the same name are kept. The first the layer has is taken; where
/// there is none, the value is left out.
const NEAREST: &[(&str, &str)] = &[
    ("BotInlineMessage", "botInlineMessageText"),
    ("ButtonType", "buttonTypeDefault"),
    ("Chat", "channelForbidden"),
    ("MessageAction", "messageActionEmpty"),
    ("MessageEntity", "messageEntityUnknown"),
    ("MessageMedia", "messageMediaUnsupported"),
    ("PageBlock", "pageBlockUnsupported"),
    ("PollAnswer", "pollAnswer"),
    ("PollAnswer", "inputPollAnswer"),
    ("RichText", "textEmpty"),
    ("SendMessageAction", "sendMessageTypingAction"),
    ("StarGiftAttributeRarity", "starGiftAttributeRarity"),
    ("WalletTransactionPeer", "walletTransactionPeerUnsupported"),
];

/// Constructors that only add something around a value of the same type: the type and the field that
/// holds the value. A layer without the constructor is told the value.
const AROUND: &[(&str, &str)] = &[("RichText", "text")];

/// Constructors that took the place of a plain value: the constructor, and the field that holds it.
/// The value becomes the constructor and the constructor the value, as the layer wants it.
const WRAPPERS: &[(&str, &str)] = &[
    ("messages.chatInviteJoinResultOk", "updates"),
    ("peerUser", "user_id"),
    ("recentStory", "max_id"),
    ("starGiftAttributeRarity", "permille"),
    ("textWithEntities", "text"),
];

/// Fields that were renamed: the constructor, the older name, the newer name, and how many of the
/// newer unit make one of the older.
const RENAMED: &[(&str, &str, &str, i32)] = &[
    ("messageActionGiftCode", "months", "days", 30),
    ("messageActionGiftPremium", "months", "days", 30),
    ("payments.checkedGiftCode", "months", "days", 30),
    ("starGiftAttributeBackdrop", "rarity_permille", "rarity", 1),
    ("starGiftAttributeModel", "rarity_permille", "rarity", 1),
    ("starGiftAttributePattern", "rarity_permille", "rarity", 1),
];

/// What clients say in place of what they mean, and get away with on Telegram's own servers: the
/// type that is wanted, the constructor that is said, and the one that is meant, which has the same
/// fields. Telethon mentions people this way.
const MEANT: &[(&str, &str, &str)] = &[
    ("InputUser", "inputPeerEmpty", "inputUserEmpty"),
    ("InputUser", "inputPeerSelf", "inputUserSelf"),
    ("InputUser", "inputPeerUser", "inputUser"),
    ("InputChannel", "inputPeerEmpty", "inputChannelEmpty"),
    ("InputChannel", "inputPeerChannel", "inputChannel"),
];

/// The constructor of `ty` that is meant by one of another type.
pub(super) fn meant<'t>(table: &'t Table, ty: &str, said: &str) -> Option<Definition<'t>> {
    let row = MEANT.iter().find(|row| row.0 == ty && row.1 == said)?;
    let (said, meant) = (table.by_name(row.1)?, table.by_name(row.2)?);
    let same = said
        .fields()
        .map(|field| field.ty)
        .eq(meant.fields().map(|field| field.ty));
    same.then_some(meant)
}

/// Whether a constructor without fields can stand for a value that is not known.
pub(super) fn means_nothing(name: &str) -> bool {
    name.ends_with("Empty") || name.ends_with("Default")
}

/// Whether `object` can be written as `def`, which has its name. Keyboard buttons of layer 228 and
/// later that do something have the name of those that do nothing before.
pub(super) fn fits(object: &Object<'_, '_>, def: Definition<'_>) -> bool {
    let typed = object.fields.iter().any(|field| field.0 == "type");
    object.name != "keyboardButton" || !typed || def.field("type").is_some()
}

/// Gives fields of an object the names and units of `def`, the definition it will be written by.
pub(super) fn reshape<'t>(object: &mut Object<'_, 't>, def: Definition<'_>) {
    quiz::reshape(object, def);
    for &(name, old, new, unit) in RENAMED {
        if name != object.name {
            continue;
        }
        for (from, into) in [(old, new), (new, old)] {
            if def.field(into).is_none() || def.field(from).is_some() {
                continue;
            }
            if let Some(value) = object.take(from) {
                let value = match value {
                    Value::Int(v) if into == new => Value::Int(v.saturating_mul(unit)),
                    Value::Int(v) => Value::Int(v / unit),
                    value => value,
                };
                object.fields.push((into, value));
            }
        }
    }
}

/// The nearest a layer has to a value that it cannot say as type `ty`.
pub(super) fn adapt<'b, 't>(
    value: Value<'b, 't>,
    ty: Type<'_>,
    table: &Table,
) -> Option<Value<'b, 't>> {
    match value {
        Value::Object(object) => adapt_object(object, ty, table),
        value => wrap(value, ty),
    }
}

fn adapt_object<'b, 't>(
    mut object: Object<'b, 't>,
    ty: Type<'_>,
    table: &Table,
) -> Option<Value<'b, 't>> {
    if let Some(&(_, field)) = WRAPPERS.iter().find(|row| row.0 == object.name)
        && !has(ty, &object.name)
    {
        return object.take(field);
    }
    // Methods that only confirmed what they tell now.
    if ty == Type::Bool {
        return Some(Value::Bool(true));
    }
    let Type::Boxed(boxed) = ty else { return None };
    match boxed.name() {
        "KeyboardButton" | "KeyboardInlineButton" => return button(object, boxed.name(), table),
        "KeyboardButtonRow" if object.name == "keyboardInlineButtonRow" => {
            return Some(Value::Object(object.renamed("keyboardButtonRow")));
        }
        "KeyboardInlineButtonRow" if object.name == "keyboardButtonRow" => {
            return Some(Value::Object(object.renamed("keyboardInlineButtonRow")));
        }
        _ => {}
    }
    if let Some(&(_, field)) = AROUND.iter().find(|row| row.0 == boxed.name())
        && let Some(inner) = object.take(field)
    {
        return Some(inner);
    }
    let known = |name: &str| table.by_name(name).is_some_and(|def| boxed.has(def));
    let near = NEAREST.iter().filter(|row| row.0 == boxed.name());
    let near = near
        .map(|row| row.1)
        .find(|name| *name != object.name && known(name));
    match near {
        Some(name) => Some(Value::Object(object.renamed(name))),
        None => wrap(Value::Object(object), ty),
    }
}

fn has(ty: Type<'_>, constructor: &str) -> bool {
    match ty {
        Type::Boxed(ty) => ty.constructors().any(|def| def.name() == constructor),
        _ => false,
    }
}

/// The value inside the constructor of `ty` that took its place.
fn wrap<'b, 't>(value: Value<'b, 't>, ty: Type<'_>) -> Option<Value<'b, 't>> {
    let &(name, field) = WRAPPERS.iter().find(|row| has(ty, row.0))?;
    Some(Value::Object(Object::new(name, vec![(field, value)])))
}

/// Before layer 228 each kind of keyboard button was a constructor of its own; since then what a
/// button does is a value of its own, and buttons below messages are of another type.
fn button<'b, 't>(mut object: Object<'b, 't>, ty: &str, table: &Table) -> Option<Value<'b, 't>> {
    let typed = table.by_name("keyboardInlineButton").is_some();
    if typed {
        return split_button(object, ty, table);
    }
    let does = match object.take("type")? {
        Value::Object(does) => does,
        Value::Same(same) => match same.open()? {
            Value::Object(does) => does,
            _ => return None,
        },
        _ => return None,
    };
    let (prefix, kind) = match does.name.strip_prefix("input") {
        Some(rest) => ("inputKeyboardButton", rest),
        None => ("keyboardButton", does.name.as_ref()),
    };
    let kind = strip_ignoring_case(kind, &["inlineButtonType", "buttonType"])?;
    let name = format!("{prefix}{}", if kind == "Default" { "" } else { kind });
    if table.by_name(&name).is_none() {
        return Some(Value::Object(object.renamed("keyboardButton")));
    }
    object.fields.extend(does.fields);
    Some(Value::Object(object.renamed(name)))
}

fn strip_ignoring_case<'a>(text: &'a str, prefixes: &[&str]) -> Option<&'a str> {
    prefixes.iter().find_map(|prefix| {
        let (head, rest) = text.split_at_checked(prefix.len())?;
        head.eq_ignore_ascii_case(prefix).then_some(rest)
    })
}

/// Takes what an old button does out of it.
fn split_button<'b, 't>(
    mut object: Object<'b, 't>,
    ty: &str,
    table: &Table,
) -> Option<Value<'b, 't>> {
    let (input, kind) = match object.name.strip_prefix("inputKeyboardButton") {
        Some(kind) => (true, kind),
        None => (false, object.name.strip_prefix("keyboardButton")?),
    };
    let inline = ty == "KeyboardInlineButton";
    let prefix = match (input, inline) {
        (false, false) => "buttonType",
        (false, true) => "inlineButtonType",
        (true, false) => "inputButtonType",
        (true, true) => "inputInlineButtonType",
    };
    // A button of a kind that may not stand here any more keeps its text.
    let inert = if inline {
        "inlineButtonTypeDisabled"
    } else {
        "buttonTypeDefault"
    };
    let does = format!("{prefix}{kind}");
    let does = if table.by_name(&does).is_some() {
        Cow::Owned(does)
    } else {
        inert.into()
    };
    let own = |name: &str| matches!(name, "text" | "style");
    let (kept, moved) = object.fields.into_iter().partition(|field| own(field.0));
    object.fields = kept;
    let does = Object::new(does, moved);
    object.fields.push(("type", Value::Object(does)));
    let name = if inline {
        "keyboardInlineButton"
    } else {
        "keyboardButton"
    };
    Some(Value::Object(object.renamed(name)))
}
