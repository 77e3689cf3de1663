//! The routes: a file a resource, each handler a sentence of parse, one call, reply.

mod batch;
mod clients;
mod contacts;
mod docs;
mod export;
pub mod fallback;
mod groups;
mod health;
mod imports;
mod openapi;
mod place;
mod sessions;
mod users;

use actix_web::web::{ServiceConfig, to};

use place::Place;
pub use place::{Served, prefix};

/// Every path there is.
pub fn configure(config: &mut ServiceConfig) {
    for place in places() {
        config.service(place);
    }
    config.default_service(to(fallback::no_such_route));
}

/// Each with its methods.
pub fn places() -> impl IntoIterator<Item = Place> {
    [
        Place::at("/contact").post(contacts::create).get(contacts::list).delete(contacts::delete_matching),
        Place::at("/contact/count").get(contacts::count),
        Place::at("/contact/export").get(export::export),
        Place::at("/contact/batch").post(batch::apply),
        Place::at("/contact/{id}").get(contacts::get).put(contacts::update).delete(contacts::delete),
        Place::at("/contact_groups").post(groups::create).get(groups::list),
        Place::at("/contact_groups/{id}").get(groups::get).put(groups::update).delete(groups::delete),
        Place::at("/imports").post(imports::create).get(imports::list),
        Place::at("/imports/{id}").get(imports::get).delete(imports::cancel),
        Place::at("/imports/{id}/report").get(imports::report),
        Place::at("/imports/{id}/resume").post(imports::resume),
        Place::at("/imports/{id}/undo").post(imports::undo),
        Place::at("/users").post(users::create),
        Place::at("/users/me").get(users::get).put(users::update).delete(users::delete),
        Place::at("/users/me/audit").get(users::audit),
        Place::at("/sessions").post(sessions::create).get(sessions::list).delete(sessions::delete_own),
        Place::at("/sessions/refresh").post(sessions::refresh),
        Place::at("/sessions/{id}").delete(sessions::delete),
        Place::at("/clients").post(clients::create).get(clients::list),
        Place::at("/clients/{id}").get(clients::get).put(clients::update).delete(clients::delete),
        Place::at("/clients/{id}/credentials").post(clients::replace_credentials),
        Place::at("/health/live").get(health::live),
        Place::at("/health/ready").get(health::ready),
        Place::at("/openapi.json").get(openapi::document),
        Place::at("/docs").get(docs::page),
        Place::at("/docs/{file}").get(docs::file),
    ]
}
