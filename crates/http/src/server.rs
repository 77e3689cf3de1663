//! The server itself.

use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::{Condition, from_fn};
use actix_web::rt::net::TcpStream;
use actix_web::{App, HttpServer, web};
use socket2::SockRef;

use crate::middleware::{compress, cors, finish};
use crate::readiness::Readiness;
use crate::routes;
use crate::services::{Services, State};
use crate::settings::HttpSettings;

/// An idle connection is kept for so long: longer than the pools of usual HTTP clients and proxies keep theirs, so
/// that they close first and no request meets a closing connection.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// After an answer to a request that wasn't read to its end, what still comes is taken for so long, so that the answer
/// isn't lost to a reset.
const LINGER: Duration = Duration::from_secs(2);

/// Serves HTTP/1.1 on these listeners, until its handle is stopped: signals are the caller's to handle. A graceful
/// stop closes the listeners, lets what is in flight end, and gives up after [`HttpSettings::shutdown`].
///
/// # Errors
/// When a listener can't be used.
pub fn serve(
    listeners: Vec<TcpListener>,
    services: Services,
    settings: HttpSettings,
    readiness: Readiness,
) -> io::Result<Server> {
    let state = web::Data::new(State::new(services, &settings, readiness));
    let origins = settings.cors_origins;
    let reader = settings.deadlines.reader;
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .configure(routes::configure)
            .wrap(from_fn(compress))
            .wrap(Condition::new(!origins.is_empty(), cors::of(&origins)))
            .wrap(from_fn(finish))
    })
    .workers(settings.workers.max(1))
    .keep_alive(KEEP_ALIVE)
    .client_request_timeout(settings.deadlines.head)
    .client_disconnect_timeout(LINGER)
    .tcp_nodelay(true)
    .shutdown_timeout(settings.shutdown.as_secs())
    .disable_signals()
    .on_connect(move |connection, _| {
        if let Some(connection) = connection.downcast_ref::<TcpStream>() {
            cut_when_stuck(connection, reader);
        }
    });
    Ok(listeners.into_iter().try_fold(server, HttpServer::listen)?.run())
}

/// Has the kernel cut a connection whose other end takes nothing for so long. It looks when it probes, the last time just
/// when the time is over.
fn cut_when_stuck(connection: &TcpStream, reader: Duration) {
    if let Err(error) = SockRef::from(connection).set_tcp_user_timeout(Some(reader)) {
        tracing::debug!(error = %error, "a connection could not be given its time-out");
    }
}
