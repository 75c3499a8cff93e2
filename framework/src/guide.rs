//! The author's guide: how a driver is written, page by page.
#![doc = include_str!("docs/guide/index.md")]

// Nothing but documentation is in here; each page is a file of `docs/guide`.

#[doc = include_str!("docs/guide/first_driver.md")]
pub mod first_driver {}

#[doc = include_str!("docs/guide/locks.md")]
pub mod locks {}

#[doc = include_str!("docs/guide/arguments.md")]
pub mod arguments {}

#[doc = include_str!("docs/guide/settings.md")]
pub mod settings {}

#[doc = include_str!("docs/guide/errors.md")]
pub mod errors {}

#[doc = include_str!("docs/guide/waiting.md")]
pub mod waiting {}

#[doc = include_str!("docs/guide/background.md")]
pub mod background {}

#[doc = include_str!("docs/guide/tests.md")]
pub mod tests {}

#[doc = include_str!("docs/guide/whole_driver.md")]
pub mod whole_driver {}

#[doc = include_str!("docs/guide/from_ironic.md")]
pub mod from_ironic {}
