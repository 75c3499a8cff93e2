//! The methods of the enabled drivers with their schemas, which share one set of named types. Not here: what becomes
//! of them in the document.

use std::collections::BTreeMap;
use std::time::Duration;

use bessemer::{Verb, host};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::{Defined, names};
use crate::catalogue::{CompiledDriver, taken, time_of};
use crate::config::Conductor;

/// A method of one driver.
pub(super) struct Method {
    /// The driver's own name.
    pub(super) driver: &'static str,
    /// The names it is enabled under, sorted.
    pub(super) names: Vec<&'static str>,
    /// What it declares.
    pub(super) record: &'static host::Method,
    /// The time it has.
    pub(super) timeout: Duration,
    /// The schema of its arguments; `None` where it takes any bytes.
    pub(super) takes: Option<Value>,
    /// The schema of its result; `None` for nothing and for raw bytes.
    pub(super) result: Option<Value>,
}

impl Method {
    /// The verbs it answers, each once.
    pub(super) fn verbs(&self) -> impl Iterator<Item = Verb> {
        self.record.verbs.iter().copied()
    }

    /// Whether its arguments are named ones, which can stand in a query.
    pub(super) fn is_named(&self) -> bool {
        matches!(self.record.takes, host::Takes::Named(_))
    }
}

/// All names, sorted.
pub(super) fn names(offered: &[(&'static str, &CompiledDriver)]) -> Vec<&'static str> {
    let mut names: Vec<&str> = offered.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    names
}

/// Each driver once by its own name, with all names it is enabled under.
pub(super) fn drivers<'c>(
    offered: &[(&'static str, &'c CompiledDriver)],
) -> BTreeMap<&'static str, (&'c CompiledDriver, Vec<&'static str>)> {
    let mut drivers = BTreeMap::new();
    for (name, driver) in offered {
        let (_, names) = drivers
            .entry(driver.record().name)
            .or_insert_with(|| (*driver, Vec::new()));
        names.push(*name);
    }
    for (_, names) in drivers.values_mut() {
        names.sort_unstable();
        names.dedup();
    }
    drivers
}

/// All methods, sorted by driver, level and name, and the named types they refer to.
pub(super) fn collect(offered: &[(&'static str, &CompiledDriver)], limits: &Conductor) -> (Vec<Method>, Defined) {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| {
            settings.definitions_path = names::PATH.into();
            settings.meta_schema = None;
        })
        .into_generator();
    let mut methods = Vec::new();
    for (name, (driver, names)) in drivers(offered) {
        for record in driver.node_methods().iter().chain(driver.driver_methods()) {
            methods.push(Method {
                driver: name,
                names: names.clone(),
                record,
                timeout: time_of(record, limits),
                takes: taken(&record.takes, &mut generator).map(Into::into),
                result: result(record, &mut generator),
            });
        }
    }
    let defined = names::in_order(&mut methods, generator.take_definitions(true));
    (methods, defined)
}

fn result(record: &host::Method, generator: &mut SchemaGenerator) -> Option<Value> {
    (record.result)(generator).map(Into::into)
}
