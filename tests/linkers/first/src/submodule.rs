//! Drivers in a private module and in one inside it, which nothing else names.

use bessemer::{Result, driver};

#[derive(Default)]
struct Sub;

#[driver(name = "in-submodule")]
impl Sub {
    /// In a submodule.
    #[driver_passthru(http = "GET")]
    async fn in_submodule(&self) -> Result<()> {
        Ok(())
    }
}

mod nested {
    use bessemer::{Result, driver};

    #[derive(Default)]
    struct Nested;

    #[driver(name = "in-nested-module")]
    impl Nested {
        /// In a module of a module.
        #[driver_passthru(http = "GET")]
        async fn in_nested_module(&self) -> Result<()> {
            Ok(())
        }
    }
}
