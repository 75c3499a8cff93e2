//! A driver to copy: racks whose lamps can be lit. It has one method of each kind there is; the type of the node says
//! the lock, the other parameters are what a caller gives, and the documentation is what a caller reads.
//!
//! Settings are in `settings.rs`, what methods take and return in `types.rs`, what goes wrong in `error.rs`. How one
//! talks to the hardware is in `room.rs`; here it is made up. A test of each method is in `tests/`.

#![deny(missing_docs)]

mod error;
mod room;
mod settings;
mod types;

use std::sync::Arc;
use std::time::Duration;

use bessemer::{Attachment, Call, Configure, Error, Node, NodeSnapshot, Result, Value, driver, json};

pub use error::RackError;
pub use settings::{RackConfig, RackInfo};
pub use types::{Place, Plan, Report};

use room::Room;

/// All racks of a room.
pub struct Rack {
    room: Arc<Room>,
    firmware: Vec<String>,
}

/// Made once, when the server starts. What is wrong with the settings is told here, before anything listens.
impl Configure<RackConfig> for Rack {
    fn configure(config: RackConfig) -> Result<Self> {
        if config.lamps == 0 {
            return Err(Error::invalid("`lamps` is 0, and a rack without lamps shows nothing"));
        }
        Ok(Self {
            room: Arc::new(Room::new(config.lamps)),
            firmware: config.firmware,
        })
    }
}

/// Racks whose lamps can be lit.
#[driver(name = "rack", aliases = ["shelf"], config = RackConfig, properties = RackInfo)]
impl Rack {
    // Before the first call, after the last one, and before each of them.

    #[start]
    async fn start(&self) -> Result<()> {
        self.room.open();
        Ok(())
    }

    #[stop]
    async fn stop(&self) -> Result<()> {
        self.room.close();
        Ok(())
    }

    /// What the types of the settings cannot say: that one needs another.
    #[validate]
    fn validate(&self, node: &NodeSnapshot) -> Result<()> {
        let info = node.info::<RackInfo>()?;
        if info.rack_username.is_some() && info.rack_password.is_none() {
            return Err(Error::invalid(
                "driver_info/rack_username needs rack_password beside it",
            ));
        }
        Ok(())
    }

    // Alone on the node. What is changed on the node is stored when the method succeeds.

    /// Lights so many lamps, and puts the others out.
    #[passthru(http = "POST")]
    async fn light(
        &self,
        node: &mut Node,
        /// how many
        lamps: u8,
    ) -> Result<u8> {
        let info = node.info::<RackInfo>()?;
        // `?` turns the driver's own error into one of the framework.
        self.room.light(&info.rack_address, lamps)?;
        node.extra_mut().insert("lamps".into(), lamps.into());
        Ok(lamps)
    }

    /// Notes which machines are where in the rack, and returns how many they are.
    #[passthru(http = "PUT")]
    async fn populate(&self, node: &mut Node, #[body] plan: Plan) -> Result<usize> {
        let count = plan.machines.len();
        node.properties_mut().insert("machines".into(), json!(plan.machines));
        Ok(count)
    }

    /// Writes firmware to the rack's controller.
    ///
    /// The caller is answered at once; how it ended is in the node's `last_error`.
    #[passthru(http = "POST", async, timeout = "10m")]
    async fn flash(
        &self,
        node: &mut Node,
        call: &Call,
        /// one of the versions that `firmware` lists
        version: String,
    ) -> Result<()> {
        let info = node.info::<RackInfo>()?;
        if !self.firmware.contains(&version) {
            return Err(RackError::NoSuchFirmware(version).into());
        }
        for block in 0..10 {
            call.progress(block, 10, "writing");
            call.sleep(Duration::from_millis(20)).await;
        }
        self.room.flash(&info.rack_address, &version)?;
        node.properties_mut().insert("firmware".into(), version.into());
        Ok(())
    }

    // Beside others: nobody changes the node meanwhile.

    /// How many lamps are lit.
    #[passthru(http = "GET", require_exclusive_lock = false)]
    async fn lamps(&self, node: &Node) -> Result<u8> {
        let info = node.info::<RackInfo>()?;
        Ok(self.room.lamps(&info.rack_address)?)
    }

    /// Tries each lamp.
    // A plain `fn`, as its library blocks: it runs on a thread where it may. Nobody can stop it, so it asks.
    #[passthru(http = "GET", require_exclusive_lock = false)]
    fn try_lamps(&self, node: &Node, call: &Call) -> Result<Report> {
        let info = node.info::<RackInfo>()?;
        let mut report = Report::default();
        for lamp in 1..=self.room.lamps_max() {
            if call.is_cancelled() {
                break;
            }
            match self.room.try_blocking(&info.rack_address, lamp)? {
                true => report.good.push(lamp),
                false => report.broken.push(lamp),
            }
        }
        Ok(report)
    }

    /// What happened to the rack, as a file.
    #[passthru(http = "GET", require_exclusive_lock = false)]
    async fn logbook(&self, node: &Node) -> Result<Attachment> {
        let info = node.info::<RackInfo>()?;
        let text = self.room.logbook(&info.rack_address)?;
        Ok(Attachment::bytes(text)
            .content_type("text/plain")
            .file_name("logbook.txt"))
    }

    /// How many lamps are lit, line by line, for as long as one likes to look.
    #[passthru(http = "GET", require_exclusive_lock = false, timeout = "10m")]
    async fn watch(
        &self,
        node: &Node,
        call: &Call,
        /// how often
        times: u32,
        /// how many milliseconds apart
        #[arg(default = 1000)]
        apart: u64,
    ) -> Result<Attachment> {
        let address = node.info::<RackInfo>()?.rack_address;
        let (room, call) = (Arc::clone(&self.room), call.clone());
        // What fails here is answered with its status; what fails later breaks off a download that has begun.
        room.lamps(&address)?;
        let lines = Attachment::stream(async move |mut pieces| {
            for _ in 0..times {
                pieces.send(format!("{} lit\n", room.lamps(&address)?)).await?;
                call.sleep(Duration::from_millis(apart)).await;
            }
            Ok(())
        });
        Ok(lines.content_type("text/plain"))
    }

    // Without a lock: answers while firmware is written.

    /// Where the rack is, and what is known of it.
    #[passthru(http = "GET", require_exclusive_lock = false)]
    async fn place(&self, node: NodeSnapshot) -> Result<Place> {
        let info = node.info::<RackInfo>()?;
        Ok(Place {
            address: info.rack_address,
            row: info.rack_row,
            firmware: node
                .properties()
                .get("firmware")
                .and_then(Value::as_str)
                .map(Into::into),
        })
    }

    // Of the driver alone: there is no node.

    /// The versions of firmware that can be written, newest first.
    #[driver_passthru(http = "GET")]
    async fn firmware(
        &self,
        /// how many at the most
        limit: Option<usize>,
    ) -> Result<Vec<String>> {
        let limit = limit.unwrap_or(usize::MAX);
        Ok(self.firmware.iter().take(limit).cloned().collect())
    }
}
