//! A driver that panics, blocks, ends too late, leaks and says nothing.

use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bessemer::testing::conformance::{Check, Setup, Suite};
use bessemer::{Call, Error, Node, Result, ResultExt, driver};

use super::{finds, node};

/// Keeps its thread.
fn block(time: Duration) {
    let began = Instant::now();
    while began.elapsed() < time {
        std::thread::park_timeout(time - began.elapsed());
    }
}

#[derive(Default)]
pub(crate) struct Asleep {
    busy: AtomicBool,
}

/// Asleep.
#[driver(name = "asleep")]
impl Asleep {
    /// Panics.
    #[driver_passthru(http = "POST")]
    async fn panics(&self) -> Result<()> {
        panic!("out of order")
    }

    /// Returns an error as it came.
    #[driver_passthru(http = "POST")]
    async fn untyped(&self) -> Result<()> {
        Err(std::io::Error::other("cable pulled"))?
    }

    /// Returns an error without words.
    #[driver_passthru(http = "POST")]
    async fn wordless(&self) -> Result<()> {
        Err(Error::silent(""))
    }

    /// Fails as it should.
    #[driver_passthru(http = "POST")]
    async fn fails(&self) -> Result<()> {
        Err(std::io::Error::other("cable pulled")).or_kind(bessemer::Kind::Silent, "the rack did not answer")
    }

    /// Keeps its thread.
    #[driver_passthru(http = "POST")]
    async fn blocks(&self, call: &Call) -> Result<()> {
        call.sleep(Duration::from_secs(1)).await;
        block(Duration::from_millis(80));
        Ok(())
    }

    /// Does not ask whether it is to stop.
    #[passthru(http = "POST")]
    fn deaf(&self, _node: &mut Node) -> Result<()> {
        block(Duration::from_secs(7));
        Ok(())
    }

    /// Leaves work behind.
    #[passthru(http = "POST")]
    async fn leaves(&self, _node: &mut Node, call: &Call) -> Result<()> {
        drop(call.spawn(pending::<()>()));
        Ok(())
    }

    /// Panics when it is dropped while it waits.
    #[passthru(http = "POST", timeout = "1s")]
    async fn bomb(&self, _node: &mut Node, call: &Call) -> Result<()> {
        struct Bomb(bool);
        impl Drop for Bomb {
            fn drop(&mut self) {
                assert!(self.0, "the bomb");
            }
        }
        let mut bomb = Bomb(false);
        call.sleep(Duration::from_secs(2)).await;
        bomb.0 = true;
        Ok(())
    }

    /// Marks the driver as busy over an await.
    #[driver_passthru(http = "POST")]
    async fn leaks(&self, call: &Call) -> Result<()> {
        if self.busy.swap(true, Ordering::SeqCst) {
            return Err(Error::busy("another call is on the way"));
        }
        call.sleep(Duration::from_secs(1)).await;
        self.busy.store(false, Ordering::SeqCst);
        Ok(())
    }
}

/// Without the methods that are not looked at.
fn only(methods: &[&str]) -> Suite<Asleep> {
    let all = [
        "panics", "untyped", "wordless", "fails", "blocks", "deaf", "leaves", "bomb", "leaks",
    ];
    let skipped = all.iter().filter(|name| !methods.contains(name));
    Suite::new().with(skipped.fold(Setup::new(node()), |setup, name| setup.skip(name, "not looked at")))
}

#[test]
fn panics_and_errors_without_kind_or_words_are_found() {
    finds(
        only(&["panics", "untyped", "wordless", "fails"]),
        Check::Errors,
        &[
            "driver method `panics`, called with {}: it panicked: out of order",
            "driver method `untyped`, called with {}: its error `cable pulled` has no kind of its own",
            "driver method `wordless`, called with {}: its error of kind silent says nothing",
        ],
    );
}

#[test]
fn what_blocks_its_thread_is_found() {
    finds(
        only(&["blocks", "fails", "leaks"]),
        Check::Blocking,
        &["driver method `blocks`, called with {}: it kept its thread for "],
    );
}

#[test]
fn what_goes_on_after_its_time_is_found() {
    finds(
        only(&["deaf", "leaves", "bomb", "leaks"]),
        Check::Deadlines,
        &[
            "method `deaf`, called with {}: it went on for 5 s after its time was over",
            "method `leaves`, called with {}: work that it spawned went on after its time was over",
            "method `bomb`, called with {}: it panicked: the bomb",
        ],
    );
}

#[test]
fn what_does_not_survive_a_cancellation_is_found() {
    finds(
        only(&["bomb", "fails"]),
        Check::Cancellation,
        &[
            "method `bomb`, called with {}: dropped at its await 1: it panicked: the bomb",
            "method `bomb`, called with {}: told to stop at its await 1: it panicked: the bomb",
            "method `bomb`, called with {}: undisturbed: it panicked: the bomb",
            "called again after it was dropped at its await 1: it panicked",
            "called again after it was told to stop at its await 1: it panicked",
            "method `bomb`, called with {}: dropped at its await 2: it panicked",
            "method `bomb`, called with {}: told to stop at its await 2: it panicked",
        ],
    );
    finds(
        only(&["leaks"]),
        Check::Cancellation,
        &["driver method `leaks`, called with {}: dropped at its await 1: the same call no longer works afterwards"],
    );
}
