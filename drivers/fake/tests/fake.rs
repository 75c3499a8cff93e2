//! The driver's own tests, without a server: the methods one by one, then the suite that every driver passes.

use std::time::Duration;

use bessemer::testing::conformance::Setup;
use bessemer::testing::{self, LockMode, Reason, Request, TestNode};
use bessemer::{Kind, Value, json};
use bessemer_driver_fake::{Fake, Info, Peek, Slept};

fn node() -> TestNode {
    testing::node("demo-0")
        .driver_info("fake_password", "hunter2")
        .property("cpus", 4)
}

fn call(method: &str) -> Request<Fake> {
    testing::call::<Fake>(method).node(node())
}

#[test]
fn the_methods_of_ironics_fake_hardware() {
    let first = call("first_method").arg("bar", "baz").run();
    assert!(first.is_accepted());
    assert_eq!(
        (first.lock(), first.log()),
        (LockMode::Exclusive, &["bar is baz: true".to_owned()][..])
    );
    assert_eq!(
        call("second_method").arg("bar", "baz").run().log(),
        ["bar is kazoo: false"]
    );
    assert!(call("third_method_sync").arg("bar", "meow").run().json::<bool>());
    assert!(!call("third_method_sync").arg("bar", "woof").run().json::<bool>());
    let fourth = call("fourth_method_shared_lock").arg("bar", "woof").run();
    assert_eq!(
        (fourth.lock(), fourth.log()),
        (LockMode::Shared, &["bar is woof: true".to_owned()][..])
    );
}

#[test]
fn an_empty_bar_is_refused_before_the_lock() {
    let outcome = call("first_method").arg("bar", "").run();
    assert_eq!(outcome.error().reason(), Reason::Arguments);
}

#[test]
fn a_node_may_delay_each_method_and_must_say_so_rightly() {
    let slow = |delay: Value| call("nothing").node(node().driver_info("fake_delay", delay)).run();
    assert_eq!(slow(json!(90)).error().reason(), Reason::Deadline);
    assert_eq!(slow(json!("2.5")).took(), Duration::from_millis(2500));
    let outcome = slow(json!(-1));
    assert_eq!(outcome.error().reason(), Reason::Node);
    assert!(outcome.error().message().starts_with("driver_info/fake_delay: "));
}

#[test]
fn log_passthrough_takes_any_bytes() {
    let outcome = call("log_passthrough").raw_body(vec![b'x'; 300], "text/plain").run();
    assert_eq!(outcome.log(), [format!("300 bytes of text/plain: {}", "x".repeat(200))]);
    assert_eq!(call("log_passthrough").run().log(), ["0 bytes of no content type: "]);
}

#[test]
fn echo_returns_what_it_was_asked() {
    let outcome = call("echo").verb("PATCH").body(json!({ "a": [1] })).run();
    let uuid = outcome.node().uuid().to_owned();
    assert_eq!(
        outcome.json::<Value>(),
        json!({ "http_method": "PATCH", "args": { "a": [1] }, "node": uuid })
    );
    let own = testing::call::<Fake>("echo").query("a", 1).query("a", 2).run();
    assert_eq!(
        own.json::<Value>(),
        json!({ "http_method": "GET", "args": { "a": ["1", "2"] } })
    );
}

#[test]
fn peek_shows_the_node_without_its_settings() {
    let outcome = call("peek").run();
    assert_eq!(outcome.lock(), LockMode::None);
    assert_eq!(outcome.json::<Peek>().properties["cpus"], 4);
    assert!(!outcome.text().contains("hunter2"));
}

#[test]
fn sleepers_report_each_second() {
    let outcome = call("sleep").arg("seconds", 599.5).run();
    assert_eq!(
        (outcome.took(), outcome.progress().len()),
        (Duration::from_millis(599_500), 600)
    );
    let mut sleep = call("sleep_sync").arg("seconds", 30).start();
    sleep.advance(Duration::from_secs(12));
    assert_eq!(sleep.progress().last().map(|report| report.done), Some(12));
    assert_eq!(sleep.finish().json::<Slept>().slept, 30.0);
}

#[test]
fn sleepers_fail_afterwards_and_at_their_deadline() {
    let outcome = call("sleep_shared").arg("seconds", 2).arg("fail", true).run();
    assert_eq!(
        (outcome.error().message(), outcome.took()),
        ("failed as asked, after 2 s", Duration::from_secs(2))
    );
    let outcome = call("sleep_sync").arg("seconds", 61).run();
    assert_eq!(
        (outcome.error().reason(), outcome.took()),
        (Reason::Deadline, Duration::from_secs(60))
    );
    assert_eq!(
        call("sleep").arg("seconds", 601).run().error().reason(),
        Reason::Arguments
    );
}

#[test]
fn sleepers_may_be_cancelled_at_every_await() {
    let tried = call("sleep").arg("seconds", 5.5).cancel_at_every_await().run();
    assert_eq!(tried.awaits(), 6);
}

#[test]
fn failures_are_of_the_kind_that_was_asked_for() {
    let fail = |kind: &str| call("fail").arg("kind", kind).arg("message", "so").run();
    for (word, kind) in [
        ("invalid", Kind::Invalid),
        ("unsupported", Kind::Unsupported),
        ("forbidden", Kind::Forbidden),
        ("not_found", Kind::NotFound),
        ("conflict", Kind::Conflict),
        ("busy", Kind::Busy),
        ("rejected", Kind::Rejected),
        ("silent", Kind::Silent),
        ("internal", Kind::Internal),
    ] {
        let outcome = fail(word);
        assert_eq!((outcome.error().kind(), outcome.error().message()), (kind, "so"));
    }
    assert_eq!(fail("panic").error().reason(), Reason::Panic);
    let outcome = fail("timeout");
    assert_eq!(
        (outcome.error().reason(), outcome.took()),
        (Reason::Deadline, Duration::from_secs(2))
    );
    let outcome = call("fail_async").arg("kind", "busy").run();
    assert!(outcome.is_accepted() && outcome.error().kind() == Kind::Busy);
}

#[test]
fn nothing_and_bytes() {
    call("nothing").run().assert_empty();
    let outcome = call("attachment").query("bytes", 3).query("fill", "y").run();
    assert_eq!(
        (outcome.text(), outcome.content_type()),
        ("yyy", Some("application/octet-stream"))
    );
    assert_eq!(call("attachment").run().bytes().len(), 1024);
    assert_eq!(call("attachment").arg("fill", "é").run().error().kind(), Kind::Invalid);
}

#[test]
fn methods_of_the_driver_alone() {
    let info = testing::call::<Fake>("info").run().json::<Info>();
    assert_eq!(info.driver, "fake");
    assert!(info.methods.contains(&"sleep".to_owned()));
    let sleep = testing::call::<Fake>("sleep").arg("seconds", 1.5).run();
    assert_eq!(
        (sleep.took(), sleep.lock()),
        (Duration::from_millis(1500), LockMode::None)
    );
}

fn setup() -> Setup {
    Setup::new(node())
        .arguments("fail", json!({ "kind": "silent" }))
        .arguments("fail", json!({ "kind": "timeout" }))
        .arguments("fail_async", json!({ "kind": "conflict" }))
        .arguments("sleep", json!({ "seconds": 2.5 }))
}

testing::conformance!(Fake, with = setup);
