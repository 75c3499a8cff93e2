//! What is in this binary and what of it is offered. The linker hands over the blocks of all drivers in any
//! order; here they become drivers, sorted by name, checked against each other and against
//! `enabled_drivers`. Every fault is collected: a start is refused with all of them at once.
//!
//! How a method is called is the concern of `dispatch.rs`, where it runs of `worker.rs`.

mod compiled;
mod listing;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bessemer::host;
use bytes::Bytes;
use hashbrown::HashMap;

pub use compiled::{Compiled, CompiledDriver};
pub(crate) use listing::{first_paragraph, taken};

use crate::config::{Config, Diagnostic, DriverSection, Faults, Origin, did_you_mean};
use crate::metrics::MethodCounts;
use crate::worker::DriverRuntime;

/// The enabled drivers, by every name they are enabled under.
pub struct Catalogue {
    compiled: &'static Compiled,
    drivers: BTreeMap<&'static str, Arc<Driver>>,
}

/// An enabled driver: its instance, its methods and the runtime they run on. All names it is enabled under
/// share one.
pub struct Driver {
    compiled: &'static CompiledDriver,
    instance: host::Instance,
    node_methods: HashMap<&'static str, Arc<Method>, foldhash::fast::FixedState>,
    driver_methods: HashMap<&'static str, Arc<Method>, foldhash::fast::FixedState>,
    node_listing: OnceLock<Bytes>,
    driver_listing: OnceLock<Bytes>,
    runtime: DriverRuntime,
}

/// A method of an enabled driver.
pub struct Method {
    record: &'static host::Method,
    timeout: Duration,
    reads_json: bool,
    described: OnceLock<Bytes>,
    blocks: AtomicBool,
    counts: MethodCounts,
}

impl Catalogue {
    /// Makes the drivers that the configuration enables. None is started yet.
    ///
    /// # Errors
    /// Every name that is not compiled in, every section that no driver reads or that its driver refuses.
    pub fn enable(compiled: &'static Compiled, config: &Config) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        for section in &config.drivers {
            if compiled.by_name(&section.name.value).is_none() {
                faults.push(absent(
                    "has a section",
                    &section.name.value,
                    &section.name.origin,
                    compiled,
                ));
            }
        }
        let names = offered(compiled, config, &mut faults);
        // `None` is a driver with faults, told once whatever the number of its names.
        let mut made: BTreeMap<&'static str, Option<Arc<Driver>>> = BTreeMap::new();
        let mut drivers = BTreeMap::new();
        for (name, driver) in names {
            let made = made
                .entry(driver.record().name)
                .or_insert_with(|| match Driver::make(driver, config) {
                    Ok(driver) => Some(Arc::new(driver)),
                    Err(more) => {
                        faults.extend(more.iter().cloned());
                        None
                    }
                });
            if let Some(driver) = made {
                drivers.insert(name, Arc::clone(driver));
            }
        }
        if faults.is_empty() {
            Ok(Self { compiled, drivers })
        } else {
            Err(faults)
        }
    }

    /// All drivers of this binary, enabled or not.
    #[must_use]
    pub fn compiled(&self) -> &'static Compiled {
        self.compiled
    }

    /// The driver enabled under this name.
    #[must_use]
    pub fn driver(&self, name: &str) -> Option<&Arc<Driver>> {
        self.drivers.get(name)
    }

    /// Name and driver, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Arc<Driver>)> {
        self.drivers.iter().map(|(name, driver)| (*name, driver))
    }

    /// Each driver once, whatever the number of its names.
    pub fn distinct(&self) -> impl Iterator<Item = &Arc<Driver>> {
        let mut seen = std::collections::BTreeSet::new();
        self.drivers
            .values()
            .filter(move |driver| seen.insert(driver.compiled.record().name))
    }
}

impl Driver {
    fn make(compiled: &'static CompiledDriver, config: &Config) -> Result<Self, Faults> {
        let record = compiled.record();
        let names = std::iter::once(record.name).chain(record.aliases.iter().copied());
        let sections: Vec<&DriverSection> = names.filter_map(|name| config.driver(name)).collect();
        let section = match *sections {
            [] => None,
            [one] => Some(one),
            [first, second, ..] => {
                let (first, second) = (&first.name, &second.name);
                return Err(
                    Diagnostic::fault(format!("driver \"{}\" has two sections", record.name))
                        .at(&second.origin)
                        .context(
                            &first.origin,
                            format!("\"{}\" and \"{}\" are the same driver", first.value, second.value),
                        )
                        .help(format!("put all its keys into [drivers.{}]", record.name))
                        .into(),
                );
            }
        };
        let instance = compiled::build(compiled, section)?;
        let methods = |list: &'static [&'static host::Method]| {
            let method = |record: &&'static host::Method| {
                let method = Method::new(record, &config.conductor);
                (record.name, Arc::new(method))
            };
            list.iter().map(method).collect()
        };
        Ok(Self {
            instance,
            node_methods: methods(compiled.node_methods()),
            driver_methods: methods(compiled.driver_methods()),
            node_listing: OnceLock::new(),
            driver_listing: OnceLock::new(),
            runtime: DriverRuntime::new(record.name, &config.conductor),
            compiled,
        })
    }

    /// What it declares.
    #[must_use]
    pub fn record(&self) -> &'static host::Driver {
        self.compiled.record()
    }

    /// Crate, version and methods.
    #[must_use]
    pub fn compiled(&self) -> &'static CompiledDriver {
        self.compiled
    }

    /// The one instance.
    #[must_use]
    pub fn instance(&self) -> &host::Instance {
        &self.instance
    }

    /// A method on nodes, by its exact name.
    #[must_use]
    pub fn node_method(&self, name: &str) -> Option<&Arc<Method>> {
        self.node_methods.get(name)
    }

    /// A method of the driver alone, by its exact name.
    #[must_use]
    pub fn driver_method(&self, name: &str) -> Option<&Arc<Method>> {
        self.driver_methods.get(name)
    }

    /// The listing of its methods on nodes, as JSON.
    #[must_use]
    pub fn node_listing(&self) -> &Bytes {
        self.node_listing
            .get_or_init(|| listing::render(self.node_methods.values()))
    }

    /// The listing of its own methods, as JSON.
    #[must_use]
    pub fn driver_listing(&self) -> &Bytes {
        self.driver_listing
            .get_or_init(|| listing::render(self.driver_methods.values()))
    }

    /// Where its methods run.
    #[must_use]
    pub fn runtime(&self) -> &DriverRuntime {
        &self.runtime
    }
}

impl Method {
    fn new(record: &'static host::Method, limits: &crate::config::Conductor) -> Self {
        let timeout = time_of(record, limits);
        let reads_json = match &record.takes {
            host::Takes::Named(_) => true,
            host::Takes::Body(body) => (body.schema)(&mut schemars::SchemaGenerator::default()).is_some(),
        };
        Self {
            record,
            timeout,
            reads_json,
            described: OnceLock::new(),
            blocks: AtomicBool::new(false),
            counts: MethodCounts::default(),
        }
    }

    /// What it declares.
    #[must_use]
    pub fn record(&self) -> &'static host::Method {
        self.record
    }

    /// The time it has: its own, or the configured default, under the configured cap.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// All that is to be said of it, as JSON.
    #[must_use]
    pub fn described(&self) -> &Bytes {
        self.described
            .get_or_init(|| listing::render_one(self.record, self.timeout))
    }

    /// Whether its body is JSON; else it takes any bytes.
    #[must_use]
    pub fn reads_json(&self) -> bool {
        self.reads_json
    }

    /// What is counted of it.
    pub(crate) fn counts(&self) -> &MethodCounts {
        &self.counts
    }

    /// Whether a poll of it was seen to block.
    #[must_use]
    pub fn blocks(&self) -> bool {
        self.blocks.load(Ordering::Relaxed)
    }

    /// Notes that a poll of it blocked. True the first time.
    pub fn note_blocking(&self) -> bool {
        !self.blocks.swap(true, Ordering::Relaxed)
    }
}

/// The drivers that the configuration enables, by every name they are enabled under. A name that is not compiled in is
/// a fault.
pub(crate) fn offered<'c>(
    compiled: &'c Compiled,
    config: &Config,
    faults: &mut Faults,
) -> Vec<(&'static str, &'c CompiledDriver)> {
    let Some(wanted) = &config.enabled_drivers else {
        return compiled.names().collect();
    };
    let mut names = Vec::new();
    for name in wanted {
        match compiled.by_name(&name.value) {
            Some(found) => names.push(found),
            None => faults.push(absent("is enabled", &name.value, &name.origin, compiled)),
        }
    }
    names
}

/// The time that a method has: its own, or the configured default, under the configured cap.
pub(crate) fn time_of(record: &host::Method, limits: &crate::config::Conductor) -> Duration {
    let (default, max) = if record.is_async {
        (limits.async_timeout, limits.async_timeout_max)
    } else {
        (limits.sync_timeout, limits.sync_timeout_max)
    };
    record.timeout.unwrap_or(default).min(max)
}

/// The fault of a name that is not compiled in.
fn absent(what: &str, name: &str, origin: &Origin, compiled: &Compiled) -> Diagnostic {
    let names: Vec<&str> = compiled.names().map(|(name, _)| name).collect();
    let list = if names.is_empty() {
        "no driver at all".into()
    } else {
        names.join(", ")
    };
    let mut fault = Diagnostic::fault(format!(
        "driver \"{name}\" {what}, but is not compiled into this binary"
    ))
    .at(origin);
    if let Some((name, driver)) = did_you_mean(name, names.iter().copied()).and_then(|near| compiled.by_name(near)) {
        let place = driver.place();
        fault = fault.label(format!(
            "did you mean \"{name}\" ({} {})?",
            place.crate_name, place.crate_version
        ));
    }
    fault
        .note(format!("compiled in: {list}"))
        .help("to add a driver, name its crate in `bessemer_server::main!` and in Cargo.toml, then build again")
}
