//! Links to proxies.

use heliogram::Proxy;

/// Text, as far as it is UTF-8.
pub fn run(data: &[u8]) {
    let Some(link) = data.utf8_chunks().next() else {
        return;
    };
    if let Ok(proxy) = link.valid().parse::<Proxy>() {
        assert!(!proxy.host().is_empty() && proxy.port() > 0);
        let _ = format!("{proxy} {proxy:?}");
    }
}

/// A link of each kind.
pub fn seeds() -> Vec<(String, Vec<u8>)> {
    crate::texts(&[
        "tg://proxy?server=a.example&port=443&secret=dd00112233445566778899aabbccddeeff",
        "https://t.me/proxy?server=1.2.3.4&port=443&secret=ee00112233445566778899aabbccddeeff6578616d706c652e636f6d",
        "tg://proxy?server=[::1]&port=1&secret=7gARIjNEVWZ3iJmqu8zd7v9leGFtcGxlLmNvbQ",
        "tg://socks?server=a.example&port=1080&user=me&pass=s%40cret",
        "https://t.me/socks?server=a.example&port=1080",
        "socks5://name:pass%20word@10.0.0.1:1080",
        "http://[::1]:3128",
        "http://name@host.example:8080/",
    ])
}
