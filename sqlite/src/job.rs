//! A job of the writer: what to do, and whom to tell.

use tenure_store::Unavailable;
use tokio::sync::oneshot;

use crate::batch::Batch;
use crate::fault::Fault;

/// How many statements a job writes with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Steps {
    /// One, which is whole or nothing by itself.
    One,
    /// Several, which are taken back together when one fails.
    Many,
}

/// Work that shares a transaction with others.
pub(crate) trait Job: Send {
    /// Does the work. An error means that the whole transaction is lost; a failure of this job alone is kept for its answer.
    fn run(&mut self, batch: &Batch<'_>) -> Result<(), Fault>;

    /// Answers, once the transaction is durable or has failed.
    fn answer(self: Box<Self>, outage: Option<Unavailable>);
}

/// The one kind of job: a closure and the channel of its caller.
pub(crate) struct Pending<T, F> {
    steps: Steps,
    work: Option<F>,
    done: Option<Result<T, Unavailable>>,
    reply: oneshot::Sender<Result<T, Unavailable>>,
}

impl<T, F: FnOnce(&Batch<'_>) -> Result<T, Fault>> Pending<T, F> {
    /// A job that is yet to run.
    pub(crate) fn new(steps: Steps, work: F, reply: oneshot::Sender<Result<T, Unavailable>>) -> Self {
        Self { steps, work: Some(work), done: None, reply }
    }
}

impl<T: Send, F: FnOnce(&Batch<'_>) -> Result<T, Fault> + Send> Job for Pending<T, F> {
    fn run(&mut self, batch: &Batch<'_>) -> Result<(), Fault> {
        let Some(work) = self.work.take() else { return Ok(()) };
        let done = match self.steps {
            Steps::One => work(batch),
            Steps::Many => batch.all_or_nothing(work)?,
        };
        match done {
            // SQLite takes the whole transaction back by itself when it cannot go on, as with a full disk.
            Err(fault) if batch.is_autocommit() => Err(fault),
            done => {
                self.done = Some(done.map_err(|fault| fault.unavailable("writing")));
                Ok(())
            }
        }
    }

    fn answer(self: Box<Self>, outage: Option<Unavailable>) {
        let never_ran = || Err(Unavailable::new("sqlite, writing: the job did not run"));
        let answer = match outage {
            Some(outage) => Err(outage),
            None => self.done.unwrap_or_else(never_ran),
        };
        // A caller that has gone away needs no answer.
        let _ = self.reply.send(answer);
    }
}
