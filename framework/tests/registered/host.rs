//! A host as small as one can be: it finds the records of this test's driver, starts a method and runs it here.

use std::borrow::Cow;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use bessemer::host::{
    self, Block, BoxFuture, Exclusive, Finished, HoldsExclusive, HoldsShared, Host, Input, Instance, Method,
    NodeFields, Prepared, Ready, Reply, Shared,
};
use bessemer::{Kind, Result, Value, Verb, json};

use crate::Kinds;

struct Held;
impl HoldsExclusive for Held {}
impl HoldsShared for Held {}

struct TestHost;

impl Host for TestHost {
    fn request_id(&self) -> &str {
        "req-1"
    }
    fn caller(&self) -> Option<&str> {
        None
    }
    fn now(&self) -> Instant {
        Instant::now()
    }
    fn deadline(&self) -> Instant {
        Instant::now()
    }
    fn is_cancelled(&self) -> bool {
        false
    }
    fn cancelled(self: Arc<Self>) -> BoxFuture<()> {
        Box::pin(std::future::pending())
    }
    fn sleep(&self, _: Duration) -> BoxFuture<()> {
        Box::pin(std::future::ready(()))
    }
    fn spawn(&self, _: BoxFuture<()>) {}
    fn progress(&self, _: u64, _: u64, _: &str) {}
    fn log(&self, _: &str) {}
}

pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}

fn blocks() -> impl Iterator<Item = &'static Block> {
    host::blocks()
        .iter()
        .filter(|block| (block.target)() == std::any::TypeId::of::<Kinds>())
}

pub(crate) fn driver_record() -> &'static host::Driver {
    blocks()
        .find_map(|block| block.driver)
        .expect("the driver is registered")
}

pub(crate) fn method(name: &str, driver_level: bool) -> &'static Method {
    blocks()
        .flat_map(|block| block.methods)
        .find(|method| method.name == name && method.entry.is_driver_level() == driver_level)
        .unwrap_or_else(|| panic!("{name} is registered"))
}

pub(crate) fn instance() -> Instance {
    (driver_record().build)(json!({"greeting": "hello"})).expect("the section fits")
}

pub(crate) fn fields() -> Arc<NodeFields> {
    Arc::new(NodeFields {
        uuid: "u".into(),
        power_state: Some("power on".into()),
        ..NodeFields::default()
    })
}

fn run<G>(ready: Ready<G>, target: G) -> (&'static str, Finished<G>) {
    let call = host::call(Arc::new(TestHost));
    match ready {
        Ready::Async(method) => ("async", block_on(method.start(target, call))),
        Ready::Blocking(method) => ("blocking", method.run(target, call)),
    }
}

pub(crate) struct Outcome {
    pub(crate) how: &'static str,
    pub(crate) reply: Result<Reply>,
    pub(crate) changes: Option<Arc<NodeFields>>,
}

pub(crate) fn call(method: &Method, verb: Verb, query: &[(&str, &str)], body: &str) -> Result<Outcome, String> {
    let query: Vec<_> = query
        .iter()
        .map(|(k, v)| (Cow::Borrowed(*k), Cow::Borrowed(*v)))
        .collect();
    let input = Input {
        verb,
        query: &query,
        body: body.as_bytes(),
        content_type: None,
    };
    let instance = instance();
    let outcome = |how, reply, changes| Outcome { how, reply, changes };
    Ok(match method.prepare(&instance, &input).map_err(|e| e.to_string())? {
        Prepared::Exclusive(method) => {
            let (how, finished) = run(method, Exclusive::new(fields(), Arc::new(Held)));
            outcome(how, finished.result, finished.target.into_changes())
        }
        Prepared::Shared(method) => {
            let (how, finished) = run(method, Shared::new(fields(), Arc::new(Held)));
            outcome(how, finished.result, None)
        }
        Prepared::Snapshot(method) => {
            let (how, finished) = run(method, host::snapshot(fields()));
            outcome(how, finished.result, None)
        }
        Prepared::Driver(method) => {
            let (how, finished) = run(method, ());
            outcome(how, finished.result, None)
        }
    })
}

#[track_caller]
pub(crate) fn json_of(outcome: Outcome) -> Value {
    match outcome.reply {
        Ok(Reply::Json(text)) => serde_json::from_slice(&text).expect("a reply is JSON"),
        other => panic!("{other:?} is not JSON"),
    }
}

#[track_caller]
pub(crate) fn error_of(outcome: Outcome) -> (Kind, String) {
    let error = outcome.reply.expect_err("the method fails");
    (error.kind(), error.message().into())
}
