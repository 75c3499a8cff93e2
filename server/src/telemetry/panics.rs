//! Panics: each becomes one event, whoever's it was. Of one that is caught, whoever caught it tells, and knows more: the
//! call, the request. Of all others the hook here does, on the thread that panicked.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};

use super::one_line;
use crate::config::without_passwords;

/// Longest text of a panic that is told by the hook.
const TEXT_BYTES_MAX: usize = 4096;

/// Longest backtrace; there is one where `RUST_BACKTRACE` asks for it.
const BACKTRACE_BYTES_MAX: usize = 65_536;

thread_local! {
    /// How many callers on this thread would tell of a panic.
    static CAUGHT_BY: Cell<usize> = const { Cell::new(0) };
    /// Where the last panic came from.
    static SEEN: RefCell<Option<Seen>> = const { RefCell::new(None) };
}

/// Where a panic came from.
struct Seen {
    at: String,
    backtrace: Option<String>,
}

/// A panic that was caught.
pub(crate) struct Panic {
    payload: Box<dyn Any + Send>,
    seen: Option<Seen>,
}

impl Panic {
    /// Its message.
    pub(crate) fn text(&self) -> &str {
        text(&*self.payload)
    }

    /// The file and the line.
    pub(crate) fn at(&self) -> Option<&str> {
        self.seen.as_ref().map(|seen| seen.at.as_str())
    }

    /// The way there, if that is asked for.
    pub(crate) fn backtrace(&self) -> Option<&str> {
        self.seen.as_ref()?.backtrace.as_deref()
    }
}

/// Runs work of which a panic is to be told by the caller.
///
/// # Errors
/// The panic.
pub(crate) fn catch<T>(work: impl FnOnce() -> T) -> Result<T, Panic> {
    CAUGHT_BY.set(CAUGHT_BY.get() + 1);
    let result = catch_unwind(AssertUnwindSafe(work));
    CAUGHT_BY.set(CAUGHT_BY.get() - 1);
    result.map_err(|payload| Panic {
        payload,
        seen: SEEN.take(),
    })
}

/// Has panics told by events from now on.
pub(super) fn start() {
    set_hook(Box::new(tell));
}

fn tell(panic: &PanicHookInfo<'_>) {
    let backtrace = Backtrace::capture();
    let seen = Seen {
        at: panic.location().map(ToString::to_string).unwrap_or_default(),
        backtrace: (backtrace.status() == BacktraceStatus::Captured)
            .then(|| one_line(&backtrace.to_string(), BACKTRACE_BYTES_MAX).into_owned()),
    };
    if CAUGHT_BY.get() > 0 {
        SEEN.set(Some(seen));
        return;
    }
    let Seen { at, backtrace } = seen;
    tracing::error!(
        panic = &*one_line(&without_passwords(text(panic.payload())), TEXT_BYTES_MAX),
        at,
        thread = std::thread::current().name(),
        backtrace,
        "panic"
    );
}

fn text(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("a panic without a text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_that_is_caught_has_its_text() {
        let number = 7;
        for (panic, text) in [
            (catch(|| panic!("plain")).err(), "plain"),
            (catch(|| panic!("made of {number}")).err(), "made of 7"),
            (catch(|| std::panic::panic_any(number)).err(), "a panic without a text"),
        ] {
            assert_eq!(panic.map(|panic| panic.text().to_owned()).as_deref(), Some(text));
        }
        assert_eq!(catch(|| number).ok(), Some(7));
        assert_eq!(CAUGHT_BY.get(), 0);
    }
}
