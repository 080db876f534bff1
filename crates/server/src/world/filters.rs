//! The folders an account sorts its conversations into: dialog filters, in the words of the API.

use heliogram_api::{enums, types};

use super::World;
use crate::persist::record;
use crate::rpc::{Answer, Refusal};

/// Most folders of an account.
const FILTERS_MAX: usize = 10;
/// Most conversations that are named in one list of a folder.
const NAMED_MAX: usize = 100;
/// The ids a folder can have: 0 is all conversations, 1 the archive.
const IDS: std::ops::RangeInclusive<i32> = 2..=255;

/// An account's folders, in their order.
#[derive(Clone, Default)]
pub(crate) struct Filters {
    list: Vec<types::DialogFilter>,
}

record!(Filters { list });

impl World {
    /// The folders of an account as the list that clients show, all conversations first.
    pub(crate) fn filters(&self, user: i64) -> Vec<enums::DialogFilter> {
        let own = self.preferences(user).into_iter();
        let own = own.flat_map(|all| all.filters.list.iter().cloned().map(Into::into));
        std::iter::once(enums::DialogFilter::Default)
            .chain(own)
            .collect()
    }

    /// Makes or changes a folder, and gives it as it is kept.
    pub(crate) fn put_filter(
        &mut self,
        user: i64,
        id: i32,
        given: types::DialogFilter,
    ) -> Answer<types::DialogFilter> {
        check_id(id)?;
        let filter = self.clean_filter(user, id, given)?;
        let list = &mut self.preferences_mut(user).filters.list;
        match list.iter().position(|known| known.id == id) {
            Some(at) => list.splice(at..=at, [filter.clone()]).for_each(drop),
            None if list.len() >= FILTERS_MAX => {
                return Err(Refusal::bad("DIALOG_FILTERS_TOO_MUCH"));
            }
            None => list.push(filter.clone()),
        }
        Ok(filter)
    }

    /// Removes a folder; its conversations stay.
    pub(crate) fn drop_filter(&mut self, user: i64, id: i32) -> Answer<()> {
        check_id(id)?;
        let list = &mut self.preferences_mut(user).filters.list;
        let before = list.len();
        list.retain(|filter| filter.id != id);
        if list.len() == before {
            return Err(Refusal::bad("FILTER_ID_INVALID"));
        }
        Ok(())
    }

    /// Puts the folders into another order: those that are named first, the others behind them.
    pub(crate) fn order_filters(&mut self, user: i64, order: &[i32]) {
        let list = &mut self.preferences_mut(user).filters.list;
        let place = |id: i32| order.iter().position(|named| *named == id);
        list.sort_by_key(|filter| place(filter.id).unwrap_or(usize::MAX));
    }

    /// A folder with conversations that there are, named as the account has to name them.
    fn clean_filter(
        &self,
        user: i64,
        id: i32,
        mut filter: types::DialogFilter,
    ) -> Answer<types::DialogFilter> {
        filter.id = id;
        if filter.title.text.trim().is_empty() {
            return Err(Refusal::bad("FILTER_TITLE_EMPTY"));
        }
        filter.pinned_peers = self.named(user, &filter.pinned_peers)?;
        filter.include_peers = self.named(user, &filter.include_peers)?;
        filter.exclude_peers = self.named(user, &filter.exclude_peers)?;
        filter
            .include_peers
            .retain(|peer| !filter.pinned_peers.contains(peer));
        let kinds = filter.contacts || filter.non_contacts || filter.groups;
        let kinds = kinds || filter.broadcasts || filter.bots;
        if !kinds && filter.pinned_peers.is_empty() && filter.include_peers.is_empty() {
            return Err(Refusal::bad("FILTER_INCLUDE_EMPTY"));
        }
        Ok(filter)
    }

    fn named(&self, user: i64, peers: &[enums::InputPeer]) -> Answer<Vec<enums::InputPeer>> {
        if peers.len() > NAMED_MAX {
            return Err(Refusal::bad("FILTER_INCLUDE_TOO_MUCH"));
        }
        let mut known = Vec::with_capacity(peers.len());
        for peer in peers {
            let peer = self.input_peer(user, self.peer(user, peer)?);
            if !known.contains(&peer) {
                known.push(peer);
            }
        }
        Ok(known)
    }
}

fn check_id(id: i32) -> Answer<()> {
    match IDS.contains(&id) {
        true => Ok(()),
        false => Err(Refusal::bad("FILTER_ID_INVALID")),
    }
}
