// One of each: bodies, the verb, plain functions, methods of the driver alone, a snapshot, defaults, what is deprecated,
// time-outs, other names, and hooks under conditions.
/// Racks of machines.
#[driver(name = "rack", aliases = ["shelf", "drawer"], properties = RackInfo)]
impl Rack {
    const TRIES: u8 = 3;

    #[cfg(feature = "network")]
    #[start]
    async fn connect(&self) -> Result<(), NetworkError> {
        Ok(())
    }

    #[stop]
    async fn disconnect(&self) -> Result<()> {
        Ok(())
    }

    #[cfg(feature = "network")]
    #[validate]
    fn validate_network(&self, node: &NodeSnapshot) -> Result<()> {
        Ok(())
    }

    #[cfg(not(feature = "network"))]
    #[validate]
    fn validate(&self, node: &NodeSnapshot) -> Result<()> {
        Ok(())
    }

    /// Boots a machine.
    #[passthru(http = "PUT", async, timeout = "30m")]
    async fn boot(
        &self,
        node: &mut Node,
        call: &Call,
        verb: Verb,
        /// from where
        #[body]
        boot: Boot,
    ) -> Result<()> {
        Ok(())
    }

    #[passthru(http = "POST", require_exclusive_lock = false)]
    fn upload(&self, node: &Node, #[body] body: RawBody) -> Result<usize> {
        Ok(body.bytes.len())
    }

    /// Blinks.
    #[passthru(http = "POST", timeout = "1500ms")]
    #[deprecated(since = "2.0", note = "use light")]
    fn blink(
        &self,
        node: &mut Node,
        #[arg(default = Self::TRIES)] tries: u8,
        #[arg(default = "green")] color: String,
        note: Option<String>,
    ) -> Result<Value> {
        Ok(Value::Null)
    }

    #[passthru(http = "GET", require_exclusive_lock = false)]
    fn state(&self, node: NodeSnapshot, call: &Call) -> Result<State> {
        Ok(State::default())
    }

    /// The firmware there is.
    #[driver_passthru(http = "GET,POST")]
    async fn firmware(&self, call: &Call, verb: Verb, limit: Option<u32>) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    #[deprecated]
    #[driver_passthru(http = "DELETE", name = "old-firmware", attach = false)]
    fn remove_old(&self) -> Result<()> {
        Ok(())
    }
}
