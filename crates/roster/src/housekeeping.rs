//! What goes by itself while the server runs: counters, sessions, audit entries and imports that are over, what is left of erased
//! accounts, and what is still to be derived of contacts.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use roster_domain::Clock;
use roster_domain::ports::{self, Due, EndTimes, Housekeeping};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, yield_now};
use tokio::time::{MissedTickBehavior, interval};
use tracing::warn;

use crate::settings::RetentionSettings;

/// From one round to the next.
const PAUSE: Duration = Duration::from_secs(60);

/// Looks after one store. Several servers may do so at once.
pub struct Housekeeper {
    store: Arc<dyn Housekeeping>,
    clock: Arc<dyn Clock>,
    retention: RetentionSettings,
}

/// Rounds that are being made until they are told to end.
pub struct Rounds {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Housekeeper {
    /// One for this store.
    pub fn new(store: Arc<dyn Housekeeping>, clock: Arc<dyn Clock>, retention: RetentionSettings) -> Self {
        Self { store, clock, retention }
    }

    /// Makes a round now, which goes on with erasures that were cut short by the last stop, and then every minute.
    pub fn start(self, runtime: &Runtime) -> Rounds {
        let (stop, stopped) = oneshot::channel();
        let task = runtime.spawn(async move {
            let mut stopped = pin!(stopped);
            tokio::select! {
                // A round may be left at any point: the store finishes the step it is at, and the rest is found again.
                _ = &mut stopped => {}
                () = self.rounds() => {}
            }
        });
        Rounds { stop, task }
    }

    async fn rounds(&self) {
        let mut minutes = interval(PAUSE);
        minutes.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            minutes.tick().await;
            self.round().await;
        }
    }

    /// Does all there is to do. What fails is logged, and tried again in the next round.
    async fn round(&self) {
        // Each by itself: where one can't be done, the other needn't wait.
        if let Err(error) = self.sweep().await {
            warn!(%error, "what is over couldn't be removed; it is tried again in a minute");
        }
        if let Err(error) = self.erase().await {
            warn!(%error, "erased accounts couldn't be removed; it is tried again in a minute");
        }
        if let Err(error) = self.derive().await {
            warn!(%error, "what contacts are found by couldn't be derived anew; it is tried again in a minute");
        }
    }

    async fn sweep(&self) -> ports::Result<()> {
        let now = self.clock.now();
        let RetentionSettings { audit, sessions, imports } = self.retention;
        let due = Due {
            counters: now,
            sessions: now.minus(sessions),
            audit: now.minus(audit),
            imports: EndTimes { ended_at: now, expires_at: now.plus(imports) },
        };
        while self.store.sweep(due).await? {
            // Many steps must not keep others from their turn.
            yield_now().await;
        }
        Ok(())
    }

    async fn erase(&self) -> ports::Result<()> {
        while self.store.erase_some().await? {
            yield_now().await;
        }
        Ok(())
    }

    async fn derive(&self) -> ports::Result<()> {
        while self.store.derive_some().await? {
            yield_now().await;
        }
        Ok(())
    }
}

impl Rounds {
    /// Makes no more of them, and waits until the last one is left: from then on nothing of them asks the store.
    pub async fn end(self) {
        // Whoever isn't there any more needn't be told.
        let _ = self.stop.send(());
        if let Err(error) = self.task.await {
            warn!(%error, "housekeeping had failed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_trait::async_trait;
    use roster_domain::Timestamp;
    use roster_domain::ports::StoreError;
    use roster_testkit::ManualClock;
    use std::sync::Mutex;
    use tokio::sync::Notify;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const RETENTION: RetentionSettings = RetentionSettings {
        audit: Duration::from_secs(400),
        sessions: Duration::from_secs(30),
        imports: Duration::from_secs(20),
    };

    /// Has so many steps left of each kind, and notes what is asked of it.
    #[derive(Default)]
    struct Asked {
        sweeps: Mutex<(u32, Vec<Due>)>,
        erasures: Mutex<(u32, u32)>,
        derivations: Mutex<u32>,
        broken: bool,
        erased: Notify,
    }

    #[async_trait]
    impl Housekeeping for Asked {
        async fn sweep(&self, due: Due) -> ports::Result<bool> {
            if self.broken {
                return Err(StoreError::unavailable("gone"));
            }
            let mut sweeps = self.sweeps.lock().unwrap();
            sweeps.1.push(due);
            sweeps.0 = sweeps.0.saturating_sub(1);
            Ok(sweeps.0 > 0)
        }

        async fn erase_some(&self) -> ports::Result<bool> {
            let mut erasures = self.erasures.lock().unwrap();
            erasures.1 += 1;
            erasures.0 = erasures.0.saturating_sub(1);
            if erasures.0 == 0 {
                self.erased.notify_one();
            }
            Ok(erasures.0 > 0)
        }

        async fn derive_some(&self) -> ports::Result<bool> {
            let mut derivations = self.derivations.lock().unwrap();
            *derivations += 1;
            Ok(*derivations < 2)
        }
    }

    fn runtime() -> Runtime {
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
    }

    fn housekeeper(asked: &Arc<Asked>) -> Housekeeper {
        Housekeeper::new(asked.clone(), Arc::new(ManualClock::at(NOW)), RETENTION)
    }

    #[test]
    fn a_round_goes_on_until_nothing_is_left() {
        let asked =
            Arc::new(Asked { sweeps: Mutex::new((3, Vec::new())), erasures: Mutex::new((2, 0)), ..Asked::default() });
        runtime().block_on(housekeeper(&asked).round());
        let due = Due {
            counters: NOW,
            sessions: NOW.plus_millis(-30_000),
            audit: NOW.plus_millis(-400_000),
            imports: EndTimes { ended_at: NOW, expires_at: NOW.plus_millis(20_000) },
        };
        assert_eq!(asked.sweeps.lock().unwrap().1, [due; 3]);
        assert_eq!(asked.erasures.lock().unwrap().1, 2);
        assert_eq!(*asked.derivations.lock().unwrap(), 2);
    }

    #[test]
    fn what_fails_keeps_nothing_else_from_being_done() {
        let asked = Arc::new(Asked { erasures: Mutex::new((2, 0)), broken: true, ..Asked::default() });
        runtime().block_on(housekeeper(&asked).round());
        assert_eq!(asked.erasures.lock().unwrap().1, 2);
    }

    #[test]
    fn the_first_round_is_made_at_once_and_none_after_the_end() {
        let asked = Arc::new(Asked::default());
        let runtime = runtime();
        let rounds = housekeeper(&asked).start(&runtime);
        runtime.block_on(async {
            asked.erased.notified().await;
            rounds.end().await;
        });
        assert_eq!(Arc::strong_count(&asked), 1, "something still holds the store");
    }

    #[test]
    fn an_end_waits_for_no_work_that_never_ends() {
        let asked = Arc::new(Asked { erasures: Mutex::new((u32::MAX, 0)), ..Asked::default() });
        let runtime = runtime();
        let rounds = housekeeper(&asked).start(&runtime);
        runtime.block_on(rounds.end());
        assert_eq!(Arc::strong_count(&asked), 1, "something still holds the store");
    }
}
