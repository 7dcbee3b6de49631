//! Writing: one thread that takes every waiting job, runs them in one transaction, and answers once that is durable.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tenure_store::{Figures, Unavailable};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::batch::Batch;
use crate::checkpoint::Handover;
use crate::fault::Fault;
use crate::job::{Job, Pending, Steps};
use crate::tally::Tally;

/// Jobs in one transaction; the rest wait for the next.
const BATCH_JOBS: usize = 1024;
/// How far the mark of time may rise before it is written again. Far less than what a clock may be behind.
const MARK_EVERY_MS: i64 = 1000;

/// The way to the writer thread.
pub(crate) struct Writer {
    queue: Option<SyncSender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    high_water: Arc<AtomicI64>,
    tally: Arc<Tally>,
}

impl Writer {
    /// Starts the thread on its own connection. `queue_jobs` may wait for it.
    pub(crate) fn start(db: Connection, queue_jobs: usize, handover: Arc<Handover>) -> Result<Self, Fault> {
        let mark = db.query_row("SELECT value FROM meta WHERE name = 'high_water'", [], |row| row.get(0))?;
        let high_water = Arc::new(AtomicI64::new(mark));
        let (queue, jobs) = sync_channel(queue_jobs);
        let answers = Answers(Handle::try_current().ok());
        let tally = Arc::new(Tally::default());
        let working = Working {
            db,
            high_water: Arc::clone(&high_water),
            marked: mark,
            handover,
            answers,
            tally: Arc::clone(&tally),
        };
        let thread = std::thread::Builder::new()
            .name("tenure-writer".to_owned())
            .spawn(move || working.until_closed(&jobs))
            .map_err(Fault::System)?;
        Ok(Self { queue: Some(queue), thread: Some(thread), high_water, tally })
    }

    /// Runs `work` inside the next transaction. An `Ok` is durable; after an `Err` nothing of it was done, save for the
    /// rare commit whose own answer was lost. Refuses at once when the queue is full; never blocks.
    pub(crate) async fn submit<T: Send + 'static>(
        &self,
        steps: Steps,
        work: impl FnOnce(&Batch<'_>) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Unavailable> {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Pending::new(steps, work, reply));
        match &self.queue {
            Some(queue) => queue.try_send(job).map_err(|error| {
                Unavailable::new(match error {
                    TrySendError::Full(_) => {
                        self.tally.turned_away();
                        "sqlite, writing: too many changes are waiting"
                    }
                    TrySendError::Disconnected(_) => "sqlite, writing: the writer has stopped",
                })
            })?,
            None => return Err(Unavailable::new("sqlite, writing: the store is closed")),
        }
        self.tally.accepted();
        answer
            .await
            .unwrap_or_else(|_| Err(Unavailable::new("sqlite, writing: the writer gave up the batch")))
    }

    /// What was counted.
    pub(crate) fn figures(&self) -> Figures {
        self.tally.figures()
    }

    /// The latest time that a committed change carried.
    pub(crate) fn high_water(&self) -> i64 {
        self.high_water.load(Ordering::Acquire)
    }
}

impl Drop for Writer {
    /// What was accepted is still done and answered.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// What the thread owns.
struct Working {
    db: Connection,
    high_water: Arc<AtomicI64>,
    marked: i64,
    handover: Arc<Handover>,
    answers: Answers,
    tally: Arc<Tally>,
}

impl Working {
    fn until_closed(mut self, jobs: &Receiver<Box<dyn Job>>) {
        while let Ok(first) = jobs.recv() {
            let mut batch = vec![first];
            batch.extend(jobs.try_iter().take(BATCH_JOBS - 1));
            let (changes, started) = (batch.len() as u64, Tally::start());
            // A panic drops the batch, which tells every caller in it, and takes the transaction back.
            let done = catch_unwind(AssertUnwindSafe(|| self.commit(batch)));
            if done.is_err() {
                tracing::error!("a job of the writer panicked; its batch was taken back");
            }
            self.take_back();
            self.tally.committed(changes, started);
            self.handover.after_commit(&self.db);
        }
        let last = self.high_water.load(Ordering::Acquire);
        if last > self.marked && mark(&self.db, last).is_err() {
            tracing::warn!("the mark of time could not be written while closing");
        }
    }

    fn commit(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        let seen = self.high_water.load(Ordering::Acquire);
        match self.transaction(&mut jobs, seen) {
            Ok(seen) => {
                self.high_water.fetch_max(seen, Ordering::AcqRel);
                self.answers.give(jobs, None);
            }
            Err(fault) => {
                self.take_back();
                self.answers.give(jobs, Some(fault.unavailable("committing")));
            }
        }
    }

    /// One transaction with all of `jobs`; the mark of time after it.
    fn transaction(&mut self, jobs: &mut [Box<dyn Job>], seen: i64) -> Result<i64, Fault> {
        let batch = Batch::new(&self.db, seen);
        batch.execute("BEGIN IMMEDIATE", [])?;
        for job in jobs {
            job.run(&batch)?;
        }
        let seen = batch.seen();
        let rose = seen >= self.marked.saturating_add(MARK_EVERY_MS);
        if rose {
            mark(&self.db, seen)?;
        }
        batch.execute("COMMIT", [])?;
        if rose {
            self.marked = seen;
        }
        Ok(seen)
    }

    fn take_back(&self) {
        if !self.db.is_autocommit()
            && let Err(error) = self.db.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a transaction could not be taken back");
        }
    }
}

/// Where callers are told: in the runtime that they wait in, if the writer was started in one. Waking a task from another
/// thread takes a lock, and often a thread from its sleep; so a batch does that once, and its callers wake each other.
struct Answers(Option<Handle>);

impl Answers {
    fn give(&self, jobs: Vec<Box<dyn Job>>, outage: Option<Unavailable>) {
        let answer = move || jobs.into_iter().for_each(|job| job.answer(outage.clone()));
        match &self.0 {
            Some(runtime) => drop(runtime.spawn(async move { answer() })),
            None => answer(),
        }
    }
}

/// Writes the mark of time.
pub(crate) fn mark(db: &Connection, at: i64) -> Result<(), Fault> {
    let sql = "UPDATE meta SET value = ? WHERE name = 'high_water'";
    db.prepare_cached(sql)?.execute([at])?;
    Ok(())
}

#[cfg(test)]
mod tests;
