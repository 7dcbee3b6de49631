//! What is counted of each request: a few additions in memory that threads do not share, no lock and no allocation.

use std::cell::Cell;
use std::net::IpAddr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use http::header::{FORWARDED, HeaderName};
use http::{HeaderMap, StatusCode};

use crate::address::Peer;
use crate::route_class::RouteClass;

/// The longest time of each range, in microseconds; one more range has no end.
pub(crate) const MICROS: [u64; 14] = [
    500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    5_000_000, 10_000_000,
];
/// Kinds of statuses, from 1xx to 5xx.
pub(crate) const STATUSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Sets of numbers; threads beyond as many share one.
const SHARDS: usize = 8;

/// All numbers.
#[derive(Default)]
pub(crate) struct Measures {
    shards: [Shard; SHARDS],
    not_believed_from: OnceLock<IpAddr>,
}

/// One thread's numbers, apart from those of others so that no cache line travels between processors.
#[derive(Default)]
#[repr(align(128))]
struct Shard {
    routes: [OfRoute; RouteClass::ALL.len()],
    network: AtomicU64,
    forwarded: AtomicU64,
    not_believed: AtomicU64,
}

#[derive(Default)]
struct OfRoute {
    ranges: [AtomicU64; MICROS.len() + 1],
    micros: AtomicU64,
    statuses: [AtomicU64; STATUSES.len()],
}

/// What was counted for one class of requests.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RouteFigures {
    pub(crate) ranges: [u64; MICROS.len() + 1],
    pub(crate) micros: u64,
    pub(crate) statuses: [u64; STATUSES.len()],
}

/// How requests of the network arrived.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Arrivals {
    pub(crate) network: u64,
    /// Through a proxy that is trusted.
    pub(crate) forwarded: u64,
    /// Through something that says it is a proxy and is not trusted.
    pub(crate) not_believed: u64,
    /// The first such address.
    pub(crate) not_believed_from: Option<IpAddr>,
}

impl Measures {
    /// A request arrived.
    pub(crate) fn arrived(&self, peer: Peer, headers: &HeaderMap, trusted: &[IpAddr]) {
        let Peer::Network(peer) = peer else { return };
        let shard = self.own();
        shard.network.fetch_add(1, Ordering::Relaxed);
        if !headers.contains_key(X_FORWARDED_FOR) && !headers.contains_key(FORWARDED) {
            return;
        }
        let address = peer.ip().to_canonical();
        if trusted.contains(&address) {
            shard.forwarded.fetch_add(1, Ordering::Relaxed);
        } else {
            shard.not_believed.fetch_add(1, Ordering::Relaxed);
            self.not_believed_from.get_or_init(|| address);
        }
    }

    /// A request was answered.
    pub(crate) fn answered(&self, class: RouteClass, status: StatusCode, took: Duration) {
        let of_route = &self.own().routes[class as usize];
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        of_route.ranges[MICROS.partition_point(|bound| *bound < micros)].fetch_add(1, Ordering::Relaxed);
        of_route.micros.fetch_add(micros, Ordering::Relaxed);
        let status = usize::from(status.as_u16() / 100).clamp(1, STATUSES.len()) - 1;
        of_route.statuses[status].fetch_add(1, Ordering::Relaxed);
    }

    /// What was counted for `class`.
    pub(crate) fn of(&self, class: RouteClass) -> RouteFigures {
        let mut sum = RouteFigures::default();
        for of_route in self.shards.iter().map(|shard| &shard.routes[class as usize]) {
            add(&mut sum.ranges, &of_route.ranges);
            add(&mut sum.statuses, &of_route.statuses);
            sum.micros += of_route.micros.load(Ordering::Relaxed);
        }
        sum
    }

    /// How requests arrived.
    pub(crate) fn arrivals(&self) -> Arrivals {
        let all = |number: fn(&Shard) -> &AtomicU64| {
            self.shards.iter().map(|shard| number(shard).load(Ordering::Relaxed)).sum()
        };
        Arrivals {
            network: all(|shard| &shard.network),
            forwarded: all(|shard| &shard.forwarded),
            not_believed: all(|shard| &shard.not_believed),
            not_believed_from: self.not_believed_from.get().copied(),
        }
    }

    fn own(&self) -> &Shard {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        thread_local! {
            static NUMBER: Cell<Option<usize>> = const { Cell::new(None) };
        }
        let number = NUMBER.get().unwrap_or_else(|| {
            let number = THREADS.fetch_add(1, Ordering::Relaxed) % SHARDS;
            NUMBER.set(Some(number));
            number
        });
        &self.shards[number]
    }
}

fn add(sums: &mut [u64], numbers: &[AtomicU64]) {
    for (sum, number) in sums.iter_mut().zip(numbers) {
        *sum += number.load(Ordering::Relaxed);
    }
}
