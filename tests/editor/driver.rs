//! The driver in which the suite types: every form of a method once, and below the block calls to all of them, as
//! another file of its author would have them. Nobody links it.

use bessemer::{Attachment, Call, Configure, Map, Node, NodeSnapshot, RawBody, Result, Value, Verb, driver};

/// The section `[drivers.acme]`.
#[bessemer::model]
pub struct AcmeConfig {
    /// How many racks there are.
    racks: u16,
}

/// How Acme controllers are reached.
#[bessemer::properties]
pub struct AcmeInfo {
    /// Where the controller answers.
    pub acme_address: String,
    /// Its port.
    #[property(default = 623)]
    pub acme_port: u16,
    /// The password.
    #[property(secret)]
    pub acme_password: Option<String>,
}

/// What a node boots from.
#[bessemer::model]
#[derive(Clone)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// Its disk.
    Disk,
    /// The network.
    Network,
}

/// How a node boots.
#[bessemer::model]
pub struct Boot {
    /// From what.
    device: Device,
    /// Only the next time.
    #[serde(default)]
    once: bool,
}

/// Acme rack controllers.
pub struct Acme {
    racks: u16,
}

impl Configure<AcmeConfig> for Acme {
    fn configure(config: AcmeConfig) -> Result<Self> {
        Ok(Self { racks: config.racks })
    }
}

/// Acme rack controllers.
#[driver(name = "acme", aliases = ["acme-rack"], config = AcmeConfig, properties = AcmeInfo)]
impl Acme {
    const SLOTS: u16 = 4;

    #[start]
    async fn start(&self) -> Result<()> {
        Ok(())
    }

    #[validate]
    fn validate(&self, checked: &NodeSnapshot) -> Result<()> {
        checked.info::<AcmeInfo>().map(drop)
    }

    /// Sets a property.
    #[passthru(http = "POST")]
    async fn set(
        &self,
        node: &mut Node,
        call: &Call,
        /// which property
        key: String,
        value: Value,
        #[arg(default = 3)] tries: u32,
        note: Option<String>,
    ) -> Result<u32> {
        call.log(note.as_deref().unwrap_or("no note"));
        node.properties_mut().insert(key, value);
        Ok(tries)
    }

    /// Counts the slots.
    #[passthru(http = "GET,POST", require_exclusive_lock = false)]
    async fn count(&self, shared: &Node, kind: String) -> Result<usize> {
        let all = shared.properties().len() + usize::from(Self::SLOTS * self.racks);
        Ok(all + kind.len())
    }

    /// Is typed while the others stand.
    #[passthru(http = "POST", async)]
    async fn typed(&self, node: &mut Node, state: String) -> Result<()> {
        node.set_power_state(Some(&state));
        Ok(())
    }

    /// Boots from something else.
    #[passthru(http = [PUT, PATCH], timeout = "30s")]
    async fn boot(&self, locked: &mut Node, #[body] how: Boot) -> Result<()> {
        if how.once {
            locked.extra_mut().insert("once".into(), Value::Bool(true));
        }
        locked.set_power_state(Some(match how.device {
            Device::Disk => "from disk",
            Device::Network => "from the network",
        }));
        Ok(())
    }

    /// The power state as last seen.
    #[passthru(http = "GET", require_exclusive_lock = false)]
    async fn power(&self, snapshot: NodeSnapshot) -> Result<Option<String>> {
        Ok(snapshot.power_state().map(Into::into))
    }

    /// The console's last words, by a library that blocks.
    #[passthru(http = "GET", name = "console-log", require_exclusive_lock = false, attach)]
    fn console(&self, seen: &Node, #[arg(default = 10)] lines: usize) -> Result<Attachment> {
        Ok(Attachment::bytes(seen.uuid().repeat(lines).into_bytes()))
    }

    /// Whatever is sent.
    #[driver_passthru(http = "POST")]
    async fn raw(&self, verb: Verb, #[body] sent: RawBody) -> Result<Map<String, Value>> {
        let mut answer = Map::new();
        answer.insert(format!("{verb:?}"), sent.bytes.len().into());
        Ok(answer)
    }

    /// Images of the vendor.
    #[driver_passthru(http = "GET")]
    #[deprecated(note = "use `raw`")]
    async fn images(&self, limit: Option<u32>) -> Result<Vec<String>> {
        Ok(vec![self.image(); limit.unwrap_or(1) as usize])
    }

    fn image(&self) -> String {
        format!("image of {} racks", self.racks)
    }
}

/// What other files of a driver add.
pub trait Lights {
    /// Lights its lamp.
    fn light(&self, lit: &mut Node, on: bool) -> impl Future<Output = Result<bool>> + Send;
}

#[driver(extend)]
impl Lights for Acme {
    #[passthru(http = "PUT")]
    async fn light(&self, lit: &mut Node, on: bool) -> Result<bool> {
        lit.extra_mut().insert("lit".into(), on.into());
        Ok(on)
    }
}

/// Calls from elsewhere, of all but the one that is being typed.
pub async fn elsewhere(acme: &Acme, node: &mut Node, call: &Call) -> Result<()> {
    acme.start().await?;
    acme.validate(node)?;
    acme.set(node, call, "slot".into(), Value::Null, 1, None).await?;
    acme.count(node, "slot".into()).await?;
    let device = Device::Network;
    acme.boot(node, Boot { device, once: true }).await?;
    acme.console(node, 5)?;
    acme.light(node, true).await?;
    acme.image();
    Ok(())
}
