//! How a host starts a method: from its record and a request to decoded arguments, and from those and the lock to
//! something that runs. How an author's function gets behind these types is in `function.rs`, how a single argument
//! is decoded in `args/`.

use std::any::Any;
use std::sync::Arc;

use crate::args::{Arguments, BadArguments, Input};
use crate::call::Call;
use crate::host::{BoxFuture, Entry, Exclusive, Finished, Instance, LockMode, Method, Shared};
use crate::node::NodeSnapshot;
use crate::verbs::Verb;

/// How a method is started that acts on `G`. Each kind of lock has a `G` of its own, so a method that needs the
/// exclusive lock cannot be started without a value that holds it.
pub enum Start<G: 'static> {
    /// An `async fn`.
    Async(&'static dyn Starts<G>),
    /// A plain `fn`, to be run where blocking is allowed.
    Blocking(&'static dyn Runs<G>),
}

impl<G> Clone for Start<G> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<G> Copy for Start<G> {}

/// An `async fn` behind its type.
pub trait Starts<G>: Sync {
    /// Calls it. Nothing of the author's runs before the future is polled.
    fn start(&self, instance: Instance, arguments: Decoded, target: G, call: Call) -> BoxFuture<Finished<G>>;
}

/// A plain `fn` behind its type.
pub trait Runs<G>: Sync {
    /// Calls it, and returns when it does.
    fn run(&self, instance: Instance, arguments: Decoded, target: G, call: Call) -> Finished<G>;
}

/// The arguments of one method, behind their types.
pub struct Decoded(Box<dyn Any + Send>);

impl Decoded {
    pub(crate) fn new<A: Send + 'static>(arguments: A) -> Self {
        Self(Box::new(arguments))
    }

    /// The arguments. Panics on those of a method with other ones, which [`Method::prepare`] does not mix up.
    pub(crate) fn unpack<A: 'static>(self) -> A {
        match self.0.downcast() {
            Ok(arguments) => *arguments,
            Err(_) => panic!("a method is started with its own arguments"),
        }
    }
}

impl Method {
    /// Decodes the arguments; no lock is needed for that.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn prepare(&self, instance: &Instance, input: &Input<'_>) -> std::result::Result<Prepared, BadArguments> {
        let arguments = Arguments::of(input, &self.takes)?;
        let Some(decoded) = self.decode.decode(&arguments) else {
            return Err(arguments.explain());
        };
        Ok(match self.entry {
            Entry::Exclusive(start) => Prepared::Exclusive(start.with(instance, decoded)),
            Entry::Shared(start) => Prepared::Shared(start.with(instance, decoded)),
            Entry::Snapshot(start) => Prepared::Snapshot(start.with(instance, decoded)),
            Entry::Driver(start) => Prepared::Driver(start.with(instance, decoded)),
        })
    }
}

impl Entry {
    /// The lock it needs.
    #[must_use]
    pub const fn lock(&self) -> LockMode {
        match self {
            Self::Exclusive(_) => LockMode::Exclusive,
            Self::Shared(_) => LockMode::Shared,
            Self::Snapshot(_) | Self::Driver(_) => LockMode::None,
        }
    }

    /// Whether it is a method of the driver alone.
    #[must_use]
    pub const fn is_driver_level(&self) -> bool {
        matches!(self, Self::Driver(_))
    }

    /// Whether it is a plain `fn`, which cannot be dropped while it runs.
    #[must_use]
    pub const fn is_blocking(&self) -> bool {
        matches!(
            self,
            Self::Exclusive(Start::Blocking(_))
                | Self::Shared(Start::Blocking(_))
                | Self::Snapshot(Start::Blocking(_))
                | Self::Driver(Start::Blocking(_))
        )
    }
}

impl<G> Start<G> {
    fn with(self, instance: &Instance, arguments: Decoded) -> Ready<G> {
        let instance = Arc::clone(instance);
        match self {
            Self::Async(function) => Ready::Async(ReadyAsync {
                function,
                instance,
                arguments,
            }),
            Self::Blocking(function) => Ready::Blocking(ReadyBlocking {
                function,
                instance,
                arguments,
            }),
        }
    }
}

/// A method with its arguments, by the lock it needs.
pub enum Prepared {
    /// A method that takes `&mut Node`.
    Exclusive(Ready<Exclusive>),
    /// A method that takes `&Node`.
    Shared(Ready<Shared>),
    /// A method that takes a `NodeSnapshot`.
    Snapshot(Ready<NodeSnapshot>),
    /// A method of the driver alone.
    Driver(Ready<()>),
}

/// A method with its arguments, ready to run as soon as it is given `G`, what it acts on.
pub enum Ready<G: 'static> {
    /// An `async fn`.
    Async(ReadyAsync<G>),
    /// A plain `fn`, to be run where blocking is allowed.
    Blocking(ReadyBlocking<G>),
}

/// An `async fn` with its arguments.
pub struct ReadyAsync<G: 'static> {
    function: &'static dyn Starts<G>,
    instance: Instance,
    arguments: Decoded,
}

impl<G> ReadyAsync<G> {
    /// Calls it. Nothing of the author's runs before the future is polled.
    #[must_use]
    pub fn start(self, target: G, call: Call) -> BoxFuture<Finished<G>> {
        self.function.start(self.instance, self.arguments, target, call)
    }
}

/// A plain `fn` with its arguments.
pub struct ReadyBlocking<G: 'static> {
    function: &'static dyn Runs<G>,
    instance: Instance,
    arguments: Decoded,
}

impl<G> ReadyBlocking<G> {
    /// Calls it, and returns when it does.
    #[must_use]
    pub fn run(self, target: G, call: Call) -> Finished<G> {
        self.function.run(self.instance, self.arguments, target, call)
    }
}

/// Decodes all that a method takes beside node and call.
pub trait Decode: Sync {
    /// `None` if something does not fit; [`Arguments::explain`] says what.
    fn decode(&self, arguments: &Arguments<'_>) -> Option<Decoded>;
}

/// One thing a method takes, proven to be decodable: a named argument, a body, or the verb.
pub struct Taken<T> {
    take: fn(&Arguments<'_>, usize) -> Option<T>,
    index: usize,
    default: Option<fn() -> T>,
}

impl<T> Taken<T> {
    pub(crate) const fn new(take: fn(&Arguments<'_>, usize) -> Option<T>, index: usize) -> Self {
        Self {
            take,
            index,
            default: None,
        }
    }

    /// With what it is where it is not given.
    #[must_use]
    pub const fn or(mut self, default: fn() -> T) -> Self {
        self.default = Some(default);
        self
    }

    pub(crate) fn from(&self, arguments: &Arguments<'_>) -> Option<T> {
        match self.default {
            Some(default) if !arguments.is_given(self.index) => Some(default()),
            _ => (self.take)(arguments, self.index),
        }
    }
}

/// The verb of a request.
#[must_use]
pub const fn verb() -> Taken<Verb> {
    Taken::new(|arguments, _| Some(arguments.verb()), 0)
}
