//! The default store: one SQLite file, readers beside one writer thread, and one fsync for all changes that wait.
//!
//! What holds the figures up: narrow rows in small pages, one guarded `UPDATE` for a refresh with no read before it, and
//! checkpoints on a connection of their own.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub mod backup;

mod sessions;

mod directory;

mod changes;

mod prune;

mod search;

mod events;

mod feed;

mod filter;

mod terms;

mod rows;

mod writer;

mod checkpoint;

mod tally;

mod job;

mod batch;

mod reader;

mod disk;
pub use disk::disk;

mod schema;
pub use schema::{Schema, schema};

mod connect;

mod lock;

mod create;

mod fault;

mod open;
pub use open::{OpenError, Options};

use checkpoint::Checkpoints;
use fault::Fault;
use lock::Lock;
use reader::Readers;
use tenure_store::Unavailable;
use writer::Writer;

/// A database that this process alone has open. Closing, which is dropping it, answers what was accepted first.
pub struct Sqlite {
    // Dropped in this order: the writer's is the last connection, so that it moves the log into the file; then the file.
    readers: Arc<Readers>,
    _checkpoints: Checkpoints,
    writer: Writer,
    incarnation: u64,
    looked_at_rows: u32,
    path: PathBuf,
    file: Arc<File>,
    _lock: Lock,
}

impl Sqlite {
    /// Opens the database in the file at `path`; its log, its index and its lock are files beside it.
    ///
    /// Refuses a database that another process has open, one of another program, and one whose schema is older, unless the
    /// options ask for migration, or more than one step newer.
    pub fn open(path: &Path, options: Options) -> Result<Self, OpenError> {
        let lock = Lock::take(path)?;
        schema::prepare(path, &options)?;
        Self::start(path, &options, lock).map_err(|fault| fault.of_opening(path))
    }

    /// Brings the schema of the database at `path` up to date, and makes the database where there is none.
    pub fn migrate(path: &Path, options: Options) -> Result<(), OpenError> {
        let _lock = Lock::take(path)?;
        schema::prepare(path, &options.migrating())
    }

    fn start(path: &Path, options: &Options, lock: Lock) -> Result<Self, Fault> {
        let db = connect::writing(path, options.cache_bytes)?;
        let sql = "SELECT value FROM meta WHERE name = 'incarnation'";
        let incarnation: i64 = db.query_row(sql, [], |row| row.get(0))?;
        let file = Arc::new(File::open(path).map_err(Fault::System)?);
        let checkpoints =
            Checkpoints::start(connect::writing(path, options.cache_bytes / 16)?, Arc::clone(&file))?;
        let writer = Writer::start(db, options.queue_changes, checkpoints.handover())?;
        let readers = Readers::open(path.to_owned(), options.cache_bytes / 16)?;
        Ok(Self {
            readers: Arc::new(readers),
            _checkpoints: checkpoints,
            writer,
            incarnation: incarnation as u64,
            looked_at_rows: options.looked_at_rows.max(1),
            path: path.to_owned(),
            file,
            _lock: lock,
        })
    }

    /// From now on the database may not grow beyond `bytes`; a change for which there is no room is [`Unavailable`], and
    /// works again once the limit is raised. A limit below the present size is the present size.
    pub async fn limit_size(&self, bytes: u64) -> Result<(), Unavailable> {
        let pages = i64::try_from(bytes / u64::from(schema::PAGE_BYTES)).unwrap_or(i64::MAX);
        let limit = move |batch: &batch::Batch<'_>| {
            Ok(batch.db().pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?)
        };
        self.writer.submit(job::Steps::One, limit).await
    }
}
