//! Profile photos.

use heliogram_api::types;

use super::{Actor, Private, World};
use crate::rpc::Answer;

impl World {
    /// Gives an account a new profile photo, or takes the newest away.
    pub(crate) fn set_face(&mut self, by: Actor, user: i64, photo: Option<i64>) -> Answer<()> {
        let photos = &mut self.user_mut(user)?.photos;
        match photo {
            Some(id) => {
                photos.retain(|old| *old != id);
                photos.insert(0, id);
            }
            None => {
                if !photos.is_empty() {
                    photos.remove(0);
                }
            }
        }
        self.push_face(by, user);
        Ok(())
    }

    /// Takes one of the account's own profile photos away; says whether it had it.
    pub(crate) fn drop_face(&mut self, by: Actor, photo: i64) -> Answer<bool> {
        let photos = &mut self.user_mut(by.user)?.photos;
        let before = photos.len();
        photos.retain(|old| *old != photo);
        let gone = photos.len() < before;
        if gone {
            self.push_face(by, by.user);
        }
        Ok(gone)
    }

    /// The profile photos of an account that another may see, newest first.
    pub(crate) fn faces_of(&self, viewer: i64, user: i64) -> Vec<i64> {
        let shown = self.allows(user, Private::Photo, viewer);
        let photos = self
            .users
            .get(&user)
            .filter(|_| shown)
            .map(|user| user.photos.clone());
        photos.unwrap_or_default()
    }

    fn push_face(&mut self, by: Actor, user: i64) {
        let update = types::UpdateUser::new(user);
        let mut to = self.watchers(user);
        to.push(user);
        for who in to {
            self.push_one(who, by.everywhere(), update.clone().into(), &[user]);
        }
    }
}
