//! For those who host drivers: the server and the test kit. Drivers do not need it. Here are the const
//! records that the macros register, what a running method holds, and the traits a host implements; how a method
//! is started is in `start.rs`. Only `=`-pinned versions of the crates belong together: no stability is promised here.

mod node;
mod secrets;
mod thread_time;

use std::any::{Any, TypeId};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

pub use crate::args::{Arguments, BadArguments, Input, Words, accepted};
pub use crate::attachment::{Content, Stream, unread};
use crate::call::Call;
use crate::error::Result;
use crate::node::{Node, NodeSnapshot};
pub use crate::object::{NotAnObject, Object};
pub use crate::reply::Reply;
pub use crate::start::{Decode, Decoded, Prepared, Ready, ReadyAsync, ReadyBlocking, Runs, Start, Starts};
use crate::verbs::Verb;

pub use node::{NodeFields, NodeRecord};
pub use secrets::speaks_of_secrets;
pub use thread_time::time_in_line;

/// A future on the heap that may move between threads.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// One driver, made once and shared by all its calls.
pub type Instance = Arc<dyn Any + Send + Sync>;

/// `#[start]` or `#[stop]` of a driver.
pub type Hook = fn(Instance) -> BoxFuture<Result<()>>;

/// All blocks linked into this binary, in no particular order.
#[must_use]
pub fn blocks() -> &'static [Block] {
    &crate::__private::BLOCKS
}

/// Where something was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The package.
    pub crate_name: &'static str,
    /// Its version.
    pub crate_version: &'static str,
    /// The module path; its first segment is the crate's name in Rust.
    pub module: &'static str,
    /// The source file, as the compiler was given it.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u32,
}

/// One `#[driver]` block.
#[derive(Clone, Copy)]
pub struct Block {
    /// The type whose block it is.
    pub target: fn() -> TypeId,
    /// That type's name, for messages.
    pub type_name: fn() -> &'static str,
    /// The driver it declares; `None` for `#[driver(extend)]`.
    pub driver: Option<&'static Driver>,
    /// Its methods in the order they are written.
    pub methods: &'static [Method],
    /// The block's place.
    pub place: Place,
}

/// What `#[driver(name = …)]` declares.
pub struct Driver {
    /// The name by which nodes and configuration call it.
    pub name: &'static str,
    /// Further names for the same driver.
    pub aliases: &'static [&'static str],
    /// The documentation of the block.
    pub description: &'static str,
    /// The schema of its configuration section; `None` where it has none.
    pub config: Option<fn(&mut SchemaGenerator) -> Schema>,
    /// Makes the instance from its section (`{}` where nothing was written).
    pub build: fn(Value) -> Result<Instance>,
    /// `#[start]`.
    pub start: Option<Hook>,
    /// `#[stop]`.
    pub stop: Option<Hook>,
    /// `#[validate]`.
    pub validate: Option<fn(&Instance, &NodeSnapshot) -> Result<()>>,
    /// The properties it reads from a node's `driver_info`.
    pub properties: &'static [Property],
}

/// A key of `driver_info` that a driver reads.
pub struct Property {
    /// The key.
    pub name: &'static str,
    /// What it means.
    pub description: &'static str,
    /// Whether the driver cannot work without it.
    pub required: bool,
    /// Whether its value is masked in every view and log.
    pub secret: bool,
    /// Its schema.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    /// Its default as JSON, where it has one.
    pub default: Option<fn() -> Value>,
    /// What is wrong with a value, if anything. Never says what a secret is.
    pub check: fn(&Value) -> Option<String>,
}

/// One vendor method: what its attribute, its signature and its documentation say.
pub struct Method {
    /// The name in the URL.
    pub name: &'static str,
    /// The documentation, whole; listings show its first paragraph.
    pub description: &'static str,
    /// The verbs it answers, in the order they are written.
    pub verbs: &'static [Verb],
    /// Whether it is answered 202 and carried out in the background.
    pub is_async: bool,
    /// Whether it returns raw bytes.
    pub attach: bool,
    /// The time it may take, where the author set one.
    pub timeout: Option<Duration>,
    /// `#[deprecated]`.
    pub deprecated: Option<Deprecation>,
    /// What it takes.
    pub takes: Takes,
    /// Decodes that.
    pub decode: &'static dyn Decode,
    /// The schema of its result; `None` for nothing and for raw bytes.
    pub result: fn(&mut SchemaGenerator) -> Option<Schema>,
    /// How it is started, which says the lock it needs.
    pub entry: Entry,
    /// Its place.
    pub place: Place,
}

/// What `#[deprecated]` on a method says.
#[derive(Clone, Copy, Debug)]
pub struct Deprecation {
    /// The version since which.
    pub since: Option<&'static str>,
    /// What to use instead.
    pub note: Option<&'static str>,
}

/// What a method takes beside its node.
pub enum Takes {
    /// Named arguments: the keys of a JSON object or of the query. Empty: nothing.
    Named(&'static [Argument]),
    /// One `#[body]`.
    Body(Body),
}

/// A named argument.
pub struct Argument {
    /// The key.
    pub name: &'static str,
    /// Its documentation.
    pub description: &'static str,
    /// Its schema.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    /// Its default as JSON, where it has one.
    pub default: Option<fn() -> Value>,
    /// Whether its type has a value for "not given", as `Option` has.
    pub optional: fn() -> bool,
    /// What is wrong with a given value, if anything. For messages: it decodes once more.
    pub check: fn(&Arguments<'_>, usize) -> Option<String>,
}

/// The `#[body]` of a method.
pub struct Body {
    /// The argument's documentation.
    pub description: &'static str,
    /// Its schema; `None` for a raw body.
    pub schema: fn(&mut SchemaGenerator) -> Option<Schema>,
    /// What is wrong with the body that is given, if anything. For messages: it decodes once more.
    pub check: fn(&Arguments<'_>) -> Option<BadArguments>,
}

/// The lock a method needs, which is the type of its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LockMode {
    /// `&mut Node`: alone on the node.
    Exclusive,
    /// `&Node`: beside other readers; nobody changes the node.
    Shared,
    /// `NodeSnapshot`, or no node at all.
    None,
}

/// How a method is started, which says the lock it needs.
#[derive(Clone, Copy)]
pub enum Entry {
    /// A method that takes `&mut Node`.
    Exclusive(Start<Exclusive>),
    /// A method that takes `&Node`.
    Shared(Start<Shared>),
    /// A method that takes a `NodeSnapshot`.
    Snapshot(Start<NodeSnapshot>),
    /// A method of the driver alone.
    Driver(Start<()>),
}

/// What a method left: its result, and what it acted on, still locked.
pub struct Finished<G> {
    /// The result.
    pub result: Result<Reply>,
    /// What it acted on.
    pub target: G,
}

/// Marks a value that keeps every other call away from a node for as long as it lives.
pub trait HoldsExclusive: Send + Sync + 'static {}

/// Marks a value that keeps every change away from a node for as long as it lives.
pub trait HoldsShared: Send + Sync + 'static {}

/// A node together with its exclusive lock.
pub struct Exclusive {
    node: Node,
    original: Arc<dyn NodeRecord>,
    // Declared last, so that it is released last. Shared with a host that keeps the lock for longer.
    _hold: Arc<dyn HoldsExclusive>,
}

impl Exclusive {
    /// Binds a node to the lock that is held on it.
    #[must_use]
    pub fn new(record: Arc<impl NodeRecord>, hold: Arc<dyn HoldsExclusive>) -> Self {
        let original: Arc<dyn NodeRecord> = record;
        Self {
            node: Node::new(Arc::clone(&original)),
            original,
            _hold: hold,
        }
    }

    /// What the method is given.
    pub fn node_mut(&mut self) -> &mut Node {
        &mut self.node
    }

    /// The node's fields as the method left them, if it changed any.
    #[must_use]
    pub fn into_changes(self) -> Option<Arc<NodeFields>> {
        let fields = self.node.into_changed()?;
        (*fields != self.original.to_fields()).then_some(fields)
    }
}

/// A node together with its shared lock.
pub struct Shared {
    node: Node,
    _hold: Arc<dyn HoldsShared>,
}

impl Shared {
    /// Binds a node to the lock that is held on it.
    #[must_use]
    pub fn new(record: Arc<impl NodeRecord>, hold: Arc<dyn HoldsShared>) -> Self {
        Self {
            node: Node::new(record),
            _hold: hold,
        }
    }

    /// What the method is given.
    #[must_use]
    pub fn node(&self) -> &Node {
        &self.node
    }
}

/// A snapshot for a method that takes no lock, and for `validate`.
#[must_use]
pub fn snapshot(record: Arc<impl NodeRecord>) -> NodeSnapshot {
    NodeSnapshot::new(record)
}

/// A [`Call`] over the host's own implementation.
#[must_use]
pub fn call(host: Arc<dyn Host>) -> Call {
    Call::new(host)
}

/// What a host gives to a running method; see [`Call`] for the meaning of each.
pub trait Host: Send + Sync + 'static {
    /// `req-` and a UUID.
    fn request_id(&self) -> &str;
    /// The user's name, where known.
    fn caller(&self) -> Option<&str>;
    /// The host's clock.
    fn now(&self) -> Instant;
    /// When the call's time is over.
    fn deadline(&self) -> Instant;
    /// Whether the call was cancelled.
    fn is_cancelled(&self) -> bool;
    /// Ends when the call is cancelled.
    fn cancelled(self: Arc<Self>) -> BoxFuture<()>;
    /// Ends after this time.
    fn sleep(&self, duration: Duration) -> BoxFuture<()>;
    /// Runs work that belongs to the call.
    fn spawn(&self, work: BoxFuture<()>);
    /// Notes how far the call is.
    fn progress(&self, done: u64, total: u64, text: &str);
    /// Notes a line.
    fn log(&self, text: &str);
}
