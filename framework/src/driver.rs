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
    /// hardware. Without a section in the configuration it is called with what `C` is of an empty one.
    ///
    /// # Errors
    /// If the settings contradict each other, of whatever kind; the server does not start then and shows the message
    /// and the causes beside the section.
    fn configure(config: C) -> Result<Self>;
}
