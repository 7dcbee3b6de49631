//! How many guarded updates a second the writer commits: `writer_rate <directory> [rows] [seconds] [producers]`, and how
//! long they take while a backup is made, after a third of the time.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::disallowed_methods)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tenure_core::change::Change;
use tenure_core::digest::{Attempt, Digest, Salt};
use tenure_core::family::{Family, Head, Life, Retries, Seen, State};
use tenure_core::id::{AppId, ClientId, Edition, FamilyId, Kid, Seq, UserId};
use tenure_core::open::Opening;
use tenure_core::time::{Span, Timestamp};
use tenure_sqlite::{Options, Sqlite};
use tenure_store::{Backups, Sessions};

const START: Timestamp = Timestamp::from_secs(1_900_000_000);
/// Sessions opened in one second.
const A_SECOND: u64 = 50;

#[tokio::main]
async fn main() {
    let mut args = std::env::args().skip(1);
    let directory = args.next().expect("a directory to work in");
    let mut number = |default| args.next().map_or(default, |arg| arg.parse::<u64>().unwrap());
    let (rows, seconds, producers) = (number(10_000), number(10), number(64));
    let path = Path::new(&directory).join("writer_rate.db");
    let store = Arc::new(Sqlite::open(&path, Options::new(1).migrating()).unwrap());

    // A copy of a filled directory spares the filling.
    if store.load(id(rows - 1)).await.unwrap().is_none() {
        let started = Instant::now();
        each(&store, 256, |store, worker| async move {
            for n in (worker..rows).step_by(256) {
                store.open(&opening(n)).await.unwrap();
            }
        })
        .await;
        println!("opened {rows} in {:.1} s", started.elapsed().as_secs_f64());
    }

    let (written, processor, started) = (written_bytes(), processor_time(), Instant::now());
    let deadline = started + Duration::from_secs(seconds);
    let backing_up =
        tokio::spawn(back_up(Arc::clone(&store), path.with_extension("backup"), started, seconds));
    let run = |store, producer| produce(store, producer, producers, rows, started, deadline);
    let all: Vec<(u32, u32)> = each(&store, producers, run).await.into_iter().flatten().collect();
    let mut waits: Vec<u32> = all.iter().map(|(_, wait)| *wait).collect();
    let took = started.elapsed().as_secs_f64();
    let updates = waits.len() as f64;
    waits.sort_unstable();
    let quantile = |q: f64| f64::from(waits[((updates - 1.0) * q) as usize]) / 1000.0;
    println!("{:.0} updates/s with {producers} producers over {rows} rows", updates / took);
    println!(
        "p50 {:.2} ms, p99 {:.2} ms, p99.9 {:.2} ms, longest {:.2} ms",
        quantile(0.5),
        quantile(0.99),
        quantile(0.999),
        quantile(1.0)
    );
    println!(
        "{:.0} bytes written and {:.1} µs of processor an update",
        (written_bytes() - written) / updates,
        (processor_time() - processor) * 1e6 / updates,
    );
    let (from, to) = backing_up.await.unwrap();
    let mut during: Vec<u32> =
        all.iter().filter(|(at, _)| (from..to).contains(at)).map(|(_, wait)| *wait).collect();
    during.sort_unstable();
    let quantile = |q: f64| f64::from(during[((during.len() as f64 - 1.0) * q) as usize]) / 1000.0;
    println!(
        "a backup in {} ms; meanwhile {:.0} updates/s, p50 {:.2} ms, p99 {:.2} ms, longest {:.2} ms",
        to - from,
        during.len() as f64 * 1000.0 / f64::from(to - from),
        quantile(0.5),
        quantile(0.99),
        quantile(1.0)
    );
    let (asked, started) = (200_000, Instant::now());
    for n in 0..asked {
        assert!(store.load(id(mix(n) % rows)).await.unwrap().is_some());
    }
    println!("{:.2} µs a load, one after the other", started.elapsed().as_micros() as f64 / asked as f64);
    let log = std::fs::metadata(path.with_extension("db-wal")).map_or(0, |file| file.len());
    println!("log {} MiB", log >> 20);
    drop(store);
    let bytes = std::fs::metadata(&path).unwrap().len();
    println!("{} MiB, {:.0} bytes a session", bytes >> 20, bytes as f64 / rows as f64);
}

/// Makes a backup after a third of the time; when it began and ended, in milliseconds.
async fn back_up(store: Arc<Sqlite>, to: std::path::PathBuf, started: Instant, seconds: u64) -> (u32, u32) {
    let _ = std::fs::remove_file(&to);
    tokio::time::sleep(Duration::from_millis(seconds * 333)).await;
    let from = started.elapsed().as_millis() as u32;
    store.back_up(&to, START).await.unwrap();
    (from, started.elapsed().as_millis() as u32)
}

/// Runs `work` in so many tasks.
async fn each<T, W>(store: &Arc<Sqlite>, tasks: u64, work: impl Fn(Arc<Sqlite>, u64) -> W) -> Vec<T>
where
    T: Send + 'static,
    W: Future<Output = T> + Send + 'static,
{
    let running: Vec<_> = (0..tasks).map(|n| tokio::spawn(work(Arc::clone(store), n))).collect();
    let mut done = Vec::new();
    for task in running {
        done.push(task.await.unwrap());
    }
    done
}

/// Advances random sessions of its own, one after the other; gives for each when it was asked for, in milliseconds since the
/// start, and how long it took, in microseconds.
async fn produce(
    store: Arc<Sqlite>,
    producer: u64,
    producers: u64,
    rows: u64,
    started: Instant,
    deadline: Instant,
) -> Vec<(u32, u32)> {
    let mine = (rows - producer).div_ceil(producers);
    let mut seqs = vec![Seq::FIRST; mine as usize];
    let mut random = producer;
    let mut waits = Vec::new();
    loop {
        let asked = Instant::now();
        if asked > deadline {
            return waits;
        }
        random = mix(random + 1);
        let which = random % mine;
        let seq = &mut seqs[which as usize];
        assert!(store.commit(&advance(which * producers + producer, *seq, random)).await.unwrap());
        *seq = seq.next();
        waits.push(((asked - started).as_millis() as u32, asked.elapsed().as_micros() as u32));
    }
}

fn mix(n: u64) -> u64 {
    let z = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z ^ (z >> 31)
}

fn bytes(seed: u64) -> [u8; 16] {
    (u128::from(mix(seed)) << 64 | u128::from(mix(!seed))).to_be_bytes()
}

fn opened_at(n: u64) -> Timestamp {
    START.plus(Span::from_millis((n * 1000 / A_SECOND) as i64))
}

fn id(n: u64) -> FamilyId {
    let mut random = [0; 12];
    random.copy_from_slice(&bytes(n)[..12]);
    FamilyId::new(opened_at(n), random)
}

fn life(at: Timestamp) -> Life {
    Life {
        active_at: at,
        idle_timeout: Some(Span::from_days(14)),
        absolute_end: at.plus(Span::from_days(90)),
        policy_version: 1,
    }
}

fn opening(n: u64) -> Opening {
    let at = opened_at(n);
    let user = bytes(n / 2).map(|byte| format!("{byte:02x}")).concat();
    let dashed = [&user[..8], &user[8..12], &user[12..16], &user[16..20], &user[20..]].join("-");
    let family = Family {
        id: id(n),
        app: AppId::parse("shop").unwrap(),
        user: UserId::parse(&dashed).unwrap(),
        client: ClientId::parse("shop").unwrap(),
        head: Head {
            seq: Seq::FIRST,
            kid: Kid(1),
            current: Digest::from_bytes(bytes(n + 1)),
            // As wide as a row gets after two rotations.
            previous: Some(Digest::from_bytes(bytes(n + 2))),
            attempt: Some(Attempt::from_bytes(bytes(n + 3))),
            previous_attempt: Some(Attempt::from_bytes(bytes(n + 4))),
            salt: Salt::from_bytes(bytes(n + 5)),
            rotated_at: at,
            retries: Retries::default(),
        },
        created_at: at,
        authenticated_at: at,
        life: life(at),
        state: State::Live,
        confirmation: None,
        device: None,
        claims: None,
        edition: Edition::FIRST,
        session_token: None,
    };
    Opening { family, ends: Vec::new(), expected: None, remember_until: at }
}

fn advance(n: u64, expected: Seq, fresh: u64) -> Change {
    let at = START.plus(Span::from_millis((fresh % 1_000_000_000) as i64));
    Change::Advance {
        family: id(n),
        expected: Seen { seq: expected, edition: Edition::FIRST },
        head: Head {
            seq: expected.next(),
            kid: Kid(1),
            current: Digest::from_bytes(bytes(fresh)),
            previous: Some(Digest::from_bytes(bytes(fresh + 1))),
            attempt: Some(Attempt::from_bytes(bytes(fresh + 2))),
            previous_attempt: Some(Attempt::from_bytes(bytes(fresh + 3))),
            salt: Salt::from_bytes(bytes(fresh + 4)),
            rotated_at: at,
            retries: Retries::default(),
        },
        life: life(at),
    }
}

/// What the system counted as written by this process, where it counts; some count more than reaches the disk.
fn written_bytes() -> f64 {
    let counted = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
    let line = counted.lines().find_map(|line| line.strip_prefix("write_bytes: "));
    line.and_then(|number| number.parse().ok()).unwrap_or(0.0)
}

/// Seconds of processor time of this process, where the system says so.
fn processor_time() -> f64 {
    let counted = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<_> = counted.rsplit(") ").next().unwrap_or("").split(' ').collect();
    let ticks = |n: usize| fields.get(n).and_then(|ticks| ticks.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}
