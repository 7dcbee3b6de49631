//! Ending very many sessions as a job: with progress, that can be stopped, and that says where it stood when the process went away.
//!
//! Each commit ends a few and is whole by itself, so that nothing is ever half done: what a job has not reached lives on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tenure_core::id::{AppId, FamilyId};
use tenure_core::refusal::EndReason;
use tenure_core::time::Timestamp;
use tenure_store::{Expected, Kind, Record};
use tenure_wire::session::SessionFilter;

use crate::ending::Ending;
use crate::entropy::fresh;
use crate::error::{Error, Result};
use crate::events::{self, Type};
use crate::limits::{PAGE_MAX, check_reason};
use crate::records;
use crate::service::Service;

/// How often what was done is written down.
const WRITTEN_EVERY: Duration = Duration::from_secs(1);

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It goes on.
    Running,
    /// Everything that matched has ended.
    Done,
    /// Somebody stopped it.
    Stopped,
    /// The process went away meanwhile, or the store did; it can go on.
    Interrupted,
}

/// A job, as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EndJob {
    /// The app.
    pub app: String,
    /// Which sessions.
    pub filter: SessionFilter,
    /// The same in the words that it was asked for in.
    pub words: String,
    /// Why.
    pub why: Option<String>,
    /// The admin who began it.
    pub by: String,
    /// Unix milliseconds.
    pub begun_at_ms: i64,
    /// When this was written.
    pub at_ms: i64,
    /// How many matched when it began.
    pub matched: u64,
    /// How many it has ended.
    pub ended: u64,
    /// Where it goes on.
    after: Option<String>,
    /// Where it stands.
    pub state: JobState,
}

impl Service {
    /// Begins to end the live sessions of `app` that match, and answers at once with the job's id. Refuses a second job of one
    /// app.
    pub async fn begin_end_job(
        self: &Arc<Self>,
        by: &str,
        app: &AppId,
        (filter, words): (&SessionFilter, &str),
        why: Option<&str>,
    ) -> Result<String> {
        check_reason(why)?;
        let matched = self.count_live(app, filter).await?.sessions;
        let at_ms = self.now()?.millis();
        let job = EndJob {
            app: app.to_string(),
            filter: filter.clone(),
            words: words.to_owned(),
            why: why.map(str::to_owned),
            by: by.to_owned(),
            begun_at_ms: at_ms,
            at_ms,
            matched,
            ended: 0,
            after: None,
            state: JobState::Running,
        };
        // Newest first, as the audit log.
        let random: [u8; 6] = fresh(&*self.entropy)?;
        let id = format!("{:016x}-{}", i64::MAX - at_ms, Base64UrlUnpadded::encode_string(&random));
        self.run(id.clone(), job, Expected::Absent).await?;
        Ok(id)
    }

    /// Goes on with a job that was stopped or interrupted.
    pub async fn resume_end_job(self: &Arc<Self>, app: &AppId, id: &str) -> Result<()> {
        let job = self.end_job(app, id).await?;
        match job.state {
            JobState::Running | JobState::Done => {
                Err(Error::Conflict("the job is running, or has finished".into()))
            }
            JobState::Stopped | JobState::Interrupted => {
                self.run(id.to_owned(), EndJob { state: JobState::Running, ..job }, Expected::Any).await
            }
        }
    }

    /// Stops a job after the commit that it is at. `Ok` as well when it does not run.
    pub async fn stop_end_job(&self, app: &AppId, id: &str) -> Result<()> {
        self.end_job(app, id).await?;
        if let Some(stop) = self.running_jobs.all().get(id) {
            stop.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// A job of `app`, as it stands.
    pub async fn end_job(&self, app: &AppId, id: &str) -> Result<EndJob> {
        let record = self.store.get(Kind::EndJob, id).await?.ok_or(Error::NotFound("job"))?;
        let job = self.read_job(&record)?;
        if job.app == app.as_str() { Ok(job) } else { Err(Error::NotFound("job")) }
    }

    /// The latest jobs of `app` with their ids, newest first.
    pub async fn end_jobs_of(&self, app: &AppId) -> Result<Vec<(String, EndJob)>> {
        let records = self.store.records(Kind::EndJob, "", None, PAGE_MAX).await?;
        let read = |record: &Record| Ok((record.key.clone(), self.read_job(record)?));
        let all = records.iter().map(read).collect::<Result<Vec<_>>>()?;
        Ok(all.into_iter().filter(|(_, job)| job.app == app.as_str()).collect())
    }

    /// One that says that it runs, and which this process is not at, was interrupted.
    fn read_job(&self, record: &Record) -> Result<EndJob> {
        let mut job: EndJob = records::read(Kind::EndJob, record)?;
        if job.state == JobState::Running && !self.running_jobs.all().contains_key(&record.key) {
            job.state = JobState::Interrupted;
        }
        Ok(job)
    }

    async fn run(self: &Arc<Self>, id: String, job: EndJob, expected: Expected) -> Result<()> {
        let app = AppId::parse(&job.app).map_err(Error::bug)?;
        let after = job.after.as_deref().and_then(FamilyId::parse);
        let ending = self.ending(&app, &job.filter, EndReason::Admin, job.begun_at(), after)?;
        let running =
            self.end_jobs_of(&app).await?.into_iter().find(|(_, job)| job.state == JobState::Running);
        if running.is_some() {
            return Err(Error::Conflict("another job ends sessions of this app: wait, or stop it".into()));
        }
        self.write_job(&id, &job, expected).await?;
        let stop = Arc::default();
        self.running_jobs.all().insert(id.clone(), Arc::clone(&stop));
        let service = Arc::clone(self);
        tokio::spawn(async move {
            service.work(&id, job, ending, &stop).await;
            service.running_jobs.all().remove(&id);
        });
        Ok(())
    }

    async fn work(&self, id: &str, mut job: EndJob, mut ending: Ending, stop: &AtomicBool) {
        let mut written = self.monotonic();
        job.state = loop {
            match self.end_some(&mut ending).await {
                Ok(ended) => job.ended += ended,
                Err(error) => {
                    tracing::warn!(%error, "a job that ends sessions was interrupted");
                    break JobState::Interrupted;
                }
            }
            job.after = ending.after().map(|after| after.to_string());
            if job.after.is_none() {
                break JobState::Done;
            }
            if stop.load(Ordering::Relaxed) {
                break JobState::Stopped;
            }
            if self.monotonic().saturating_sub(written) >= WRITTEN_EVERY {
                written = self.monotonic();
                self.write_down(id, &mut job).await;
            }
        };
        self.write_down(id, &mut job).await;
        let (Ok(app), at) = (AppId::parse(&job.app), self.clock.now()) else { return };
        let detail = json!({"filter": job.filter, "ended": job.ended, "why": job.why, "by": job.by, "state": job.state});
        self.note(events::of_app(Type::SessionsEnded, at, &app, detail)).await;
    }

    /// What could not be written down is written with the next turn.
    async fn write_down(&self, id: &str, job: &mut EndJob) {
        job.at_ms = self.clock.now().millis();
        if let Err(error) = self.write_job(id, job, Expected::Any).await {
            tracing::warn!(%error, "how far a job has come could not be written down");
        }
    }

    async fn write_job(&self, id: &str, job: &EndJob, expected: Expected) -> Result<()> {
        self.store.write(&[records::put(Kind::EndJob, id.to_owned(), job, expected)?]).await?;
        Ok(())
    }
}

impl EndJob {
    /// When it began.
    pub fn begun_at(&self) -> Timestamp {
        Timestamp::from_millis(self.begun_at_ms)
    }
}
