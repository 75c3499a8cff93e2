// What generic code cannot call, so that adapters stand between: nodes behind an alias, lifetimes with bounds. And names
// that need care: a type with arguments, raw identifiers, the framework called otherwise.
#[driver(name = "adapted", crate = ::tools::steel)]
impl G<u8> {
    #[passthru(http = "POST")]
    async fn alias(&self, node: Machine<'_>, call: &Call, verb: Verb, #[arg(default = 3)] r#try: u8) -> Result<()> {
        Ok(())
    }

    #[passthru(http = "POST", require_exclusive_lock = false)]
    fn r#type<'a: 'b, 'b>(&'a self, node: &'b Node, call: &'b Call, #[body] r#struct: r#Struct) -> Result<()> {
        Ok(())
    }

    #[passthru(http = "GET", require_exclusive_lock = false)]
    async fn snapshot<'a, 'b>(&'a self, node: NodeSnapshot, call: &'b Call) -> Result<()>
    where
        'a: 'b,
    {
        Ok(())
    }

    #[driver_passthru(http = "POST")]
    async fn own<'a: 'b, 'b>(&'a self, call: &'b Call) -> Result<()> {
        Ok(())
    }
}
