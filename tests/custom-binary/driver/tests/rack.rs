//! The driver's own tests, without a server: the methods one by one, then the suite that every driver passes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

use bessemer::testing::conformance::Setup;
use bessemer::testing::{self, LockMode, Reason, Request, TestNode};
use bessemer::{Error, Kind, json};
use rack_driver::{Place, Rack, RackError, Report};

fn node() -> TestNode {
    testing::node("r1")
        .driver_info("rack_address", "192.0.2.7")
        .driver_info("rack_username", "operator")
        .driver_info("rack_password", "hunter2")
}

fn unplugged() -> TestNode {
    testing::node("r2").driver_info("rack_address", "unplugged")
}

fn call(method: &str) -> Request<Rack> {
    testing::call::<Rack>(method).node(node())
}

#[test]
fn light_works_alone_on_the_node_and_notes_what_it_did() {
    let outcome = call("light").arg("lamps", 3).run();
    assert_eq!((outcome.lock(), outcome.json::<u8>()), (LockMode::Exclusive, 3));
    assert_eq!(outcome.node().extra()["lamps"], 3);
}

#[test]
fn light_refuses_more_lamps_than_there_are_and_changes_nothing() {
    let outcome = call("light").config(json!({ "lamps": 2 })).arg("lamps", 3).run();
    let error = outcome.error();
    assert_eq!(
        (error.kind(), error.message()),
        (Kind::Invalid, "lamps is 3, but the rack has 2")
    );
    assert!(outcome.changes().is_empty());
    // This many have no place in the argument's type: the method is not even called.
    assert_eq!(
        call("light").arg("lamps", 300).run().error().reason(),
        Reason::Arguments
    );
}

#[test]
fn populate_takes_a_whole_body() {
    let outcome = call("populate").body(json!({ "machines": { "a": 1, "b": 4 } })).run();
    assert_eq!(outcome.json::<usize>(), 2);
    assert_eq!(outcome.node().properties()["machines"], json!({ "a": 1, "b": 4 }));
}

#[test]
fn flash_goes_on_in_the_background_and_reports() {
    let outcome = call("flash").arg("version", "2.0").run();
    assert!(outcome.is_accepted());
    assert_eq!(outcome.progress().len(), 10);
    assert_eq!(outcome.node().properties()["firmware"], "2.0");
    // The node that a call left is the node of the next one.
    let place = testing::call::<Rack>("place").node(outcome.node()).run();
    assert_eq!(place.json::<Place>().firmware.as_deref(), Some("2.0"));

    let outcome = call("flash").arg("version", "3.0").run();
    assert_eq!(outcome.error().kind(), Kind::NotFound);
}

#[test]
fn lamps_are_read_beside_others() {
    // One driver for both calls, as in a server.
    let rack = testing::driver::<Rack>(json!({})).unwrap();
    testing::block_on(rack.start()).unwrap();
    call("light").instance(&rack).arg("lamps", 3).run();
    let outcome = call("lamps").instance(&rack).run();
    assert_eq!((outcome.lock(), outcome.json::<u8>()), (LockMode::Shared, 3));
}

#[test]
fn a_blocking_library_is_called_on_a_thread() {
    let outcome = call("try_lamps").config(json!({ "lamps": 3 })).run();
    let broken = Report {
        good: vec![1, 2],
        broken: vec![3],
    };
    assert_eq!(outcome.json::<Report>(), broken);
}

#[test]
fn the_logbook_is_a_file() {
    let rack = testing::driver::<Rack>(json!({})).unwrap();
    testing::block_on(rack.start()).unwrap();
    call("light").instance(&rack).arg("lamps", 3).run();
    let outcome = call("logbook").instance(&rack).run();
    assert_eq!(outcome.text(), "3 lamps lit\n");
    assert_eq!(
        (outcome.content_type(), outcome.file_name()),
        (Some("text/plain"), Some("logbook.txt"))
    );
}

#[test]
fn watch_streams_for_as_long_as_one_likes() {
    // The clock is the kit's: ten minutes take no time.
    let outcome = call("watch").query("times", 599).run();
    assert_eq!(outcome.text(), "0 lit\n".repeat(599));
    assert_eq!(outcome.took().as_secs(), 599);
}

#[test]
fn place_needs_no_lock() {
    let outcome = call("place").run();
    assert_eq!(outcome.lock(), LockMode::None);
    let place = Place {
        address: "192.0.2.7".into(),
        row: 1,
        firmware: None,
    };
    assert_eq!(outcome.json::<Place>(), place);
}

#[test]
fn firmware_is_asked_of_the_driver_alone() {
    let firmware = |limit| testing::call::<Rack>("firmware").query("limit", limit).run();
    assert_eq!(firmware(1).json::<Vec<String>>(), ["2.1"]);
    assert_eq!(firmware(9).json::<Vec<String>>(), ["2.1", "2.0"]);
}

#[test]
fn settings_are_checked_when_the_driver_is_made() {
    let refused = |section| testing::driver::<Rack>(section).unwrap_err().to_string();
    assert!(refused(json!({ "lamps": 0 })).starts_with("`lamps` is 0"));
    assert!(refused(json!({ "lamps": "many" })).contains("expected u8"));
    assert!(refused(json!({ "lamsp": 4 })).contains("no setting \"lamsp\""));
}

#[test]
fn a_node_is_checked_before_each_call() {
    let outcome = testing::call::<Rack>("lamps").node(testing::node("r3")).run();
    assert_eq!(outcome.error().reason(), Reason::Node);
    assert!(outcome.error().message().contains("missing driver_info/rack_address"));

    let half = testing::node("r3")
        .driver_info("rack_address", "192.0.2.7")
        .driver_info("rack_username", "operator");
    let rack = testing::driver::<Rack>(json!({})).unwrap();
    let why = rack.validate(half).unwrap_err();
    assert_eq!(why.message(), "driver_info/rack_username needs rack_password beside it");
}

#[test]
fn nobody_is_let_in_before_the_start_and_after_the_stop() {
    let rack = testing::driver::<Rack>(json!({})).unwrap();
    let lamps = || call("lamps").instance(&rack).run();
    assert_eq!(lamps().error().kind(), Kind::Busy);
    testing::block_on(rack.start()).unwrap();
    assert!(lamps().is_ok());
    testing::block_on(rack.stop()).unwrap();
    assert_eq!(lamps().error().kind(), Kind::Busy);
}

#[test]
fn a_rack_that_does_not_answer_is_named() {
    let outcome = testing::call::<Rack>("lamps").node(unplugged()).run();
    assert_eq!(
        (outcome.error().kind(), outcome.error().message()),
        (Kind::Silent, "the rack at unplugged does not answer")
    );
    let error = Error::from(RackError::NoAnswer("x".into()));
    assert_eq!(error.kind(), Kind::Silent);
}

fn setup() -> Setup {
    Setup::new(node())
        .arguments("flash", json!({ "version": "2.1" }))
        .arguments("watch", json!({ "times": 5 }))
}

testing::conformance!(Rack, with = setup);
