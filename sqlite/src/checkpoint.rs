//! Checkpoints: moving the log into the database, off the path of commits, and keeping the log bounded.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, MAIN_DB};

use crate::connect::WAIT_FOR_LOCK;
use crate::fault::Fault;

/// How often a log that grows is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// A log that did not grow for so many looks is moved, however short it is.
const QUIET_LOOKS: u32 = 10;
/// Frames, of a page each, from which the log is moved while it grows: 32 MiB.
const MOVE_FRAMES: i32 = 16 << 10;
/// Frames from which it shall start again from its beginning: 64 MiB.
const RESTART_FRAMES: i32 = 32 << 10;
/// What the writer can move between two commits without being missed for long.
const REST_FRAMES: i32 = 512;
/// Frames from which the writer is slowed down, for it writes faster than the disk takes the pages: 128 MiB.
const SLOW_FRAMES: i32 = 64 << 10;
/// By how much, after each transaction.
const SLOWED_BY: Duration = Duration::from_millis(1);
/// Frames from which the writer has to move all the rest, however much that is: 256 MiB.
const LONGEST_FRAMES: i32 = 128 << 10;

/// Between the writer and the thread of checkpoints.
pub(crate) struct Handover {
    asleep: AtomicBool,
    restart: AtomicBool,
    slow: AtomicBool,
    wake: SyncSender<()>,
}

impl Handover {
    /// The writer, after each commit: wakes the thread if it sleeps, and ends a log that is nearly all moved. A log that
    /// never pauses is never moved wholly by anyone but the writer, and only such a log starts anew.
    pub(crate) fn after_commit(&self, db: &Connection) {
        if self.asleep.load(Ordering::Relaxed) && self.asleep.swap(false, Ordering::AcqRel) {
            let _ = self.wake.try_send(());
        }
        if self.slow.load(Ordering::Relaxed) {
            std::thread::sleep(SLOWED_BY);
        }
        if self.restart.load(Ordering::Relaxed) && self.restart.swap(false, Ordering::AcqRel) {
            // Does not wait for a reader: with one in the way it is asked again.
            let restarted = db
                .busy_timeout(Duration::ZERO)
                .and_then(|()| db.wal_checkpoint_v2(Some(MAIN_DB), CheckpointMode::RESTART));
            if let Err(error) = restarted {
                tracing::debug!(%error, "the log could not be restarted yet");
            }
            let _ = db.busy_timeout(WAIT_FOR_LOCK);
        }
    }
}

/// The thread, which stops when this is dropped.
pub(crate) struct Checkpoints {
    stop: Arc<AtomicBool>,
    handover: Arc<Handover>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    /// Starts the thread on its own connection. `file` is the database; whoever closes it while a connection is open takes
    /// the connection's locks away.
    pub(crate) fn start(db: Connection, file: Arc<File>) -> Result<Self, Fault> {
        let (wake, woken) = sync_channel(1);
        let no = || AtomicBool::new(false);
        let handover = Arc::new(Handover { asleep: no(), restart: no(), slow: no(), wake });
        let stop = Arc::new(AtomicBool::new(false));
        let moving = Moving { db, file, handover: Arc::clone(&handover), stop: Arc::clone(&stop) };
        let thread = std::thread::Builder::new()
            .name("tenure-checkpoint".to_owned())
            .spawn(move || moving.until_stopped(&woken))
            .map_err(Fault::System)?;
        Ok(Self { stop, handover, thread: Some(thread) })
    }

    /// What the writer needs of it.
    pub(crate) fn handover(&self) -> Arc<Handover> {
        Arc::clone(&self.handover)
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        let _ = self.handover.wake.try_send(());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Moving {
    db: Connection,
    file: Arc<File>,
    handover: Arc<Handover>,
    stop: Arc<AtomicBool>,
}

/// Of the log: its frames, and how many of them are in the database.
#[derive(Clone, Copy, PartialEq)]
struct Log {
    frames: i32,
    moved: i32,
}

impl Log {
    fn left(self) -> i32 {
        self.frames - self.moved
    }
}

impl Moving {
    fn until_stopped(self, woken: &Receiver<()>) {
        let (mut last, mut quiet) = (Log { frames: 0, moved: 0 }, 0);
        while !self.stop.load(Ordering::Acquire) {
            let log = self.checkpoint(CheckpointMode::NOOP).unwrap_or(last);
            quiet = if log.frames == last.frames { quiet + 1 } else { 0 };
            last = log;
            if log.frames >= RESTART_FRAMES {
                last = self.see_off(log);
            } else if log.left() >= MOVE_FRAMES {
                self.checkpoint(CheckpointMode::PASSIVE);
            }
            let slept = if quiet >= QUIET_LOOKS {
                self.settle();
                quiet = 0;
                woken.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                woken.recv_timeout(LOOK_EVERY)
            };
            if slept == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    }

    /// Moves the log until what is left is small, each pass being shorter than the one before as long as the disk is faster
    /// than the writer; then has the writer do the rest, after which the log starts anew.
    fn see_off(&self, mut log: Log) -> Log {
        let mut left = i32::MAX;
        while !self.stop.load(Ordering::Acquire) {
            self.checkpoint(CheckpointMode::PASSIVE);
            // A pass that commits overtake leaves its pages to be synced by the one that ends the log: not by the writer.
            if let Err(error) = self.file.sync_data() {
                tracing::debug!(%error, "the database could not be synced");
            }
            match self.checkpoint(CheckpointMode::NOOP) {
                Some(next) => log = next,
                None => break,
            }
            let shrinks = log.left() < left / 4 * 3;
            left = log.left();
            let small = left <= REST_FRAMES || (left <= 8 * REST_FRAMES && !shrinks);
            if small || log.frames >= LONGEST_FRAMES {
                self.handover.restart.store(true, Ordering::Release);
                break;
            }
            self.handover.slow.store(log.frames >= SLOW_FRAMES, Ordering::Release);
        }
        self.handover.slow.store(false, Ordering::Release);
        log
    }

    /// Nothing is being written: moves everything, then sleeps until something is.
    fn settle(&self) {
        self.handover.restart.store(false, Ordering::Release);
        self.checkpoint(CheckpointMode::PASSIVE);
        self.handover.asleep.store(true, Ordering::Release);
    }

    fn checkpoint(&self, mode: CheckpointMode) -> Option<Log> {
        match self.db.wal_checkpoint_v2(Some(MAIN_DB), mode) {
            Ok((frames, moved)) => Some(Log { frames, moved }),
            Err(error) => {
                tracing::debug!(%error, "the log could not be moved yet");
                None
            }
        }
    }
}
