//! What every driver must hold, as a suite that its crate runs on itself.
#![doc = include_str!("../../docs/conformance.md")]

mod calls;
mod decoding;
mod metaschema;
mod secrets;
mod setup;
mod values;
mod written;

use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde_json::Value;

pub use setup::Setup;

use super::driver::build;
use super::json_of;
use super::record::{Record, nothing};
use crate::__private::IsDriver;
use crate::host::Instance;

/// One thing that every driver must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Check {
    /// The driver, every method, every argument and every property say what they are.
    Documentation,
    /// Names of drivers, methods and arguments are such as URLs and clients take, and none is there twice.
    Names,
    /// The schemas of arguments, bodies, results, properties and configuration are JSON Schema 2020-12.
    Schemas,
    /// The defaults and the `examples` that schemas show decode as what they are shown for.
    Examples,
    /// Missing, mistyped and unknown arguments are refused by their names, and nothing panics over them.
    Arguments,
    /// **Calls methods.** None panics, and every error has a kind and a text.
    Errors,
    /// **Calls methods.** No `async fn` keeps its thread for longer than 50 ms at a time.
    Blocking,
    /// **Calls methods.** Each ends when its time is over and it was told to stop.
    Deadlines,
    /// **Calls methods.** Each may be cancelled at each of its awaits; see
    /// [`EveryAwait`](super::EveryAwait).
    Cancellation,
    /// **Calls methods.** No secret of the node, the configuration or the arguments is in an error, in the log
    /// or in a report of progress.
    Secrets,
}

impl Check {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Documentation,
        Self::Names,
        Self::Schemas,
        Self::Examples,
        Self::Arguments,
        Self::Errors,
        Self::Blocking,
        Self::Deadlines,
        Self::Cancellation,
        Self::Secrets,
    ];

    /// Whether methods are called for it. Where not, nothing of the author's runs but decoding and
    /// [`Configure`](crate::Configure), which may not talk to hardware.
    #[must_use]
    pub const fn calls_methods(self) -> bool {
        matches!(
            self,
            Self::Errors | Self::Blocking | Self::Deadlines | Self::Cancellation | Self::Secrets
        )
    }
}

/// The suite for the driver `D`, to take its checks one by one; [`conformance!`](super::conformance!) makes a test of
/// each.
pub struct Suite<D> {
    record: Record,
    section: Option<Value>,
    setup: Option<Setup>,
    of: PhantomData<fn() -> D>,
}

/// What a check found.
#[derive(Debug)]
#[must_use = "a report asserts nothing by itself"]
pub struct Report {
    driver: &'static str,
    check: Check,
    faults: Vec<String>,
}

impl<D: IsDriver> Suite<D> {
    /// Of this driver. Its methods are not called before [`Suite::with`] says how.
    #[must_use]
    pub fn new() -> Self {
        Self {
            record: Record::of::<D>(),
            section: None,
            setup: None,
            of: PhantomData,
        }
    }

    /// The configuration that the driver is made from. Without this, and without a setup, it is made from an
    /// empty section or, if it needs something there, from values made up by its schema.
    #[must_use]
    pub fn config(mut self, section: impl Serialize) -> Self {
        self.section = Some(json_of(section));
        self
    }

    /// How its methods are called.
    #[must_use]
    pub fn with(mut self, setup: Setup) -> Self {
        self.setup = Some(setup);
        self
    }

    /// Takes one check.
    ///
    /// # Panics
    /// If the check [calls methods](Check::calls_methods) and no setup was given.
    pub fn check(self, check: Check) -> Report {
        let driver = self.record.driver.name;
        let faults = match check {
            Check::Documentation => written::documentation(&self.record),
            Check::Names => written::names(&self.record),
            Check::Schemas => metaschema::schemas(&self.record),
            Check::Examples => decoding::examples(&self.record, || self.made()),
            Check::Arguments => match self.made() {
                Ok(instance) => decoding::arguments(&self.record, &instance),
                Err(fault) => vec![fault],
            },
            _ => {
                let setup = self
                    .setup
                    .expect("a check that calls methods is given a setup, `with = …`");
                match check {
                    Check::Secrets => secrets::secrets::<D>(self.record, setup),
                    _ => calls::calls::<D>(self.record, setup, check),
                }
            }
        };
        Report { driver, check, faults }
    }

    /// An instance that decodes, and is not started.
    fn made(&self) -> Result<Instance, String> {
        let given = self.section.clone().or(self.setup.as_ref().map(Setup::section));
        if let Some(section) = given {
            return build(&self.record, section)
                .map_err(|error| format!("it cannot be made from its configuration: {error}"));
        }
        build(&self.record, nothing()).or_else(|error| {
            let schema = self.record.driver.config.map(super::schema::document);
            let made_up = schema.and_then(|schema| values::made_up(&schema, &schema, values::Extent::Least));
            made_up
                .and_then(|section| build(&self.record, section).ok())
                .ok_or_else(|| {
                    format!("it cannot be made without a configuration ({error}); give one, `config = json!(…)`")
                })
        })
    }
}

impl<D: IsDriver> Default for Suite<D> {
    fn default() -> Self {
        Self::new()
    }
}

impl Report {
    /// What is wrong, each with the method and the argument it is about.
    #[must_use]
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    /// Asserts that nothing is.
    ///
    /// # Panics
    /// With all faults, if there are any.
    #[track_caller]
    pub fn assert(&self) {
        assert!(self.faults.is_empty(), "{self}");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "driver \"{}\", {:?}: ", self.driver, self.check)?;
        match self.faults.is_empty() {
            true => f.write_str("all is well"),
            false => self.faults.iter().try_for_each(|fault| write!(f, "\n- {fault}")),
        }
    }
}

/// Makes tests of the conformance suite for a driver, one for each check, so that a failure has a name.
///
/// - `conformance!(Acme)`: what is checked without calling a method.
/// - `conformance!(Acme, config = json!({ … }))`: the same for a driver that needs a configuration.
/// - `conformance!(Acme, with = setup)`: all of it. `setup` is a function that makes a
///   [`Setup`](crate::testing::conformance::Setup): the node to call on, and with what. It is called for each of
///   the tests.
///
/// Two drivers of one crate are tested in a module each, because the tests have the same names. See
/// [the module](mod@crate::testing::conformance) for what is checked.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance {
    ($driver:ty $(,)?) => {
        $crate::__conformance!(@still $driver, $crate::testing::conformance::Suite::<$driver>::new());
    };
    ($driver:ty, config = $section:expr $(,)?) => {
        $crate::__conformance!(@still $driver, $crate::testing::conformance::Suite::<$driver>::new().config($section));
    };
    ($driver:ty, with = $setup:expr $(,)?) => {
        $crate::__conformance!(@still $driver, $crate::testing::conformance::Suite::<$driver>::new().with($setup()));
        $crate::__conformance! { @tests $crate::testing::conformance::Suite::<$driver>::new().with($setup());
            no_method_panics_and_errors_have_a_kind: Errors,
            no_async_fn_blocks_its_thread: Blocking,
            every_method_ends_at_its_deadline: Deadlines,
            every_method_may_be_cancelled_at_every_await: Cancellation,
            secrets_are_in_no_error_and_no_log: Secrets,
        }
    };
    (@still $driver:ty, $suite:expr) => {
        $crate::__conformance! { @tests $suite;
            everything_is_documented: Documentation,
            names_are_such_as_clients_take: Names,
            schemas_are_json_schema: Schemas,
            defaults_and_examples_decode: Examples,
            wrong_arguments_are_refused_by_name: Arguments,
        }
    };
    (@tests $suite:expr; $($name:ident: $check:ident,)*) => { $(
        #[test]
        fn $name() {
            $suite.check($crate::testing::conformance::Check::$check).assert();
        }
    )* };
}
