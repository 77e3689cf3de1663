//! A connection in use.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgConnection;
use tokio::time::error::Elapsed;

use super::shared::Purpose;
use super::side::{Idle, Side, Work};
use super::verdict::Broken;

/// The right to use one of a side's connections. However it ends (a panic, a runtime that is shut down), the side hears
/// of it; and a connection in the middle of something is never used again.
pub(super) struct Lease<W: Work> {
    side: Arc<Side<W>>,
    /// `None`: there is none yet, or it was given up.
    connection: Option<PgConnection>,
    /// What only reads is asked once more when its connection turns out to be dead; a write isn't, so the connection is
    /// asked before.
    may_be_dead: bool,
    standing: Standing,
}

#[derive(Clone, Copy)]
enum Standing {
    /// Its task wasn't run yet. Dropped now, it never will be: the runtime is gone.
    New,
    Begun,
    Over,
}

impl<W: Work> Lease<W> {
    pub(super) fn new(side: Arc<Side<W>>, idle: Option<Idle>) -> Self {
        let doubtful = |idle: &Idle| side.shared.losses.makes_doubtful(idle.since.elapsed());
        let may_be_dead = W::PURPOSE == Purpose::Write && idle.as_ref().is_some_and(doubtful);
        Self { side, connection: idle.map(|idle| idle.connection), may_be_dead, standing: Standing::New }
    }

    /// Does round after round, until nothing waits.
    pub(super) async fn work(mut self) {
        self.standing = Standing::Begun;
        if self.may_be_dead {
            self.ping().await;
        }
        while let Some(batch) = self.side.next(&mut self.connection) {
            W::round(batch, &mut self).await;
        }
        self.standing = Standing::Over;
    }

    pub(super) fn side(&self) -> &Arc<Side<W>> {
        &self.side
    }

    /// How long one round may take, on our clock.
    pub(super) fn deadline(&self) -> Duration {
        self.side.shared.deadline(W::PURPOSE)
    }

    /// Takes the connection out, to ask something on it: if that is dropped half-way, so is the connection.
    pub(super) async fn take_out(&mut self) -> Result<PgConnection, Broken> {
        match self.connection.take() {
            Some(connection) => Ok(connection),
            None => self.side.shared.open(W::PURPOSE).await.map_err(Broken::Unreachable),
        }
    }

    /// Puts it back with what came of it, if it can be used again after that.
    pub(super) fn put_back<T>(
        &mut self,
        connection: PgConnection,
        answer: Result<sqlx::Result<T>, Elapsed>,
    ) -> Result<T, Broken> {
        let answer = match answer {
            Ok(answer) => answer.inspect_err(|error| self.side.shared.losses.hear(error)).map_err(Broken::By),
            Err(late) => Err(Broken::Late(late)),
        };
        if answer.as_ref().err().is_none_or(Broken::spares_connection) {
            self.connection = Some(connection);
        }
        answer
    }

    async fn ping(&mut self) {
        if let Some(mut connection) = self.connection.take()
            && self.side.shared.losses.answers(&mut connection).await
        {
            self.connection = Some(connection);
        }
    }
}

impl<W: Work> Drop for Lease<W> {
    fn drop(&mut self) {
        match self.standing {
            Standing::New => self.side.die(),
            Standing::Begun => self.side.broken_off(),
            Standing::Over => {}
        }
    }
}
