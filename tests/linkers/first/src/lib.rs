//! A driver at the root of its crate with its second block in another module, and drivers where a linker has the
//! most reason to think that nobody needs them. `matrix/binary.rs` lists what must be found of these.

mod extension;
mod submodule;

use bessemer::{Result, driver};

#[derive(Default)]
pub struct Root;

#[driver(name = "root")]
impl Root {
    /// At the root.
    #[driver_passthru(http = "GET")]
    async fn at_root(&self) -> Result<()> {
        Ok(())
    }
}

/// Nobody calls it.
pub fn uncalled() {
    #[derive(Default)]
    struct Inside;

    #[driver(name = "in-function")]
    impl Inside {
        /// In a function's body.
        #[driver_passthru(http = "GET")]
        async fn in_function(&self) -> Result<()> {
            Ok(())
        }
    }
}

/// Nobody calls it, and no type is ever given to it.
pub fn uncalled_for_any<T>(_: T) {
    #[derive(Default)]
    struct Inside;

    #[driver(name = "in-generic-function")]
    impl Inside {
        /// In a generic function's body.
        #[driver_passthru(http = "GET")]
        async fn in_generic_function(&self) -> Result<()> {
            Ok(())
        }
    }
}
