//! What the driver reads from a node's `driver_info`. The first four are those of Ironic's fake hardware, which says
//! of three that they are required and never asks for them; so does this driver, and their descriptions are Ironic's.

use bessemer::Value;

use crate::arguments::Seconds;

/// The settings of a node.
#[bessemer::properties]
pub struct FakeInfo {
    /// A1 description. Required.
    #[property(name = "A1")]
    pub a1: Option<Value>,
    /// A2 description. Optional.
    #[property(name = "A2")]
    pub a2: Option<Value>,
    /// B1 description. Required.
    #[property(name = "B1")]
    pub b1: Option<Value>,
    /// B2 description. Required.
    #[property(name = "B2")]
    pub b2: Option<Value>,
    /// How many seconds each method waits before it begins, from 0 to 600.
    pub fake_delay: Option<Seconds>,
    /// A password that nothing asks for, to see how secrets are kept.
    #[property(secret)]
    pub fake_password: Option<String>,
}
