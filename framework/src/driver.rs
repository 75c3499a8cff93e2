//! How a driver with settings is made. Everything else about a driver is said by its `#[driver]` block.

use crate::error::Result;

/// A driver that has a section `[drivers.<name>]` in the configuration:
/// `#[driver(name = "acme", config = AcmeConfig)]`.
///
/// A driver without `config` is `Default` instead.
#[diagnostic::on_unimplemented(
    message = "a driver with `config = {C}` is made from it, but `{Self}` does not implement `Configure<{C}>`",
    label = "not made from `{C}`",
    note = "write `impl bessemer::Configure<{C}> for {Self}`"
)]
pub trait Configure<C>: Sized {
    /// Makes the driver. Called once at start-up, also to check a configuration: it must not talk to
    /// hardware.
    ///
    /// # Errors
    /// If the settings contradict each other; the server does not start then and shows the message beside
    /// the section.
    fn configure(config: C) -> Result<Self>;
}
