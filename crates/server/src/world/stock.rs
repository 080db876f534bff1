use super::World;
use crate::persist::record;

/// Documents that are there without anybody having sent them; see [`crate::stock`].
#[derive(Clone, Copy)]
pub(crate) struct Stock {
    /// The picture of every reaction.
    pub(crate) icon: i64,
    /// The animation of every reaction.
    pub(crate) animation: i64,
}

record!(Stock { icon, animation });

impl World {
    /// Notes which documents these are.
    pub(crate) fn set_stock(&mut self, stock: Stock) {
        self.stock = Some(stock);
        self.touch_meta();
    }
}
