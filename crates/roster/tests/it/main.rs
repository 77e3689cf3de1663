//! Runs the program as people do: the binary, real files, a real PostgreSQL, real curl.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod address;
mod api;
mod architecture;
mod audit;
mod backup;
mod doctor;
mod durability;
mod first_calls;
mod guide;
mod handed_over;
mod health;
mod housekeeping;
mod migrate;
mod openapi;
mod packaging;
mod place;
mod printed;
mod readme;
mod running;
mod running_docs;
mod service_manager;
mod settings;
mod slow_readers;
mod starting;
mod stop;
mod stop_under_load;
mod transfer;
mod user_create;
mod user_disable;
mod user_list;
mod user_set_password;
mod whole_list;
