use heliogram_api::types;

use super::{Rec, World};

impl World {
    /// How often a message was looked at and passed on; with `looked`, one look more.
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
        let views = types::MessageViews {
            views: Some(letter.views),
            forwards: Some(letter.forwards),
            ..types::MessageViews::new()
        };
        if looked {
            self.touch(Rec::Letter(known));
        }
        views
    }
}
