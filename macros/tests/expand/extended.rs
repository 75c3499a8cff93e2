// A trait's methods, added to a driver that has its name elsewhere; the framework under another name.
#[driver(extend, crate = steel)]
impl Door<u8> for Acme {
    type Key = u8;

    #[driver_passthru(http = "POST", description = "Opens it.")]
    async fn open(&self, #[body] key: Key) -> Result<Option<u8>> {
        Ok(None)
    }
}
