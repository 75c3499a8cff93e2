//! The test kit, used as a driver's author uses it. Each test is the one that such an author would write; what
//! the kit reports must be what a server would have done.

mod acme;
mod cancel;
mod reactor;
mod signatures;
mod time;

use std::time::Duration;

use acme::Acme;
use bessemer::testing::{self, LockMode, Reason};
use bessemer::{Kind, Value, json};

#[test]
fn a_method_in_five_lines() {
    let node = testing::node("rack7").property("cpus", 2);
    let outcome = testing::call::<Acme>("set_prop")
        .node(node)
        .arg("key", "cpus")
        .arg("value", 4)
        .run();
    assert_eq!(outcome.lock(), LockMode::Exclusive);
    assert_eq!(outcome.node().properties()["cpus"], 4);
    assert_eq!(outcome.json::<Value>(), json!(2));
}

#[test]
fn locks_are_those_of_the_types() {
    let lock = |method: &str| testing::call::<Acme>(method).node(testing::node("n")).run().lock();
    assert_eq!(lock("name_of"), LockMode::Shared);
    assert_eq!(lock("power"), LockMode::None);
    let own = testing::call::<Acme>("images").query("limit", 1).run();
    assert_eq!(
        (own.lock(), own.json::<Vec<String>>()),
        (LockMode::None, vec!["2.1".to_owned()])
    );
}

#[test]
fn a_failed_method_changes_nothing() {
    let request = testing::call::<Acme>("set_prop").node(testing::node("n"));
    let outcome = request.arg("key", "cpus").arg("value", 4).arg("fail", true).run();
    let error = outcome.error();
    assert_eq!((error.reason(), error.kind()), (Reason::Method, Kind::Rejected));
    assert_eq!(
        (error.message(), error.causes()),
        ("told to fail", Some("cable: pulled"))
    );
    assert!(outcome.changes().is_empty());
}

#[test]
fn changes_tell_before_and_after() {
    let request = testing::call::<Acme>("set_prop").node(testing::node("n").property("cpus", 2));
    let outcome = request.arg("key", "cpus").arg("value", 4).run();
    let changes = outcome.changes();
    assert_eq!(changes.len(), 1);
    assert_eq!(
        (changes[0].path.as_str(), &changes[0].before),
        ("properties/cpus", &json!(2))
    );
    let again = testing::call::<Acme>("set_prop")
        .node(outcome.node())
        .arg("key", "cpus")
        .arg("value", 8);
    assert_eq!(again.run().json::<u8>(), 4);
}

#[test]
fn wrong_arguments_and_verbs_are_refused_before_anything() {
    let request = || testing::call::<Acme>("set_prop").node(testing::node("n"));
    let outcome = request().arg("keyy", "cpus").run();
    assert_eq!(outcome.error().reason(), Reason::Arguments);
    assert!(outcome.error().message().contains("did you mean `key`"));
    let outcome = request().arg("key", "k").arg("value", 1).verb("GET").run();
    assert_eq!(outcome.error().reason(), Reason::Verb);
    assert!(!outcome.is_accepted());
}

#[test]
fn a_node_is_validated_as_the_driver_says() {
    let outcome = testing::call::<Acme>("power")
        .node(testing::node("n").driver_info("broken", true))
        .run();
    assert_eq!(
        (outcome.error().reason(), outcome.error().message()),
        (Reason::Node, "the node is broken")
    );
    let acme = testing::driver::<Acme>(json!({})).unwrap();
    assert!(acme.validate(testing::node("n")).is_ok());
}

#[test]
fn bodies_bytes_and_callers() {
    let outcome = testing::call::<Acme>("upload")
        .node(testing::node("n"))
        .raw_body("\x01\x02", "image/png")
        .run();
    assert_eq!(
        outcome.json::<Value>(),
        json!({ "bytes": 2, "content_type": "image/png", "caller": null })
    );
    let outcome = testing::call::<Acme>("upload")
        .node(testing::node("n"))
        .body(json!([1]))
        .caller("ada")
        .run();
    assert_eq!(
        outcome.json::<Value>(),
        json!({ "bytes": 3, "content_type": "application/json", "caller": "ada" })
    );
}

#[test]
fn an_attachment_is_bytes_with_a_name() {
    let outcome = testing::call::<Acme>("console").node(testing::node("n")).run();
    assert_eq!(
        (outcome.text(), outcome.content_type(), outcome.file_name()),
        ("BIOS", Some("text/plain"), Some("log"))
    );
}

#[test]
fn a_stream_is_read_to_its_end_on_the_clock() {
    let follow = || testing::call::<Acme>("follow").node(testing::node("n"));
    let outcome = follow().arg("lines", 3).run();
    assert_eq!((outcome.text(), outcome.took()), ("0\n1\n2\n", Duration::from_secs(4)));
    let outcome = follow().arg("lines", 3).arg("fail", true).run();
    assert_eq!(
        (outcome.error().reason(), outcome.error().message()),
        (Reason::Method, "the console is gone")
    );
    let outcome = follow().arg("lines", 40).run();
    assert_eq!(
        (outcome.error().reason(), outcome.took()),
        (Reason::Deadline, Duration::from_secs(30))
    );
    assert!(follow().arg("lines", 3).cancel_at_every_await().run().awaits() >= 4);
    let outcome = testing::call::<Acme>("image").node(testing::node("n")).run();
    assert_eq!((outcome.text(), outcome.file_name()), ("image", Some("image.bin")));
}

#[test]
fn a_plain_fn_runs_on_a_thread_of_its_own() {
    let outcome = testing::call::<Acme>("plain").node(testing::node("n")).run();
    assert_ne!(outcome.json::<String>(), format!("{:?}", std::thread::current().id()));
    assert_eq!(outcome.changes()[0].path, "power_state");
}

#[test]
fn a_panic_is_an_outcome() {
    for method in ["panics", "panics_on_a_thread"] {
        let outcome = testing::call::<Acme>(method).node(testing::node("n")).run();
        let error = outcome.error();
        assert_eq!((error.reason(), error.message()), (Reason::Panic, "out of order: 7"));
    }
}

#[test]
fn one_instance_serves_several_calls_and_is_looked_into() {
    let acme = testing::driver::<Acme>(json!({})).unwrap();
    testing::block_on(acme.start()).unwrap();
    for _ in 0..2 {
        testing::call::<Acme>("count").instance(&acme).run();
    }
    assert_eq!(acme.counted(), 2);
    assert!(acme.was_started());
    let refused = testing::driver::<Acme>(json!({ "racks": 1 })).unwrap_err();
    assert_eq!(refused.kind(), Kind::Invalid);
}

#[test]
#[should_panic(expected = "acme has no method `set_porp`; it has ")]
fn a_method_that_is_not_there_is_a_mistake_of_the_test() {
    testing::call::<Acme>("set_porp").node(testing::node("n")).run();
}

#[test]
#[should_panic(expected = "`power` is a method of a node")]
fn a_missing_node_is_a_mistake_of_the_test() {
    testing::call::<Acme>("power").run();
}

#[test]
#[should_panic(expected = "`set_prop` failed: ")]
fn a_reply_that_is_not_there_says_why() {
    let outcome = testing::call::<Acme>("set_prop").node(testing::node("n")).run();
    outcome.assert_empty();
}
