//! Answers each client in the layer it announced.
//!
//! The server speaks the newest layer it was built with alone. What an older client says is rewritten *up* before it is
//! read, what it is told is rewritten *down* before it is sent. The rewriting is driven by the
//! schemas: a value is read by the definitions of one layer into a tree ([`value`]) and written by
//! the definitions of the other ([`write`]), constructor by constructor and field by field, by name.
//! A few changes of Telegram's are no matter of names; they are in one table ([`rules`], with [`quiz`]). What a layer
//! cannot say is left out where that is allowed, or replaced by the nearest it can say. Parts that no
//! change can reach are copied as they are ([`pair`]).

mod known;
mod pair;
mod quiz;
mod rules;
mod value;
mod write;

#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use heliogram_schema::SchemaError;
use heliogram_tl::{
    DecodeError,
    reflect::{Definition, Kind, Table, TableError, Type},
};
use pair::Pair;

/// The layers a server can speak.
pub(crate) struct Layers {
    newest: i32,
    table: &'static Table,
    /// By layer, oldest first; those that were added may be newer than the newest of its own.
    others: Vec<Other>,
}

struct Other {
    layer: i32,
    /// `None` for a pair that was given ready.
    text: Option<&'static str>,
    pair: OnceLock<Result<Arc<Pair>, LayerError>>,
}

/// What a value going down is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    /// Any value that says by its id what it is, such as updates.
    Value,
    /// The answer of the method with this id in the newest layer.
    Answer(u32),
}

/// Why a value cannot be rewritten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LayerError {
    /// It is no value of the layer it comes from.
    Unreadable(DecodeError),
    /// The other layer has nothing like it.
    Inexpressible {
        /// The constructor or method.
        name: String,
    },
    /// The layer's schema is broken.
    Schema(String),
}

impl fmt::Display for LayerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(f),
            Self::Inexpressible { name } => write!(f, "the other layer has nothing like {name}"),
            Self::Schema(reason) => write!(f, "the layer's schema cannot be used: {reason}"),
        }
    }
}

impl std::error::Error for LayerError {}

impl From<DecodeError> for LayerError {
    fn from(error: DecodeError) -> Self {
        Self::Unreadable(error)
    }
}

impl From<SchemaError> for LayerError {
    fn from(error: SchemaError) -> Self {
        Self::Schema(error.to_string())
    }
}

impl From<TableError> for LayerError {
    fn from(error: TableError) -> Self {
        Self::Schema(error.to_string())
    }
}

impl Layers {
    /// The newest layer alone.
    pub(crate) fn new(newest: i32, table: &'static Table) -> Self {
        Self {
            newest,
            table,
            others: Vec::new(),
        }
    }

    /// The newest layer and all whose schemas are built in; each is read when it is first spoken.
    pub(crate) fn built_in() -> Self {
        let mut layers = Self::new(heliogram_api::LAYER, heliogram_api::table());
        for &(layer, text) in known::SCHEMAS {
            layers.insert(Other {
                layer,
                text: Some(text),
                pair: OnceLock::new(),
            });
        }
        layers
    }

    /// [`Layers::built_in`], made once for the whole program.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Layers> = OnceLock::new();
        SHARED.get_or_init(Self::built_in)
    }

    /// Adds a further layer, or replaces the one of the same number.
    pub(crate) fn add(&mut self, layer: i32, table: Table) {
        let pair = OnceLock::from(Ok(Arc::new(Pair::new(self.table, table))));
        self.insert(Other {
            layer,
            text: None,
            pair,
        });
    }

    /// Adds the layer that a schema file describes, and answers its number.
    ///
    /// # Errors
    /// Where the file is no schema or does not name its layer.
    pub(crate) fn add_schema(&mut self, text: &str) -> Result<i32, LayerError> {
        let schema = heliogram_schema::parse(text)?;
        let unnamed = || LayerError::Schema("it does not say `// LAYER N`".to_owned());
        let layer = schema.layer.ok_or_else(unnamed)?;
        self.add(layer, heliogram_schema::table(&schema)?);
        Ok(layer)
    }

    fn insert(&mut self, other: Other) {
        match self
            .others
            .binary_search_by_key(&other.layer, |known| known.layer)
        {
            Ok(at) => {
                if let Some(known) = self.others.get_mut(at) {
                    *known = other;
                }
            }
            Err(at) => self.others.insert(at, other),
        }
    }

    /// What serves a client of `layer`. `None` stands for the newest, as it is.
    fn pair(&self, layer: i32) -> Result<Option<Arc<Pair>>, LayerError> {
        let Some(known) = self.serving(layer) else {
            return Ok(None);
        };
        known
            .pair
            .get_or_init(|| self.load(known))
            .clone()
            .map(Some)
    }

    /// The nearest known layer that is not newer than `layer`, else the oldest. Layers that were
    /// added may be newer than the one the server itself speaks.
    fn serving(&self, layer: i32) -> Option<&Other> {
        let nearest = self.others.iter().rev().find(|known| known.layer <= layer);
        let oldest = || {
            self.others
                .first()
                .filter(|known| known.layer < self.newest)
        };
        match nearest {
            Some(known) if known.layer >= self.newest => Some(known),
            _ if layer >= self.newest => None,
            nearest => nearest.or_else(oldest),
        }
    }

    fn load(&self, known: &Other) -> Result<Arc<Pair>, LayerError> {
        let schema = heliogram_schema::parse(known.text.unwrap_or(""))?;
        let table = heliogram_schema::table(&schema)?;
        Ok(Arc::new(Pair::new(self.table, table)))
    }

    /// Rewrites a request of a client of `layer` into the newest layer.
    ///
    /// # Errors
    /// Where it is no request of that layer, or the newest has none like it.
    pub(crate) fn up(&self, layer: i32, body: &[u8]) -> Result<Vec<u8>, LayerError> {
        match self.pair(layer)? {
            Some(pair) => {
                let any = (Type::Any, Type::Any);
                match pair.up().rewrite(body, any) {
                    Err(LayerError::Unreadable(error)) => match value::meant(pair.old(), body) {
                        Some(body) => pair.up().rewrite(&body, any),
                        None => Err(LayerError::Unreadable(error)),
                    },
                    rewritten => rewritten,
                }
            }
            None => Ok(body.to_vec()),
        }
    }

    /// Rewrites what a client of `layer` is told.
    ///
    /// # Errors
    /// Where it is no value of the newest layer, or the older one has nothing like it.
    pub(crate) fn down(&self, layer: i32, body: &[u8], of: Of) -> Result<Vec<u8>, LayerError> {
        let Some(pair) = self.pair(layer)? else {
            return Ok(body.to_vec());
        };
        let types = match of {
            Of::Value => (Type::Any, Type::Any),
            Of::Answer(method) => {
                let unknown = || LayerError::Inexpressible {
                    name: format!("method {method:#010x}"),
                };
                let new = function(self.table.by_id(method)).ok_or_else(unknown)?;
                let old = function(pair.old().by_name(new.name()));
                (new.result(), old.unwrap_or(new).result())
            }
        };
        pair.down().rewrite(body, types)
    }

    /// Whether a client of `layer` is spoken to in the newest layer, so that nothing is rewritten.
    pub(crate) fn is_newest(&self, layer: i32) -> bool {
        self.serving(layer).is_none()
    }
}

fn function(def: Option<Definition<'_>>) -> Option<Definition<'_>> {
    def.filter(|def| def.kind() == Kind::Function)
}
