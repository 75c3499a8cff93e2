//! A call as a test puts it together, up to the decoding of its arguments. How it goes on is in `place.rs`.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use super::block_on::block_on;
use super::cancel::EveryAwait;
use super::clock::Clock;
use super::driver::{Source, TestDriver};
use super::host::TestHost;
use super::json_of;
use super::node::TestNode;
use super::outcome::{Failure, Outcome, Reason};
use super::place::Place;
use super::record::{Record, default_verb};
use super::run::StopAt;
use super::running::Running;
use crate::__private::IsDriver;
use crate::error::Kind;
use crate::host::{self, BoxFuture, Input, Prepared};
use crate::verbs::Verb;

/// The time that a method has if its attribute does not say: the server's defaults.
const SYNC_TIMEOUT: Duration = Duration::from_secs(60);
const ASYNC_TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// A call to the method of this name of the driver `D`: of the driver alone, or, if it is given a
/// [`node`](Request::node), of that node.
///
/// End it with [`run`](Request::run), `.await`, [`start`](Request::start) or
/// [`cancel_at_every_await`](Request::cancel_at_every_await).
pub fn call<D: IsDriver>(method: &str) -> Request<D> {
    Request {
        method: method.into(),
        record: Record::of::<D>(),
        source: Source::new(),
        node: None,
        verb: None,
        query: Vec::new(),
        arguments: Map::new(),
        body: None,
        caller: None,
        clock: None,
        timeout: None,
    }
}

/// A call that is put together; see [`call`].
#[must_use = "nothing is called before `run`, `.await` or `start`"]
pub struct Request<D> {
    record: Record,
    method: String,
    source: Source<D>,
    node: Option<TestNode>,
    verb: Option<String>,
    query: Vec<(String, String)>,
    arguments: Map<String, Value>,
    body: Option<(Vec<u8>, Option<String>)>,
    caller: Option<String>,
    clock: Option<Clock>,
    timeout: Option<Duration>,
}

impl<D> Clone for Request<D> {
    fn clone(&self) -> Self {
        Self {
            record: self.record.clone(),
            method: self.method.clone(),
            source: self.source.clone(),
            node: self.node.clone(),
            verb: self.verb.clone(),
            query: self.query.clone(),
            arguments: self.arguments.clone(),
            body: self.body.clone(),
            caller: self.caller.clone(),
            clock: self.clock.clone(),
            timeout: self.timeout,
        }
    }
}

impl<D: 'static> Request<D> {
    /// The node that the method is called on: made by [`node`](super::node()), or left by an earlier call.
    pub fn node(mut self, node: impl Into<TestNode>) -> Self {
        self.node = Some(node.into());
        self
    }

    /// A named argument: a key of the body's JSON object.
    pub fn arg(mut self, name: &str, value: impl Serialize) -> Self {
        self.arguments.insert(name.into(), json_of(value));
        self
    }

    /// A key of the query. Repeated, it is a list.
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.query.push((name.into(), value.to_string()));
        self
    }

    /// The whole body as JSON.
    pub fn body(mut self, value: impl Serialize) -> Self {
        let bytes = json_of(value).to_string().into_bytes();
        self.body = Some((bytes, Some("application/json".into())));
        self
    }

    /// The whole body as it is. An empty content type is none.
    pub fn raw_body(mut self, bytes: impl Into<Vec<u8>>, content_type: &str) -> Self {
        let content_type = (!content_type.is_empty()).then(|| content_type.into());
        self.body = Some((bytes.into(), content_type));
        self
    }

    /// The verb. Without this it is the first that the method answers, or, if there is a query, the first that
    /// reads one.
    pub fn verb(mut self, verb: &str) -> Self {
        self.verb = Some(verb.into());
        self
    }

    /// The section of the configuration from which the driver is made for this call.
    pub fn config(mut self, section: impl Serialize) -> Self {
        self.source.configure(json_of(section));
        self
    }

    /// The driver to call, made by [`driver`](super::driver()). Without this each call has one of its own, made
    /// and started before it.
    pub fn instance(mut self, driver: &TestDriver<D>) -> Self {
        self.source.give(driver.shared());
        self
    }

    /// Who asks. Without this nobody is known.
    pub fn caller(mut self, name: &str) -> Self {
        self.caller = Some(name.into());
        self
    }

    /// The clock to go by, to share it with other calls or to hold it. A clock that is shared jumps only when all
    /// the calls on it wait, also one that was made and is not polled yet.
    pub fn clock(mut self, clock: &Clock) -> Self {
        self.clock = Some(clock.clone());
        self
    }

    /// The time it may take, in place of what its attribute says or, where it says nothing, of a minute, or half
    /// an hour for an `async` method.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Carries it out on this thread, with no runtime. A method that needs a reactor (sockets, timers of its
    /// own) is awaited instead, in a test of that reactor: `#[tokio::test]` and `.await`.
    ///
    /// # Panics
    /// If the driver has no such method, or cannot be made. What the method does is in the [`Outcome`], its
    /// panics too.
    #[track_caller]
    pub fn run(self) -> Outcome {
        block_on(self.begin(None).1)
    }

    /// Begins it and holds its clock: the test says when time passes.
    ///
    /// # Panics
    /// If the driver has no such method, or cannot be made.
    #[track_caller]
    pub fn start(self) -> Running {
        let clock = self.clock.clone().unwrap_or_default();
        clock.hold();
        let (host, outcome) = self.clock(&clock).begin(None);
        Running::new(host, outcome)
    }

    /// Carries it out again and again: cancels it at its first await, at its second, and so on, once by dropping
    /// it and once by telling it to stop, and looks at what it leaves.
    #[must_use = "nothing is called before `run` or `.await`"]
    pub fn cancel_at_every_await(self) -> EveryAwait<D> {
        EveryAwait::new(self)
    }

    #[track_caller]
    pub(super) fn begin(self, stop_at: Option<StopAt>) -> (Arc<TestHost>, BoxFuture<Outcome>) {
        let method = self.record.method(&self.method, self.node.is_none());
        let default = if method.is_async { ASYNC_TIMEOUT } else { SYNC_TIMEOUT };
        let timeout = self.timeout.or(method.timeout).unwrap_or(default);
        let clock = self.clock.clone().unwrap_or_default();
        let id = "req-00000000-0000-4000-8000-000000000001";
        let host = TestHost::new(id.into(), self.caller.clone(), &clock, timeout);
        let fields = match &self.node {
            Some(node) => node.clone().into_fields(self.record.driver.name),
            None => Arc::default(),
        };
        let place = Place {
            method,
            before: fields,
            party: host.clock().party(),
            host: Arc::clone(&host),
            stop_at,
        };
        (host, Box::pin(self.carry_out(place)))
    }

    pub(super) fn with_given(&mut self, instance: host::Instance) {
        self.source.give(instance);
    }

    pub(super) async fn make_instance(&self) -> host::Instance {
        self.source.instance(&self.record).await
    }

    async fn carry_out(self, place: Place) -> Outcome {
        let method = place.method;
        let verb = match &self.verb {
            None => default_verb(method, !self.query.is_empty()),
            Some(word) => match Verb::from_name(word).filter(|verb| method.verbs.contains(verb)) {
                Some(verb) => verb,
                None => {
                    let verbs: Vec<&str> = method.verbs.iter().map(|verb| verb.as_str()).collect();
                    let text = format!(
                        "The method {} does not support HTTP {word}; it answers {}",
                        method.name,
                        verbs.join(", ")
                    );
                    return place.refused(Failure::new(Reason::Verb, Kind::Invalid, text));
                }
            },
        };
        let instance = self.make_instance().await;
        let (body, content_type) = self.encoded();
        let query: Vec<_> = self
            .query
            .iter()
            .map(|(key, value)| (Cow::Borrowed(&**key), Cow::Borrowed(&**value)))
            .collect();
        let input = Input {
            verb,
            query: &query,
            body: &body,
            content_type: content_type.as_deref(),
        };
        let driver = self.record.driver;
        let call = (driver, &instance);
        match method.prepare(&instance, &input) {
            Ok(Prepared::Exclusive(method)) => place.run(call, method).await,
            Ok(Prepared::Shared(method)) => place.run(call, method).await,
            Ok(Prepared::Snapshot(method)) => place.run(call, method).await,
            Ok(Prepared::Driver(method)) => place.run(call, method).await,
            Err(bad) => place.refused(Failure::new(Reason::Arguments, Kind::Invalid, bad.to_string())),
        }
    }

    fn encoded(&self) -> (Vec<u8>, Option<String>) {
        match (&self.body, self.arguments.is_empty()) {
            (Some(body), true) => body.clone(),
            (Some(_), false) => panic!("`{}` is given both a body and named arguments", self.method),
            (None, true) => (Vec::new(), None),
            (None, false) => {
                let json = serde_json::to_vec(&self.arguments).expect("a map with text keys is JSON");
                (json, Some("application/json".into()))
            }
        }
    }
}

impl<D: 'static> IntoFuture for Request<D> {
    type Output = Outcome;
    type IntoFuture = BoxFuture<Outcome>;

    fn into_future(self) -> BoxFuture<Outcome> {
        self.begin(None).1
    }
}
