//! Ending very many sessions as a job: with progress, that can be stopped, and that says where it stood when the process went away.
//!
//! Each commit ends a few and is whole by itself, so that nothing is ever half done: what a job has not reached lives on. How far it
//! has come is written down once a second: after `kill -9` the record counts too few, never too many.

use std::sync::Arc;
use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tenure_core::id::{AppId, FamilyId};
use tenure_core::refusal::EndReason;
use tenure_core::time::Timestamp;
use tenure_store::{Expected, Kind, Record, Written};
use tenure_wire::session::SessionFilter;

use crate::entropy::fresh;
use crate::error::{Error, Result};
use crate::events::{self, Type};
use crate::limits::{PAGE_MAX, check_reason};
use crate::records;
use crate::running_jobs::Turn;
use crate::service::Service;

/// How often what was done is written down.
const WRITTEN_EVERY: Duration = Duration::from_secs(1);
/// How long a job waits for a store that does not answer.
const AGAIN: Duration = Duration::from_millis(200);

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
    /// The process went away meanwhile, or something was wrong with us; it can go on.
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
    /// How many it has ended; at least, where `uncounted`.
    pub ended: u64,
    /// The process went away while it ran: what it ended last was not written down.
    #[serde(default)]
    pub uncounted: bool,
    /// Of those, so many are in an event.
    #[serde(default)]
    told: u64,
    /// Where it goes on.
    after: Option<String>,
    /// Where it stands.
    pub state: JobState,
}

/// What is to end, and why.
#[derive(Clone, Copy, Debug)]
pub struct NewEndJob<'a> {
    /// Which sessions. Those that were opened after `as_of` are none of them, whatever it says.
    pub filter: &'a SessionFilter,
    /// The same in the words that it was asked for in.
    pub words: &'a str,
    /// Why.
    pub why: Option<&'a str>,
    /// When they were counted.
    pub as_of: Timestamp,
}

impl Service {
    /// Begins to end the sessions of `app` that match and may return, and answers at once with the job's id. Refuses while another
    /// job of the app runs.
    pub async fn begin_end_job(
        self: &Arc<Self>,
        by: &str,
        app: &AppId,
        new: NewEndJob<'_>,
    ) -> Result<String> {
        check_reason(new.why)?;
        let filter = opened_by(new.as_of, new.filter);
        let matched = self.count_live(app, &filter).await?.sessions;
        let at_ms = self.now()?.millis();
        // Newest first, as the audit log.
        let random: [u8; 6] = fresh(&*self.entropy)?;
        let id = format!("{:016x}-{}", i64::MAX - at_ms, Base64UrlUnpadded::encode_string(&random));
        let turn = self.running_jobs.take(app, &id, 0)?;
        let job = EndJob {
            app: app.to_string(),
            filter,
            words: new.words.to_owned(),
            why: new.why.map(str::to_owned),
            by: by.to_owned(),
            begun_at_ms: at_ms,
            at_ms,
            matched,
            ended: 0,
            uncounted: false,
            told: 0,
            after: None,
            state: JobState::Running,
        };
        self.write_job(&id, &job, Expected::Absent).await?;
        self.work_in_background(turn, job);
        Ok(id)
    }

    /// Goes on with a job that was stopped or interrupted. Refuses while another job of the app runs.
    pub async fn resume_end_job(self: &Arc<Self>, app: &AppId, id: &str) -> Result<()> {
        self.end_job(app, id).await?;
        let turn = self.running_jobs.take(app, id, 0)?;
        // Read again with the turn held: somebody may have been faster.
        let (version, job) = self.kept_job(id).await?;
        if job.state == JobState::Done {
            return Err(Error::Conflict("the job has finished: there is nothing to go on with".into()));
        }
        turn.has_ended(job.ended);
        let job = EndJob { state: JobState::Running, at_ms: self.now()?.millis(), ..job };
        self.write_job(id, &job, Expected::Version(version)).await?;
        self.work_in_background(turn, job);
        Ok(())
    }

    /// Stops a job after the commit that it is at; one that was interrupted is left as it is, for good. `Ok` as well when it was
    /// over.
    pub async fn stop_end_job(&self, app: &AppId, id: &str) -> Result<()> {
        let job = self.end_job(app, id).await?;
        if self.running_jobs.stop(app, id) || job.state != JobState::Interrupted {
            return Ok(());
        }
        let _turn = self.running_jobs.take(app, id, 0)?;
        let (version, mut job) = self.kept_job(id).await?;
        job.state = JobState::Stopped;
        job.at_ms = self.now()?.millis();
        self.tell_of_job(id, &mut job).await;
        self.write_job(id, &job, Expected::Version(version)).await
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

    /// One that says that it runs, and which this process is not at, was interrupted: one process has the store. What has been
    /// ended since it was written down is known of one that runs.
    fn read_job(&self, record: &Record) -> Result<EndJob> {
        let mut job: EndJob = records::read(Kind::EndJob, record)?;
        let app = AppId::parse(&job.app).map_err(Error::bug)?;
        match self.running_jobs.progress(&app, &record.key) {
            Some(progress) => (job.state, job.ended) = (JobState::Running, progress.ended.max(job.ended)),
            None if job.state == JobState::Running => {
                (job.state, job.uncounted) = (JobState::Interrupted, true)
            }
            None => {}
        }
        Ok(job)
    }

    /// As it was written down, for whoever has its turn: nobody is at one that says that it runs.
    async fn kept_job(&self, id: &str) -> Result<(u64, EndJob)> {
        let record = self.store.get(Kind::EndJob, id).await?.ok_or(Error::NotFound("job"))?;
        let mut job: EndJob = records::read(Kind::EndJob, &record)?;
        job.uncounted |= job.state == JobState::Running;
        Ok((record.version, job))
    }

    fn work_in_background(self: &Arc<Self>, turn: Turn, job: EndJob) {
        let service = Arc::clone(self);
        tokio::spawn(async move { service.work(&turn, job).await });
    }

    /// Ends what is left, step by step. The turn is held until it is written down how that came out.
    async fn work(&self, turn: &Turn, mut job: EndJob) {
        job.state = match self.steps(turn, &mut job).await {
            Ok(state) => state,
            Err(error) => {
                tracing::error!(%error, job = turn.id, "a job that ends sessions cannot go on");
                JobState::Interrupted
            }
        };
        self.tell_of_job(&turn.id, &mut job).await;
        job.at_ms = self.clock.now().millis();
        while let Err(Error::Unavailable(error)) = self.write_job(&turn.id, &job, Expected::Any).await {
            tracing::warn!(%error, "how a job came out could not be written down yet");
            self.clock.wait(AGAIN).await;
        }
    }

    async fn steps(&self, turn: &Turn, job: &mut EndJob) -> Result<JobState> {
        let after = job.after.as_deref().and_then(FamilyId::parse);
        let mut ending = self.ending(&turn.app, &job.filter, EndReason::Admin, job.begun_at(), after)?;
        let mut written = self.monotonic();
        while !turn.stops() {
            match self.end_some(&mut ending).await {
                Ok(ended) => job.ended += ended,
                // Nothing is wrong with the job: it waits.
                Err(Error::Unavailable(error)) => {
                    tracing::warn!(%error, job = turn.id, "a job that ends sessions waits for the store");
                    self.clock.wait(AGAIN).await;
                    continue;
                }
                Err(error) => return Err(error),
            }
            turn.has_ended(job.ended);
            job.after = ending.after().map(|after| after.to_string());
            if job.after.is_none() {
                return Ok(JobState::Done);
            }
            if self.monotonic().saturating_sub(written) >= WRITTEN_EVERY {
                written = self.monotonic();
                job.at_ms = self.clock.now().millis();
                // What could not be written down is written with the next turn.
                if let Err(error) = self.write_job(&turn.id, job, Expected::Any).await {
                    tracing::warn!(%error, "how far a job has come could not be written down");
                }
            }
        }
        Ok(JobState::Stopped)
    }

    /// An event about what has ended and no event has told of.
    async fn tell_of_job(&self, id: &str, job: &mut EndJob) {
        let ended = job.ended - job.told;
        let (Ok(app), at) = (AppId::parse(&job.app), self.clock.now()) else { return };
        if ended == 0 && job.state != JobState::Done {
            return;
        }
        job.told = job.ended;
        let detail = json!({"filter": job.filter, "ended": ended, "why": job.why, "by": job.by, "state": job.state, "job": id});
        self.note(events::of_app(Type::SessionsEnded, at, &app, detail)).await;
    }

    async fn write_job(&self, id: &str, job: &EndJob, expected: Expected) -> Result<()> {
        match self.store.write(&[records::put(Kind::EndJob, id.to_owned(), job, expected)?]).await? {
            Written::All => Ok(()),
            Written::Conflict(_) => {
                Err(Error::Conflict("somebody else has decided about this job meanwhile".into()))
            }
        }
    }
}

/// `filter`, without what was opened after `as_of`: nobody has counted that, and under load it would never end.
pub fn opened_by(as_of: Timestamp, filter: &SessionFilter) -> SessionFilter {
    let before = as_of.secs().saturating_add(1);
    let created_before = Some(filter.created_before.map_or(before, |given| given.min(before)));
    SessionFilter { created_before, ..filter.clone() }
}

impl EndJob {
    /// When it began.
    pub fn begun_at(&self) -> Timestamp {
        Timestamp::from_millis(self.begun_at_ms)
    }
}
