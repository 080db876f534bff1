use heliogram_api::types;

use super::{Place, Rec, World};

impl World {
    /// How often a message was looked at, passed on and answered; with `looked`, one look more.
    pub(crate) fn view(
        &mut self,
        viewer: i64,
        chat: i64,
        id: i32,
        looked: bool,
    ) -> types::MessageViews {
        let letter = self.message_of(viewer, chat, id);
        let Some(letter) = letter.ok().and_then(|id| self.letters.get_mut(&id)) else {
            return types::MessageViews::new();
        };
        let known = letter.id;
        if looked {
            letter.views = letter.views.saturating_add(1);
        }
        let (views, forwards) = (letter.views, letter.forwards);
        if looked {
            self.touch(Rec::Letter(known));
        }
        let owner = self.box_of(viewer, chat);
        let entry = self.boxes.get(&owner).and_then(|b| b.entries.get(&id));
        let place = Place { owner, id };
        types::MessageViews {
            views: Some(views),
            forwards: Some(forwards),
            replies: entry
                .and_then(|entry| self.replies_of(viewer, place, entry))
                .map(Box::new),
        }
    }
}
