//! The drivers linked into this binary, put together from their blocks. What is found here holds for every
//! configuration: duplicate names, crates that registered nothing, blocks without a driver.

use std::any::TypeId;
use std::collections::BTreeMap;

use bessemer::host::{Block, Driver, Instance, Method, Place};
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};

use crate::config::{Diagnostic, DriverSection, Faults, did_you_mean};

/// All drivers of this binary, sorted by name.
pub struct Compiled {
    drivers: Vec<CompiledDriver>,
    /// Every name and alias, with the place of its driver in `drivers`.
    names: BTreeMap<&'static str, usize>,
    /// The names of all properties that some driver declares as secret.
    secret_names: Vec<&'static str>,
}

/// One driver of this binary.
pub struct CompiledDriver {
    record: &'static Driver,
    place: Place,
    node_methods: Vec<&'static Method>,
    driver_methods: Vec<&'static Method>,
}

impl Compiled {
    /// Puts the drivers together. `linked` are the crates that the binary's `main!` names.
    ///
    /// # Errors
    /// All that is wrong with the binary itself.
    pub fn collect(blocks: &[Block], linked: &[&str]) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let mut by_type: BTreeMap<TypeId, CompiledDriver> = BTreeMap::new();
        for block in blocks {
            if let Some(record) = block.driver {
                let driver = CompiledDriver {
                    record,
                    place: block.place,
                    node_methods: vec![],
                    driver_methods: vec![],
                };
                by_type.insert((block.target)(), driver);
            }
        }
        for block in blocks {
            match by_type.get_mut(&(block.target)()) {
                Some(driver) => driver.add(block.methods),
                None => faults.push(Diagnostic::fault(format!(
                    "`#[driver(extend)]` on {} at {}, which is not a driver",
                    (block.type_name)(),
                    at(&block.place)
                ))),
            }
        }
        let mut drivers: Vec<CompiledDriver> = by_type.into_values().collect();
        drivers.sort_by_key(|driver| (driver.record.name, driver.place.crate_name, driver.place.line));
        let mut names: BTreeMap<&'static str, usize> = BTreeMap::new();
        for (index, driver) in drivers.iter_mut().enumerate() {
            driver.sort_methods(&mut faults);
            for name in std::iter::once(driver.record.name).chain(driver.record.aliases.iter().copied()) {
                names.entry(name).or_insert(index);
            }
        }
        for (index, driver) in drivers.iter().enumerate() {
            for name in std::iter::once(driver.record.name).chain(driver.record.aliases.iter().copied()) {
                let first = names[name];
                if first != index {
                    faults.push(
                        Diagnostic::fault(format!("two drivers of this binary are named \"{name}\""))
                            .note(format!("one at {}", at(&drivers[first].place)))
                            .note(format!("one at {}", at(&driver.place)))
                            .help("leave one of the two crates out of `bessemer_server::main!`, or rename one driver"),
                    );
                }
            }
        }
        for krate in linked {
            let registered = blocks
                .iter()
                .any(|block| block.place.module.split("::").next() == Some(krate));
            if !registered {
                faults.push(
                    Diagnostic::fault(format!("crate `{krate}` is named in `main!` but registered no driver")).help(
                        "give it an `impl` block with `#[bessemer::driver(name = \"…\")]`, or leave it out of `main!`",
                    ),
                );
            }
        }
        let properties = drivers.iter().flat_map(|driver| driver.record.properties);
        let secret_names = properties
            .filter(|property| property.secret)
            .map(|property| property.name)
            .collect();
        if faults.is_empty() {
            Ok(Self {
                drivers,
                names,
                secret_names,
            })
        } else {
            Err(faults)
        }
    }

    /// The names of all properties that some driver declares as secret.
    #[must_use]
    pub fn secret_names(&self) -> &[&'static str] {
        &self.secret_names
    }

    /// All drivers, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = &CompiledDriver> {
        self.drivers.iter()
    }

    /// Every name and alias with its driver, sorted.
    pub fn names(&self) -> impl Iterator<Item = (&'static str, &CompiledDriver)> {
        self.names.iter().map(|(name, index)| (*name, &self.drivers[*index]))
    }

    /// The driver of this name or alias, and the name as it is written in the binary.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<(&'static str, &CompiledDriver)> {
        self.names
            .get_key_value(name)
            .map(|(name, index)| (*name, &self.drivers[*index]))
    }
}

impl CompiledDriver {
    fn add(&mut self, methods: &'static [Method]) {
        for method in methods {
            let level = if method.entry.is_driver_level() {
                &mut self.driver_methods
            } else {
                &mut self.node_methods
            };
            level.push(method);
        }
    }

    fn sort_methods(&mut self, faults: &mut Faults) {
        for methods in [&mut self.node_methods, &mut self.driver_methods] {
            methods.sort_by_key(|method| (method.name, method.place.file, method.place.line));
            for pair in methods.windows(2).filter(|pair| pair[0].name == pair[1].name) {
                faults.push(
                    Diagnostic::fault(format!(
                        "driver \"{}\" has two methods named \"{}\"",
                        self.record.name, pair[0].name
                    ))
                    .note(format!("one at {}", at(&pair[0].place)))
                    .note(format!("one at {}", at(&pair[1].place)))
                    .help("give one of them `name = \"…\"`"),
                );
            }
        }
    }

    /// What it declares.
    #[must_use]
    pub fn record(&self) -> &'static Driver {
        self.record
    }

    /// Its block's place.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The place for a message: `crate version (file:line)`.
    #[must_use]
    pub fn written_at(&self) -> String {
        at(&self.place)
    }

    /// Its methods on nodes, sorted by name.
    #[must_use]
    pub fn node_methods(&self) -> &[&'static Method] {
        &self.node_methods
    }

    /// Its own methods, sorted by name.
    #[must_use]
    pub fn driver_methods(&self) -> &[&'static Method] {
        &self.driver_methods
    }

    /// Whether it is for tests and trials: its name starts with `fake`, as Ironic's documentation tells them.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.record.name.starts_with("fake")
    }
}

/// Makes the driver from its section. An unknown key is refused here: a driver's own type may ignore it.
///
/// # Errors
/// All that is wrong with the section, in the order it is written.
pub(super) fn build(driver: &CompiledDriver, section: Option<&DriverSection>) -> Result<Instance, Faults> {
    let name = driver.record.name;
    let Some(section) = section else {
        return (driver.record.build)(Value::Object(Map::new())).map_err(|error| refused(name, &error).into());
    };
    let Some(schema) = driver.record.config else {
        return Err(
            Diagnostic::fault(format!("driver \"{name}\" has no settings, but a section"))
                .at(&section.name.origin)
                .help(format!("remove [drivers.{}]", section.name.value))
                .into(),
        );
    };
    let mut faults = unknown_keys(name, schema, section);
    if faults.is_empty() {
        match (driver.record.build)(section.table.clone()) {
            Ok(instance) => return Ok(instance),
            Err(error) => faults = section.refused(name, schema, &error),
        }
    } else {
        faults.extend(section.misfits(schema));
    }
    faults.sort_by_key(|fault| fault.origin().place().map(|place| place.span.start));
    let mut all = Faults::default();
    all.extend(faults);
    Err(all)
}

fn unknown_keys(name: &str, schema: fn(&mut SchemaGenerator) -> Schema, section: &DriverSection) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    if let Some(known) = settings(schema) {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        for key in section.table.as_object().into_iter().flat_map(Map::keys) {
            if !known.contains(&key.as_str()) {
                let mut fault = Diagnostic::fault(format!("driver \"{name}\" has no setting \"{key}\""))
                    .at(section.key_origin(&[key]));
                if let Some(near) = did_you_mean(key, known.iter().copied()) {
                    fault = fault.label(format!("did you mean \"{near}\"?"));
                }
                faults.push(fault.note(format!("its settings: {}", known.join(", "))));
            }
        }
    }
    faults
}

/// The names of a driver's settings; `None` where its type does not name them, and so takes any.
fn settings(schema: fn(&mut SchemaGenerator) -> Schema) -> Option<Vec<String>> {
    let mut generator = SchemaGenerator::default();
    let schema = schema(&mut generator);
    // A type with a name is a reference to one of the generator's definitions.
    let name = schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|path| path.rsplit('/').next());
    let named = name
        .and_then(|name| generator.definitions().get(name))
        .unwrap_or(schema.as_value());
    Some(named.get("properties")?.as_object()?.keys().cloned().collect())
}

/// A driver that cannot do without a section.
fn refused(name: &str, error: &bessemer::Error) -> Diagnostic {
    let fault = Diagnostic::fault(format!("driver \"{name}\" cannot be configured: {error}"))
        .help(format!("it has no section; write its settings under [drivers.{name}]"));
    match error.causes() {
        Some(causes) => fault.note(causes),
        None => fault,
    }
}

/// `crate version (file:line)`.
fn at(place: &Place) -> String {
    format!(
        "{} {} ({}:{})",
        place.crate_name, place.crate_version, place.file, place.line
    )
}
