//! Sockets: one listener for each data centre, one task for each connection.

mod conn;
mod link;
mod listen;

pub(crate) use listen::listen;
