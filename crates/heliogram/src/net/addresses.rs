use std::{collections::HashMap, net::SocketAddr};

use heliogram_api::types;

use super::{
    dial,
    endpoint::Endpoint,
    servers::{ServerAddr, Servers},
    telegram,
};
use crate::storage::DcAddress;

/// Most addresses kept for one data centre.
const MAX_PER_DC: usize = 16;
/// Most data centres kept.
const MAX_DCS: usize = 64;
/// Most ways to one data centre that are tried at once.
const MAX_WAYS: usize = 24;

/// Where the data centres listen, as far as is known.
pub(super) struct Addresses {
    servers: Servers,
    by_dc: HashMap<i32, Vec<Endpoint>>,
    /// Where CDNs listen, as the server told; not stored, for every start asks anew.
    cdns: HashMap<i32, Vec<Endpoint>>,
    /// Where a server answered last.
    good: HashMap<i32, ServerAddr>,
    /// Where none answered though the connection stood.
    bad: HashMap<i32, ServerAddr>,
}

impl Addresses {
    /// The addresses of `servers`, or those the server told last where they may be replaced.
    pub(super) fn new(servers: &Servers, stored: &[DcAddress]) -> Self {
        let mut by_dc = HashMap::<i32, Vec<Endpoint>>::new();
        for address in servers.addresses() {
            let endpoint = Endpoint::new(address.id, address.host.clone(), address.port);
            by_dc.entry(address.id).or_default().push(endpoint);
        }
        let mut learned = HashMap::<i32, Vec<Endpoint>>::new();
        for endpoint in stored.iter().filter_map(Endpoint::from_stored) {
            let dc = endpoint.address.id;
            if servers.may_replace(dc) {
                learned.entry(dc).or_default().push(endpoint);
            }
        }
        // An address that has moved since must not lock the session out.
        for (dc, mut list) in learned {
            let old = by_dc.remove(&dc).unwrap_or_default();
            let new = |e: &Endpoint| !list.iter().any(|known| known.address == e.address);
            let old: Vec<_> = old.into_iter().filter(new).collect();
            list.extend(old);
            list.truncate(MAX_PER_DC);
            by_dc.insert(dc, list);
        }
        Self {
            servers: servers.clone(),
            by_dc,
            cdns: HashMap::new(),
            good: HashMap::new(),
            bad: HashMap::new(),
        }
    }

    /// The addresses worth remembering, in the form in which they are stored.
    pub(super) fn stored(&self) -> Vec<DcAddress> {
        let mut dcs: Vec<_> = self.by_dc.iter().collect();
        dcs.sort_unstable_by_key(|(dc, _)| **dc);
        let mut stored = Vec::new();
        for (dc, list) in dcs {
            // Where a server answered comes first the next time as well, at the port it was.
            let good = self.good.get(dc).and_then(|good| {
                let of_host = list.iter().find(|e| e.address.host == good.host)?;
                Some(of_host.at_port(good.port))
            });
            let others = list
                .iter()
                .filter(|e| Some(&e.address) != good.as_ref().map(|g| &g.address));
            let ordered = good.iter().chain(others).take(MAX_PER_DC);
            stored.extend(ordered.filter_map(Endpoint::to_stored));
        }
        stored
    }

    /// The first address of a data centre that needs no name to be looked up.
    pub(super) fn socket(&self, dc: i32) -> Option<SocketAddr> {
        let list = self.by_dc.get(&dc)?;
        list.iter().find_map(|e| {
            Some(SocketAddr::new(
                e.address.host.parse().ok()?,
                e.address.port,
            ))
        })
    }

    pub(super) fn knows(&self, dc: i32) -> bool {
        self.by_dc.contains_key(&dc)
    }

    /// The ways to a data centre, the best first: where it answered last, then the families of
    /// addresses in turns, those for everything before those with conditions, and then the other
    /// ports of Telegram's servers. `proxied` prefers what is meant for proxies.
    pub(super) fn of(&self, dc: i32, proxied: bool) -> Vec<Endpoint> {
        self.ordered(self.by_dc.get(&dc), dc, proxied)
    }

    /// The ways to a CDN, in the same order.
    pub(super) fn of_cdn(&self, dc: i32, proxied: bool) -> Vec<Endpoint> {
        match self.servers.may_replace(dc) {
            true => self.ordered(self.cdns.get(&dc), dc, proxied),
            false => self.of(dc, proxied),
        }
    }

    fn ordered(&self, list: Option<&Vec<Endpoint>>, dc: i32, proxied: bool) -> Vec<Endpoint> {
        let mut list = list.cloned().unwrap_or_default();
        list = dial::interleaved(list, Endpoint::is_ipv6);
        list.sort_by_key(|e| (proxied && !e.is_static, e.tcpo_only || e.secret.is_some()));
        if self.servers.has_ports() {
            let others = telegram::PORTS.iter().flat_map(|port| {
                let movable = |e: &&Endpoint| !e.this_port_only && e.address.port != *port;
                list.iter().filter(movable).map(|e| e.at_port(*port))
            });
            let others: Vec<_> = others.collect();
            for other in others {
                if !list.iter().any(|e| e.address == other.address) {
                    list.push(other);
                }
            }
        }
        list.truncate(MAX_WAYS);
        let place = |address: Option<&ServerAddr>, list: &[Endpoint]| {
            list.iter().position(|e| Some(&e.address) == address)
        };
        if let Some(at) = place(self.good.get(&dc), &list)
            && let Some(front) = list.get_mut(..=at)
        {
            front.rotate_right(1);
        }
        if let Some(at) = place(self.bad.get(&dc), &list)
            && let Some(back) = list.get_mut(at..)
        {
            back.rotate_left(1);
        }
        list
    }

    /// A server answered at this address.
    pub(super) fn worked(&mut self, address: &ServerAddr) {
        if self.bad.get(&address.id) == Some(address) {
            self.bad.remove(&address.id);
        }
        self.good.insert(address.id, address.clone());
    }

    /// A connection to this address stood, and no server answered.
    pub(super) fn failed(&mut self, address: &ServerAddr) {
        self.bad.insert(address.id, address.clone());
    }

    /// Takes over what the server's configuration says, but for data centres named by hand.
    pub(super) fn learn(&mut self, config: &types::Config) {
        let mut learned = HashMap::<i32, Vec<Endpoint>>::new();
        let mut cdns = HashMap::<i32, Vec<Endpoint>>::new();
        for option in &config.dc_options {
            let Some(endpoint) = Endpoint::from_option(option) else {
                continue;
            };
            let dc = endpoint.address.id;
            let lists = if option.cdn { &mut cdns } else { &mut learned };
            let too_many = lists.len() >= MAX_DCS && !lists.contains_key(&dc);
            if too_many || !self.servers.may_replace(dc) {
                continue;
            }
            let list = lists.entry(dc).or_default();
            if list.len() < MAX_PER_DC {
                list.push(endpoint);
            }
        }
        for list in learned.values_mut().chain(cdns.values_mut()) {
            // The family of the first one is the one that is tried first.
            list.sort_by_key(|e| e.is_ipv6() != config.force_try_ipv6);
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

    fn ways(addresses: &Addresses, dc: i32) -> Vec<String> {
        let list = addresses.of(dc, false);
        list.iter().map(|e| e.address.to_string()).collect()
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
        assert_eq!(ways(&built_in, 1)[..2], ["10.0.0.1:443", "[::1]:443"]);
        assert!(built_in.knows(9));

        let mut by_hand = Addresses::new(&Servers::custom().dc(1, "localhost", 1), &[]);
        by_hand.learn(&config(options));
        assert_eq!(ways(&by_hand, 1), ["localhost:1"]);
        assert_eq!(ways(&by_hand, 9), ["10.0.0.9:443"]);
    }

    #[test]
    fn stored_addresses_come_first_and_built_in_ones_stay_behind_them() {
        let stored = [DcAddress::new(1, SocketAddr::from(([10, 0, 0, 1], 80)))];
        let addresses = Addresses::new(&Servers::telegram(), &stored);
        let list = ways(&addresses, 1);
        assert_eq!(list[0], "10.0.0.1:80");
        assert!(list.contains(&"149.154.175.50:443".to_owned()));
        assert!(addresses.stored().contains(&stored[0]));
        let by_hand = Addresses::new(&Servers::custom().dc(1, "127.0.0.1", 1), &stored);
        assert_eq!(ways(&by_hand, 1), ["127.0.0.1:1"]);
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
        let strange = types::DcOption {
            secret: Some(vec![1, 2, 3].into()),
            ..option(9, "10.0.0.5")
        };
        let negative = option(-9, "10.0.0.4");
        addresses.learn(&config(vec![media, cdn, port, strange, negative]));
        assert!(!addresses.knows(9) && !addresses.knows(-9));
    }

    #[test]
    fn families_take_turns_and_the_other_ports_come_last() {
        let mut addresses = Addresses::new(&Servers::telegram(), &[]);
        let options = vec![
            option(1, "10.0.0.1"),
            option(1, "10.0.0.2"),
            option(1, "::1"),
        ];
        addresses.learn(&config(options.clone()));
        let first = ["10.0.0.1:443", "[::1]:443", "10.0.0.2:443"];
        let later = ["10.0.0.1:80", "[::1]:80", "10.0.0.2:80"];
        let last = ["10.0.0.1:5222", "[::1]:5222", "10.0.0.2:5222"];
        assert_eq!(ways(&addresses, 1), [first, later, last].concat());

        addresses.learn(&types::Config {
            force_try_ipv6: true,
            ..config(options)
        });
        assert_eq!(ways(&addresses, 1)[..2], ["[::1]:443", "10.0.0.1:443"]);
        let again = Addresses::new(&Servers::telegram(), &addresses.stored());
        assert_eq!(ways(&again, 1)[..2], ["[::1]:443", "10.0.0.1:443"]);
    }

    #[test]
    fn conditions_of_an_address_are_kept_and_it_comes_behind_those_without() {
        let obfuscated = types::DcOption {
            tcpo_only: true,
            this_port_only: true,
            secret: Some(vec![7; 16].into()),
            ..option(1, "10.0.0.1")
        };
        let fixed = types::DcOption {
            this_port_only: true,
            r#static: true,
            ..option(1, "10.0.0.2")
        };
        let options = vec![obfuscated, option(1, "10.0.0.3"), fixed];
        let mut addresses = Addresses::new(&Servers::telegram(), &[]);
        addresses.learn(&config(options));
        let list = [
            "10.0.0.3:443",
            "10.0.0.2:443",
            "10.0.0.1:443",
            "10.0.0.3:80",
            "10.0.0.3:5222",
        ];
        assert_eq!(ways(&addresses, 1), list);
        let proxied = addresses.of(1, true);
        assert_eq!(proxied[0].address.host, "10.0.0.2");

        let again = Addresses::new(&Servers::telegram(), &addresses.stored());
        let list = again.of(1, false);
        let kept = list.iter().find(|e| e.address.host == "10.0.0.1").unwrap();
        assert!(kept.tcpo_only && kept.this_port_only);
        assert_eq!(kept.secret.as_ref().unwrap().key(), [7; 16]);
        assert!(
            list.iter()
                .all(|e| e.address.host != "10.0.0.2" || e.address.port == 443)
        );
    }

    #[test]
    fn where_a_server_answered_last_is_first_and_where_none_did_is_last() {
        let mut addresses = Addresses::new(&Servers::telegram(), &[]);
        addresses.learn(&config(vec![option(1, "10.0.0.1")]));
        addresses.failed(&ServerAddr::new(1, "10.0.0.1", 443));
        assert_eq!(
            ways(&addresses, 1),
            ["10.0.0.1:80", "10.0.0.1:5222", "10.0.0.1:443"]
        );
        addresses.worked(&ServerAddr::new(1, "10.0.0.1", 5222));
        assert_eq!(
            ways(&addresses, 1),
            ["10.0.0.1:5222", "10.0.0.1:80", "10.0.0.1:443"]
        );
        let again = Addresses::new(&Servers::telegram(), &addresses.stored());
        assert_eq!(
            ways(&again, 1)[0],
            "10.0.0.1:5222",
            "it is remembered beyond the end of the program"
        );
        addresses.worked(&ServerAddr::new(1, "10.0.0.1", 443));
        assert_eq!(
            ways(&addresses, 1),
            ["10.0.0.1:443", "10.0.0.1:80", "10.0.0.1:5222"]
        );
    }

    #[test]
    fn cdns_and_data_centres_of_the_same_number_are_not_mixed_up() {
        let cdn = types::DcOption {
            cdn: true,
            ..option(2, "10.0.0.2")
        };
        let mut addresses = Addresses::new(&Servers::telegram(), &[]);
        let before = ways(&addresses, 2);
        addresses.learn(&config(vec![cdn]));
        assert_eq!(ways(&addresses, 2), before);
        let first = addresses.of_cdn(2, false)[0].address.clone();
        assert_eq!(first, ServerAddr::new(2, "10.0.0.2", 443));
        assert!(addresses.of_cdn(1, false).is_empty());
        // A CDN that the server names no more is gone.
        addresses.learn(&config(vec![]));
        assert!(addresses.of_cdn(2, false).is_empty());
        let by_hand = Addresses::new(&Servers::custom().dc(203, "localhost", 1), &[]);
        let only = ServerAddr::new(203, "localhost", 1);
        assert_eq!(by_hand.of_cdn(203, false)[0].address, only);
    }
}
