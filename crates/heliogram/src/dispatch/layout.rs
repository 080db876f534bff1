//! A router laid out for a client: its nested routes as steps to be tried one after another.

use std::sync::Arc;

use super::{
    DeadRoute, Router,
    middleware::Middleware,
    route::{Call, Groups, Owner, Role, Route, Step},
    router::{Declared, Entry, Nest, Scope},
};
use crate::{Result, UsageError, events::Kinds};

impl Router {
    /// Lays the routes out for a client.
    ///
    /// # Errors
    /// [`UsageError::Route`] if a filter lets nothing through that the handler takes.
    pub(super) fn lay_out(self, owner: &Arc<Owner>) -> Result<Groups> {
        let mut groups = Groups::new();
        for (number, entries) in self.groups {
            let mut layout = Layout {
                group: number,
                owner,
                steps: Vec::new(),
            };
            let around = Around::default().inside(&self.scope);
            layout.entries(&entries, &around, Role::Hook)?;
            layout.entries(&entries, &around, Role::Route)?;
            groups.insert(number, layout.steps);
        }
        Ok(groups)
    }
}

/// Lays one group out.
struct Layout<'a> {
    group: i32,
    owner: &'a Arc<Owner>,
    steps: Vec<Step>,
}

/// What stands around the routes that are laid out.
#[derive(Clone)]
struct Around {
    kinds: Kinds,
    /// One of the doors has a pattern.
    finds_pattern: bool,
    layers: Arc<[Arc<dyn Middleware>]>,
    on_error: Arc<[Call<()>]>,
}

impl Default for Around {
    fn default() -> Self {
        Self {
            kinds: Kinds::ALL,
            finds_pattern: false,
            layers: Arc::new([]),
            on_error: Arc::new([]),
        }
    }
}

impl Around {
    fn inside(&self, scope: &Scope<()>) -> Self {
        let outer = self.layers.iter().cloned();
        let innermost = scope.on_error.iter().cloned();
        Self {
            kinds: self.kinds,
            finds_pattern: self.finds_pattern,
            layers: outer.chain(scope.layers.iter().cloned()).collect(),
            on_error: innermost.chain(self.on_error.iter().cloned()).collect(),
        }
    }
}

impl Layout<'_> {
    /// Lays out the routes of one role.
    fn entries(&mut self, entries: &[Entry<()>], around: &Around, role: Role) -> Result<()> {
        for entry in entries {
            match entry {
                Entry::Route(route) if route.role == role => self.route(route, around)?,
                Entry::Route(_) => {}
                Entry::Nest(nest) => self.nest(nest, around, role)?,
            }
        }
        Ok(())
    }

    fn route(&mut self, route: &Declared<()>, around: &Around) -> Result<()> {
        let passed = route.filter.kinds() & around.kinds;
        let kinds = (passed & route.kinds).wanted();
        let finds_pattern = around.finds_pattern || route.filter.finds_pattern();
        let lacks_pattern = route.of_pattern && !finds_pattern;
        if kinds.is_empty() || lacks_pattern {
            let dead = DeadRoute {
                name: (&*route.name).into(),
                filter: passed,
                handler: route.kinds,
                lacks_pattern,
            };
            return Err(UsageError::Route(Box::new(dead)).into());
        }
        self.steps.push(Step::Try(Arc::new(Route {
            name: Arc::clone(&route.name),
            group: self.group,
            filter: route.filter.clone(),
            kinds,
            call: Arc::clone(&route.call),
            role: route.role,
            layers: Arc::clone(&around.layers),
            on_error: Arc::clone(&around.on_error),
            owner: Arc::clone(self.owner),
        })));
        Ok(())
    }

    fn nest(&mut self, nest: &Nest<()>, around: &Around, role: Role) -> Result<()> {
        let mut around = around.inside(&nest.scope);
        let door = match (&nest.filter, role) {
            // What becomes of the client is told behind every door.
            (None, _) | (_, Role::Hook) => return self.entries(&nest.entries, &around, role),
            (Some(filter), Role::Route) => filter,
        };
        around.kinds = around.kinds & door.kinds();
        around.finds_pattern |= door.finds_pattern();
        let at = self.steps.len();
        self.steps.push(Step::Unless(door.clone(), 0));
        self.entries(&nest.entries, &around, role)?;
        let inside = self.steps.len() - at - 1;
        if let Some(Step::Unless(_, skip)) = self.steps.get_mut(at) {
            *skip = inside;
        }
        Ok(())
    }
}
