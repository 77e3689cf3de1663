//! The threads that hash. On the async runtime's own, two hundred sign-ins at once would take gigabytes and stall
//! everything else.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::oneshot;

use super::HashingError;
use super::argon2id::Memory;
use super::queue::{Next, Queue};

/// How many may wait.
const ROOM: usize = 32;

/// For how long a thread keeps its memory with nothing to do.
const KEEP_MEMORY: Duration = Duration::from_secs(10);

type Task = Box<dyn FnOnce(&mut Memory) + Send>;

/// A few threads with their memory. They end when this is dropped.
pub(super) struct Threads {
    queue: Arc<Queue<Task>>,
}

impl Threads {
    /// So many, at least one.
    pub(super) fn start(count: usize) -> Self {
        let queue = Arc::new(Queue::new(ROOM));
        if spawn(count.max(1), &queue).is_empty() {
            // Then everybody is told at once that it is busy, rather than never.
            queue.close();
        }
        Self { queue }
    }

    /// Runs it on one of the threads. If whoever asked leaves before its turn, it isn't run at all.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        task: impl FnOnce(&mut Memory) -> T + Send + 'static,
    ) -> Result<T, HashingError> {
        let (answer, answered) = oneshot::channel();
        let task = Box::new(move |memory: &mut Memory| {
            if !answer.is_closed() {
                let _ = answer.send(task(memory));
            }
        });
        if !self.queue.offer(task) {
            return Err(HashingError::Busy);
        }
        answered.await.map_err(|_| HashingError::Lost)
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.queue.close();
    }
}

fn spawn(count: usize, queue: &Arc<Queue<Task>>) -> Vec<JoinHandle<()>> {
    let one = |number| {
        let queue = queue.clone();
        let thread = thread::Builder::new().name(format!("hash-{number}")).spawn(move || work(&queue));
        thread.inspect_err(|error| tracing::error!(%error, "a password hashing thread can't be started")).ok()
    };
    (0..count).filter_map(one).collect()
}

fn work(queue: &Queue<Task>) {
    let mut memory = Memory::new();
    loop {
        let patience = (!memory.is_empty()).then_some(KEEP_MEMORY);
        match queue.take(patience) {
            Next::Item(task) => {
                if catch_unwind(AssertUnwindSafe(|| task(&mut memory))).is_err() {
                    tracing::error!("hashing a password panicked");
                }
            }
            Next::Nothing => memory = Memory::new(),
            Next::Closed => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use std::pin::Pin;
    use std::sync::mpsc;
    use std::task::Poll;

    /// One thread, and it is kept busy until the sender is dropped.
    async fn occupied() -> (Arc<Threads>, mpsc::Sender<()>) {
        let threads = Arc::new(Threads::start(1));
        let (release, released) = mpsc::channel::<()>();
        let (started, has_started) = oneshot::channel();
        let occupant = threads.clone();
        tokio::spawn(async move {
            let wait = move |_: &mut Memory| {
                let _ = started.send(());
                let _ = released.recv();
            };
            occupant.run(wait).await
        });
        has_started.await.unwrap();
        (threads, release)
    }

    /// Lets a future begin; what it answers if that is at once.
    async fn begin<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
        poll_fn(|cx| match future.as_mut().poll(cx) {
            Poll::Ready(answer) => Poll::Ready(Some(answer)),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    #[tokio::test]
    async fn so_many_wait_and_the_rest_are_told_at_once() {
        let (threads, release) = occupied().await;
        let mut waiting = Vec::new();
        let mut turned_away = 0;
        for number in 0..40 {
            let mut asking = Box::pin(threads.run(move |_| number));
            match begin(asking.as_mut()).await {
                None => waiting.push((number, asking)),
                Some(Err(HashingError::Busy)) => turned_away += 1,
                Some(answer) => panic!("{answer:?} while the thread is occupied"),
            }
        }
        assert_eq!((waiting.len(), turned_away), (32, 8));
        drop(release);
        for (number, asking) in waiting {
            assert!(matches!(asking.await, Ok(answer) if answer == number));
        }
    }

    #[tokio::test]
    async fn a_panic_ends_neither_the_thread_nor_the_next_task() {
        let threads = Threads::start(1);
        let panicked: Result<(), _> = threads.run(|_| panic!("on purpose")).await;
        assert!(matches!(panicked, Err(HashingError::Lost)), "{panicked:?}");
        assert!(matches!(threads.run(|_| 7).await, Ok(7)));
    }

    #[tokio::test]
    async fn who_left_costs_nothing() {
        let (threads, release) = occupied().await;
        let (ran, has_run) = mpsc::channel();
        let mut asking = Box::pin(threads.run(move |_| ran.send(())));
        assert!(begin(asking.as_mut()).await.is_none());
        drop(asking);
        drop(release);
        threads.run(|_| ()).await.unwrap();
        assert!(has_run.try_recv().is_err());
    }

    #[tokio::test]
    async fn threads_end_with_their_owner() {
        let queue = Arc::new(Queue::new(ROOM));
        let threads = spawn(3, &queue);
        assert_eq!(threads.len(), 3);
        drop(Threads { queue });
        for thread in threads {
            thread.join().unwrap();
        }
    }
}
