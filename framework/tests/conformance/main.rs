//! The conformance suite against drivers with one planted fault each: every check finds its own, and says where.
//! Beside them a driver that is as it should be, which passes all.

mod asleep;
mod leaky;
mod wordless;
mod wrong;

use bessemer::testing::conformance::{Check, Setup, Suite};
use bessemer::testing::{self, TestNode};
use bessemer::{Call, Configure, Error, Node, NodeSnapshot, RawBody, Result, driver, json};

fn node() -> TestNode {
    testing::node("n").driver_info("password", "hunter2-of-the-node")
}

/// Asserts that a check finds exactly these faults, each by a part of its text.
#[track_caller]
fn finds<D>(suite: Suite<D>, check: Check, expected: &[&str])
where
    Suite<D>: Checks,
{
    let faults = suite.faults(check);
    for part in expected {
        assert!(
            faults.iter().any(|fault| fault.contains(part)),
            "no fault says `{part}`: {faults:#?}"
        );
    }
    for fault in &faults {
        assert!(expected.iter().any(|part| fault.contains(part)), "not planted: {fault}");
    }
}

/// A suite whatever its driver.
trait Checks {
    fn faults(self, check: Check) -> Vec<String>;
}

macro_rules! checks {
    ($($driver:ty),* $(,)?) => { $(
        impl Checks for Suite<$driver> {
            fn faults(self, check: Check) -> Vec<String> {
                self.check(check).faults().to_vec()
            }
        }
    )* };
}
checks!(wordless::Wordless, wrong::Wrong, asleep::Asleep, leaky::Leaky, Good);

/// What a section says.
#[bessemer::model]
struct GoodConfig {
    /// How many racks there are.
    #[schemars(extend("minimum" = 1))]
    racks: u8,
}

/// Where to boot from.
#[bessemer::model]
struct Boot {
    /// The device.
    #[schemars(example = &"pxe")]
    device: String,
    /// For how many times.
    #[serde(default)]
    times: u8,
}

/// Devices in their order. Serde reads it from `[[]]` too.
#[bessemer::model]
struct Order {
    /// The devices.
    devices: Vec<String>,
}

/// What it reads of a node.
#[bessemer::properties]
struct GoodInfo {
    /// The password.
    #[property(secret)]
    password: String,
    /// The port.
    #[property(default = 623)]
    port: u16,
}

/// A driver that is as it should be.
struct Good;

impl Configure<GoodConfig> for Good {
    fn configure(config: GoodConfig) -> Result<Self> {
        match config.racks {
            0 => Err(Error::invalid("racks is 0")),
            _ => Ok(Self),
        }
    }
}

/// A driver that is as it should be.
#[driver(name = "good", aliases = ["better"], config = GoodConfig, properties = GoodInfo)]
impl Good {
    #[validate]
    fn validate(&self, node: &NodeSnapshot) -> Result<()> {
        let GoodInfo { password, port } = node.info()?;
        match password.is_empty() || port == 0 {
            true => Err(Error::invalid("driver_info is useless")),
            false => Ok(()),
        }
    }

    /// Boots.
    #[passthru(http = "POST")]
    async fn boot(&self, node: &mut Node, call: &Call, #[body] boot: Boot) -> Result<()> {
        call.sleep(std::time::Duration::from_secs(1)).await;
        node.extra_mut().insert("boot".into(), boot.device.into());
        Ok(())
    }

    /// Sets the order in which devices are tried.
    #[passthru(http = "POST")]
    async fn set_order(&self, node: &mut Node, #[body] order: Order) -> Result<()> {
        node.extra_mut().insert("devices".into(), order.devices.into());
        Ok(())
    }

    /// Sets that order and another one for later.
    #[passthru(http = "POST")]
    async fn set_orders(
        &self,
        _node: &mut Node,
        /// the order
        now: Order,
        /// the other one
        later: Option<Order>,
    ) -> Result<usize> {
        Ok(now.devices.len() + later.map_or(0, |order| order.devices.len()))
    }

    /// Sets a password.
    #[passthru(http = "POST")]
    async fn set_password(
        &self,
        _node: &mut Node,
        call: &Call,
        /// the new one
        new_password: String,
        /// how often to try
        #[arg(default = 3)]
        tries: u8,
    ) -> Result<()> {
        call.log(&format!("{} letters, {tries} tries", new_password.len()));
        Err(Error::rejected("too short"))
    }

    /// Waits on a thread, as long as it may.
    #[passthru(http = "POST", require_exclusive_lock = false)]
    fn wait(&self, _node: &Node, call: &Call) -> Result<()> {
        let began = std::time::Instant::now();
        while !call.is_cancelled() && began.elapsed().as_millis() < 20 {
            std::thread::park_timeout(call.remaining().min(std::time::Duration::from_millis(1)));
        }
        Ok(())
    }

    /// Takes any bytes.
    #[driver_passthru(http = "PUT")]
    async fn upload(&self, #[body] image: RawBody) -> Result<usize> {
        Ok(image.bytes.len())
    }
}

fn setup() -> Setup {
    Setup::new(node()).config(json!({ "racks": 2 }))
}

mod the_good_one {
    use super::{Good, setup};

    bessemer::testing::conformance!(Good, with = setup);
}

mod the_good_one_still {
    use super::Good;

    bessemer::testing::conformance!(Good);
}

mod the_good_one_on_a_reactor {
    use super::{Good, setup};
    use bessemer::testing::conformance::Setup;

    fn on_a_reactor() -> Setup {
        let runtime = tokio::runtime::Runtime::new().expect("the machine has a thread left");
        setup().run_on(move |calls| runtime.block_on(calls))
    }

    bessemer::testing::conformance!(Good, with = on_a_reactor);
}

#[test]
fn what_the_setup_gives_must_be_right() {
    let wrong = setup()
        .skip("boto", "misspelt")
        .arguments("boot", json!({ "device": 1 }));
    finds(
        Suite::<Good>::new().with(wrong),
        Check::Errors,
        &[
            "the setup names `boto`",
            "method `boot`, called with {\"device\":1}: its arguments are refused",
        ],
    );
    let wrong = Setup::new(testing::node("n"))
        .config(json!({ "racks": 1 }))
        .skip("upload", "");
    finds(
        Suite::<Good>::new().with(wrong),
        Check::Errors,
        &["the node is refused"],
    );
    let wrong = Setup::new(node()).config(json!({ "racks": 0 }));
    finds(
        Suite::<Good>::new().with(wrong),
        Check::Errors,
        &["it cannot be made from its configuration: racks is 0"],
    );
}

#[test]
fn a_report_names_driver_check_and_faults() {
    let report = Suite::<wordless::Wordless>::new().check(Check::Documentation);
    let text = report.to_string();
    assert!(text.starts_with("driver \"wordless\", Documentation: \n- "), "{text}");
    assert!(std::panic::catch_unwind(move || report.assert()).is_err());
}
