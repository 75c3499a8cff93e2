//! One call, from top to bottom: find what is called, decode, check, lock, run, answer. It knows nothing of
//! HTTP; `http/passthru.rs` takes a request apart for it and `http/fault.rs` says what its errors look like.
//!
//! The law: what is refused here with [`CallError::Locked`], [`CallError::NoWorker`], [`CallError::Stopping`] or a full
//! queue was not carried out, so a client may send it again. From the moment a method begins, its client may leave.

use std::borrow::Cow;
use std::sync::Arc;

use bessemer::Verb;
use bessemer::host::{self, BadArguments, Input, NodeRecord as _, Prepared, Ready};
use tokio::time::Instant;
use uuid::Uuid;

use crate::call::{LogBounds, Origin, Running};
use crate::catalogue::{Driver, Method};
use crate::context::Context;
use crate::execute::{Asker, Work};
use crate::lock::{Blockers, Refused, Who};
use crate::metrics::Called;
use crate::node::Node;
use crate::secrets::Secrets;
use crate::store::StoreError;
use crate::stream::Stream;
use crate::target::{Acquired, Target};
use crate::tasks::arguments::Arguments;
use crate::worker::{Full, NoWorker};

/// A request to a vendor method, taken apart.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    /// What is called.
    pub(crate) target: CallTarget<'a>,
    /// The method's name.
    pub(crate) method: &'a str,
    /// The verb as it came: any word.
    pub(crate) verb: &'a str,
    /// The query without the key that names the method.
    pub(crate) query: &'a [(Cow<'a, str>, Cow<'a, str>)],
    /// The body.
    pub(crate) body: &'a [u8],
    /// Its content type.
    pub(crate) content_type: Option<&'a str>,
    /// Who asks, and since when.
    pub(crate) origin: Origin,
}

/// What a method is called on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum CallTarget<'a> {
    /// A node, by its uuid or its name.
    Node(&'a str),
    /// A driver, by its name.
    Driver(&'a str),
}

/// What came of a call.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A synchronous method returned nothing.
    Nothing,
    /// A synchronous method returned JSON.
    Json(Vec<u8>),
    /// A synchronous method returned raw bytes. On the heap: answers are moved often, and few are this one.
    Attachment(Box<Attachment>),
    /// An asynchronous method begins; its task is on disk.
    Accepted {
        /// The task.
        task: Uuid,
    },
}

/// Raw bytes, as they are framed.
#[derive(Debug)]
pub(crate) struct Attachment {
    /// The bytes.
    pub(crate) bytes: Attached,
    /// Their media type.
    pub(crate) content_type: String,
    /// The name that a browser saves them under.
    pub(crate) file_name: Option<String>,
}

/// The bytes of an attachment.
#[derive(Debug)]
pub(crate) enum Attached {
    /// All of them.
    Whole(Vec<u8>),
    /// They are still being made; the call goes on until they are.
    Stream(Stream),
}

/// Why a call has no result.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    #[error("Node {0} could not be found.")]
    NodeNotFound(String),
    #[error("Could not find the following driver(s) or hardware type(s): {0}.")]
    DriverNotFound(String),
    #[error("The driver '{0}' is unknown.")]
    DriverUnknown(String),
    #[error(
        "No valid host was found. Reason: No conductor service registered which supports driver {driver}: \
         it is not enabled on this server."
    )]
    DriverNotEnabled { driver: String },
    #[error("No handler for method {method}{hint}")]
    UnknownMethod { method: String, hint: String },
    #[error("The method {method} does not support HTTP {verb}; it answers {allowed}")]
    VerbNotAllowed {
        method: &'static str,
        verb: String,
        allowed: String,
    },
    #[error("{0}")]
    Arguments(#[from] BadArguments),
    #[error("the body is nested deeper than {max} levels; api.max_json_body_depth is the bound")]
    TooDeep { max: usize },
    #[error(
        "Unexpected arguments: the body is declared as a form, application/x-www-form-urlencoded, which `curl -d` does \
         by itself; send JSON as Content-Type: application/json: `curl --json`, or -H with that header"
    )]
    Form,
    #[error("{0}")]
    NotValid(String),
    #[error(
        "Node {node} is locked by host {host}, please retry after the current operation is completed. It is held by {blockers}"
    )]
    Locked {
        node: Uuid,
        host: Arc<str>,
        blockers: Box<Blockers>,
    },
    #[error("{0}, more may not; conductor.{option} is the bound", option = queue_option(.0))]
    QueueFull(Refused),
    #[error("Node {0} was given another driver while the call waited for it; nothing was carried out")]
    DriverChanged(Uuid),
    #[error("Requested action cannot be performed due to lack of free conductor workers. {0}")]
    NoWorker(Full),
    #[error("this server stops; nothing was carried out")]
    Stopping,
    #[error("{0}")]
    Failed(#[from] bessemer::Error),
    #[error("the method failed by a fault of its own; the server's log has more under this request's id")]
    Panicked,
    #[error("the method {method} did not end within its {seconds} s and was stopped")]
    TimedOut { method: &'static str, seconds: f32 },
    #[error("the method {0} was stopped before its end")]
    Stopped(&'static str),
    #[error("the method {method} was cancelled by request req-{by}")]
    Cancelled { method: &'static str, by: Uuid },
    #[error(
        "the method {method} was carried out, but its result has {bytes} bytes, which is too much; \
         conductor.{option} is the bound"
    )]
    TooLarge {
        method: &'static str,
        bytes: usize,
        option: &'static str,
    },
    #[error("the method was carried out, but the node's changes could not be saved: {0}")]
    NotSaved(#[source] StoreError),
    #[error("{0}")]
    Store(#[from] StoreError),
}

impl From<NoWorker> for CallError {
    fn from(why: NoWorker) -> Self {
        match why {
            NoWorker::Full(full) => Self::NoWorker(full),
            NoWorker::Stopping => Self::Stopping,
        }
    }
}

/// What bounds the queue that was full.
fn queue_option(refused: &Refused) -> &'static str {
    match refused {
        Refused::NodeQueueFull { .. } => "lock_waiters_per_node_max",
        _ => "lock_waiters_max",
    }
}

/// Carries out one request to a vendor method.
pub(crate) async fn dispatch<'c>(
    context: &'c Arc<Context>,
    request: Request<'_>,
    called: &mut Called<'c>,
) -> Result<Answer, CallError> {
    let (node, driver, method) = find(context, request.target, request.method)?;
    called.found(method);
    let record = method.record();
    let verb = allowed(record, request.verb)?;

    let input = Input {
        verb,
        query: request.query,
        body: request.body,
        content_type: request.content_type,
    };
    if method.reads_json() {
        if is_form(request.content_type) && !is_blank(request.body) {
            return Err(CallError::Form);
        }
        check_depth(request.body, context.config.api.max_json_body_depth)?;
    }
    let place = Place {
        context,
        driver,
        method,
        node,
        origin: request.origin,
        arguments: record
            .is_async
            .then(|| Arguments::of(&input, method.reads_json()))
            .flatten(),
    };
    match record.prepare(driver.instance(), &input)? {
        Prepared::Exclusive(method) => place.start(method).await,
        Prepared::Shared(method) => place.start(method).await,
        Prepared::Snapshot(method) => place.start(method).await,
        Prepared::Driver(method) => place.start(method).await,
    }
}

/// The node if one is called, its driver, the method.
pub(crate) type Found<'c> = (Option<Arc<Node>>, &'c Arc<Driver>, &'c Arc<Method>);

/// What is called, if it is there.
pub(crate) fn find<'c>(context: &'c Context, target: CallTarget<'_>, name: &str) -> Result<Found<'c>, CallError> {
    match target {
        CallTarget::Node(ident) => {
            let node = context
                .nodes
                .find(ident)
                .ok_or_else(|| CallError::NodeNotFound(ident.into()))?;
            let driver = enabled(context, &node)?;
            let method = driver
                .node_method(name)
                .ok_or_else(|| unknown_method(driver, name, target))?;
            Ok((Some(node), driver, method))
        }
        CallTarget::Driver(ident) => {
            let driver = context
                .catalogue
                .driver(ident)
                .ok_or_else(|| CallError::DriverUnknown(ident.into()))?;
            let method = driver
                .driver_method(name)
                .ok_or_else(|| unknown_method(driver, name, target))?;
            Ok((None, driver, method))
        }
    }
}

/// The node's driver, if it is offered here.
pub(crate) fn enabled<'c>(context: &'c Context, node: &Node) -> Result<&'c Arc<Driver>, CallError> {
    let name = node.driver();
    context
        .catalogue
        .driver(name)
        .ok_or_else(|| CallError::DriverNotEnabled { driver: name.into() })
}

/// Ironic's sentence, then what would have been right.
fn unknown_method(driver: &Driver, name: &str, target: CallTarget<'_>) -> CallError {
    let compiled = driver.compiled();
    let (own, other, elsewhere) = match target {
        CallTarget::Node(_) => (
            compiled.node_methods(),
            compiled.driver_methods(),
            "the driver itself has",
        ),
        CallTarget::Driver(_) => (compiled.driver_methods(), compiled.node_methods(), "its nodes have"),
    };
    let names: Vec<&str> = own.iter().map(|method| method.name).collect();
    let hint = if other.iter().any(|method| method.name == name) {
        format!("; {elsewhere} a method of this name")
    } else if let Some(near) = crate::config::did_you_mean(name, names.iter().copied()) {
        format!("; did you mean {near}?")
    } else if names.is_empty() {
        "; there are none here".into()
    } else {
        format!("; there are: {}", names.join(", "))
    };
    CallError::UnknownMethod {
        method: name.into(),
        hint,
    }
}

fn allowed(method: &'static host::Method, verb: &str) -> Result<Verb, CallError> {
    let known = Verb::from_name(verb).filter(|verb| method.verbs.contains(verb));
    known.ok_or_else(|| {
        let verbs: Vec<&str> = method.verbs.iter().map(|verb| verb.as_str()).collect();
        CallError::VerbNotAllowed {
            method: method.name,
            verb: verb.into(),
            allowed: verbs.join(", "),
        }
    })
}

const FORM: &[u8] = b"application/x-www-form-urlencoded";

/// Whether this is the content type of HTML's forms, whatever its parameters.
pub(crate) fn is_form(content_type: Option<&str>) -> bool {
    // Nearly all are shorter, and need not be looked at.
    let is = |kind: &[u8]| {
        let (start, rest) = kind.split_at_checked(FORM.len())?;
        let is_whole = rest.first().is_none_or(|byte| matches!(byte, b';' | b' ' | b'\t'));
        Some(is_whole && start.eq_ignore_ascii_case(FORM))
    };
    content_type.is_some_and(|kind| is(kind.as_bytes()) == Some(true))
}

/// Whether a body says nothing.
pub(crate) fn is_blank(body: &[u8]) -> bool {
    body.iter().all(u8::is_ascii_whitespace)
}

/// Refuses JSON nested deeper than this, before any parser recurses into it.
pub(crate) fn check_depth(json: &[u8], max: usize) -> Result<(), CallError> {
    // Nearly all are too short, or hold too few of these, to be nested deeper, wherever they stand.
    if json.len() <= max || json.iter().filter(|byte| matches!(byte, b'{' | b'[')).count() <= max {
        return Ok(());
    }
    let (mut depth, mut text, mut escaped) = (0usize, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if text => escaped = true,
            b'"' => text = !text,
            b'{' | b'[' if !text => {
                depth += 1;
                if depth > max {
                    return Err(CallError::TooDeep { max });
                }
            }
            b'}' | b']' if !text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

/// Refuses a node whose settings the driver cannot work with, naming all that is wrong.
pub(crate) fn validate(driver: &Driver, node: &Arc<Node>) -> Result<(), CallError> {
    let record = driver.record();
    // Settings are parsed only where somebody asks for them.
    let wrong = record
        .properties
        .iter()
        .filter_map(|property| property.unusable(node.driver_info()));
    let mut faults: Vec<String> = wrong.collect();
    if let Some(check) = record.validate
        && let Err(error) = check(driver.instance(), &host::snapshot(Arc::clone(node)))
    {
        let text = error.to_string();
        let text = Secrets::of(node, record).hidden(&text);
        // A check that reads the settings as the driver's methods do meets the same faults.
        if text != faults.join("; ") {
            faults.push(text.into_owned());
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(CallError::NotValid(faults.join("; ")))
    }
}

/// A call whose arguments are decoded: where it is to run.
struct Place<'c> {
    context: &'c Arc<Context>,
    driver: &'c Arc<Driver>,
    method: &'c Arc<Method>,
    node: Option<Arc<Node>>,
    origin: Origin,
    /// For who looks at its task.
    arguments: Option<Arguments>,
}

impl Place<'_> {
    async fn start<G: Target>(self, ready: Ready<G>) -> Result<Answer, CallError> {
        let Self {
            context,
            driver,
            method,
            node,
            origin,
            arguments,
        } = self;
        let record = method.record();
        if let Some(node) = &node {
            validate(driver, node)?;
        }
        let beside = node.as_ref().map(|node| node.id).filter(|_| G::RUNS_BESIDE_OTHERS);
        context.workers.has_room(driver, beside)?;
        let task = record.is_async.then(Uuid::new_v4);
        // Not since its arrival: a body that came slowly has used up none of the wait.
        let asked = Instant::now();
        let who = Who {
            operation: record.name,
            request: origin.request,
            task,
            arrived: asked,
        };
        let Acquired {
            target,
            hold,
            node,
            begins,
        } = G::acquire(context, driver, node, who).await?;
        let slot = context.workers.begin(driver, beside)?;

        let handle = driver.runtime().handle();
        let deadline = begins + method.timeout();
        let (of, log) = (driver.record(), LogBounds::from(&context.config));
        let call = Running::new(origin, node.clone(), of, record.name, deadline, handle.clone(), log);
        let work = Work {
            context: Arc::clone(context),
            driver: Arc::clone(driver),
            method: Arc::clone(method),
            call,
            _slot: slot,
            _hold: hold,
        };
        match task {
            None => {
                let asker = Asker {
                    context,
                    method,
                    handle,
                };
                work.run_sync(asker, ready, target).await
            }
            Some(task) => work.run_async(ready, target, node, task, arguments).await,
        }
    }
}
