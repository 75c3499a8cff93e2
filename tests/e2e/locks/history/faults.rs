//! The checker itself: a history that is sound, and what it says when one thing in it is made wrong.

use std::time::Duration;

use super::check::Mode::{Exclusive, Shared, Snapshot};
use super::check::{Call, Fault, History, Outcome, Run};

const LOCK_WAIT: Duration = Duration::from_secs(3);

#[test]
fn a_sound_history_has_no_faults() {
    assert_eq!(sound().faults(), []);
    assert_eq!(with_a_refusal().faults(), []);
}

#[test]
fn who_is_inside_with_an_exclusive_run_is_seen() {
    check(
        sound(),
        |history| run(history, 1).entered = at(900),
        &[Fault::Overlap(0, 1)],
    );
    check(
        sound(),
        |history| run(history, 3).entered = at(2_200),
        &[Fault::Overlap(2, 3)],
    );
}

#[test]
fn who_enters_before_its_turn_is_seen() {
    // The shared call asks a second after the exclusive one.
    check(sound(), swap, &[Fault::Overtaken(3, 4)]);
}

#[test]
fn who_came_at_nearly_the_same_time_may_be_first() {
    let nearly = |history: &mut History| {
        swap(history);
        call(history, 4).sent = at(1_020);
        run(history, 4).asked = at(1_060);
    };
    check(sound(), nearly, &[]);
}

#[test]
fn a_machine_that_stops_now_and_then_makes_nobody_overtake() {
    let stopped = |history: &mut History| {
        swap(history);
        history.pause = at(600);
    };
    check(sound(), stopped, &[]);
}

/// The two runs that follow one another change places.
fn swap(history: &mut History) {
    (run(history, 3).entered, run(history, 3).left) = (at(2_600), at(2_700));
    (run(history, 4).entered, run(history, 4).left) = (at(2_400), at(2_500));
}

#[test]
fn who_enters_while_an_earlier_call_still_waits_in_vain_is_seen() {
    let barge = |history: &mut History| {
        history.calls.retain(|call| call.number != 4);
        history.runs.retain(|run| run.number != 4);
        run(history, 3).left = at(5_650);
        run(history, 7).entered = at(5_700);
        call(history, 6).outcome = Outcome::Locked(held_by("exclusive call exclusive", 7, "0.2"));
    };
    check(with_a_refusal(), barge, &[Fault::Overtaken(6, 7)]);
}

#[test]
fn a_refusal_at_the_wrong_time_is_seen() {
    let history = with_a_refusal;
    check(history(), |it| call(it, 6).sent = at(3_500), &[Fault::RefusedEarly(6)]);
    check(
        history(),
        |it| call(it, 6).answered = at(30_000),
        &[Fault::RefusedLate(6)],
    );
}

#[test]
fn a_refusal_that_is_not_true_is_seen() {
    for (text, why) in [
        (held_by("exclusive call exclusive", 9, "3.5"), "whom it names never ran"),
        (
            held_by("shared call shared", 3, "3.5"),
            "whom it names held the node otherwise",
        ),
        (
            held_by("exclusive call exclusive", 0, "3.5"),
            "whom it names did not hold the node then",
        ),
        (
            held_by("exclusive call exclusive", 3, "1.5"),
            "whom it names held the node for another time",
        ),
        (held_by("exclusive call shared", 3, "3.5"), "it names nobody"),
        ("Node n is locked by host h.".to_owned(), "it names nobody"),
    ] {
        let lie = |history: &mut History| call(history, 6).outcome = Outcome::Locked(text.clone());
        check(with_a_refusal(), lie, &[Fault::Untrue(6, why)]);
    }
}

#[test]
fn what_was_lost_or_ran_again_is_seen() {
    check(
        sound(),
        |history| history.runs.retain(|run| run.number != 1),
        &[Fault::Lost(1)],
    );
    let twice = |history: &mut History| {
        let again = run(history, 5).clone();
        history.runs.push(again);
    };
    check(sound(), twice, &[Fault::RanAgain(5)]);
    let refused = |history: &mut History| call(history, 5).outcome = Outcome::QueueFull;
    check(sound(), refused, &[Fault::RanAgain(5)]);
    let unknown = |history: &mut History| history.calls.retain(|call| call.number != 5);
    check(sound(), unknown, &[Fault::RanAgain(5)]);
}

#[test]
fn what_ran_before_it_was_called_or_after_its_answer_is_seen() {
    check(
        sound(),
        |history| run(history, 5).asked = at(400),
        &[Fault::OutOfTime(5)],
    );
    check(
        sound(),
        |history| call(history, 5).answered = at(520),
        &[Fault::OutOfTime(5)],
    );
    check(
        sound(),
        |history| run(history, 5).mode = Shared,
        &[Fault::Overlap(0, 5), Fault::OutOfTime(5)],
    );
}

/// What the checker says of a history after this change.
#[track_caller]
fn check(mut history: History, change: impl Fn(&mut History), faults: &[Fault]) {
    change(&mut history);
    assert_eq!(history.faults(), faults);
}

/// An exclusive run with a snapshot inside, two shared runs together, an exclusive one that is long, and two more.
fn sound() -> History {
    let mut history = History {
        calls: vec![],
        runs: vec![],
        lock_wait: LOCK_WAIT,
        pause: Duration::ZERO,
    };
    for (number, mode, [sent, asked, entered, left, answered]) in [
        (0, Exclusive, [0, 10, 20, 1_000, 1_010]),
        (1, Shared, [100, 110, 1_010, 2_000, 2_010]),
        (2, Shared, [200, 210, 1_010, 2_300, 2_310]),
        (3, Exclusive, [1_000, 1_010, 2_400, 6_000, 6_010]),
        (4, Shared, [2_000, 2_010, 6_050, 6_100, 6_110]),
        (5, Snapshot, [500, 510, 511, 600, 610]),
        (7, Exclusive, [3_500, 3_510, 6_150, 6_200, 6_210]),
    ] {
        history.calls.push(Call {
            number,
            mode,
            sent: at(sent),
            answered: at(answered),
            outcome: Outcome::Served,
        });
        history.runs.push(Run {
            number,
            mode,
            request: format!("req-{number}"),
            asked: at(asked),
            entered: at(entered),
            left: at(left),
        });
    }
    history
}

/// The same, and a call that waits from 2_900 to 5_900 for the long run.
fn with_a_refusal() -> History {
    let mut history = sound();
    history.calls.push(Call {
        number: 6,
        mode: Shared,
        sent: at(2_890),
        answered: at(5_910),
        outcome: Outcome::Locked(held_by("exclusive call exclusive", 3, "3.5")),
    });
    history
}

fn held_by(who: &str, number: u64, seconds: &str) -> String {
    format!(
        "Node n is locked by host h, please retry after the current operation is completed. It is held by the {who} of \
         request req-{number}, since 2026-01-01T00:00:00Z ({seconds} s)"
    )
}

fn at(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn run(history: &mut History, number: u64) -> &mut Run {
    history.runs.iter_mut().find(|run| run.number == number).unwrap()
}

fn call(history: &mut History, number: u64) -> &mut Call {
    history.calls.iter_mut().find(|call| call.number == number).unwrap()
}
