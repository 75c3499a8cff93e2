//! A few calls that come to a few nodes at once, and what must hold of them in whatever order their steps happen.
//! Compiled as a module of each copy of the locks, in the place of the product's tests.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};

use shuttle::future::{self, JoinHandle, yield_now};
use shuttle::rand::{Rng, thread_rng};
use shuttle::thread;

use super::LockMode::{Exclusive, Shared};
use super::*;
use crate::world::{self, Lawful};

/// How many calls come at most.
const CALLS_MAX: usize = 6;

/// Two are in one shard, one is in the other. Most calls are for the first: where nobody meets nothing happens.
const NODES: [u128; 4] = [1, 1, 2, 3];

/// One call, with all that is decided before it begins.
#[derive(Clone, Copy, Debug)]
struct Call {
    node: u128,
    mode: LockMode,
    patience: Patience,
    /// Its client leaves after others went on so often.
    leaves: Option<u32>,
    /// How often others may go on while it holds its node.
    pauses: u32,
}

/// How long a call waits.
#[derive(Clone, Copy, Debug)]
enum Patience {
    /// It only tries.
    None,
    /// Its deadline has passed before it asks.
    Passed,
    /// So many polls.
    Polls(u32),
    /// As long as it takes.
    Endless,
}

/// As often as it takes for others to come, to wait and to give up.
const LONG: u32 = 20;

/// Any calls. Each time some kinds of them are left out: a mistake shows most often where little else happens. So
/// few may wait that queues are full at times.
pub(crate) fn any() {
    let mut rng = thread_rng();
    let [leave, linger, spread, hurry] = [(); 4].map(|()| rng.gen_bool(0.5));
    let limits = Limits {
        waiters_per_node_max: rng.gen_range(1..4),
        waiters_max: rng.gen_range(1..4),
    };
    let calls = (0..rng.gen_range(2..=CALLS_MAX)).map(|_| Call {
        node: if spread { NODES[rng.gen_range(0..NODES.len())] } else { NODES[0] },
        mode: if rng.gen_bool(0.5) { Exclusive } else { Shared },
        patience: match rng.gen_range(0..8) {
            0 if hurry => Patience::None,
            1 if hurry => Patience::Passed,
            2..5 if hurry => Patience::Polls(rng.gen_range(0..4)),
            _ => Patience::Endless,
        },
        leaves: (leave && rng.gen_ratio(1, 3)).then(|| rng.gen_range(0..LONG)),
        pauses: if linger && rng.gen_ratio(1, 3) { LONG } else { rng.gen_range(0..3) },
    });
    come(calls.collect(), limits);
}

/// These calls come. Each reaches its end, and nothing is left of them.
fn come(calls: Vec<Call>, limits: Limits) {
    let locks = NodeLocks::new(limits);
    let scene = Arc::new(Scene {
        ended: calls.iter().map(|_| AtomicBool::new(false)).collect(),
        calls,
        inside: Default::default(),
        refused: Default::default(),
    });
    let each = || 0..scene.calls.len();
    let running: Vec<JoinHandle<()>> = each()
        .map(|index| future::spawn(Arc::clone(&scene).call(Arc::clone(&locks), index)))
        .collect();
    let watching = thread::spawn({
        let (locks, scene) = (Arc::clone(&locks), Arc::clone(&scene));
        move || scene.watch(&locks)
    });
    for (index, pauses) in each().filter_map(|index| Some((index, scene.calls[index].leaves?))) {
        for _ in 0..pauses {
            thread::yield_now();
        }
        running[index].abort();
    }
    for (index, handle) in each().zip(running) {
        let ended = future::block_on(handle);
        assert!(ended.is_ok() || scene.calls[index].leaves.is_some(), "nobody cancels this call");
    }
    watching.join().expect("watching does not panic");

    locks.check();
    assert_eq!(locks.entries(), 0, "nobody holds a node, but something is left of it");
    let [locked, node_queue_full, queue_full] = scene.refused.each_ref().map(|count| count.load(SeqCst));
    let counters = locks.counters();
    assert_eq!(counters.waiters, 0);
    assert_eq!(counters.refused_locked, locked);
    assert_eq!(counters.refused_node_queue_full, node_queue_full);
    assert_eq!(counters.refused_queue_full, queue_full);
}

/// The laws that the copies' mutex checks after every step.
impl Lawful for Table {
    fn check(&self) {
        self.invariants();
    }
}

/// An exclusive call counts as so many shared ones.
const ALONE: usize = 100;

/// All calls, and what has become of them.
struct Scene {
    calls: Vec<Call>,
    /// Who holds nothing and waits for nothing any more.
    ended: Vec<AtomicBool>,
    /// How many are inside each node.
    inside: [AtomicUsize; 4],
    /// How many were told that the node is locked, that its queue is full, that all queues are.
    refused: [AtomicU64; 3],
}

impl Scene {
    async fn call(self: Arc<Self>, locks: Arc<NodeLocks>, index: usize) {
        let ended_before: Vec<bool> = self.ended.iter().map(|ended| ended.load(SeqCst)).collect();
        // Declared first, so dropped last.
        let _ends = Ends(&self.ended[index]);
        let call = self.calls[index];
        let node = Uuid::from_u128(call.node);
        let who = Who {
            operation: "call",
            request: Uuid::from_u128(index as u128),
            task: None,
            arrived: Instant::now(),
        };
        let deadline = match call.patience {
            Patience::None => None,
            Patience::Passed => Some(Instant::now()),
            Patience::Polls(count) => Some(world::polls(count)),
            Patience::Endless => Some(world::never()),
        };
        let granted = match (call.mode, deadline) {
            (Exclusive, None) => locks.try_exclusive(node, who).map(boxed),
            (Exclusive, Some(deadline)) => locks.exclusive(node, who, deadline).await.map(boxed),
            (Shared, None) => locks.try_shared(node, who).map(boxed),
            (Shared, Some(deadline)) => locks.shared(node, who, deadline).await.map(boxed),
        };
        assert!(locks.counters().waiters <= locks.limits.waiters_max, "too many wait");
        match granted {
            Ok(_guard) => {
                let _inside = self.enter(call);
                if call.mode == Exclusive {
                    assert_eq!(locks.exclusive_holder(node), Some(who));
                }
                for _ in 0..call.pauses {
                    yield_now().await;
                }
            }
            Err(refused) => self.refuse(index, &refused, &ended_before),
        }
    }

    fn enter(&self, call: Call) -> Inside<'_> {
        let inside = &self.inside[call.node as usize];
        let (weight, most) = match call.mode {
            Exclusive => (ALONE, 0),
            Shared => (1, ALONE - 1),
        };
        let others = inside.fetch_add(weight, SeqCst);
        assert!(others <= most, "{call:?} is not alone on its node: {others}");
        Inside(inside, weight)
    }

    /// A refusal is for those who do not wait for ever, and names who really stood in the way.
    fn refuse(&self, index: usize, refused: &Refused, ended_before: &[bool]) {
        let call = self.calls[index];
        let kind = match refused {
            Refused::Locked(blockers) => {
                let holder = blockers.oldest.who.request.as_u128() as usize;
                let told = (self.calls[holder].node, self.calls[holder].mode);
                assert!(!matches!(call.patience, Patience::Endless), "{call:?} is refused early");
                assert_eq!(told, (call.node, blockers.mode), "{call:?} is told of another lock");
                assert!(holder != index, "{call:?} is told of itself");
                assert!(!ended_before[holder], "{call:?} is told of one that had long ended");
                assert!(blockers.mode == Shared || blockers.holders == 1);
                0
            }
            Refused::NodeQueueFull { .. } => 1,
            Refused::QueueFull { .. } => 2,
        };
        self.refused[kind].fetch_add(1, SeqCst);
    }

    /// Looks in from outside, as an operator does.
    fn watch(&self, locks: &NodeLocks) {
        for _ in 0..3 {
            locks.check();
            for view in locks.views() {
                let ours = |who: &Who| self.calls[who.request.as_u128() as usize].node == view.node.as_u128();
                assert!(view.holders.iter().all(|holder| ours(&holder.who)));
                assert!(view.waiters.iter().all(|waiter| ours(&waiter.who)));
            }
            thread::yield_now();
        }
    }
}

fn boxed(guard: impl Any + Send) -> Box<dyn Any + Send> {
    Box::new(guard)
}

/// A call that is inside its node.
struct Inside<'a>(&'a AtomicUsize, usize);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(self.1, SeqCst);
    }
}

/// A call that has not ended.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}
