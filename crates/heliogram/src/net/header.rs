use bytes::Bytes;
use heliogram_api::{LAYER, functions as f, types};
use heliogram_tl::{Call, to_bytes};

use crate::{Identity, Proxy};

/// What goes in front of a call that introduces the app: `invokeWithLayer(initConnection(..`.
///
/// An MTProxy on the way is told of: it may have a channel to show to those who use it. Other
/// proxies are none of the server's business.
pub(super) fn encode(api_id: i32, id: &Identity, proxy: Option<&Proxy>) -> Bytes {
    let proxy = proxy.filter(|proxy| proxy.is_mtproxy());
    let proxy = proxy.map(|p| types::InputClientProxy::new(p.host().to_owned(), p.port().into()));
    let init = f::InitConnection {
        api_id,
        device_model: id.device_model.clone(),
        system_version: id.system_version.clone(),
        app_version: id.app_version.clone(),
        system_lang_code: id.system_lang_code.clone(),
        lang_pack: id.lang_pack.clone(),
        lang_code: id.lang_code.clone(),
        proxy: proxy.map(Into::into),
        params: None,
        query: f::help::GetConfig {},
    };
    let mut header = to_bytes(&f::InvokeWithLayer {
        layer: LAYER,
        query: init,
    });
    // The query stands last and is nothing but its id; any other may follow in its place.
    header.truncate(header.len().saturating_sub(4));
    header
}

/// The body of a call with all that has to stand in front of it.
///
/// `without_updates` keeps the server from pushing updates to connections that carry files.
pub(super) fn wrap(header: Option<&Bytes>, without_updates: bool, body: &Bytes) -> Bytes {
    let tag = <f::InvokeWithoutUpdates<f::help::GetConfig> as Call>::ID.to_le_bytes();
    if header.is_none() && !without_updates {
        return body.clone();
    }
    let header = header.map_or(&[][..], |h| h);
    let mut out = Vec::with_capacity(header.len() + 4 + body.len());
    out.extend_from_slice(header);
    if without_updates {
        out.extend_from_slice(&tag);
    }
    out.extend_from_slice(body);
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_told_of_an_mtproxy_and_of_no_other() {
        let tells = |proxy: Option<Proxy>| {
            let header = encode(1, &Identity::default(), proxy.as_ref());
            header.windows(9).any(|bytes| bytes == b"a.example")
        };
        let mtproxy = Proxy::mtproxy("a.example", 443, "00112233445566778899aabbccddeeff");
        assert!(tells(Some(mtproxy.unwrap())));
        assert!(!tells(Some(Proxy::socks5("a.example", 1080))));
        assert!(!tells(None));
    }
}
