//! What a thread is handed: an act over a connection, and where its answer goes.

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

    /// Answers: what was kept, or the failure.
    fn answer(self: Box<Self>, outcome: Result<()>);

    /// Whether nobody waits for the answer any more.
    fn is_abandoned(&self) -> bool;
}

struct Act<F, T> {
    act: F,
    kept: Option<T>,
    reply: oneshot::Sender<Result<T>>,
}

impl<F, T> Job for Act<F, T>
where
    F: FnMut(&Connection) -> rusqlite::Result<Step<T>> + Send,
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
        let Self { kept, reply, .. } = *self;
        let answer = outcome.and_then(|()| kept.ok_or_else(|| StoreError::failed("an act ended without an answer")));
        // Whoever asked may have left; what was done stays done.
        let _ = reply.send(answer);
    }

    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }
}

/// Where an answer will come.
pub(super) type Reply<T> = oneshot::Receiver<Result<T>>;

/// The act as a job, and where its answer will come.
pub(super) fn job<T, F>(act: F) -> (Box<dyn Job>, Reply<T>)
where
    F: FnMut(&Connection) -> rusqlite::Result<Step<T>> + Send + 'static,
    T: Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    (Box::new(Act { act, kept: None, reply }), answer)
}

/// Waits for it.
pub(super) async fn answer<T>(reply: Reply<T>) -> Result<T> {
    reply.await.unwrap_or_else(|_| Err(StoreError::failed("a thread of the store ended without an answer")))
}
