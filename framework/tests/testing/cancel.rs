//! Cancellation at every await, of methods that survive it and of methods that do not.

use bessemer::testing::{self, Request};

use crate::acme::Acme;

fn call(method: &str) -> Request<Acme> {
    testing::call::<Acme>(method).node(testing::node("n"))
}

#[test]
fn every_await_is_tried_once() {
    let tried = call("set_prop")
        .arg("key", "k")
        .arg("value", 1)
        .cancel_at_every_await()
        .run();
    assert_eq!(tried.awaits(), 2);
    assert!(tried.undisturbed().is_ok());
    assert_eq!(call("gives_way").cancel_at_every_await().run().awaits(), 3);
    assert_eq!(
        call("listens").arg("seconds", 1).cancel_at_every_await().run().awaits(),
        2
    );
    assert_eq!(call("spawns").cancel_at_every_await().run().awaits(), 1);
}

#[test]
#[should_panic(
    expected = "dropped at its await 1: the same call no longer works afterwards: another call is on the way"
)]
fn what_a_method_holds_over_an_await_and_does_not_give_back_is_found() {
    call("leaks").cancel_at_every_await().run();
}

#[test]
#[should_panic(expected = "dropped at its await 1: it panicked: the bomb")]
fn a_panic_in_a_destructor_is_found() {
    call("panics_in_drop").cancel_at_every_await().run();
}
