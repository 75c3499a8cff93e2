//! The node as a method sees it. [`NodeSnapshot`] is a copy to read; [`Node`] is the node under a lock:
//! everything the snapshot reads, and, where the method holds the exclusive lock, the five fields that a
//! driver may change. How a node is stored, named or locked is the server's concern; a driver has no way
//! to take a lock.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value};

use crate::error::Result;
use crate::host::{NodeFields, NodeRecord};
use crate::properties::Properties;

/// A copy of a node as it was last stored when the call began. Takes no lock, so it never waits: for reading a status
/// while another call works on the node.
///
/// The fields are those of Ironic's node record that concern a driver.
#[derive(Clone)]
pub struct NodeSnapshot {
    state: State,
    /// Made when first asked for: a host keeps fewer bytes.
    uuid: OnceLock<Box<str>>,
}

/// Copied on the first change only: most calls change nothing.
#[derive(Clone)]
enum State {
    Kept(Arc<dyn NodeRecord>),
    Changed(Arc<NodeFields>),
}

impl NodeSnapshot {
    pub(crate) fn new(record: Arc<dyn NodeRecord>) -> Self {
        Self {
            state: State::Kept(record),
            uuid: OnceLock::new(),
        }
    }

    pub(crate) fn record(&self) -> &dyn NodeRecord {
        match &self.state {
            State::Kept(record) => &**record,
            State::Changed(fields) => &**fields,
        }
    }

    /// The node's UUID, in lower case with hyphens.
    #[must_use]
    pub fn uuid(&self) -> &str {
        self.uuid.get_or_init(|| self.record().uuid())
    }

    /// The name, if it was given one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.record().name()
    }

    /// The driver by the name the node gives it, which may be one of the driver's aliases.
    #[must_use]
    pub fn driver(&self) -> &str {
        self.record().driver()
    }

    /// The settings for this driver, by property name: addresses, credentials, secrets in clear. Values are as clients
    /// wrote them: a port may be a number or a text; [`info`](Self::info) reads both.
    #[must_use]
    pub fn driver_info(&self) -> &Map<String, Value> {
        self.record().driver_info()
    }

    /// The same settings as a typed struct that [`#[bessemer::properties]`](macro@crate::properties) made.
    ///
    /// ```
    /// # use bessemer::{NodeSnapshot, Result};
    /// #[bessemer::properties]
    /// struct AcmeInfo {
    ///     /// Where the controller answers.
    ///     acme_address: String,
    ///     /// Its port.
    ///     #[property(default = 623)]
    ///     acme_port: u16,
    /// }
    ///
    /// fn address(node: &NodeSnapshot) -> Result<String> {
    ///     let info = node.info::<AcmeInfo>()?;
    ///     Ok(format!("{}:{}", info.acme_address, info.acme_port))
    /// }
    /// ```
    ///
    /// # Errors
    /// Of kind `Invalid`, with all that is missing or wrong. A driver with `properties = AcmeInfo` in its
    /// attribute meets none here: the host looked before the call.
    pub fn info<T: Properties>(&self) -> Result<T> {
        T::read(self.driver_info())
    }

    /// Physical properties of the machine (`cpus`, `memory_mb`, …).
    #[must_use]
    pub fn properties(&self) -> &Map<String, Value> {
        self.record().properties()
    }

    /// What operators noted on the node.
    #[must_use]
    pub fn extra(&self) -> &Map<String, Value> {
        self.record().extra()
    }

    /// What drivers noted on the node for themselves. Clients read it, apart from values whose keys speak of secrets,
    /// and cannot write it.
    #[must_use]
    pub fn driver_internal_info(&self) -> &Map<String, Value> {
        self.record().driver_internal_info()
    }

    /// The power state as a driver last noted it, in Ironic's words: `power on`, `power off`. Nothing asks the hardware
    /// for it by itself.
    #[must_use]
    pub fn power_state(&self) -> Option<&str> {
        self.record().power_state()
    }

    /// Whether an operator marked the node as not to be trusted. Vendor methods run nevertheless.
    #[must_use]
    pub fn maintenance(&self) -> bool {
        self.record().maintenance()
    }
}

/// Keys only: values may be secrets.
impl fmt::Debug for NodeSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.record().to_fields().fmt(f)
    }
}

/// A node under a lock, by reference: `&mut Node` is the exclusive lock, `&Node` the shared one.
///
/// Reads as a [`NodeSnapshot`]. What a method changes through `&mut Node` is stored when the method
/// succeeds, before the lock is freed; when it fails nothing is stored. More in [`guide::locks`](crate::guide::locks).
#[derive(Debug)]
pub struct Node {
    snapshot: NodeSnapshot,
}

impl Node {
    pub(crate) fn new(record: Arc<dyn NodeRecord>) -> Self {
        Self {
            snapshot: NodeSnapshot::new(record),
        }
    }

    /// The node as it was left, if anything was asked for to be changed.
    pub(crate) fn into_changed(self) -> Option<Arc<NodeFields>> {
        match self.snapshot.state {
            State::Kept(_) => None,
            State::Changed(fields) => Some(fields),
        }
    }

    fn change(&mut self) -> &mut NodeFields {
        let state = &mut self.snapshot.state;
        if let State::Kept(record) = state {
            *state = State::Changed(Arc::new(record.to_fields()));
        }
        match state {
            State::Changed(fields) => Arc::make_mut(fields),
            State::Kept(_) => unreachable!("it was copied above"),
        }
    }

    /// `driver_info`, to change: a new address, a password that the method has changed on the hardware. It is not
    /// checked against the driver's properties before the next call.
    pub fn driver_info_mut(&mut self) -> &mut Map<String, Value> {
        self.change().driver_info.map_mut()
    }

    /// `properties`, to change. Everybody who may read the node reads it.
    pub fn properties_mut(&mut self) -> &mut Map<String, Value> {
        self.change().properties.map_mut()
    }

    /// `extra`, to change. It is the operators' own; a driver's notes belong into `driver_internal_info`.
    pub fn extra_mut(&mut self) -> &mut Map<String, Value> {
        self.change().extra.map_mut()
    }

    /// `driver_internal_info`, to change: notes of the driver for its later calls.
    pub fn driver_internal_info_mut(&mut self) -> &mut Map<String, Value> {
        self.change().driver_internal_info.map_mut()
    }

    /// Notes the power state, in Ironic's words (`power on`, `power off`; `ironic/common/states.py`); `None` where it
    /// is unknown. The words are not checked.
    pub fn set_power_state(&mut self, state: Option<&str>) {
        if self.power_state() != state {
            self.change().power_state = state.map(Into::into);
        }
    }
}

impl Deref for Node {
    type Target = NodeSnapshot;

    fn deref(&self) -> &NodeSnapshot {
        &self.snapshot
    }
}
