//! A driver that tells its secrets.

use std::any::{TypeId, type_name};
use std::sync::Arc;

use bessemer::__private::{BLOCKS, distributed_slice, linkme};
use bessemer::host::{Block, Driver, Place, Property};
use bessemer::testing::conformance::{Check, Setup, Suite};
use bessemer::{Call, Error, Node, Result, driver, json};

use super::{finds, node};

#[derive(Default)]
pub(crate) struct Leaky;

fn password(node: &Node) -> String {
    node.driver_info()["password"].as_str().unwrap_or_default().to_owned()
}

/// Tells secrets.
#[driver(name = "leaky")]
impl Leaky {
    /// Tells the node's password in an error, but only one that it does not like.
    #[passthru(http = "POST")]
    async fn refuses(&self, node: &mut Node) -> Result<()> {
        match password(node) {
            known if known == "hunter2-of-the-node" => Ok(()),
            other => Err(Error::rejected(format!("the rack does not know {other}"))),
        }
    }

    /// Tells it in a cause.
    #[passthru(http = "POST")]
    async fn causes(&self, node: &mut Node) -> Result<()> {
        Err(Error::rejected("no").with_cause(format!("login with {}", password(node))))
    }

    /// Tells it in the log.
    #[passthru(http = "POST")]
    async fn logs(&self, node: &mut Node, call: &Call) -> Result<()> {
        call.log(&password(node));
        Ok(())
    }

    /// Tells it on the way.
    #[passthru(http = "POST")]
    async fn reports(&self, node: &mut Node, call: &Call) -> Result<()> {
        call.progress(0, 1, &password(node));
        Ok(())
    }

    /// Tells an argument.
    #[driver_passthru(http = "POST")]
    async fn echoes(&self, call: &Call, api_token: String) -> Result<()> {
        call.log(&format!("token {api_token}"));
        Ok(())
    }

    /// Tells two secrets at once, but only to whom brings the right one.
    #[passthru(http = "POST")]
    async fn welcomes(&self, node: &mut Node, call: &Call, api_token: String) -> Result<()> {
        if api_token != "sesame-of-the-author" {
            return Err(Error::rejected("a wrong token"));
        }
        call.log(&format!("{api_token} opens {}", password(node)));
        Ok(())
    }

    /// Tells nothing.
    #[passthru(http = "POST")]
    async fn keeps(&self, node: &mut Node, call: &Call, new_password: String) -> Result<()> {
        call.log(&format!("{} and {} letters", password(node).len(), new_password.len()));
        Ok(())
    }
}

#[test]
fn secrets_that_are_told_are_found_and_not_told_again() {
    let setup = || {
        Setup::new(node())
            .arguments("keeps", json!({ "new_password": "x" }))
            .arguments("welcomes", json!({ "api_token": "sesame-of-the-author" }))
    };
    let suite = || Suite::<Leaky>::new().with(setup());
    finds(
        suite(),
        Check::Secrets,
        &[
            "method `refuses` shows driver_info/password in its error: the rack does not know ******",
            "method `causes` shows driver_info/password in its cause: login with ******",
            "method `logs` shows driver_info/password in its log: ******",
            "method `reports` shows driver_info/password in its progress: ******",
            "driver method `echoes` shows argument/api_token in its log: token ******",
            "method `welcomes` shows argument/api_token in its log: ****** opens ******",
            "method `welcomes` shows driver_info/password in its log: ****** opens ******",
        ],
    );
    let text = suite().check(Check::Secrets).to_string();
    assert!(!text.contains("hunter2") && !text.contains("sesame"), "{text}");
}

/// A driver whose property says what a secret is.
struct Tells;

impl bessemer::__private::IsDriver for Tells {
    const TYPE: bessemer::__private::DriverType<Self> = bessemer::__private::driver::<Tells>();
}

#[distributed_slice(BLOCKS)]
#[linkme(crate = linkme)]
static TELLS: Block = Block {
    target: TypeId::of::<Tells>,
    type_name: type_name::<Tells>,
    driver: Some(&Driver {
        name: "tells",
        aliases: &[],
        description: "Tells.",
        config: None,
        build: |_| Ok(Arc::new(Tells)),
        start: None,
        stop: None,
        validate: None,
        properties: &[Property {
            name: "pin",
            description: "The pin.",
            required: true,
            secret: true,
            schema: |generator| generator.subschema_for::<u16>(),
            default: Some(|| json!("none")),
            check: |value| (!value.is_u64()).then(|| format!("{value} is no number")),
        }],
    }),
    methods: &[],
    place: Place {
        crate_name: "planted",
        crate_version: "1.2.3",
        module: module_path!(),
        file: file!(),
        line: line!(),
    },
};

#[test]
fn a_property_that_tells_its_secret_or_has_a_wrong_default_is_found() {
    let suite = || Suite::<Tells>::new().with(Setup::new(node()));
    let secrets = suite().check(Check::Secrets);
    assert_eq!(secrets.faults(), ["what is said of a wrong `pin` shows its value"]);
    let examples = suite().check(Check::Examples);
    assert_eq!(
        examples.faults(),
        ["the default of property `pin`, \"none\": \"none\" is no number"]
    );
}
