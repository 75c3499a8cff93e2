//! Time, deadlines, cancellation and spawned work, on the kit's clock.

use std::time::{Duration, Instant};

use bessemer::json;
use bessemer::testing::{self, Clock, Reason, Request};

use crate::acme::Acme;

const SECOND: Duration = Duration::from_secs(1);

fn call(method: &str) -> Request<Acme> {
    testing::call::<Acme>(method).node(testing::node("n"))
}

#[test]
fn a_clock_jumps_over_half_an_hour() {
    let began = Instant::now();
    let outcome = call("flash").arg("seconds", 1799).run();
    assert!(outcome.is_ok() && outcome.is_accepted());
    assert_eq!(outcome.took(), 1799 * SECOND);
    assert_eq!(outcome.progress().len(), 1799);
    assert_eq!(outcome.log(), ["written"]);
    assert!(began.elapsed() < 20 * SECOND);
}

#[test]
fn the_usual_deadline_is_a_minute_or_half_an_hour() {
    let outcome = call("flash").arg("seconds", 1801).run();
    assert_eq!(outcome.error().reason(), Reason::Deadline);
    assert_eq!(outcome.took(), 1800 * SECOND);
    assert!(outcome.is_accepted() && outcome.changes().is_empty());
    let outcome = call("set_prop")
        .arg("key", "k")
        .arg("value", 1)
        .timeout(SECOND / 2)
        .run();
    assert_eq!(
        (outcome.error().reason(), outcome.took()),
        (Reason::Deadline, SECOND / 2)
    );
}

#[test]
fn a_method_that_does_not_listen_is_dropped_at_its_deadline() {
    let outcome = call("deaf").run();
    assert_eq!(outcome.error().reason(), Reason::Deadline);
    assert_eq!(
        outcome.error().message(),
        "the method deaf did not end within its 30 s and was stopped"
    );
    assert_eq!(outcome.took(), 30 * SECOND);
}

#[test]
fn a_method_that_listens_has_ten_seconds() {
    let acme = testing::driver::<Acme>(json!({})).unwrap();
    let outcome = call("listens").instance(&acme).arg("seconds", 9).run();
    assert_eq!((outcome.error().message(), outcome.took()), ("undone", 39 * SECOND));
    let outcome = call("listens").instance(&acme).arg("seconds", 11).run();
    assert_eq!(
        (outcome.error().reason(), outcome.took()),
        (Reason::Deadline, 40 * SECOND)
    );
    assert_eq!(acme.undone.load(std::sync::atomic::Ordering::SeqCst), 1);
    assert!(outcome.changes().is_empty());
}

#[test]
fn what_ends_too_late_is_saved_and_told_as_late() {
    let outcome = call("late").run();
    assert_eq!(outcome.error().reason(), Reason::Deadline);
    assert_eq!(outcome.changes()[0].path, "extra/mark");
}

#[test]
fn a_call_can_be_cancelled() {
    let mut running = call("listens").arg("seconds", 2).start();
    running.advance(5 * SECOND);
    assert!(!running.is_done());
    running.cancel();
    running.advance(2 * SECOND);
    assert!(running.is_done());
    assert_eq!((running.finish().error().message()), "undone");
    let mut running = call("deaf").start();
    running.cancel();
    assert_eq!(running.finish().error().reason(), Reason::Cancelled);
}

#[test]
fn a_test_moves_the_time_step_by_step() {
    let mut running = call("flash").arg("seconds", 100).start();
    assert_eq!(running.progress().len(), 1);
    running.advance(SECOND / 2);
    assert_eq!(running.progress().len(), 1);
    running.advance(SECOND * 10);
    assert_eq!(running.progress().len(), 11);
    let outcome = running.finish();
    assert_eq!(outcome.took(), 100 * SECOND);
}

#[test]
fn spawned_work_is_joined() {
    let outcome = call("spawns").timeout(300 * SECOND).run();
    assert_eq!((outcome.json::<u8>(), outcome.took()), (7, 120 * SECOND));
    assert_eq!(outcome.log(), ["the other one ended"]);
}

#[test]
fn spawned_work_is_dropped_with_its_method() {
    let outcome = call("spawns").timeout(30 * SECOND).run();
    assert_eq!(
        (outcome.error().reason(), outcome.took()),
        (Reason::Deadline, 30 * SECOND)
    );
    assert!(outcome.log().is_empty());
}

#[test]
fn spawned_work_that_never_ends_is_dropped_at_the_deadline() {
    let outcome = call("leaves").timeout(30 * SECOND).run();
    assert_eq!((outcome.error().reason(), outcome.took()), (Reason::Stuck, 30 * SECOND));
    assert_eq!(
        outcome.error().message(),
        "work that the method leaves spawned did not end within its 30 s"
    );
    // The method returned: the hardware is as it left it.
    assert_eq!(outcome.changes()[0].path, "extra/left");
}

#[test]
fn spawned_work_that_listens_has_ten_seconds() {
    for (seconds, reason, took) in [(9, Reason::Deadline, 39), (11, Reason::Stuck, 40)] {
        let outcome = call("leaves").arg("seconds", seconds).timeout(30 * SECOND).run();
        assert_eq!((outcome.error().reason(), outcome.took()), (reason, took * SECOND));
        assert_eq!(outcome.changes()[0].path, "extra/left");
    }
}

#[test]
fn spawned_work_is_cancelled_with_a_call_whose_method_returned() {
    let mut running = call("leaves").start();
    running.advance(SECOND);
    assert!(!running.is_done());
    running.cancel();
    assert!(running.is_done());
    assert_eq!(running.finish().error().reason(), Reason::Stuck);
}

#[test]
fn a_plain_fn_is_told_of_its_deadline_and_waited_for() {
    let mut running = call("waits_on_a_thread").start();
    running.advance(9 * SECOND);
    assert!(!running.is_done());
    running.advance(SECOND);
    let outcome = running.finish();
    assert_eq!(outcome.error().reason(), Reason::Deadline);
    assert_eq!(outcome.changes()[0].path, "extra/mark");
}

#[test]
fn what_comes_from_outside_is_waited_for() {
    let outcome = call("asks_a_thread").run();
    assert_eq!(outcome.json::<u8>(), 7);
    assert!(outcome.took() < 10 * SECOND);
}

#[test]
fn calls_share_a_clock() {
    let clock = Clock::new();
    call("flash").arg("seconds", 10).clock(&clock).run();
    call("flash").arg("seconds", 5).clock(&clock).run();
    assert!(clock.elapsed() >= 15 * SECOND);
}
