//! One storage, one client: two of them would each think that the session is theirs alone.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Error, Storage};

/// Storages that clients of this process use, by their addresses; each is kept alive by its client.
static IN_USE: Mutex<Vec<usize>> = Mutex::new(Vec::new());

/// A client's right to a storage, until it is dropped.
#[derive(Debug)]
pub(crate) struct Claim(usize);

impl Claim {
    pub(crate) fn take(storage: &Arc<dyn Storage>) -> Result<Self, Error> {
        let address = Arc::as_ptr(storage).cast::<()>() as usize;
        let mut in_use = IN_USE.lock().unwrap_or_else(PoisonError::into_inner);
        if in_use.contains(&address) {
            return Err(Error::InUse);
        }
        in_use.push(address);
        Ok(Self(address))
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut in_use = IN_USE.lock().unwrap_or_else(PoisonError::into_inner);
        in_use.retain(|address| *address != self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Memory;

    #[test]
    fn a_storage_belongs_to_one_at_a_time() {
        let (one, two): (Arc<dyn Storage>, Arc<dyn Storage>) =
            (Arc::new(Memory::new()), Arc::new(Memory::new()));
        let claim = Claim::take(&one).unwrap();
        assert!(matches!(Claim::take(&one), Err(Error::InUse)));
        assert!(Claim::take(&two).is_ok());
        drop(claim);
        assert!(Claim::take(&one).is_ok());
    }
}
