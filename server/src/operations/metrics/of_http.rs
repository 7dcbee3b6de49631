//! What became of requests.

use super::lines::{Histogram, Lines, Written};
use crate::measures::{MICROS, STATUSES};
use crate::route_class::RouteClass;
use crate::state::Http;

pub(super) fn write(http: &Http, lines: &mut Lines<'_>) -> Written {
    let all: Vec<_> = RouteClass::ALL.iter().map(|class| (*class, http.measures.of(*class))).collect();
    let seen = || all.iter().filter(|(_, figures)| figures.ranges.iter().any(|count| *count > 0));
    let statuses = seen().flat_map(|(class, figures)| {
        STATUSES.iter().zip(figures.statuses).map(|(status, count)| ([class.as_str(), *status], count))
    });
    lines.counters_of_pairs(
        "http_requests",
        "Requests answered, by kind of request and of status",
        ["route", "status"],
        statuses.filter(|(_, count)| *count > 0),
    )?;
    let times = seen().map(|(class, figures)| {
        (class.as_str(), Histogram::new(&MICROS, &figures.ranges, figures.micros, 1e6))
    });
    let help = "How long requests took, from head to answer";
    lines.histograms("http_request_duration_seconds", help, "route", times)?;
    let arrivals = http.measures.arrivals();
    let through =
        [("trusted_proxy", arrivals.forwarded), ("proxy_that_is_not_trusted", arrivals.not_believed)];
    lines.counters("http_forwarded_requests", "Requests that say that they were forwarded", "by", through)?;
    lines.gauge("http_connections", "Connections that are open", http.options.connections.open())
}
