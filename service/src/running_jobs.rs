//! The jobs that this process runs: one an app, how far each is, and whether it is to stop.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tenure_core::id::AppId;

use crate::error::{Error, Result};

/// Every running job, by app.
#[derive(Default)]
pub(crate) struct RunningJobs(Arc<Mutex<HashMap<AppId, Running>>>);

struct Running {
    id: String,
    progress: Progress,
}

/// How far a running job is.
#[derive(Clone, Copy)]
pub(crate) struct Progress {
    /// Sessions that it has ended.
    pub(crate) ended: u64,
    /// It is to stop.
    pub(crate) stops: bool,
}

/// The turn of one job: while it is held, no other job of the app runs.
pub(crate) struct Turn {
    jobs: Arc<Mutex<HashMap<AppId, Running>>>,
    pub(crate) app: AppId,
    pub(crate) id: String,
}

impl RunningJobs {
    /// The turn of the job `id`, which has ended so many. Refuses while a job of the app has it.
    pub(crate) fn take(&self, app: &AppId, id: &str, ended: u64) -> Result<Turn> {
        let mut jobs = lock(&self.0);
        if jobs.contains_key(app) {
            let says = "a job is ending sessions of this app already: wait until it is done, or stop it";
            return Err(Error::Conflict(says.into()));
        }
        let progress = Progress { ended, stops: false };
        jobs.insert(app.clone(), Running { id: id.to_owned(), progress });
        Ok(Turn { jobs: Arc::clone(&self.0), app: app.clone(), id: id.to_owned() })
    }

    /// How far the job `id` is, if it runs.
    pub(crate) fn progress(&self, app: &AppId, id: &str) -> Option<Progress> {
        lock(&self.0).get(app).filter(|running| running.id == id).map(|running| running.progress)
    }

    /// Asks the job `id` to stop; false if it does not run.
    pub(crate) fn stop(&self, app: &AppId, id: &str) -> bool {
        let mut jobs = lock(&self.0);
        let running = jobs.get_mut(app).filter(|running| running.id == id);
        running.map(|running| running.progress.stops = true).is_some()
    }
}

impl Turn {
    /// How far it is. Says that it has to stop where it is not there any more.
    pub(crate) fn stops(&self) -> bool {
        lock(&self.jobs).get(&self.app).is_none_or(|running| running.progress.stops)
    }

    /// Puts down how many it has ended by now.
    pub(crate) fn has_ended(&self, ended: u64) {
        if let Some(running) = lock(&self.jobs).get_mut(&self.app) {
            running.progress.ended = ended;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        lock(&self.jobs).remove(&self.app);
    }
}

fn lock(jobs: &Mutex<HashMap<AppId, Running>>) -> MutexGuard<'_, HashMap<AppId, Running>> {
    jobs.lock().unwrap_or_else(PoisonError::into_inner)
}
