//! The jobs that this process is at, and whether somebody wants one stopped.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// By the job's id: whether it is to stop.
#[derive(Default)]
pub(crate) struct RunningJobs(Mutex<HashMap<String, Arc<AtomicBool>>>);

impl RunningJobs {
    /// All of them.
    pub(crate) fn all(&self) -> MutexGuard<'_, HashMap<String, Arc<AtomicBool>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
