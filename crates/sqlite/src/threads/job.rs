//! What a thread is handed: an act over a connection, and where its answer goes.

use std::panic::{AssertUnwindSafe, catch_unwind};

use roster_domain::ports::{Result, StoreError};
use rusqlite::Connection;
use tokio::sync::oneshot;

/// What an act has come to.
pub(crate) enum Step<T> {
    /// The end.
    Done(T),
    /// The end of a step: the rest wants a turn, and a transaction, of its own.
    More,
}

/// An act, whatever it answers. Doing and answering are apart, because an answer goes out only behind the COMMIT that
/// makes it true; that COMMIT may hold several acts.
pub(super) trait Job: Send {
    /// Does it, or a step of it; keeps its answer.
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<Step<()>>;

    /// Does what follows the act, if it wasn't a failure, and answers: what was kept, or the failure.
    fn answer(self: Box<Self>, outcome: Result<()>);

    /// Whether nobody waits for the answer any more.
    fn is_abandoned(&self) -> bool;
}

struct Act<F, N, T> {
    act: F,
    then: N,
    kept: Option<T>,
    reply: oneshot::Sender<Result<T>>,
}

impl<F, N, T> Job for Act<F, N, T>
where
    F: FnMut(&Connection) -> rusqlite::Result<Step<T>> + Send,
    N: FnOnce(&T) + Send,
    T: Send,
{
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<Step<()>> {
        Ok(match (self.act)(connection)? {
            Step::Done(answer) => {
                self.kept = Some(answer);
                Step::Done(())
            }
            Step::More => Step::More,
        })
    }

    fn answer(self: Box<Self>, outcome: Result<()>) {
        let Self { kept, reply, then, act: _ } = *self;
        let answer = outcome.and_then(|()| kept.ok_or_else(|| StoreError::failed("an act ended without an answer")));
        if let Ok(answer) = &answer {
            // The act stays done and the thread goes on, whatever happens here.
            if catch_unwind(AssertUnwindSafe(|| then(answer))).is_err() {
                tracing::error!("what follows an act panicked");
            }
        }
        // Whoever asked may have left; what was done stays done.
        let _ = reply.send(answer);
    }

    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }
}

/// Where an answer will come.
pub(super) type Reply<T> = oneshot::Receiver<Result<T>>;

/// The act and what follows it as a job, and where its answer will come.
pub(super) fn job<T, F, N>(act: F, then: N) -> (Box<dyn Job>, Reply<T>)
where
    F: FnMut(&Connection) -> rusqlite::Result<Step<T>> + Send + 'static,
    N: FnOnce(&T) + Send + 'static,
    T: Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    (Box::new(Act { act, then, kept: None, reply }), answer)
}

/// Waits for it.
pub(super) async fn answer<T>(reply: Reply<T>) -> Result<T> {
    reply.await.unwrap_or_else(|_| Err(StoreError::failed("a thread of the store ended without an answer")))
}
