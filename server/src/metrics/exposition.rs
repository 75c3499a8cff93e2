//! The page of `/metrics` in OpenMetrics' text format: every family with what it is worth now. A method that was never
//! called has one series, of the answer that it should give, so that its first call is seen as a rise.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet, text};
use prometheus_client::registry::Registry;

use super::cells::Reading;
use super::families::{self as f, Family};
use super::method::{ENDS, MethodCounts};
use super::{CLASSES, Route};
use crate::context::Context;
use crate::health::{Check, checks};
use crate::lock::LockMode;
use crate::store::StoreCounts;

/// The page.
///
/// # Errors
/// None that is known: a string can always be written to.
pub(crate) async fn page(context: &Arc<Context>) -> Result<String, fmt::Error> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Moment {
        checks: checks(context).await,
        context: Arc::clone(context),
    }));
    let mut page = String::with_capacity(16 << 10);
    text::encode(&mut page, &registry)?;
    Ok(page)
}

/// A server at the moment when it is asked.
struct Moment {
    context: Arc<Context>,
    checks: [Check; 4],
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Moment")
    }
}

/// A method of an enabled driver, with the labels of its series.
struct Counted<'c> {
    labels: [(&'static str, &'static str); 3],
    is_async: bool,
    counts: &'c MethodCounts,
}

impl Collector for Moment {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut page = Page(&mut encoder);
        let methods = self.methods();
        self.server(&mut page)?;
        self.calls(&mut page, &methods)?;
        self.locks(&mut page)?;
        self.tasks(&mut page, &methods)?;
        self.store(&mut page)?;
        self.http(&mut page, &methods)
    }
}

impl Moment {
    /// All methods, sorted by driver, level and name.
    fn methods(&self) -> Vec<Counted<'_>> {
        let mut methods = Vec::new();
        for driver in self.context.catalogue.distinct() {
            let (name, compiled) = (driver.record().name, driver.compiled());
            let of_nodes = compiled.node_methods().iter().map(|method| ("node", method));
            let of_driver = compiled.driver_methods().iter().map(|method| ("driver", method));
            for (level, record) in of_nodes.chain(of_driver) {
                let method = match level {
                    "node" => driver.node_method(record.name),
                    _ => driver.driver_method(record.name),
                };
                methods.extend(method.map(|method| Counted {
                    labels: [("driver", name), ("level", level), ("method", record.name)],
                    is_async: record.is_async,
                    counts: method.counts(),
                }));
            }
        }
        methods
    }

    fn server(&self, page: &mut Page<'_, '_>) -> fmt::Result {
        let context = &self.context;
        page.info(&f::BUILD, [[("version", env!("CARGO_PKG_VERSION"))]])?;
        let drivers = context.catalogue.distinct().map(|driver| {
            let place = driver.compiled().place();
            [
                ("driver", driver.record().name),
                ("crate", place.crate_name),
                ("version", place.crate_version),
            ]
        });
        page.info(&f::DRIVER, drivers)?;
        page.one(&f::START, context.started_at.as_millisecond() as f64 / 1000.0)?;
        let checks = self.checks.iter();
        page.gauges(
            &f::HEALTHY,
            checks.map(|check| ([("check", check.name)], u8::from(check.is_ok))),
        )?;
        page.one(&f::NODES, number(context.nodes.len()))
    }

    fn calls(&self, page: &mut Page<'_, '_>, methods: &[Counted<'_>]) -> fmt::Result {
        let workers = &self.context.workers;
        let mut family = page.family(&f::CALLS)?;
        for method in methods {
            let expected = if method.is_async { 202 } else { 200 };
            let mut answers: Vec<_> = method.counts.answers().collect();
            if answers.iter().all(|(status, _)| *status != expected) {
                answers.insert(0, (expected, 0));
            }
            for (status, count) in answers {
                let [driver, level, name] = method.labels;
                let status = status.to_string();
                counter(&mut family, [driver, level, name, ("status", &status)], count)?;
            }
        }
        page.histograms(
            &f::CALL,
            methods.iter().map(|method| (method.labels, method.counts.took.read())),
        )?;
        let left = methods.iter().map(|method| (method.labels, method.counts.left.get()));
        page.rare(&f::CALLS_LEFT, left)?;
        let late = methods.iter().map(|method| (method.labels, method.counts.late.get()));
        page.rare(&f::CALLS_LATE, late)?;
        page.counters(
            &f::CALLS_REFUSED,
            workers.refused().map(|(by, count)| ([("limit", by)], count)),
        )?;
        let (stuck, places) = workers.stuck();
        page.one(&f::RUNNING, number(workers.running()))?;
        page.one(&f::RUNNING_MAX, number(places))?;
        page.one(&f::STUCK, number(stuck))?;
        let drivers = || self.context.catalogue.distinct();
        page.gauges(
            &f::DRIVER_RUNNING,
            drivers().map(|driver| ([("driver", driver.record().name)], driver.runtime().places().0)),
        )?;
        page.gauges(
            &f::DRIVER_RUNNING_MAX,
            drivers().map(|driver| ([("driver", driver.record().name)], driver.runtime().places().1)),
        )
    }

    fn locks(&self, page: &mut Page<'_, '_>) -> fmt::Result {
        let (locks, metrics) = (&self.context.locks, &self.context.metrics);
        let (counters, views) = (locks.counters(), locks.views());
        let modes = [LockMode::Exclusive, LockMode::Shared];
        let waits = [&metrics.waits_exclusive, &metrics.waits_shared];
        page.histograms(
            &f::LOCK_WAIT,
            modes
                .into_iter()
                .zip(waits)
                .map(|(mode, waits)| ([("lock", mode.as_str())], waits.read())),
        )?;
        let holds = [&metrics.holds_exclusive, &metrics.holds_shared];
        page.histograms(
            &f::LOCK_HOLD,
            modes
                .into_iter()
                .zip(holds)
                .map(|(mode, holds)| ([("lock", mode.as_str())], holds.read())),
        )?;
        page.one(&f::LOCK_WAITERS, number(counters.waiters))?;
        let refused = [
            ("held", counters.refused_locked),
            ("node_queue_full", counters.refused_node_queue_full),
            ("queue_full", counters.refused_queue_full),
        ];
        page.counters(
            &f::LOCK_REFUSED,
            refused.map(|(reason, count)| ([("reason", reason)], count)),
        )?;
        let of = |mode| views.iter().filter(move |view| view.mode == mode);
        page.gauges(
            &f::LOCKED,
            modes.map(|mode| ([("lock", mode.as_str())], of(mode).count())),
        )?;
        let longest = |mode| {
            let held = of(mode).flat_map(|view| &view.holders).map(|holder| holder.held);
            held.max().unwrap_or_default().as_secs_f64()
        };
        page.gauges(
            &f::LOCK_HELD,
            modes.map(|mode| ([("lock", mode.as_str())], longest(mode))),
        )
    }

    fn tasks(&self, page: &mut Page<'_, '_>, methods: &[Counted<'_>]) -> fmt::Result {
        let methods = || methods.iter().filter(|method| method.is_async);
        page.counters(
            &f::TASKS_STARTED,
            methods().map(|method| (method.labels, method.counts.tasks_started.get())),
        )?;
        let mut family = page.family(&f::TASKS_ENDED)?;
        for method in methods() {
            let [driver, level, name] = method.labels;
            for end in ENDS {
                let count = method.counts.tasks_ended(end).get();
                counter(&mut family, [driver, level, name, ("state", end.as_str())], count)?;
            }
        }
        page.histograms(
            &f::TASK,
            methods().map(|method| (method.labels, method.counts.tasks_took.read())),
        )?;
        page.one(&f::TASKS_RUNNING, number(self.context.live.len()))
    }

    fn store(&self, page: &mut Page<'_, '_>) -> fmt::Result {
        let StoreCounts {
            commits,
            changes,
            errors,
            queued,
            bytes,
            is_full,
        } = self.context.store.counts();
        page.histograms(&f::STORE_COMMIT, [([], commits)])?;
        page.histograms(&f::STORE_CHANGES, [([], changes)])?;
        page.counters(&f::STORE_ERRORS, errors.map(|(kind, count)| ([("kind", kind)], count)))?;
        page.one(&f::STORE_QUEUE, number(queued))?;
        page.gauges(
            &f::STORE_SIZE,
            bytes.map(|(file, bytes)| ([("file", file)], bytes as f64)),
        )?;
        page.one(&f::STORE_FULL, f64::from(u8::from(is_full)))
    }

    fn http(&self, page: &mut Page<'_, '_>, methods: &[Counted<'_>]) -> fmt::Result {
        let metrics = &self.context.metrics;
        let mut family = page.family(&f::REQUESTS)?;
        for route in Route::ALL {
            let mut counts = metrics.requests[route as usize].each_ref().map(super::Counter::get);
            if route == Route::VendorPassthru {
                for method in methods {
                    let more = method.counts.answers_by_class();
                    counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
                }
            }
            // Nobody is answered with less than 200 here.
            for (class, count) in CLASSES.into_iter().zip(counts).skip(1) {
                counter(&mut family, [("route", route.as_str()), ("class", class)], count)?;
            }
        }
        page.one(&f::CONNECTIONS, number(metrics.connections.load(Ordering::Relaxed)))?;
        page.one(&f::CONNECTIONS_MAX, number(self.context.config.api.connections_max))?;
        page.counters(&f::CONNECTIONS_REFUSED, [([], metrics.connections_refused.get())])?;
        page.counters(&f::ACCEPT_ERRORS, [([], metrics.accept_errors.get())])
    }
}

/// Where families are written to.
struct Page<'p, 'w>(&'p mut DescriptorEncoder<'w>);

type Labels<'l, const N: usize> = [(&'static str, &'l str); N];

impl Page<'_, '_> {
    /// The head of a family. Its series come next.
    fn family<'s>(&'s mut self, family: &'static Family) -> Result<MetricEncoder<'s>, fmt::Error> {
        self.0
            .encode_descriptor(family.name, family.help, family.unit.as_ref(), family.kind)
    }

    /// A gauge with one series.
    fn one(&mut self, family: &'static Family, value: f64) -> fmt::Result {
        self.family(family)?.encode_gauge(&value)
    }

    fn gauges<const N: usize>(
        &mut self,
        family: &'static Family,
        series: impl IntoIterator<Item = (Labels<'static, N>, impl Into<Value>)>,
    ) -> fmt::Result {
        let mut family = self.family(family)?;
        for (labels, value) in series {
            family.encode_family(&labels)?.encode_gauge(&value.into().0)?;
        }
        Ok(())
    }

    fn counters<const N: usize>(
        &mut self,
        family: &'static Family,
        series: impl IntoIterator<Item = (Labels<'static, N>, u64)>,
    ) -> fmt::Result {
        let mut family = self.family(family)?;
        for (labels, count) in series {
            counter(&mut family, labels, count)?;
        }
        Ok(())
    }

    /// Counters of what seldom happens: a series for each method to which it did.
    fn rare<const N: usize>(
        &mut self,
        family: &'static Family,
        series: impl IntoIterator<Item = (Labels<'static, N>, u64)>,
    ) -> fmt::Result {
        self.counters(family, series.into_iter().filter(|(_, count)| *count > 0))
    }

    /// Histograms of what was observed. One that is not of a method is there from the beginning.
    fn histograms<const N: usize>(
        &mut self,
        family: &'static Family,
        series: impl IntoIterator<Item = (Labels<'static, N>, Reading)>,
    ) -> fmt::Result {
        let mut family = self.family(family)?;
        for (labels, Reading { sum, count, buckets }) in series {
            if count > 0 || N < 3 {
                let mut series = family.encode_family(&labels)?;
                series.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)?;
            }
        }
        Ok(())
    }

    fn info<const N: usize>(
        &mut self,
        family: &'static Family,
        series: impl IntoIterator<Item = Labels<'static, N>>,
    ) -> fmt::Result {
        let mut family = self.family(family)?;
        series.into_iter().try_for_each(|labels| family.encode_info(&labels))
    }
}

fn counter<const N: usize>(family: &mut MetricEncoder<'_>, labels: Labels<'_, N>, count: u64) -> fmt::Result {
    family
        .encode_family(&labels)?
        .encode_counter::<NoLabelSet, u64, f64>(&count, None)
}

/// What a gauge shows.
struct Value(f64);

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self(value)
    }
}

impl From<u8> for Value {
    fn from(value: u8) -> Self {
        Self(value.into())
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Self(number(value))
    }
}

fn number(number: usize) -> f64 {
    number as f64
}
