//! Jobs that fail or panic beside others.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use rusqlite::Connection;

use super::Writer;
use crate::batch::Batch;
use crate::checkpoint::Checkpoints;
use crate::fault::Fault;
use crate::job::Steps;

fn writer(directory: &std::path::Path) -> (Checkpoints, Arc<Writer>) {
    let path = directory.join("test.db");
    let db = Connection::open(&path).unwrap();
    db.execute_batch(
        "CREATE TABLE meta (name TEXT, value INTEGER); INSERT INTO meta VALUES ('high_water', 0); \
         CREATE TABLE note (n INTEGER PRIMARY KEY);",
    )
    .unwrap();
    let file = Arc::new(std::fs::File::open(&path).unwrap());
    let checkpoints = Checkpoints::start(Connection::open(&path).unwrap(), file).unwrap();
    let writer = Writer::start(db, 100, checkpoints.handover()).unwrap();
    (checkpoints, Arc::new(writer))
}

fn note(batch: &Batch<'_>, n: i64) -> Result<(), Fault> {
    batch.execute("INSERT INTO note VALUES (?)", [n]).map(drop)
}

async fn notes(writer: &Writer) -> Vec<i64> {
    let read = |batch: &Batch<'_>| {
        let mut statement = batch.prepare("SELECT n FROM note ORDER BY n")?;
        let notes = statement.query_map([], |row| row.get(0))?;
        Ok(notes.collect::<Result<_, _>>()?)
    };
    writer.submit(Steps::One, read).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_fails_takes_nobody_with_it() {
    let directory = tempfile::tempdir().unwrap();
    let (_checkpoints, writer) = writer(directory.path());
    let twice = |n| move |batch: &Batch<'_>| note(batch, n).and_then(|()| note(batch, n));
    let tasks: Vec<_> = (0..60)
        .map(|n| {
            let writer = Arc::clone(&writer);
            tokio::spawn(async move {
                match n % 3 {
                    0 => writer.submit(Steps::Many, twice(n)).await,
                    _ => writer.submit(Steps::One, move |batch| note(batch, n)).await,
                }
            })
        })
        .collect();
    for (n, task) in tasks.into_iter().enumerate() {
        assert_eq!(task.await.unwrap().is_ok(), n % 3 != 0, "job {n}");
    }
    assert_eq!(notes(&writer).await, (0..60).filter(|n| n % 3 != 0).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_panics_is_an_outage_and_the_next_works() {
    let directory = tempfile::tempdir().unwrap();
    let (_checkpoints, writer) = writer(directory.path());
    for round in 0..3 {
        let panics = move |batch: &Batch<'_>| {
            note(batch, 100 + round)?;
            if round < 9 { panic!("a bug") } else { Ok(()) }
        };
        let outage = writer.submit(Steps::Many, panics).await.unwrap_err();
        assert!(outage.context.contains("gave up"), "{outage}");
        writer.submit(Steps::One, move |batch| note(batch, round)).await.unwrap();
    }
    assert_eq!(notes(&writer).await, [0, 1, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_is_answered_when_the_writer_goes() {
    let directory = tempfile::tempdir().unwrap();
    let (_checkpoints, writer) = writer(directory.path());
    let tasks: Vec<_> = (0..50)
        .map(|n| {
            let writer = Arc::clone(&writer);
            tokio::spawn(async move { writer.submit(Steps::One, move |batch| note(batch, n)).await })
        })
        .collect();
    drop(writer);
    for task in tasks {
        task.await.unwrap().unwrap();
    }
}
