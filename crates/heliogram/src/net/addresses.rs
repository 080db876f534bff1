use std::{collections::HashMap, net::SocketAddr};

use heliogram_api::types;

use super::servers::{ServerAddr, Servers};
use crate::storage::DcAddress;

/// Most addresses kept for one data centre.
const MAX_PER_DC: usize = 16;
/// Most data centres kept.
const MAX_DCS: usize = 64;

/// Where the data centres listen, as far as is known.
pub(super) struct Addresses {
    servers: Servers,
    by_dc: HashMap<i32, Vec<ServerAddr>>,
    /// Where CDNs listen, as the server told; not stored, for every start asks anew.
    cdns: HashMap<i32, Vec<ServerAddr>>,
}

impl Addresses {
    /// The addresses of `servers`, or those the server told last where they may be replaced.
    pub(super) fn new(servers: &Servers, stored: &[DcAddress]) -> Self {
        let mut by_dc = HashMap::<i32, Vec<ServerAddr>>::new();
        for address in servers.addresses() {
            by_dc.entry(address.id).or_default().push(address.clone());
        }
        let mut learned = HashMap::<i32, Vec<ServerAddr>>::new();
        let plain = |a: &&DcAddress| !a.media_only && !a.tcpo_only && !a.cdn;
        for a in stored
            .iter()
            .filter(plain)
            .filter(|a| servers.may_replace(a.dc))
        {
            let (host, port) = (a.address.ip().to_string(), a.address.port());
            learned
                .entry(a.dc)
                .or_default()
                .push(ServerAddr::new(a.dc, host, port));
        }
        // An address that has moved since must not lock the session out.
        for (dc, mut list) in learned {
            let old = by_dc.remove(&dc).unwrap_or_default();
            list.extend(
                old.into_iter()
                    .filter(|a| !list.contains(a))
                    .collect::<Vec<_>>(),
            );
            list.truncate(MAX_PER_DC);
            by_dc.insert(dc, list);
        }
        Self {
            servers: servers.clone(),
            by_dc,
            cdns: HashMap::new(),
        }
    }

    /// The addresses worth remembering, in the form in which they are stored.
    pub(super) fn stored(&self) -> Vec<DcAddress> {
        let mut all: Vec<_> = self.by_dc.values().flatten().collect();
        all.sort_by_key(|a| a.id);
        all.into_iter()
            .filter_map(|a| {
                let ip = a.host.parse().ok()?;
                Some(DcAddress::new(a.id, SocketAddr::new(ip, a.port)))
            })
            .collect()
    }

    /// The first address of a data centre that needs no name to be looked up.
    pub(super) fn socket(&self, dc: i32) -> Option<SocketAddr> {
        let list = self.by_dc.get(&dc)?;
        list.iter()
            .find_map(|a| Some(SocketAddr::new(a.host.parse().ok()?, a.port)))
    }

    pub(super) fn knows(&self, dc: i32) -> bool {
        self.by_dc.contains_key(&dc)
    }

    /// The addresses of a data centre, the best first.
    pub(super) fn of(&self, dc: i32) -> Vec<ServerAddr> {
        self.by_dc.get(&dc).cloned().unwrap_or_default()
    }

    /// The addresses of a CDN, the best first.
    pub(super) fn of_cdn(&self, dc: i32) -> Vec<ServerAddr> {
        if self.servers.may_replace(dc) {
            self.cdns.get(&dc).cloned().unwrap_or_default()
        } else {
            self.of(dc)
        }
    }

    /// Takes over what the server's configuration says, but for data centres named by hand.
    pub(super) fn learn(&mut self, config: &types::Config) {
        let mut learned = HashMap::<i32, Vec<ServerAddr>>::new();
        let mut cdns = HashMap::<i32, Vec<ServerAddr>>::new();
        for option in &config.dc_options {
            let usable = !option.media_only
                && !option.tcpo_only
                && option.secret.is_none()
                && (1..=1000).contains(&option.id)
                && self.servers.may_replace(option.id);
            let Some(port) = u16::try_from(option.port).ok().filter(|_| usable) else {
                continue;
            };
            let lists = if option.cdn { &mut cdns } else { &mut learned };
            if lists.len() >= MAX_DCS && !lists.contains_key(&option.id) {
                continue;
            }
            let list = lists.entry(option.id).or_default();
            if list.len() < MAX_PER_DC {
                list.push(ServerAddr::new(option.id, option.ip_address.clone(), port));
            }
        }
        for list in learned.values_mut().chain(cdns.values_mut()) {
            list.sort_by_key(|a| a.host.contains(':') != config.force_try_ipv6);
        }
        self.by_dc.extend(learned);
        self.cdns = cdns;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(id: i32, host: &str) -> types::DcOption {
        types::DcOption::new(id, host.into(), 443)
    }

    fn config(options: Vec<types::DcOption>) -> types::Config {
        let mut r = heliogram_tl::Reader::new(&[]);
        let empty = <types::Config as heliogram_tl::Constructor>::decode_bare(&mut r);
        types::Config {
            dc_options: options,
            ..empty
        }
    }

    #[test]
    fn learned_addresses_replace_built_in_ones_but_not_those_given_by_hand() {
        let options = vec![
            option(1, "10.0.0.1"),
            option(9, "10.0.0.9"),
            option(1, "::1"),
        ];
        let mut built_in = Addresses::new(&Servers::telegram(), &[]);
        built_in.learn(&config(options.clone()));
        let hosts = |list: Vec<ServerAddr>| list.into_iter().map(|a| a.host).collect::<Vec<_>>();
        assert_eq!(hosts(built_in.of(1)), ["10.0.0.1", "::1"]);
        assert!(built_in.knows(9));

        let mut by_hand = Addresses::new(&Servers::custom().dc(1, "localhost", 1), &[]);
        by_hand.learn(&config(options));
        assert_eq!(hosts(by_hand.of(1)), ["localhost"]);
        assert_eq!(hosts(by_hand.of(9)), ["10.0.0.9"]);
    }

    #[test]
    fn stored_addresses_come_first_and_built_in_ones_stay_behind_them() {
        let stored = [DcAddress::new(1, SocketAddr::from(([10, 0, 0, 1], 80)))];
        let addresses = Addresses::new(&Servers::telegram(), &stored);
        let list = addresses.of(1);
        assert_eq!(list[0], ServerAddr::new(1, "10.0.0.1", 80));
        assert!(list.len() > 1);
        assert!(addresses.stored().contains(&stored[0]));
        let by_hand = Addresses::new(&Servers::custom().dc(1, "127.0.0.1", 1), &stored);
        assert_eq!(by_hand.of(1), [ServerAddr::new(1, "127.0.0.1", 1)]);
    }

    #[test]
    fn addresses_that_cannot_carry_the_account_are_left_out() {
        let media = types::DcOption {
            media_only: true,
            ..option(9, "10.0.0.1")
        };
        let cdn = types::DcOption {
            cdn: true,
            ..option(9, "10.0.0.2")
        };
        let port = types::DcOption {
            port: 70_000,
            ..option(9, "10.0.0.3")
        };
        let mut addresses = Addresses::new(&Servers::telegram(), &[]);
        addresses.learn(&config(vec![media, cdn, port, option(-9, "10.0.0.4")]));
        assert!(!addresses.knows(9) && !addresses.knows(-9));
    }

    #[test]
    fn cdns_and_data_centres_of_the_same_number_are_not_mixed_up() {
        let cdn = types::DcOption {
            cdn: true,
            ..option(2, "10.0.0.2")
        };
        let mut addresses = Addresses::new(&Servers::telegram(), &[]);
        let before = addresses.of(2);
        addresses.learn(&config(vec![cdn]));
        assert_eq!(addresses.of(2), before);
        assert_eq!(addresses.of_cdn(2), [ServerAddr::new(2, "10.0.0.2", 443)]);
        assert!(addresses.of_cdn(1).is_empty());
        // A CDN that the server names no more is gone.
        addresses.learn(&config(vec![]));
        assert!(addresses.of_cdn(2).is_empty());
        let by_hand = Addresses::new(&Servers::custom().dc(203, "localhost", 1), &[]);
        assert_eq!(by_hand.of_cdn(203), [ServerAddr::new(203, "localhost", 1)]);
    }
}
