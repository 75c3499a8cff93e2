//! The node locks under shuttle: the server's own files, with a mutex that checks their laws after every step, run
//! under thousands of schedules that shuttle chooses. `build.rs` makes the copies, `calls.rs` is what happens in
//! them. Each mistake of `mutants.rs` is planted in a copy of its own, and must be found among as many schedules.
//!
//! The short form tries the same schedules each time. The long form, with the feature `long` as in `tests/run --long`,
//! tries new ones for minutes. What fails prints its schedule, which `shuttle::replay` takes.

mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, Runner};

include!(concat!(env!("OUT_DIR"), "/copies.rs"));

/// Schedules of the short form, of each kind.
const SCHEDULES: usize = 2_000;

/// The time of the long form, for each kind.
const LONG: Duration = Duration::from_secs(120);

const SEED: u64 = 7;

/// How often the scheduler interrupts somebody against their order of importance, at most.
const PREEMPTIONS: usize = 3;

#[test]
fn the_laws_hold_in_random_schedules() {
    explore(RandomScheduler::new_from_seed);
}

#[test]
fn the_laws_hold_with_few_but_awkward_preemptions() {
    explore(awkward);
}

fn explore<S: Scheduler + 'static>(scheduler: impl Fn(u64, usize) -> S) {
    let mut config = config();
    let (mut seed, mut schedules) = (SEED, SCHEDULES);
    if cfg!(feature = "long") {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        seed = now.expect("it is later than 1970").as_secs();
        schedules = usize::MAX;
        config.max_time = Some(LONG);
        println!("seed {seed}");
    }
    let tried = Runner::new(scheduler(seed, schedules), config).run(sound::lock::calls::any);
    println!("{tried} schedules");
    assert!(tried > 0);
}

/// Fails if no schedule shows the mistake in this copy.
fn is_found(name: &str, calls: fn()) {
    let random = RandomScheduler::new_from_seed(SEED, SCHEDULES);
    let found = shows("random", random, calls).or_else(|| shows("awkward", awkward(SEED, SCHEDULES), calls));
    match found {
        Some(found) => println!("{name} shows in {found}"),
        None => panic!("nothing shows {name}"),
    }
}

/// The first schedule that fails, and what it says.
fn shows(kind: &str, scheduler: impl Scheduler + 'static, calls: fn()) -> Option<String> {
    let tried = Arc::new(AtomicUsize::new(0));
    let counted = {
        let tried = Arc::clone(&tried);
        move || {
            tried.fetch_add(1, Relaxed);
            calls();
        }
    };
    let run = AssertUnwindSafe(|| Runner::new(scheduler, config()).run(counted));
    let panic = catch_unwind(run).err()?;
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    let tried = tried.load(Relaxed);
    Some(format!("{kind} schedule {tried}: {}", text.unwrap_or("a panic")))
}

fn awkward(seed: u64, schedules: usize) -> PctScheduler {
    PctScheduler::new_from_seed(seed, PREEMPTIONS, schedules)
}

fn config() -> Config {
    let mut config = Config::new();
    // It would warn of relaxed atomics, whose order it does not model: they are counters under a mutex, and statistics.
    config.silence_warnings = true;
    config
}
