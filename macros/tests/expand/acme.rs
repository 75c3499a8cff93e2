// Everything that an ordinary block can hold.
/// Acme rack controllers.
#[driver(name = "acme", aliases = ["rack"], config = AcmeConfig)]
impl Acme {
    #[start]
    async fn start(&self) -> Result<()> {
        Ok(())
    }

    #[validate]
    fn validate(&self, node: &NodeSnapshot) -> Result<()> {
        Ok(())
    }

    /// Sets a property.
    ///
    /// At once.
    #[passthru(http = "POST,PUT", timeout = "30s")]
    #[deprecated(note = "use set_props")]
    async fn set_prop(
        &self,
        node: &mut Node,
        call: &Call,
        /// which property
        key: String,
        #[arg(default = 3, name = "try")] tries: u32,
        verb: Verb,
    ) -> Result<(), std::io::Error> {
        Ok(())
    }

    #[cfg(feature = "third")]
    #[passthru(http = "GET,POST", async, require_exclusive_lock = false)]
    fn third<'a>(&'a self, node: &'a Node) -> Result<()> {
        Ok(())
    }

    #[passthru(http = [GET], name = "console-log", require_exclusive_lock = false, attach)]
    async fn console(&self, node: NodeSnapshot) -> Result<Attachment> {
        Ok(Attachment::bytes(""))
    }

    fn helper(&self) {}
}
