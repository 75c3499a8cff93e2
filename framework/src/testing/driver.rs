//! A driver that a test makes and keeps: with settings, for several calls, or to look inside.

use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use super::json_of;
use super::node::TestNode;
use super::outcome::{Failure, Reason};
use super::record::{Record, nothing};
use crate::__private::IsDriver;
use crate::error::{Error, Kind, Result};
use crate::host::{self, Instance, NodeFields};

/// An instance of a driver, made as the server makes it. Reads as the driver itself.
///
/// ```
/// use bessemer::{Configure, Result, driver, json, testing};
/// # #[bessemer::model]
/// # pub struct AcmeConfig { racks: u16 }
/// # pub struct Acme { racks: u16 }
/// # impl Configure<AcmeConfig> for Acme {
/// #     fn configure(config: AcmeConfig) -> Result<Self> {
/// #         match config.racks {
/// #             0 => Err(bessemer::Error::invalid("racks is 0")),
/// #             racks => Ok(Self { racks }),
/// #         }
/// #     }
/// # }
/// # /// Acme rack controllers.
/// # #[driver(name = "acme", config = AcmeConfig)]
/// # impl Acme {
/// #     /// How many racks there are.
/// #     #[driver_passthru(http = "GET")]
/// #     async fn racks(&self) -> Result<u16> { Ok(self.racks) }
/// # }
///
/// let acme = testing::driver::<Acme>(json!({ "racks": 2 })).unwrap();
/// assert_eq!(acme.racks, 2);
/// assert_eq!(testing::call::<Acme>("racks").instance(&acme).run().json::<u16>(), 2);
///
/// let refused = testing::driver::<Acme>(json!({ "racks": 0 })).unwrap_err();
/// assert_eq!(refused.message(), "racks is 0");
/// ```
pub struct TestDriver<D> {
    instance: Instance,
    record: Record,
    of: PhantomData<fn() -> D>,
}

/// Makes a driver from its section of the configuration: `json!({})` for one without settings.
///
/// # Errors
/// If the section has a key that the driver does not know, does not fit, or is refused by it.
pub fn driver<D: IsDriver>(section: impl Serialize) -> Result<TestDriver<D>> {
    let record = Record::of::<D>();
    let instance = build(&record, json_of(section))?;
    Ok(TestDriver {
        instance,
        record,
        of: PhantomData,
    })
}

/// Makes an instance; unknown keys are refused here, because a driver's own type may ignore them.
pub(super) fn build(record: &Record, section: Value) -> Result<Instance> {
    let driver = record.driver;
    let keys = section.as_object().into_iter().flat_map(Map::keys);
    let known = match driver.config {
        Some(_) => record.settings(),
        None => Some(Vec::new()),
    };
    for key in keys {
        if let Some(known) = &known
            && !known.contains(key)
        {
            let known = known.join(", ");
            return Err(Error::invalid(format!(
                "driver \"{}\" has no setting \"{key}\"; its settings: {known}",
                driver.name
            )));
        }
    }
    (driver.build)(section)
}

impl<D> TestDriver<D> {
    /// Runs `#[start]`. Nothing happens where the driver has none.
    ///
    /// # Errors
    /// If it fails.
    pub async fn start(&self) -> Result<()> {
        match self.record.driver.start {
            Some(start) => start(Arc::clone(&self.instance)).await,
            None => Ok(()),
        }
    }

    /// Runs `#[stop]`. Nothing happens where the driver has none.
    ///
    /// # Errors
    /// If it fails.
    pub async fn stop(&self) -> Result<()> {
        match self.record.driver.stop {
            Some(stop) => stop(Arc::clone(&self.instance)).await,
            None => Ok(()),
        }
    }

    /// Asks whether a call on this node would begin: its properties and `#[validate]`.
    ///
    /// # Errors
    /// All that is wrong with it, with [`Reason::Node`].
    pub fn validate(&self, node: impl Into<TestNode>) -> Result<(), Failure> {
        let fields = node.into().into_fields(self.record.driver.name);
        validate(self.record.driver, &self.instance, &fields)
    }

    pub(super) fn shared(&self) -> Instance {
        Arc::clone(&self.instance)
    }
}

impl<D: 'static> Deref for TestDriver<D> {
    type Target = D;

    fn deref(&self) -> &D {
        self.instance
            .downcast_ref()
            .expect("it was made by the record of this type")
    }
}

impl<D> std::fmt::Debug for TestDriver<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestDriver")
            .field("driver", &self.record.driver.name)
            .finish_non_exhaustive()
    }
}

/// The server's rule: the properties that the driver declares, then what it checks itself, all at once.
pub(super) fn validate(driver: &host::Driver, instance: &Instance, fields: &Arc<NodeFields>) -> Result<(), Failure> {
    let info = fields.driver_info.map();
    let wrong = driver.properties.iter().filter_map(|property| property.unusable(info));
    let mut faults: Vec<String> = wrong.collect();
    let mut causes = None;
    if let Some(check) = driver.validate
        && let Err(error) = check(instance, &host::snapshot(Arc::clone(fields)))
    {
        causes = error.causes();
        let text = error.to_string();
        // A check that reads the settings as the driver's methods do meets the same faults.
        if text != faults.join("; ") {
            faults.push(text);
        }
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Failure::new(Reason::Node, Kind::Invalid, faults.join("; ")).with_causes(causes)),
    }
}

/// How a call gets its instance.
pub(super) struct Source<D> {
    section: Value,
    given: Option<Instance>,
    of: PhantomData<fn() -> D>,
}

impl<D> Clone for Source<D> {
    fn clone(&self) -> Self {
        Self {
            section: self.section.clone(),
            given: self.given.clone(),
            of: PhantomData,
        }
    }
}

impl<D> Source<D> {
    pub(super) fn new() -> Self {
        Self {
            section: nothing(),
            given: None,
            of: PhantomData,
        }
    }

    pub(super) fn configure(&mut self, section: Value) {
        self.section = section;
    }

    pub(super) fn give(&mut self, instance: Instance) {
        self.given = Some(instance);
    }

    /// The instance: the given one, or one that is made and started now.
    ///
    /// # Panics
    /// If it cannot be made or started: then the test has nothing to look at.
    pub(super) async fn instance(&self, record: &Record) -> Instance {
        if let Some(given) = &self.given {
            return Arc::clone(given);
        }
        let driver = record.driver;
        let instance = build(record, self.section.clone()).unwrap_or_else(|error| {
            panic!(
                "driver \"{}\" cannot be made from {}: {error}; give its settings with `.config(…)`",
                driver.name, self.section
            )
        });
        if let Some(start) = driver.start
            && let Err(error) = start(Arc::clone(&instance)).await
        {
            panic!("driver \"{}\" does not start: {error}", driver.name);
        }
        instance
    }
}
