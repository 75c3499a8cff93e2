//! The checks that call methods, on the node that the author gave for it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::Check;
use super::decoding::{decode, is_required};
use super::setup::Setup;
use super::values::{Extent, made_up};
use crate::__private::IsDriver;
use crate::error::Kind;
use crate::host::{Method, Takes};
use crate::testing::driver::{TestDriver, driver};
use crate::testing::node::TestNode;
use crate::testing::outcome::{Failure, Outcome, Reason};
use crate::testing::record::{Record, title};
use crate::testing::request::{Request, call};
use crate::testing::schema::{document, document_of};
use crate::testing::sync::Mutex;

/// As long as one poll may keep its thread: what the server warns of.
const POLL_MAX: Duration = Duration::from_millis(50);

/// More than any deadline's grace on the call's clock.
const AFTER_GRACE: Duration = Duration::from_secs(60);

/// As long as a plain `fn` may really take to notice that it is to stop.
const STOP_MAX: Duration = Duration::from_secs(5);

/// One call to make.
#[derive(Clone)]
pub(super) struct Planned {
    pub(super) method: &'static Method,
    pub(super) arguments: Value,
}

/// All calls to make, and what hinders some.
pub(super) struct Plan<D> {
    pub(super) driver: TestDriver<D>,
    pub(super) node: TestNode,
    pub(super) calls: Vec<Planned>,
    pub(super) faults: Vec<String>,
}

impl<D: IsDriver> Plan<D> {
    fn new(record: &Record, setup: &Setup) -> Result<Self, String> {
        let driver = driver::<D>(setup.section());
        let driver = driver.map_err(|error| format!("it cannot be made from its configuration: {error}"))?;
        let mut plan = Self {
            driver,
            node: setup.node.clone(),
            calls: Vec::new(),
            faults: Vec::new(),
        };
        for name in setup.skipped.keys().chain(setup.arguments.keys()) {
            if !record.methods.iter().any(|method| method.name == name) {
                plan.faults
                    .push(format!("the setup names `{name}`, which is no method"));
            }
        }
        for method in &record.methods {
            if setup.skipped.contains_key(method.name) {
                continue;
            }
            match setup.arguments.get(method.name) {
                Some(given) => plan.calls.extend(given.iter().map(|arguments| Planned {
                    method,
                    arguments: arguments.clone(),
                })),
                None => plan.make_up(method),
            }
        }
        Ok(plan)
    }

    fn make_up(&mut self, method: &'static Method) {
        let mut made: Vec<Value> = [Extent::Least, Extent::Most]
            .into_iter()
            .filter_map(|extent| arguments(method, extent))
            .collect();
        made.dedup();
        let instance = self.driver.shared();
        made.retain(|arguments| decode(method, &instance, &arguments.to_string()).is_ok());
        if made.is_empty() {
            let (title, name) = (title(method), method.name);
            self.faults.push(format!(
                "no arguments could be made up for {title}: give some, `.arguments(\"{name}\", json!({{ … }}))`"
            ));
        }
        self.calls
            .extend(made.into_iter().map(|arguments| Planned { method, arguments }));
    }

    /// The call, put together.
    pub(super) fn request(&self, planned: &Planned) -> Request<D> {
        let mut request = call::<D>(planned.method.name)
            .instance(&self.driver)
            .body(&planned.arguments);
        if let Takes::Named(arguments) = planned.method.takes
            && arguments.is_empty()
        {
            request = call::<D>(planned.method.name).instance(&self.driver);
        }
        match planned.method.entry.is_driver_level() {
            true => request,
            false => request.node(&self.node),
        }
    }
}

/// Arguments of a method, made up.
fn arguments(method: &Method, extent: Extent) -> Option<Value> {
    match &method.takes {
        Takes::Named(arguments) => {
            let mut object = serde_json::Map::new();
            for argument in *arguments {
                let is_required = is_required(argument);
                if is_required || extent == Extent::Most {
                    let schema = document(argument.schema);
                    match made_up(&schema, &schema, extent) {
                        Some(value) => object.insert(argument.name.into(), value),
                        None if is_required => return None,
                        None => continue,
                    };
                }
            }
            Some(Value::Object(object))
        }
        Takes::Body(body) => match document_of(body.schema) {
            Some(schema) => made_up(&schema, &schema, extent),
            None => Some(Value::Object(serde_json::Map::new())),
        },
    }
}

/// Runs what is to be done with the calls where the author wants it to run.
pub(super) fn in_setup<D, F>(record: &Record, setup: Setup, work: impl FnOnce(Plan<D>) -> F) -> Vec<String>
where
    D: IsDriver,
    F: Future<Output = Vec<String>> + Send + 'static,
{
    let plan = match Plan::<D>::new(record, &setup) {
        Ok(plan) => plan,
        Err(fault) => return vec![fault],
    };
    let result = Arc::new(Mutex::new(None));
    let (given, work) = (Arc::clone(&result), work(plan));
    setup.enter(Box::pin(async move {
        let faults = work.await;
        *given.lock() = Some(faults);
    }));
    let faults = result.lock().take();
    faults.unwrap_or_else(|| vec!["what `run_on` was given did not run the calls to their end".into()])
}

pub(super) fn calls<D: IsDriver>(record: Record, setup: Setup, check: Check) -> Vec<String> {
    in_setup::<D, _>(&record, setup, move |mut plan| async move {
        let mut faults = std::mem::take(&mut plan.faults);
        if let Err(error) = plan.driver.start().await {
            faults.push(format!("it does not start: {error}"));
            return faults;
        }
        for planned in &plan.calls {
            let found = match check {
                Check::Blocking => blocking(&plan, planned).await,
                Check::Deadlines => deadline(&plan, planned).await,
                Check::Cancellation => cancellation(&plan, planned).await,
                _ => errors(&plan.request(planned).await),
            };
            let title = title(planned.method);
            faults.extend(
                found
                    .into_iter()
                    .map(|fault| format!("{title}, called with {}: {fault}", planned.arguments)),
            );
        }
        if let Err(error) = plan.driver.stop().await {
            faults.push(format!("it does not stop: {error}"));
        }
        faults
    })
}

fn errors(outcome: &Outcome) -> Vec<String> {
    let Some(failure) = outcome.failure() else {
        return Vec::new();
    };
    let fault = match failure.reason() {
        Reason::Panic => Some(format!("it panicked: {failure}")),
        Reason::Arguments => Some(format!("its arguments are refused, so it was not tried: {failure}")),
        Reason::Node => Some(format!("the node is refused, so it was not tried: {failure}")),
        Reason::Stuck => Some(failure.to_string()),
        _ if failure.message().trim().is_empty() => Some(format!("its error of kind {} says nothing", failure.kind())),
        _ if is_untyped(failure) => Some(format!(
            "its error `{failure}` has no kind of its own, but came by `?`: give it one, `.or_kind(Kind::…, \"what failed\")?`"
        )),
        _ => None,
    };
    fault.into_iter().collect()
}

/// Whether `?` made the error of a foreign one: then its text is that of its cause.
fn is_untyped(failure: &Failure) -> bool {
    let causes = failure.causes();
    failure.kind() == Kind::Internal && causes.is_some_and(|causes| causes.starts_with(failure.message()))
}

async fn blocking<D: IsDriver>(plan: &Plan<D>, planned: &Planned) -> Vec<String> {
    let mut longest = Duration::MAX;
    // What is made on the first use may take its time once.
    for _ in 0..3 {
        let outcome = plan.request(planned).await;
        longest = longest.min(outcome.seen.longest_poll);
        if longest <= POLL_MAX {
            return Vec::new();
        }
    }
    let milliseconds = longest.as_millis();
    vec![format!(
        "it kept its thread for {milliseconds} ms without an await: make it a plain `fn`, or await where it waits"
    )]
}

async fn deadline<D: IsDriver>(plan: &Plan<D>, planned: &Planned) -> Vec<String> {
    let is_blocking = planned.method.entry.is_blocking();
    // Past any deadline and any grace. What only waits outside is not waited for: its time is over.
    let mut running = plan.request(planned).start();
    running.advance(Duration::from_secs(24 * 3600));
    running.advance(AFTER_GRACE);
    if is_blocking {
        running.wait(STOP_MAX);
    }
    if running.is_done() {
        let outcome = running.finish();
        let fault = outcome.failure().and_then(|failure| match failure.reason() {
            Reason::Panic => Some(format!("it panicked: {failure}")),
            Reason::Stuck => Some("work that it spawned went on after its time was over".into()),
            _ => None,
        });
        let mut faults: Vec<String> = fault.into_iter().collect();
        if !outcome.lock_is_free {
            faults.push("its lock is not free".into());
        }
        return faults;
    }
    vec![match is_blocking {
        true => format!(
            "it went on for {} s after its time was over: a plain `fn` cannot be stopped, so it must ask \
             `call.is_cancelled()` or give its hardware no more than `call.remaining()`",
            STOP_MAX.as_secs()
        ),
        false => "work that it spawned went on after its time was over".into(),
    }]
}

async fn cancellation<D: IsDriver>(plan: &Plan<D>, planned: &Planned) -> Vec<String> {
    // A plain `fn` waits for nothing that it could be dropped at.
    if planned.method.entry.is_blocking() {
        return Vec::new();
    }
    let tried = plan.request(planned).cancel_at_every_await().cancellations().await;
    tried.err().unwrap_or_default()
}
