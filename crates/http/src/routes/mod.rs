//! The routes: a file a resource, each handler a sentence of parse, one call, reply.

mod batch;
mod clients;
mod contacts;
mod export;
pub mod fallback;
mod groups;
mod health;
mod place;
mod sessions;
mod users;

use actix_web::web::{ServiceConfig, to};

use place::Place;
pub use place::{PREFIX, Served};

/// Every path there is.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(Place::at("/contact").post(contacts::create).get(contacts::list).delete(contacts::delete_matching))
        .service(Place::at("/contact/count").get(contacts::count))
        .service(Place::at("/contact/export").get(export::export))
        .service(Place::at("/contact/batch").post(batch::apply))
        .service(Place::at("/contact/{id}").get(contacts::get).put(contacts::update).delete(contacts::delete))
        .service(Place::at("/contact_groups").post(groups::create).get(groups::list))
        .service(Place::at("/contact_groups/{id}").get(groups::get).put(groups::update).delete(groups::delete))
        .service(Place::at("/users").post(users::create))
        .service(Place::at("/users/me").get(users::get).put(users::update).delete(users::delete))
        .service(Place::at("/users/me/audit").get(users::audit))
        .service(Place::at("/sessions").post(sessions::create).get(sessions::list).delete(sessions::delete_own))
        .service(Place::at("/sessions/refresh").post(sessions::refresh))
        .service(Place::at("/sessions/{id}").delete(sessions::delete))
        .service(Place::at("/clients").post(clients::create).get(clients::list))
        .service(Place::at("/clients/{id}").get(clients::get).put(clients::update).delete(clients::delete))
        .service(Place::at("/clients/{id}/credentials").post(clients::replace_credentials))
        .service(Place::at("/health/live").get(health::live))
        .service(Place::at("/health/ready").get(health::ready))
        .default_service(to(fallback::no_such_route));
}
