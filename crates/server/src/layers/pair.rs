use heliogram_tl::reflect::{Definition, Table, Type};

use super::{
    LayerError,
    value::{self, Bridge},
    write,
};

/// The newest layer and an older one.
pub(super) struct Pair {
    new: &'static Table,
    old: Table,
    new_bridge: Bridge,
    old_bridge: Bridge,
}

/// One direction between the two layers of a pair.
#[derive(Clone, Copy)]
pub(super) struct Way<'p> {
    from: &'p Table,
    into: &'p Table,
    bridge: &'p Bridge,
}

impl Pair {
    pub(super) fn new(new: &'static Table, old: Table) -> Self {
        let (new_bridge, old_bridge) = (bridge(new, &old), bridge(&old, new));
        Self {
            new,
            old,
            new_bridge,
            old_bridge,
        }
    }

    pub(super) fn old(&self) -> &Table {
        &self.old
    }

    pub(super) fn down(&self) -> Way<'_> {
        Way {
            from: self.new,
            into: &self.old,
            bridge: &self.new_bridge,
        }
    }

    pub(super) fn up(&self) -> Way<'_> {
        Way {
            from: &self.old,
            into: self.new,
            bridge: &self.old_bridge,
        }
    }
}

impl<'p> Way<'p> {
    /// Rewrites a value of the first type into one of the second.
    pub(super) fn rewrite(
        self,
        body: &[u8],
        (from, into): (Type<'p>, Type<'p>),
    ) -> Result<Vec<u8>, LayerError> {
        let value = value::read(self.from, self.bridge, body, from)?;
        let name = value.name().to_owned();
        let written = write::write(self.into, value, into, body.len());
        written.ok_or(LayerError::Inexpressible { name })
    }
}

/// Compares two tables. A definition is the same where its line is, and that of everything its fields
/// can hold: then its values are, byte for byte.
fn bridge(from: &Table, into: &Table) -> Bridge {
    let same = |def: Definition<'_>| {
        let other = into.by_id(def.id());
        other
            .is_some_and(|other| other.kind() == def.kind() && other.to_string() == def.to_string())
    };
    let mut bridge = Bridge {
        same_types: Vec::new(),
        same_defs: from.definitions().map(same).collect(),
        twins: from
            .definitions()
            .map(|def| Some(into.by_name(def.name())?.index()))
            .collect(),
    };
    // What holds something that is not the same is not the same, until nothing changes any more.
    loop {
        bridge.same_types.clear();
        for ty in from.types() {
            let same = ty
                .constructors()
                .all(|def| bridge.same_defs.get(def.index()) == Some(&true));
            bridge
                .same_types
                .resize(bridge.same_types.len().max(ty.index() + 1), false);
            if let Some(slot) = bridge.same_types.get_mut(ty.index()) {
                *slot = same;
            }
        }
        let stays = |(def, same): (Definition<'_>, &bool)| {
            *same && def.fields().all(|field| bridge.holds(field.ty))
        };
        let next: Vec<bool> = from
            .definitions()
            .zip(&bridge.same_defs)
            .map(stays)
            .collect();
        if next == bridge.same_defs {
            return bridge;
        }
        bridge.same_defs = next;
    }
}

impl Bridge {
    fn holds(&self, ty: Type<'_>) -> bool {
        match ty {
            Type::Boxed(ty) => self.same_types.get(ty.index()) == Some(&true),
            Type::Bare(def) => self.same_defs.get(def.index()) == Some(&true),
            Type::Vector { elem, .. } => self.holds(elem.ty()),
            Type::Any => false,
            _ => true,
        }
    }
}
