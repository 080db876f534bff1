//! The right answers of a quiz: since layer 227 their places in the poll, before that their keys.

use std::collections::HashMap;

use heliogram_tl::reflect::{Definition, Type};

use super::value::{Object, Value};

const POLL: &str = "inputMediaPoll";
const RIGHT: &str = "correct_answers";

/// Names the right answers of a quiz the way `def`, the definition it will be written by, does.
pub(super) fn reshape(object: &mut Object<'_, '_>, def: Definition<'_>) {
    if object.name != POLL {
        return;
    }
    let wanted = def.field(RIGHT).map(|field| field.ty);
    let Some(Type::Vector { elem, .. }) = wanted else {
        return;
    };
    let Some(given) = field(object, RIGHT).and_then(items) else {
        return;
    };
    let keys = keys(object);
    let named = match elem.ty() {
        Type::Int => places_of(&keys, &given),
        Type::Bytes => keys_at(&keys, &given),
        _ => None,
    };
    if let Some(named) = named {
        object.take(RIGHT);
        object.fields.push((RIGHT, Value::Vector(named)));
    }
}

/// Places of the answers with these keys. One that no answer has is at a place there is not, so that
/// it is refused and not overlooked.
fn places_of<'b, 't>(
    keys: &[Option<&[u8]>],
    given: &[Value<'_, '_>],
) -> Option<Vec<Value<'b, 't>>> {
    let mut places = HashMap::new();
    for (place, key) in (0..).zip(keys) {
        if let Some(key) = key {
            places.entry(*key).or_insert(place);
        }
    }
    let place = |key: &Value<'_, '_>| match key {
        Value::Bytes(key) => Some(Value::Int(places.get(key).copied().unwrap_or(-1))),
        _ => None,
    };
    given.iter().map(place).collect()
}

/// Keys of the answers at these places; nothing if one has none.
fn keys_at<'b, 't>(
    keys: &[Option<&'b [u8]>],
    given: &[Value<'_, '_>],
) -> Option<Vec<Value<'b, 't>>> {
    let key = |place: &Value<'_, '_>| match place {
        Value::Int(place) => {
            let key = keys.get(usize::try_from(*place).ok()?)?;
            key.map(Value::Bytes)
        }
        _ => None,
    };
    given.iter().map(key).collect()
}

/// The keys of the poll's answers, in their order.
fn keys<'b>(object: &Object<'b, '_>) -> Vec<Option<&'b [u8]>> {
    let answers = field(object, "poll")
        .and_then(object_of)
        .and_then(|poll| field(&poll, "answers").and_then(items));
    let key = |answer| match field(&object_of(answer)?, "option") {
        Some(Value::Bytes(key)) => Some(key),
        _ => None,
    };
    answers.unwrap_or_default().into_iter().map(key).collect()
}

fn field<'b, 't>(object: &Object<'b, 't>, name: &str) -> Option<Value<'b, 't>> {
    let field = object.fields.iter().find(|field| field.0 == name)?;
    Some(field.1.clone())
}

fn items<'b, 't>(value: Value<'b, 't>) -> Option<Vec<Value<'b, 't>>> {
    match open(value)? {
        Value::Vector(items) => Some(items),
        _ => None,
    }
}

fn object_of<'b, 't>(value: Value<'b, 't>) -> Option<Object<'b, 't>> {
    match open(value)? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

fn open<'b, 't>(value: Value<'b, 't>) -> Option<Value<'b, 't>> {
    match value {
        Value::Same(same) => same.open(),
        value => Some(value),
    }
}
