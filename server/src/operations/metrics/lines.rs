//! Writing metrics from numbers that are kept elsewhere.

use std::fmt;

use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use tenure_service::diagnosis::Spread;

/// What writing gives back.
pub(super) type Written = Result<(), fmt::Error>;

/// Where metrics are written to.
pub(super) struct Lines<'a>(DescriptorEncoder<'a>);

/// How values are spread, in the unit that is shown.
pub(super) struct Histogram {
    pub(super) sum: f64,
    /// The largest value of each range, and how many fell into it.
    pub(super) ranges: Vec<(f64, u64)>,
}

impl Histogram {
    /// From the bounds of all ranges but the last, which has no end; so many of them are one of the unit that is shown.
    pub(super) fn new(bounds: &[u64], counts: &[u64], sum: u64, in_a_unit: f64) -> Self {
        let ends = bounds.iter().map(|bound| *bound as f64 / in_a_unit).chain([f64::INFINITY]);
        Self { sum: sum as f64 / in_a_unit, ranges: ends.zip(counts.iter().copied()).collect() }
    }
}

impl<'a> Lines<'a> {
    pub(super) fn new(encoder: DescriptorEncoder<'a>) -> Self {
        Self(encoder)
    }

    /// A number that only rises.
    pub(super) fn counter(&mut self, name: &str, help: &str, value: u64) -> Written {
        let mut metric = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        count(&mut metric, value)
    }

    /// A number that only rises, and is no integer.
    pub(super) fn counter_of_seconds(&mut self, name: &str, help: &str, value: f64) -> Written {
        let mut metric = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        metric.encode_counter::<NoLabelSet, f64, u64>(&value, None)
    }

    /// Numbers that only rise, one for each value of a label.
    pub(super) fn counters<'l>(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        values: impl IntoIterator<Item = (&'l str, u64)>,
    ) -> Written {
        let mut metric = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        for (word, value) in values {
            count(&mut metric.encode_family(&[(label, word)])?, value)?;
        }
        Ok(())
    }

    /// Numbers that only rise, one for each pair of values of two labels.
    pub(super) fn counters_of_pairs<'l>(
        &mut self,
        name: &str,
        help: &str,
        labels: [&str; 2],
        values: impl IntoIterator<Item = ([&'l str; 2], u64)>,
    ) -> Written {
        let mut metric = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        for (words, value) in values {
            count(&mut metric.encode_family(&[(labels[0], words[0]), (labels[1], words[1])])?, value)?;
        }
        Ok(())
    }

    /// A number that rises and falls.
    pub(super) fn gauge(&mut self, name: &str, help: &str, value: u64) -> Written {
        self.0.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(&value)
    }

    /// Numbers that rise and fall, one for each value of a label.
    pub(super) fn gauges<'l>(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        values: impl IntoIterator<Item = (&'l str, u64)>,
    ) -> Written {
        let mut metric = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for (word, value) in values {
            metric.encode_family(&[(label, word)])?.encode_gauge(&value)?;
        }
        Ok(())
    }

    /// How values are spread.
    pub(super) fn histogram(&mut self, name: &str, help: &str, values: &Histogram) -> Written {
        let mut metric = self.0.encode_descriptor(name, help, None, MetricType::Histogram)?;
        spread(&mut metric, values)
    }

    /// How values are spread, for each value of a label.
    pub(super) fn histograms<'l>(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        values: impl IntoIterator<Item = (&'l str, Histogram)>,
    ) -> Written {
        let mut metric = self.0.encode_descriptor(name, help, None, MetricType::Histogram)?;
        for (word, values) in values {
            spread(&mut metric.encode_family(&[(label, word)])?, &values)?;
        }
        Ok(())
    }
}

/// What was counted, so many of whose unit are one of the unit that is shown.
pub(super) fn shown(spread: &Spread, in_a_unit: f64) -> Histogram {
    Histogram::new(spread.bounds, &spread.counts, spread.sum, in_a_unit)
}

fn count(metric: &mut MetricEncoder<'_>, value: u64) -> Written {
    metric.encode_counter::<NoLabelSet, u64, u64>(&value, None)
}

fn spread(metric: &mut MetricEncoder<'_>, values: &Histogram) -> Written {
    let count = values.ranges.iter().map(|(_, count)| count).sum();
    metric.encode_histogram::<NoLabelSet>(values.sum, count, &values.ranges, None)
}
