//! A driver without words, and names that the macros would not let through, planted by hand.

use std::any::{TypeId, type_name};

use bessemer::__private::{BLOCKS, distributed_slice, linkme};
use bessemer::host::{
    Argument, Block, Body, Decoded, Driver, Entry, Exclusive, Finished, Instance, Method, Place, Runs, Start, Takes,
};
use bessemer::testing::conformance::{Check, Suite};
use bessemer::{Call, Node, Result, Verb, driver};

use super::finds;

#[bessemer::model]
pub(crate) struct Boot {
    device: String,
}

#[derive(Default)]
pub(crate) struct Wordless;

#[driver(name = "wordless")]
impl Wordless {
    #[passthru(http = "POST")]
    async fn silent(&self, _node: &mut Node, silent_argument: String) -> Result<()> {
        drop(silent_argument);
        Ok(())
    }

    /// Boots.
    #[passthru(http = "POST")]
    async fn boot(&self, _node: &mut Node, #[body] boot: Boot) -> Result<()> {
        drop(boot.device);
        Ok(())
    }
}

#[test]
fn what_is_not_documented_is_found() {
    finds(
        Suite::<Wordless>::new(),
        Check::Documentation,
        &[
            "the driver's block says nothing",
            "method `silent` says nothing",
            "argument `silent_argument` of method `silent` says nothing",
            "member `device` of the body of method `boot` says nothing",
        ],
    );
}

struct Misnamed;

impl bessemer::__private::IsDriver for Misnamed {
    const TYPE: bessemer::__private::DriverType<Self> = bessemer::__private::driver::<Misnamed>();
}

const PLACE: Place = Place {
    crate_name: "planted",
    crate_version: "1.2.3",
    module: module_path!(),
    file: file!(),
    line: line!(),
};

const ARGUMENT: Argument = bessemer::__private::argument::<String>("same", "", None);

const fn method(name: &'static str, takes: Takes) -> Method {
    Method {
        name,
        description: "",
        verbs: &[Verb::Get, Verb::Get],
        is_async: false,
        attach: false,
        timeout: None,
        deprecated: None,
        takes,
        result: |_| None,
        decode: &(),
        entry: Entry::Exclusive(Start::Blocking(&Never)),
        place: PLACE,
    }
}

struct Never;

impl Runs<Exclusive> for Never {
    fn run(&self, _: Instance, _: Decoded, _: Exclusive, _: Call) -> Finished<Exclusive> {
        unreachable!("names are read only")
    }
}

#[distributed_slice(BLOCKS)]
#[linkme(crate = linkme)]
static MISNAMED: Block = Block {
    target: TypeId::of::<Misnamed>,
    type_name: type_name::<Misnamed>,
    driver: Some(&Driver {
        name: "Mis named",
        aliases: &["again", "again"],
        description: "",
        config: None,
        build: |_| unreachable!("names are read only"),
        start: None,
        stop: None,
        validate: None,
        properties: &[],
    }),
    methods: &[
        method("methods", Takes::Named(&[ARGUMENT, ARGUMENT])),
        method(
            "a/b",
            Takes::Body(Body {
                description: "",
                schema: |_| None,
                check: |_| None,
            }),
        ),
        method("a/b", Takes::Named(&[])),
    ],
    place: PLACE,
};

#[test]
fn names_that_no_client_takes_are_found() {
    let report = Suite::<Misnamed>::new().check(Check::Names);
    let faults = report.faults().join("\n");
    for part in [
        "the driver's name `Mis named` is not made of",
        "the driver is named `again` twice",
        "method `methods` has the name under which methods are listed",
        "method `methods` has the argument `same` twice",
        "the name of method `a/b` is not made of",
        "method `a/b` is there twice",
        "method `methods` says GET twice",
    ] {
        assert!(faults.contains(part), "no fault says `{part}`:\n{faults}");
    }
}
