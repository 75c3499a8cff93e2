//! What expansions of the macros name, and nothing else may: `::bessemer::__private`. Small const helpers
//! that state a requirement once, on the author's own type, so that one mistake gives one error.

pub use linkme;
pub use linkme::distributed_slice;
pub use schemars;
pub use serde;
pub use serde_json;

pub use crate::function::{
    AsyncMethod, Authored, BlockingMethod, Function, Target, WithCall, WithNode, WithNodeAndCall, WithNothing,
    asynchronous, authored, blocking,
};
pub use crate::host::*;
pub use crate::properties::{
    DebugOf, HasNoDebug, Presence, Properties, PropertyOf, RequiredByType, ShowFields, Shown, TakeOr, bad_properties,
    properties, property, show,
};
pub use crate::properties_write_their_own_debug_remove_yours;
pub use crate::start::{Decode, Runs, Start, Starts, Taken, verb};
pub use crate::{Call, Configure, Error, Node, NodeSnapshot, Verb};

use std::sync::Arc;

use schemars::{Schema, SchemaGenerator};

use crate::args::{FromArgument, FromBody};
use crate::reply::IntoReply;

/// Every `#[driver]` block of the binary. One element per block; the linker gives them any order.
#[distributed_slice]
#[linkme(crate = linkme)]
pub static BLOCKS: [Block];

/// States that `T` can be an argument: its record.
#[must_use]
pub const fn argument<T: FromArgument>(
    name: &'static str,
    description: &'static str,
    default: Option<fn() -> serde_json::Value>,
) -> Argument {
    Argument {
        name,
        description,
        schema: |generator| generator.subschema_for::<T>(),
        default,
        optional: || crate::args::not_given::<T>().is_some(),
        check: |arguments, index| arguments.check::<T>(index),
    }
}

/// States that `T` can be an argument: how the one at this place is taken.
#[must_use]
pub const fn taken<T: FromArgument>(index: usize) -> Taken<T> {
    Taken::new(|arguments, index| arguments.take(index), index)
}

/// States that `T` can be a `#[body]`: its record.
#[must_use]
pub const fn body<T: FromBody>(description: &'static str) -> Body {
    Body {
        description,
        schema: T::schema,
        check: |arguments| arguments.body::<T>().err(),
    }
}

/// States that `T` can be a `#[body]`: how it is taken.
#[must_use]
pub const fn taken_whole<T: FromBody>() -> Taken<T> {
    Taken::new(|arguments, _| arguments.body().ok(), 0)
}

/// The default of an argument, as JSON for listings.
pub fn default_json<T: serde::Serialize>(value: &T) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// A return type, proven to be one.
pub struct Ret<R> {
    /// Converts it.
    pub into: fn(R) -> crate::Result<Reply>,
    /// The schema of its value.
    pub schema: fn(&mut SchemaGenerator) -> Option<Schema>,
    /// Whether it is raw bytes.
    pub attach: bool,
}

/// States that `R` is a `Result` of something that can be a reply, with an error that is or becomes ours.
#[must_use]
pub const fn returns<R: Outcome>() -> Ret<R> {
    Ret {
        into: R::into_outcome,
        schema: R::schema,
        attach: R::ATTACH,
    }
}

/// States that `R` is a `Result<(), _>`: what an asynchronous method returns.
#[must_use]
pub const fn returns_nothing<R: OutcomeOfNothing>() -> Ret<R> {
    Ret {
        into: R::into_nothing,
        schema: |_| None,
        attach: false,
    }
}

/// What a vendor method returns.
#[diagnostic::on_unimplemented(
    message = "a vendor method returns `bessemer::Result<T>`, not `{Self}`",
    label = "not a `Result`",
    note = "write `Result<T>` for a value, `Result<()>` for none; any error type that converts into `bessemer::Error` will do"
)]
pub trait Outcome {
    /// See [`Ret::attach`].
    const ATTACH: bool;
    /// See [`Ret::into`].
    fn into_outcome(self) -> crate::Result<Reply>;
    /// See [`Ret::schema`].
    fn schema(generator: &mut SchemaGenerator) -> Option<Schema>;
}

impl<T: IntoReply, E: IntoError> Outcome for Result<T, E> {
    const ATTACH: bool = T::ATTACH;

    fn into_outcome(self) -> crate::Result<Reply> {
        self.map_err(IntoError::into_error)?.into_reply()
    }

    fn schema(generator: &mut SchemaGenerator) -> Option<Schema> {
        T::schema(generator)
    }
}

/// What an asynchronous vendor method returns.
#[diagnostic::on_unimplemented(
    message = "an `async` method answers 202 with no body, so it returns `Result<()>`, not `{Self}`",
    label = "a value here would be thrown away",
    note = "return `Result<()>`, or remove `async` to answer 200 with the value"
)]
pub trait OutcomeOfNothing {
    /// See [`Ret::into`].
    fn into_nothing(self) -> crate::Result<Reply>;
}

impl<E: IntoError> OutcomeOfNothing for Result<(), E> {
    fn into_nothing(self) -> crate::Result<Reply> {
        self.map(|()| Reply::Empty).map_err(IntoError::into_error)
    }
}

/// An error a method may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a vendor method",
    label = "does not convert into `bessemer::Error`",
    note = "implement `From<{Self}> for bessemer::Error`, or return `bessemer::Error` and use `.or_kind(Kind::…, \"what failed\")?`"
)]
pub trait IntoError {
    /// The error as ours.
    fn into_error(self) -> Error;
}

#[diagnostic::do_not_recommend]
impl<E: Into<Error>> IntoError for E {
    fn into_error(self) -> Error {
        self.into()
    }
}

/// The node parameter of a method that holds the exclusive lock, where it is not written as `&mut Node`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the node of a method that holds the exclusive lock",
    label = "write `&mut Node`",
    note = "to share the node write `require_exclusive_lock = false` and take `&Node`, or `NodeSnapshot` to take no lock"
)]
pub trait ExclusiveNode<'a> {
    /// The parameter.
    fn of(node: &'a mut Node) -> Self;
}

impl<'a> ExclusiveNode<'a> for &'a mut Node {
    fn of(node: &'a mut Node) -> Self {
        node
    }
}

/// The node parameter of a method that shares the node, where it is not written as `&Node`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the node of a method with `require_exclusive_lock = false`",
    label = "write `&Node`, or `NodeSnapshot` to take no lock",
    note = "to change the node take `&mut Node` and remove `require_exclusive_lock = false`",
    note = "`NodeSnapshot` is known by this name: behind an alias it is not seen"
)]
pub trait SharedNode<'a> {
    /// The parameter.
    fn of(node: &'a Node) -> Self;
}

impl<'a> SharedNode<'a> for &'a Node {
    fn of(node: &'a Node) -> Self {
        node
    }
}

/// A type with a block `#[driver(name = …)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a driver",
    label = "no block of this type is marked `#[driver(name = …)]`",
    note = "`#[driver(extend)]` adds methods to a driver that has its name in another block"
)]
pub trait IsDriver: Sized + 'static {
    /// The proof that it can be one.
    const TYPE: DriverType<Self>;
}

/// States that `D` is named as a driver in another block.
pub const fn is_driver<D: IsDriver>() {}

/// Writes the `Debug` of a struct of properties. By this name the compiler tells an author what to do who derives
/// another one where the attribute does not see it.
#[doc(hidden)]
#[macro_export]
macro_rules! properties_write_their_own_debug_remove_yours {
    ($ty:ident, $name:literal) => {
        impl ::core::fmt::Debug for $ty {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::__private::show(self, $name, f)
            }
        }
    };
}

/// The schema of a configuration section.
pub fn schema_of<C: schemars::JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<C>()
}

/// What a hook returns.
#[diagnostic::on_unimplemented(
    message = "a hook returns `Result<()>`, not `{Self}`",
    label = "not `Result<()>`",
    note = "any error type that converts into `bessemer::Error` will do"
)]
pub trait HookOutcome {
    /// The result with our error.
    fn into_hook(self) -> crate::Result<()>;
}

impl<E: IntoError> HookOutcome for Result<(), E> {
    fn into_hook(self) -> crate::Result<()> {
        self.map_err(IntoError::into_error)
    }
}

/// A hook's result.
pub fn hook<R: HookOutcome>(result: R) -> crate::Result<()> {
    result.into_hook()
}

/// A hook's future.
pub fn boxed<T>(future: impl Future<Output = T> + Send + 'static) -> BoxFuture<T> {
    Box::pin(future)
}

/// An instance that no configuration is needed for.
///
/// # Errors
/// Never; the form is that of [`Driver::build`].
pub fn build_default<D: Default + IsDriver>(_: serde_json::Value) -> crate::Result<Instance> {
    Ok((D::TYPE.share)(D::default()))
}

/// An instance made from its configuration section.
///
/// # Errors
/// If the section does not fit `C`, or the driver refuses it.
pub fn build_configured<C, D>(section: serde_json::Value) -> crate::Result<Instance>
where
    C: serde::de::DeserializeOwned,
    D: Configure<C> + IsDriver,
{
    let config = serde_json::from_value(section).map_err(|cause| Error::invalid(cause.to_string()))?;
    Ok((D::TYPE.share)(D::configure(config)?))
}

/// A driver's type, proven to be one that all calls can share.
pub struct DriverType<D> {
    /// The driver behind an instance. Panics if the host hands over another driver's.
    pub of: fn(&Instance) -> Arc<D>,
    /// An instance of this driver.
    pub share: fn(D) -> Instance,
}

/// States that `D` can be shared by all calls. The only place where that is asked, so that a driver that
/// cannot be shared is told so once.
#[must_use]
pub const fn driver<D: Send + Sync + 'static>() -> DriverType<D> {
    DriverType {
        of: |instance| {
            Arc::clone(instance)
                .downcast()
                .expect("a method is started on its own driver's instance")
        },
        share: |driver| Arc::new(driver),
    }
}
