//! The throwaway server, used as other crates' tests use it.

mod databases;
mod server;
