//! The list of events made into an enum, its kinds, and the way from raw updates.

/// Makes [`Event`](super::Event) and [`Kinds`](super::Kinds) of a table.
///
/// A row under `made` says how the event is made of a raw update: the function is given the
/// [`Context`](super::Context) and answers `None` if the update is of another kind. The first that
/// knows the update has it. What is `gathered` is made of several events, and what is under `told`
/// of none.
macro_rules! events {
    (
        made { $( $(#[$doc:meta])* $name:ident($type:ty) = $kind:ident by $maker:path, )* }
        gathered { $( $(#[$whole_doc:meta])* $whole:ident($whole_type:ty) = $whole_kind:ident, )* }
        told { $( $(#[$told_doc:meta])* $told:ident($told_type:ty) = $told_kind:ident, )* }
    ) => {
        /// Something that happened.
        ///
        /// Cheap to clone. Raw `Update`: what has no variant of its own comes as [`Event::Raw`], so
        /// that nothing is lost.
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub enum Event {
            $( $(#[$doc])* $name($type), )*
            $( $(#[$whole_doc])* $whole($whole_type), )*
            $( $(#[$told_doc])* $told($told_type), )*
        }

        #[derive(Clone, Copy)]
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Bit { $($kind,)* $($whole_kind,)* $($told_kind,)* }

        impl Kinds {
            $(
                #[doc = concat!("[`Event::", stringify!($name), "`].")]
                pub const $kind: Self = Self(1 << Bit::$kind as u64);
            )*
            $(
                #[doc = concat!("[`Event::", stringify!($whole), "`].")]
                pub const $whole_kind: Self = Self(1 << Bit::$whole_kind as u64);
            )*
            $(
                #[doc = concat!("[`Event::", stringify!($told), "`].")]
                pub const $told_kind: Self = Self(1 << Bit::$told_kind as u64);
            )*

            /// The kinds that are made of updates, and so may tell where they happened.
            pub(crate) const PLACED: Self = Self(0 $(| Self::$kind.0)*);

            /// Every kind with its name.
            const NAMES: &'static [(Self, &'static str)] = &[
                $((Self::$kind, stringify!($name)),)*
                $((Self::$whole_kind, stringify!($whole)),)*
                $((Self::$told_kind, stringify!($told)),)*
            ];
        }

        impl Event {
            /// Makes an event of a raw update and the peers that came with it.
            pub(crate) fn from_update(cx: &Context) -> Self {
                $(
                    if let Some(it) = $maker(cx) {
                        return Self::$name(it);
                    }
                )*
                Self::Raw(Arc::clone(cx.update()))
            }

            /// What kind of event this is.
            #[must_use]
            pub fn kind(&self) -> Kinds {
                match self {
                    $(Self::$name(_) => Kinds::$kind,)*
                    $(Self::$whole(_) => Kinds::$whole_kind,)*
                    $(Self::$told(_) => Kinds::$told_kind,)*
                }
            }

            fn about(&self) -> Option<&dyn About> {
                match self {
                    $(Self::$name(it) => Some(it),)*
                    $(Self::$whole(it) => Some(it),)*
                    $(Self::$told(_) => None,)*
                }
            }
        }

        $(
            const _: () = {
                // A mistake in the table is told at the row.
                #[allow(unused)]
                fn is_about(it: &$type) -> &dyn About { it }
            };
        )*
    };
}
