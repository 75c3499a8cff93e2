//! Goes through a history of calls and runs and says what contradicts the promises of a lock: no overlap, nobody
//! overtaken, refusals on time and true, nothing lost and nothing run twice. It knows nothing of how the server works;
//! all times are by one clock.

use std::collections::HashMap;
use std::time::Duration;

/// How a method holds its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Exclusive,
    Shared,
    Snapshot,
}

/// A call as its client saw it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) number: u64,
    pub(crate) mode: Mode,
    pub(crate) sent: Duration,
    pub(crate) answered: Duration,
    pub(crate) outcome: Outcome,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    Served,
    /// 409, with its text.
    Locked(String),
    /// 503.
    QueueFull,
}

/// A run as its method saw it.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) number: u64,
    pub(crate) mode: Mode,
    pub(crate) request: String,
    /// Right before its lock was asked for.
    pub(crate) asked: Duration,
    pub(crate) entered: Duration,
    pub(crate) left: Duration,
}

/// All calls to one node, and all runs on it.
#[derive(Clone, Debug)]
pub(crate) struct History {
    pub(crate) calls: Vec<Call>,
    pub(crate) runs: Vec<Run>,
    /// How long a call waits at most.
    pub(crate) lock_wait: Duration,
    /// How long the machine stopped somebody at most, as far as that was measured.
    pub(crate) pause: Duration,
}

/// A contradiction. Calls go by their numbers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    /// Two were inside that may not be.
    Overlap(u64, u64),
    /// The first was in line before the second, which entered before it, or before it was refused.
    Overtaken(u64, u64),
    /// Refused after less than the wait.
    RefusedEarly(u64),
    /// Refused long after the wait.
    RefusedLate(u64),
    /// What stands in the refusal was not so; with the reason.
    Untrue(u64, &'static str),
    /// Served, but it never ran.
    Lost(u64),
    /// Ran more often than it was asked for: refused calls not at all, others once.
    RanAgain(u64),
    /// It ran at a time when nobody had called, or had been answered.
    OutOfTime(u64),
}

/// How often callers met.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Met {
    /// Calls refused for a held lock.
    pub(crate) refused: usize,
    /// Pairs of shared runs beside one another.
    pub(crate) shared: usize,
    /// Runs without a lock beside an exclusive one.
    pub(crate) unlocked: usize,
}

/// What the machine may take between two steps of one call, at least. Between asking and standing in line, and between
/// the grant and the entry, lie microseconds of work, but a busy machine can stop a thread there.
const JITTER_MIN: Duration = Duration::from_millis(100);

/// How long the machine may take for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

impl Mode {
    /// The method that is called for it.
    pub(crate) fn method(self) -> &'static str {
        match self {
            Mode::Exclusive => "exclusive",
            Mode::Shared => "shared",
            Mode::Snapshot => "snapshot",
        }
    }

    pub(crate) fn of(method: &str) -> Option<Self> {
        [Mode::Exclusive, Mode::Shared, Mode::Snapshot]
            .into_iter()
            .find(|mode| mode.method() == method)
    }

    /// Whether two may not be inside together.
    fn excludes(self, other: Mode) -> bool {
        let takes_lock = |mode| mode != Mode::Snapshot;
        takes_lock(self) && takes_lock(other) && (self == Mode::Exclusive || other == Mode::Exclusive)
    }
}

impl Run {
    fn meets(&self, other: &Run) -> bool {
        self.entered < other.left && other.entered < self.left
    }
}

impl History {
    /// All that contradicts.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        self.overlaps(&mut faults);
        self.overtakes(&mut faults);
        for call in &self.calls {
            if let Outcome::Locked(text) = &call.outcome {
                self.refusal(call, text, &mut faults);
            }
        }
        self.accounts(&mut faults);
        faults
    }

    pub(crate) fn met(&self) -> Met {
        let pairs = |one, other| {
            let run = |mode| self.runs.iter().filter(move |run| run.mode == mode);
            run(one)
                .flat_map(|one| run(other).map(move |other| (one, other)))
                .filter(|(one, other)| one.number != other.number && one.meets(other))
                .count()
        };
        Met {
            refused: self
                .calls
                .iter()
                .filter(|call| matches!(call.outcome, Outcome::Locked(_)))
                .count(),
            shared: pairs(Mode::Shared, Mode::Shared) / 2,
            unlocked: pairs(Mode::Snapshot, Mode::Exclusive),
        }
    }

    pub(crate) fn summary(&self) -> String {
        let full = self
            .calls
            .iter()
            .filter(|call| call.outcome == Outcome::QueueFull)
            .count();
        format!(
            "{} calls, {} runs, {full} refused for a full queue, {:?}, jitter {:?}",
            self.calls.len(),
            self.runs.len(),
            self.met(),
            self.jitter()
        )
    }

    fn overlaps(&self, faults: &mut Vec<Fault>) {
        for (index, one) in self.runs.iter().enumerate() {
            for other in &self.runs[index + 1..] {
                if one.mode.excludes(other.mode) && one.meets(other) {
                    faults.push(Fault::Overlap(one.number, other.number));
                }
            }
        }
    }

    /// Runs that take no lock tell how long the way from asking to entering is where nobody waits. They are few, so
    /// what was measured beside them counts as well.
    fn jitter(&self) -> Duration {
        let ways = self.runs.iter().filter(|run| run.mode == Mode::Snapshot);
        let longest = ways.map(|run| run.entered.saturating_sub(run.asked)).max();
        JITTER_MIN.max(2 * longest.unwrap_or_default().max(self.pause))
    }

    /// Of two shared runs that were let in together either may be the first to note it.
    fn overtakes(&self, faults: &mut Vec<Fault>) {
        let jitter = self.jitter();
        for second in self.runs.iter().filter(|run| run.mode != Mode::Snapshot) {
            for first in self.runs.iter().filter(|run| run.mode.excludes(second.mode)) {
                if first.asked + jitter < second.asked && second.entered < first.entered {
                    faults.push(Fault::Overtaken(first.number, second.number));
                }
            }
            for first in &self.calls {
                // It asked so long before it was refused at the latest, and was in line until the wait was over.
                let asked = first.answered.saturating_sub(self.lock_wait);
                let refused = self.refused_from(first);
                if matches!(first.outcome, Outcome::Locked(_))
                    && asked + jitter < second.asked
                    && second.entered < refused
                {
                    faults.push(Fault::Overtaken(first.number, second.number));
                }
            }
        }
    }

    /// The earliest moment of a refusal.
    fn refused_from(&self, call: &Call) -> Duration {
        call.answered.min(call.sent + self.lock_wait)
    }

    fn refusal(&self, call: &Call, text: &str, faults: &mut Vec<Fault>) {
        let took = call.answered - call.sent;
        if took < self.lock_wait {
            faults.push(Fault::RefusedEarly(call.number));
        }
        if took > self.lock_wait + PATIENCE {
            faults.push(Fault::RefusedLate(call.number));
        }
        if let Err(why) = self.names_its_holder(call, text) {
            faults.push(Fault::Untrue(call.number, why));
        }
    }

    /// Whether whom a refusal names held the node when the call was refused, as it says and since then.
    fn names_its_holder(&self, call: &Call, text: &str) -> Result<(), &'static str> {
        let told = Told::read(text).ok_or("it names nobody")?;
        let holder = self.runs.iter().find(|run| run.request == told.request);
        let holder = holder.ok_or("whom it names never ran")?;
        if holder.mode != told.mode {
            return Err("whom it names held the node otherwise");
        }
        // Between these two it was refused. A lock is held for some time around the run.
        let jitter = self.jitter();
        let (earliest, latest) = (self.refused_from(call), call.answered + jitter);
        if latest < holder.entered || holder.left + jitter < earliest {
            return Err("whom it names did not hold the node then");
        }
        let since = |moment: Duration| moment.saturating_sub(holder.entered);
        if told.held + ROUNDED < since(earliest) || since(latest + jitter) + ROUNDED < told.held {
            return Err("whom it names held the node for another time");
        }
        Ok(())
    }

    /// Each served call ran once, and no other.
    fn accounts(&self, faults: &mut Vec<Fault>) {
        let mut runs: HashMap<u64, Vec<&Run>> = HashMap::new();
        for run in &self.runs {
            runs.entry(run.number).or_default().push(run);
        }
        for call in &self.calls {
            let runs = runs.remove(&call.number).unwrap_or_default();
            let wanted = usize::from(call.outcome == Outcome::Served);
            if runs.len() < wanted {
                faults.push(Fault::Lost(call.number));
            }
            if runs.len() > wanted {
                faults.push(Fault::RanAgain(call.number));
            }
            let is_in_time = |run: &Run| {
                let order = [call.sent, run.asked, run.entered, run.left, call.answered];
                order.is_sorted() && run.mode == call.mode
            };
            if !runs.iter().all(|run| is_in_time(run)) {
                faults.push(Fault::OutOfTime(call.number));
            }
        }
        faults.extend(runs.into_keys().map(Fault::RanAgain));
    }
}

/// A text says seconds with one digit.
const ROUNDED: Duration = Duration::from_millis(50);

/// What a refusal says of who holds the node.
struct Told {
    mode: Mode,
    request: String,
    held: Duration,
}

impl Told {
    /// `… held by the exclusive call exclusive of request req-…, since … (0.2 s)`, or by so many shared calls.
    fn read(text: &str) -> Option<Self> {
        let (_, held_by) = text.split_once("It is held by ")?;
        let (who, rest) = held_by.split_once(" of request ")?;
        let (request, since) = rest.split_once(", since ")?;
        let seconds = since.rsplit_once('(')?.1.strip_suffix(" s)")?;
        let (kind, method) = who.rsplit_once(' ')?;
        let mode = if kind == "the exclusive call" {
            Mode::Exclusive
        } else if kind == "the shared call" || kind.ends_with(" shared calls, the oldest") {
            Mode::Shared
        } else {
            return None;
        };
        (Mode::of(method) == Some(mode)).then_some(Told {
            mode,
            request: request.to_owned(),
            held: Duration::from_secs_f64(seconds.parse().ok()?),
        })
    }
}
