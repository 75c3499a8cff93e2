//! Counters and histograms as relaxed atomics. Each reading is whole in itself: what a histogram counted is the sum of
//! its buckets, whenever it is read.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub(crate) fn count(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    /// How many until now.
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// The upper bounds of a histogram's buckets, ascending.
#[derive(Debug)]
pub(crate) struct Scale<const N: usize> {
    bounds: [u64; N],
    /// How many of what is observed are one of what is shown.
    per_unit: f64,
}

const NANOS_PER_SECOND: u64 = 1_000_000_000;

impl<const N: usize> Scale<N> {
    /// Of times, which are observed in nanoseconds and shown in seconds.
    pub(crate) const fn of_micros(mut bounds: [u64; N]) -> Self {
        let mut at = 0;
        while at < N {
            bounds[at] *= 1000;
            at += 1;
        }
        Self {
            bounds,
            per_unit: NANOS_PER_SECOND as f64,
        }
    }

    /// Of numbers.
    pub(crate) const fn of_numbers(bounds: [u64; N]) -> Self {
        Self { bounds, per_unit: 1.0 }
    }
}

/// How often what was observed lay below each bound.
#[derive(Debug)]
pub(crate) struct Histogram<const N: usize> {
    scale: &'static Scale<N>,
    below: [AtomicU64; N],
    beyond: AtomicU64,
    sum: AtomicU64,
}

/// A histogram as it was at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Of all that was observed.
    pub sum: f64,
    /// How many observations.
    pub count: u64,
    /// Upper bounds, the last of them infinite, each with what lay between it and the one before.
    pub buckets: Vec<(f64, u64)>,
}

impl<const N: usize> Histogram<N> {
    pub(crate) fn new(scale: &'static Scale<N>) -> Self {
        Self {
            scale,
            below: [const { AtomicU64::new(0) }; N],
            beyond: AtomicU64::new(0),
            sum: AtomicU64::new(0),
        }
    }

    /// One more number.
    pub(crate) fn observe(&self, number: u64) {
        // One after another: what is observed most is in one of the first.
        let at = self.scale.bounds.iter().position(|bound| number <= *bound);
        at.map_or(&self.beyond, |at| &self.below[at]).fetch_add(1, Relaxed);
        self.sum.fetch_add(number, Relaxed);
    }

    /// One more time.
    pub(crate) fn observe_time(&self, time: Duration) {
        self.observe(time.as_secs() * NANOS_PER_SECOND + u64::from(time.subsec_nanos()));
    }

    /// What it is now.
    pub(crate) fn read(&self) -> Reading {
        let bounds = self
            .scale
            .bounds
            .iter()
            .map(|bound| *bound as f64 / self.scale.per_unit);
        let counts = self.below.iter().chain([&self.beyond]).map(|count| count.load(Relaxed));
        let buckets: Vec<_> = bounds.chain([f64::INFINITY]).zip(counts).collect();
        Reading {
            sum: self.sum.load(Relaxed) as f64 / self.scale.per_unit,
            count: buckets.iter().map(|(_, count)| count).sum(),
            buckets,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static TIMES: Scale<2> = Scale::of_micros([1_000, 2_500_000]);
    static NUMBERS: Scale<3> = Scale::of_numbers([1, 2, 4]);

    #[test]
    fn times_are_shown_in_seconds() {
        let times = Histogram::new(&TIMES);
        for micros in [0, 1_000, 1_001, 2_500_000, 9_000_000] {
            times.observe_time(Duration::from_micros(micros));
        }
        let wanted = Reading {
            sum: 11.502_001,
            count: 5,
            buckets: vec![(0.001, 2), (2.5, 2), (f64::INFINITY, 1)],
        };
        assert_eq!(times.read(), wanted);
    }

    #[test]
    fn numbers_are_shown_as_they_are() {
        let numbers = Histogram::new(&NUMBERS);
        for number in [1, 2, 3, 4, 5] {
            numbers.observe(number);
        }
        let Reading { sum, count, buckets } = numbers.read();
        assert_eq!((sum, count), (15.0, 5));
        assert_eq!(buckets, [(1.0, 1), (2.0, 1), (4.0, 2), (f64::INFINITY, 1)]);
    }
}
