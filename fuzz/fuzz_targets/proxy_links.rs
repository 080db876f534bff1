//! Links to proxies.
#![no_main]

use heliogram::Proxy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|link: &str| {
    if let Ok(proxy) = link.parse::<Proxy>() {
        assert!(!proxy.host().is_empty() && proxy.port() > 0);
        let _ = format!("{proxy} {proxy:?}");
    }
});
