use bytes::Bytes;
use heliogram_api::functions::{
    InitConnection, InvokeAfterMsg, InvokeAfterMsgs, InvokeWithLayer, InvokeWithMessagesRange,
    InvokeWithTakeout, InvokeWithoutUpdates, help,
};
use heliogram_tl::{Call, Decode, Rest, from_bytes, inflate};

use super::{Answer, Refusal};
use crate::world::{AppInfo, MessageRange};

/// Deepest nesting of wrappers; clients use three or four.
const DEPTH_MAX: usize = 8;
/// Longest request after unpacking, in bytes.
const INFLATED_MAX: usize = 4 << 20;
/// Constructor id of `gzip_packed`.
const GZIP_PACKED: u32 = 0x3072_cfa1;

/// A request without what was wrapped around it.
#[derive(Default)]
pub(crate) struct Peeled {
    /// The layer the client announced.
    pub(crate) layer: Option<i32>,
    /// What the program said about itself.
    pub(crate) app: Option<AppInfo>,
    /// The session does not want updates for asking this.
    pub(crate) quiet: bool,
    /// Requests that have to be done before this one.
    pub(crate) after: Vec<i64>,
    /// The takeout it is part of.
    pub(crate) takeout: Option<i64>,
    /// Only messages in this range are meant.
    pub(crate) range: Option<MessageRange>,
    /// The request itself.
    pub(crate) query: Bytes,
}

/// Ids of the wrappers, which do not depend on what they wrap.
type Any = help::GetConfig;
const WITH_LAYER: u32 = InvokeWithLayer::<Any>::ID;
const INIT: u32 = InitConnection::<Any>::ID;
const AFTER: u32 = InvokeAfterMsg::<Any>::ID;
const AFTER_ALL: u32 = InvokeAfterMsgs::<Any>::ID;
const QUIET: u32 = InvokeWithoutUpdates::<Any>::ID;
const TAKEOUT: u32 = InvokeWithTakeout::<Any>::ID;
const RANGE: u32 = InvokeWithMessagesRange::<Any>::ID;

/// Takes the wrappers off a request, in whatever order they come.
pub(crate) fn peel(body: Bytes) -> Answer<Peeled> {
    let mut peeled = Peeled {
        query: body,
        ..Peeled::default()
    };
    for _ in 0..DEPTH_MAX {
        let Some(id) = constructor(&peeled.query) else {
            return Err(unreadable());
        };
        peeled.query = match id {
            WITH_LAYER => {
                let wrap: InvokeWithLayer<Rest> = read(&peeled.query)?;
                peeled.layer = Some(wrap.layer);
                wrap.query.0
            }
            INIT => {
                let wrap: InitConnection<Rest> = read(&peeled.query)?;
                peeled.app = Some(AppInfo {
                    api_id: wrap.api_id,
                    device: wrap.device_model,
                    system: wrap.system_version,
                    version: wrap.app_version,
                    lang: wrap.lang_code,
                });
                wrap.query.0
            }
            AFTER => {
                let wrap: InvokeAfterMsg<Rest> = read(&peeled.query)?;
                peeled.after.push(wrap.msg_id);
                wrap.query.0
            }
            AFTER_ALL => {
                let wrap: InvokeAfterMsgs<Rest> = read(&peeled.query)?;
                peeled.after.extend(wrap.msg_ids);
                wrap.query.0
            }
            QUIET => {
                peeled.quiet = true;
                read::<InvokeWithoutUpdates<Rest>>(&peeled.query)?.query.0
            }
            TAKEOUT => {
                let wrap: InvokeWithTakeout<Rest> = read(&peeled.query)?;
                peeled.takeout = Some(wrap.takeout_id);
                wrap.query.0
            }
            RANGE => {
                let wrap: InvokeWithMessagesRange<Rest> = read(&peeled.query)?;
                peeled.range = Some(MessageRange {
                    min: wrap.range.min_id,
                    max: wrap.range.max_id,
                });
                wrap.query.0
            }
            GZIP_PACKED => {
                let packed: Bytes = read(&peeled.query.slice(4..))?;
                inflate(&packed, INFLATED_MAX)
                    .map_err(|_| unreadable())?
                    .into()
            }
            _ => return Ok(peeled),
        };
    }
    Err(unreadable())
}

/// Constructor id a request begins with.
pub(crate) fn constructor(body: &[u8]) -> Option<u32> {
    let id = body.get(..4)?;
    Some(u32::from_le_bytes(id.try_into().ok()?))
}

fn read<T: Decode>(body: &Bytes) -> Answer<T> {
    from_bytes(body).map_err(|_| unreadable())
}

fn unreadable() -> Refusal {
    Refusal::bad("INPUT_FETCH_ERROR")
}

#[cfg(test)]
mod tests {
    use heliogram_api::LAYER;
    use heliogram_tl::to_bytes;

    use super::*;

    fn init<X>(query: X) -> InitConnection<X> {
        let text = || "x".to_owned();
        InitConnection::new(
            7,
            text(),
            text(),
            "1.0".into(),
            text(),
            text(),
            text(),
            query,
        )
    }

    #[test]
    fn wrappers_come_in_any_order() {
        let config = help::GetConfig::new();
        let doc_order = InvokeAfterMsg::new(5, InvokeWithLayer::new(LAYER, init(config.clone())));
        let tdlib_order = InvokeWithLayer::new(LAYER, init(InvokeAfterMsg::new(5, config.clone())));
        for body in [to_bytes(&doc_order), to_bytes(&tdlib_order)] {
            let peeled = peel(body).unwrap();
            assert_eq!(peeled.layer, Some(LAYER));
            assert_eq!(peeled.after, [5]);
            assert_eq!(peeled.app.unwrap().api_id, 7);
            assert_eq!(peeled.query, to_bytes(&config));
        }
    }

    #[test]
    fn endless_wrappers_are_refused() {
        let mut body = to_bytes(&help::GetConfig::new());
        for _ in 0..=DEPTH_MAX {
            body = to_bytes(&InvokeWithoutUpdates::new(Rest(body)));
        }
        assert!(peel(body).is_err());
        assert!(peel(Bytes::from_static(&[1, 2])).is_err());
        assert!(peel(to_bytes(&InvokeWithoutUpdates::new(Rest(Bytes::new())))).is_err());
    }
}
