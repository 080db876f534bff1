use std::{fmt, sync::Arc};

use super::{Live, Router, attached::Attached};
use crate::{Client, Error, Result, net::lock};

/// Routers with names, which a client can be told to use and not to use while it runs.
///
/// What Pyrogram loads from a folder of modules is listed here: each module has a function that
/// makes its router, and `main` names them. What a plugin needs when it begins and ends stands in
/// [`Router::on_start`] and [`Router::on_stop`].
///
/// ```no_run
/// # async fn run(client: heliogram::Client) -> heliogram::Result<()> {
/// use heliogram::dispatch::Plugins;
///
/// mod admin {
///     # use heliogram::Router;
///     pub fn router() -> Router { Router::new() }
/// }
/// mod games {
///     # use heliogram::Router;
///     pub fn router() -> Router { Router::new() }
/// }
///
/// let plugins = Plugins::new()
///     .add("admin", admin::router())
///     .add("games", games::router())
///     .exclude(["games"]);
/// client.add_plugins(plugins).await?;
///
/// client.enable_plugin("games").await?;
/// client.disable_plugin("admin").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "plugins do nothing until a client is given them"]
#[doc(alias = "plugins")]
pub struct Plugins {
    list: Vec<(Arc<str>, Router)>,
    include: Option<Vec<Box<str>>>,
    exclude: Vec<Box<str>>,
}

/// A plugin that a client has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PluginInfo {
    /// Its name.
    pub name: Arc<str>,
    /// Whether its handlers get events.
    pub enabled: bool,
}

/// A plugin that a client has, with what is needed to switch it on.
pub(super) struct Installed {
    name: Arc<str>,
    router: Router,
    place: u64,
    switch: Switch,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Switch {
    Off,
    /// It begins.
    Turning,
    /// It begins, and was switched off meanwhile.
    Unwanted,
    On,
}

impl Plugins {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a plugin. Plugins stand in the order they were added, whenever they are switched on.
    pub fn add(mut self, name: impl Into<Arc<str>>, router: Router) -> Self {
        self.list.push((name.into(), router));
        self
    }

    /// Switches on these and no others.
    pub fn include<N: Into<Box<str>>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        let names = names.into_iter().map(Into::into);
        self.include.get_or_insert_default().extend(names);
        self
    }

    /// Switches these not on.
    pub fn exclude<N: Into<Box<str>>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.exclude.extend(names.into_iter().map(Into::into));
        self
    }

    fn begins(&self, name: &str) -> bool {
        let named = |list: &[Box<str>]| list.iter().any(|n| **n == *name);
        !named(&self.exclude) && self.include.as_deref().is_none_or(named)
    }

    /// A name that is meant and is not there, or is there twice.
    fn mistake(&self) -> Option<String> {
        let known = |name: &str| self.list.iter().filter(|(n, _)| **n == *name).count();
        let chosen = self.include.iter().flatten().chain(&self.exclude);
        if let Some(stranger) = chosen.into_iter().find(|name| known(name) == 0) {
            return Some(format!("no plugin is named `{stranger}`: add it first."));
        }
        let twice = self.list.iter().find(|(name, _)| known(name) > 1);
        twice.map(|(name, _)| taken(name))
    }
}

fn taken(name: &str) -> String {
    format!("two plugins are named `{name}`: give each a name of its own.")
}

impl Client {
    /// Gives the client plugins, and switches on those that are to begin so.
    ///
    /// # Errors
    /// [`Error::Usage`] for a name that is there twice, or chosen and not there; and as
    /// [`attach`](Self::attach), then those before it are on.
    #[doc(alias = "load_plugins")]
    pub async fn add_plugins(&self, plugins: Plugins) -> Result<()> {
        if let Some(mistake) = plugins.mistake() {
            return Err(Error::usage(mistake));
        }
        let begin: Vec<_> = plugins.list.iter().map(|(n, _)| n.clone()).collect();
        let begin = begin.into_iter().filter(|name| plugins.begins(name));
        let begin: Vec<_> = begin.collect();
        self.live().install(plugins.list)?;
        for name in begin {
            self.enable_plugin(&name).await?;
        }
        Ok(())
    }

    /// Switches a plugin on; answers whether it was off. It gets the events that are handled from
    /// now on, unless it was [switched off](Self::disable_plugin) while its handlers of
    /// [`Router::on_start`] were at work.
    ///
    /// # Errors
    /// [`Error::Usage`] if there is no plugin of this name; and as [`attach`](Self::attach), then
    /// it stays off.
    pub async fn enable_plugin(&self, name: &str) -> Result<bool> {
        let (router, place) = match self.live().turn_on(name)? {
            TurnOn::Already => return Ok(false),
            TurnOn::Soon => return Ok(true),
            TurnOn::Begin(router, place) => (router, place),
        };
        let mut turning = Turning {
            live: self.live(),
            name,
            over: false,
        };
        let attached = Attached::new(router, place, self).await?;
        let unwanted = self.live().turned_on(self, name, attached)?;
        turning.over = true;
        if let Some(attached) = unwanted {
            attached.stopping(self).await;
        }
        Ok(true)
    }

    /// Switches a plugin off; answers whether it was on. None of its handlers begins from now on;
    /// this waits for those at work, unless one of the client's handlers asks for it. No event is
    /// lost to the others. One that begins just now is off as soon as its handlers of
    /// [`Router::on_start`] have ended; that is not waited for.
    ///
    /// # Errors
    /// [`Error::Usage`] if there is no plugin of this name.
    pub async fn disable_plugin(&self, name: &str) -> Result<bool> {
        let gone = match self.live().turn_off(name)? {
            TurnedOff::Already => return Ok(false),
            TurnedOff::Soon => return Ok(true),
            TurnedOff::Now(gone) => gone,
        };
        if self.live().is_within() {
            self.retire_later(gone);
        } else {
            self.live().retire(&gone, self).await;
        }
        Ok(true)
    }

    /// The plugins the client has, in order, and whether they are on.
    #[must_use]
    pub fn plugins(&self) -> Vec<PluginInfo> {
        let plugins = lock(&self.live().plugins);
        let info = |p: &Installed| PluginInfo {
            name: Arc::clone(&p.name),
            enabled: p.switch == Switch::On,
        };
        plugins.iter().map(info).collect()
    }
}

impl Live {
    fn install(&self, list: Vec<(Arc<str>, Router)>) -> Result<()> {
        let mut plugins = lock(&self.plugins);
        let known = |name: &Arc<str>| plugins.iter().any(|p| p.name == *name);
        if let Some((name, _)) = list.iter().find(|(name, _)| known(name)) {
            return Err(Error::usage(taken(name)));
        }
        plugins.extend(list.into_iter().map(|(name, router)| Installed {
            name,
            router,
            place: self.place(),
            switch: Switch::Off,
        }));
        Ok(())
    }

    fn with_plugin<T>(&self, name: &str, use_it: impl FnOnce(&mut Installed) -> T) -> Result<T> {
        let mut plugins = lock(&self.plugins);
        if let Some(plugin) = plugins.iter_mut().find(|p| &*p.name == name) {
            return Ok(use_it(plugin));
        }
        let names: Vec<_> = plugins.iter().map(|p| &*p.name).collect();
        Err(Error::usage(match names.is_empty() {
            true => "this client has no plugins: give it some with `add_plugins`.".to_owned(),
            false => format!(
                "no plugin is named `{name}`: there are {}.",
                names.join(", ")
            ),
        }))
    }

    /// Has the plugin begin.
    fn turn_on(&self, name: &str) -> Result<TurnOn> {
        self.with_plugin(name, |plugin| match plugin.switch {
            Switch::Turning | Switch::On => TurnOn::Already,
            Switch::Unwanted => {
                plugin.switch = Switch::Turning;
                TurnOn::Soon
            }
            Switch::Off => {
                plugin.switch = Switch::Turning;
                TurnOn::Begin(plugin.router.clone(), plugin.place)
            }
        })
    }

    /// The plugin has begun; gives it back if it was switched off meanwhile.
    fn turned_on(
        self: &Arc<Self>,
        client: &Client,
        name: &str,
        attached: Attached,
    ) -> Result<Option<Attached>> {
        let mut plugins = lock(&self.plugins);
        // It is gone if the client ended meanwhile.
        let plugin = plugins.iter_mut().find(|p| &*p.name == name);
        let plugin = plugin.ok_or(Error::Closed)?;
        if plugin.switch == Switch::Unwanted {
            plugin.switch = Switch::Off;
            return Ok(Some(attached));
        }
        self.add(client, attached)?;
        plugin.switch = Switch::On;
        Ok(None)
    }

    /// Takes away what was attached, if the plugin is on.
    fn turn_off(&self, name: &str) -> Result<TurnedOff> {
        let place = self.with_plugin(name, |plugin| match plugin.switch {
            Switch::Off | Switch::Unwanted => Err(TurnedOff::Already),
            Switch::Turning => {
                plugin.switch = Switch::Unwanted;
                Err(TurnedOff::Soon)
            }
            Switch::On => {
                plugin.switch = Switch::Off;
                Ok(plugin.place)
            }
        })?;
        Ok(match place {
            Ok(place) => match self.remove(place) {
                Some(gone) => TurnedOff::Now(gone),
                None => TurnedOff::Already,
            },
            Err(otherwise) => otherwise,
        })
    }
}

/// What switching a plugin on takes.
enum TurnOn {
    Already,
    /// Whoever is at it will see that it is wanted after all.
    Soon,
    Begin(Router, u64),
}

/// What switching a plugin off came to.
enum TurnedOff {
    Already,
    /// Whoever switches it on will see that it is not wanted any more.
    Soon,
    Now(Attached),
}

/// A plugin that is being switched on; if that is given up, it is off again.
struct Turning<'a> {
    live: &'a Live,
    name: &'a str,
    /// It is not given up any more.
    over: bool,
}

impl Drop for Turning<'_> {
    fn drop(&mut self) {
        if !self.over {
            // It is gone if the client ended meanwhile.
            let _ = self.live.with_plugin(self.name, |p| p.switch = Switch::Off);
        }
    }
}

/// As in a list: the name, and whether it is on.
impl fmt::Display for PluginInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.enabled { "on" } else { "off" };
        write!(f, "{}: {state}", self.name)
    }
}
