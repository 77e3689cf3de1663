//! What was asked, and the way its answer takes.

use roster_domain::UserId;
use roster_domain::ports::{Result, StoreError};
use tokio::sync::oneshot;

/// One thing that goes in a round.
pub(super) trait Item: Send + Sync + 'static {
    /// What its caller hears.
    type Answer: Send + 'static;

    /// In whose name: users take turns.
    fn user(&self) -> UserId;

    /// About how many bytes it takes.
    fn weight(&self) -> usize;
}

/// An item whose caller waits, or has left: that changes nothing for a write.
pub(super) struct Asked<I: Item> {
    pub item: I,
    answer: oneshot::Sender<Result<I::Answer>>,
}

/// The caller's end of it.
pub(super) struct Answer<A>(oneshot::Receiver<Result<A>>);

impl<I: Item> Asked<I> {
    pub(super) fn new(item: I) -> (Self, Answer<I::Answer>) {
        let (answer, receiver) = oneshot::channel();
        (Self { item, answer }, Answer(receiver))
    }

    /// Whether nobody waits for it any more.
    pub(super) fn is_abandoned(&self) -> bool {
        self.answer.is_closed()
    }

    pub(super) fn answer(self, answer: Result<I::Answer>) {
        // Nobody may be there to hear it.
        let _ = self.answer.send(answer);
    }
}

impl<A> Answer<A> {
    pub(super) async fn wait(self) -> Result<A> {
        match self.0.await {
            Ok(answer) => answer,
            // Its runtime was shut down, or its round panicked: the panic hook has logged that.
            Err(_) => Err(StoreError::unavailable("the round was broken off")),
        }
    }
}
