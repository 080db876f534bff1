//! Where Telegram's own servers are.

use super::servers::ServerAddr;

/// Where new sessions start.
pub(super) const FIRST_DC: i32 = 2;

/// All of Telegram's servers listen here; addresses are known with the first one.
pub(super) const PORTS: [u16; 3] = [443, 80, 5222];

/// Names of the data centres for web apps, from data centre 1 on.
pub(super) const WEB_NAMES: [&str; 5] = ["pluto", "venus", "aurora", "vesta", "flora"];
pub(super) const WEB_DOMAIN: &str = "web.telegram.org";

/// Production: number and address of each data centre.
pub(super) const PRODUCTION: &[(i32, &str)] = &[
    (1, "149.154.175.50"),
    (2, "149.154.167.51"),
    (2, "95.161.76.100"),
    (3, "149.154.175.100"),
    (4, "149.154.167.91"),
    (5, "149.154.171.5"),
    (1, "2001:b28:f23d:f001::a"),
    (2, "2001:67c:4e8:f002::a"),
    (3, "2001:b28:f23d:f003::a"),
    (4, "2001:67c:4e8:f004::a"),
    (5, "2001:b28:f23f:f005::a"),
];

/// Test servers: number and address of each data centre.
pub(super) const TEST: &[(i32, &str)] = &[
    (1, "149.154.175.10"),
    (2, "149.154.167.40"),
    (3, "149.154.175.117"),
    (1, "2001:b28:f23d:f001::e"),
    (2, "2001:67c:4e8:f002::e"),
    (3, "2001:b28:f23d:f003::e"),
];

/// The addresses of a table.
pub(super) fn addresses(table: &[(i32, &str)]) -> Vec<ServerAddr> {
    table
        .iter()
        .map(|(id, host)| ServerAddr::new(*id, *host, PORTS[0]))
        .collect()
}
