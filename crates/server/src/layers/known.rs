//! The schemas of older layers that are built in.

macro_rules! schema {
    ($layer:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../schema/api-",
            stringify!($layer),
            ".tl"
        ))
    };
}

/// Layer and schema, oldest first. Programs that speak them: 227 mtcute, 229 Telethon, Kurigram and
/// TDLib 1.8.67, 230 grammers and TDLib 1.8.68.
pub(super) const SCHEMAS: &[(i32, &str)] = &[
    (216, schema!(216)),
    (222, schema!(222)),
    (227, schema!(227)),
    (229, schema!(229)),
    (230, schema!(230)),
];
