//! Acts that share one transaction, and so one wait for the disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use roster_domain::ports::{Result, StoreError};
use rusqlite::Connection;

use super::connected::Fault;
use super::job::Job;
use super::queue::Queue;
use crate::error::{spoils_connection, store_error};

/// A group takes no more acts when it has worked for so long: the first of them waits for the last.
const LONGEST: Duration = Duration::from_millis(20);

/// So many are let in at a time.
const JOINING: usize = 32;

/// The acts of one transaction, in the order in which they were asked for.
pub(super) struct Group {
    members: Vec<Member>,
    most: usize,
}

struct Member {
    job: Box<dyn Job>,
    /// Why it, and it alone, came to nothing.
    failure: Option<StoreError>,
}

impl Group {
    /// Of one at first, and of so many at most.
    pub(super) fn of(job: Box<dyn Job>, most: usize) -> Self {
        Self { members: vec![Member { job, failure: None }], most }
    }

    /// Does the acts between BEGIN and COMMIT, and those that come meanwhile. Where one fails, all is undone and done
    /// again, each in a savepoint of its own, so that it undoes itself alone: that is rare, and savepoints for all would
    /// cost more than the statements within. An act answers nobody before COMMIT, so it may be done twice.
    pub(super) fn commit(&mut self, connection: &Connection, queue: &Queue) -> std::result::Result<(), Fault> {
        // IMMEDIATE, because a transaction that begins by reading and then writes fails where another process wrote in
        // between.
        execute(connection, "BEGIN IMMEDIATE")?;
        if !self.run_all(connection, queue)? {
            execute(connection, "ROLLBACK").map_err(Fault::at_the_end)?;
            execute(connection, "BEGIN IMMEDIATE")?;
            self.run_each_apart(connection)?;
        }
        execute(connection, "COMMIT").map_err(Fault::at_the_end)
    }

    /// Whether none failed.
    fn run_all(&mut self, connection: &Connection, queue: &Queue) -> std::result::Result<bool, Fault> {
        let began = Instant::now();
        let mut done = 0;
        loop {
            while let Some(member) = self.members.get_mut(done) {
                if run(member.job.as_mut(), connection)?.is_err() {
                    return Ok(false);
                }
                done += 1;
            }
            if began.elapsed() >= LONGEST {
                return Ok(true);
            }
            let room = JOINING.min(self.most.saturating_sub(done));
            queue.join(room, |job| self.members.push(Member { job, failure: None }));
            if self.members.len() == done {
                return Ok(true);
            }
        }
    }

    fn run_each_apart(&mut self, connection: &Connection) -> std::result::Result<(), Fault> {
        for member in &mut self.members {
            execute(connection, "SAVEPOINT act")?;
            if let Err(failure) = run(member.job.as_mut(), connection)? {
                execute(connection, "ROLLBACK TO act").map_err(Fault::at_the_end)?;
                member.failure = Some(failure);
            }
            execute(connection, "RELEASE act").map_err(Fault::at_the_end)?;
        }
        Ok(())
    }

    /// Answers all, in their order: behind a COMMIT each what became of it, else that nothing did.
    pub(super) fn answer(self, outcome: Result<()>) {
        let mut outcome = outcome;
        for Member { job, failure } in self.members {
            let answer = match &outcome {
                Ok(()) => failure.map_or(Ok(()), Err),
                Err(error) => {
                    let others = error.again();
                    std::mem::replace(&mut outcome, Err(others))
                }
            };
            job.answer(answer);
        }
    }
}

/// Runs one act. The outer failure is the whole group's: the transaction is gone, or the connection spoilt.
fn run(job: &mut dyn Job, connection: &Connection) -> std::result::Result<Result<()>, Fault> {
    let outcome = match catch_unwind(AssertUnwindSafe(|| job.run(connection))) {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(failure)) if spoils_connection(&failure) => return Err(failure.into()),
        Ok(Err(failure)) => Err(store_error(failure)),
        Err(_) => Err(StoreError::failed("an act panicked")),
    };
    // After some failures SQLite has rolled back by itself.
    if connection.is_autocommit() {
        let error = outcome.err().unwrap_or_else(|| StoreError::unavailable("the transaction ended within an act"));
        return Err(Fault { error, spoilt: true });
    }
    Ok(outcome)
}

pub(super) fn execute(connection: &Connection, statement: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(statement)?.execute([]).map(drop)
}
