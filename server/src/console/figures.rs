//! What the first page shows of the installation's life: counted on the way, looked at every few seconds, kept for an hour.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tenure_core::refusal::EndReason;

use crate::measures::MICROS;
use crate::route_class::RouteClass;
use crate::state::Http;

/// Between two samples.
pub(super) const EVERY: Duration = Duration::from_secs(5);
/// Samples that are kept: an hour's.
const KEPT: usize = 720;
/// What "now" means in a rate.
const RECENT: Duration = Duration::from_secs(60);

/// Numbers that only rise, at a moment.
#[derive(Clone, Copy)]
struct Sample {
    /// By the clock that never runs backwards.
    taken: Duration,
    /// Unix seconds.
    at: i64,
    served: u64,
    replayed: u64,
    reuse: u64,
    ended: [u64; EndReason::ALL.len()],
    ranges: [u64; MICROS.len() + 1],
    /// Live sessions, if they were counted since the sample before.
    active: Option<u64>,
}

/// The samples of the last hour; the first is the start.
pub(super) struct Figures {
    samples: Mutex<VecDeque<Sample>>,
    started: Sample,
}

/// What happened in a stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Stretch {
    /// Unix seconds: its end.
    pub(super) at: i64,
    pub(super) refreshes_per_second: f64,
    /// 99 of 100 refreshes were answered within so many milliseconds; none where there were none.
    pub(super) p99_millis: Option<f64>,
    pub(super) replays: u64,
    /// Used tokens that came back and ended something.
    pub(super) reuse: u64,
    pub(super) ended: [u64; EndReason::ALL.len()],
    pub(super) active: Option<u64>,
}

impl Figures {
    pub(super) fn new(http: &Http) -> Self {
        let started = sample(http, None);
        Self { samples: Mutex::new(VecDeque::from([started])), started }
    }

    /// Looks, and forgets what was an hour ago. `active` is what was counted since the last look.
    pub(super) fn look(&self, http: &Http, active: Option<u64>) {
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        if samples.len() == KEPT {
            samples.pop_front();
        }
        samples.push_back(sample(http, active));
    }

    /// Unix seconds: since when is counted.
    pub(super) fn since(&self) -> i64 {
        self.started.at
    }

    /// The last minute, up to this moment.
    pub(super) fn recent(&self, http: &Http) -> Stretch {
        let now = sample(http, None);
        let samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        let before = samples.iter().rev().find(|sample| now.taken - sample.taken >= RECENT);
        between(before.or(samples.front()).unwrap_or(&self.started), &now)
    }

    /// Everything since the start, up to this moment.
    pub(super) fn in_all(&self, http: &Http) -> Stretch {
        between(&self.started, &sample(http, None))
    }

    /// The last hour, stretch by stretch.
    pub(super) fn hour(&self) -> Vec<Stretch> {
        let samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        samples.iter().zip(samples.iter().skip(1)).map(|(from, to)| between(from, to)).collect()
    }
}

fn sample(http: &Http, active: Option<u64>) -> Sample {
    let tallies = http.service.tallies();
    let read = |value: &std::sync::atomic::AtomicU64| value.load(Ordering::Relaxed);
    let [rotated, replayed, reissued, fast_forwarded] = tallies.served.each_ref().map(read);
    Sample {
        taken: http.service.monotonic(),
        at: http.service.now().map_or(0, |now| now.secs()),
        served: rotated + replayed + reissued + fast_forwarded,
        replayed: replayed + reissued,
        reuse: read(&tallies.reuse_caught),
        ended: tallies.ended.each_ref().map(read),
        ranges: http.measures.of(RouteClass::Refresh).ranges,
        active,
    }
}

fn between(from: &Sample, to: &Sample) -> Stretch {
    let secs = (to.taken - from.taken).as_secs_f64();
    let served = to.served.saturating_sub(from.served);
    Stretch {
        at: to.at,
        refreshes_per_second: if secs > 0.0 { served as f64 / secs } else { 0.0 },
        p99_millis: percentile(&differences(&from.ranges, &to.ranges), &MICROS).map(|micros| micros / 1000.0),
        replays: to.replayed.saturating_sub(from.replayed),
        reuse: to.reuse.saturating_sub(from.reuse),
        ended: differences(&from.ended, &to.ended),
        active: to.active,
    }
}

fn differences<const N: usize>(from: &[u64; N], to: &[u64; N]) -> [u64; N] {
    std::array::from_fn(|i| to[i].saturating_sub(from[i]))
}

/// The bound of the range that the 99th of 100 falls into; the last range has none.
pub(super) fn percentile(ranges: &[u64], bounds: &[u64]) -> Option<f64> {
    let all: u64 = ranges.iter().sum();
    let mut below = 0;
    for (count, bound) in ranges.iter().zip(bounds) {
        below += count;
        if all > 0 && below * 100 >= all * 99 {
            return Some(*bound as f64);
        }
    }
    (all > 0).then_some(f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_99th_of_100_is_found_in_its_range() {
        let mut ranges = [0; MICROS.len() + 1];
        assert_eq!(percentile(&ranges, &MICROS), None);
        ranges[1] = 99;
        ranges[4] = 1;
        assert_eq!(percentile(&ranges, &MICROS), Some(1000.0));
        ranges[4] = 2;
        assert_eq!(percentile(&ranges, &MICROS), Some(10_000.0));
        ranges[MICROS.len()] = 1000;
        assert_eq!(percentile(&ranges, &MICROS), Some(f64::INFINITY));
    }
}
