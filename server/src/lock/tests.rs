//! The async face: order, deadlines, departures, bounds. The clock is paused and moves only when all tasks wait, or
//! when a case moves it; futures are polled by hand where the order of polls is the point.

mod crowds;

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};

use std::sync::atomic::AtomicBool;
use std::task::{Wake, Waker};
use std::time::SystemTime;

use tokio::task::{JoinSet, yield_now};
use tokio::time::advance;

use super::LockMode::{Exclusive, Shared};
use super::*;

const NODE: Uuid = Uuid::from_u128(1);

#[test]
fn free_node_is_locked_without_a_runtime() {
    let locks = NodeLocks::new(Limits::default());
    let exclusive = ready(poll(pin!(locks.exclusive(NODE, who("a"), soon()))));
    assert!(exclusive.is_ok_and(|guard| !guard.waited() && guard.node() == NODE && guard.wait().is_zero()));
    let shared = ready(poll(pin!(locks.shared(NODE, who("a"), soon()))));
    assert!(shared.is_ok());
    locks.check();
}

#[test]
fn guards_can_move_to_any_task() {
    fn owned_and_send<T: Send + Sync + 'static>() {}
    owned_and_send::<ExclusiveGuard>();
    owned_and_send::<SharedGuard>();
    fn send<T: Send>(_: T) {}
    let locks = NodeLocks::new(Limits::default());
    send(locks.exclusive(NODE, who("a"), soon()));
}

#[tokio::test(start_paused = true)]
async fn calls_are_served_in_order_of_arrival() {
    let locks = NodeLocks::new(Limits::default());
    let first = locks.try_exclusive(NODE, who("first")).expect("the node is free");
    let order = Arc::new(parking_lot::Mutex::new(Vec::new()));
    let mut tasks = JoinSet::new();
    for place in 0..20 {
        let (locks_, order) = (Arc::clone(&locks), Arc::clone(&order));
        tasks.spawn(async move {
            let served = || order.lock().push(place);
            if place % 3 == 0 {
                let guard = locks_.exclusive(NODE, who("w"), soon()).await;
                served();
                assert!(guard.is_ok_and(|guard| guard.waited()));
            } else {
                let guard = locks_.shared(NODE, who("r"), soon()).await;
                served();
                yield_now().await;
                assert!(guard.is_ok_and(|guard| guard.waited()));
            }
        });
        waiters_become(&locks, place + 1).await;
    }
    drop(first);
    while let Some(done) = tasks.join_next().await {
        done.expect("no call is refused");
        locks.check();
    }
    assert_eq!(*order.lock(), (0..20).collect::<Vec<_>>());
    assert_eq!(locks.counters().granted_after_wait, 20);
    assert_eq!(locks.entries(), 0);
}

#[tokio::test(start_paused = true)]
async fn deadline_refuses_and_names_the_true_holder() {
    let locks = NodeLocks::new(Limits::default());
    let start = Instant::now();
    let holder = who("update_firmware");
    let _guard = locks.try_exclusive(NODE, holder).expect("the node is free");
    advance(Duration::from_secs(5)).await;
    let refused = locks
        .exclusive(NODE, who("reset"), Instant::now() + Duration::from_secs(3))
        .await;
    let waited = start.elapsed() - Duration::from_secs(5);
    assert!((3000..3010).contains(&waited.as_millis()), "{waited:?}");
    let blockers = locked(refused);
    assert_eq!((blockers.mode, blockers.holders, blockers.waiters), (Exclusive, 1, 0));
    assert_eq!(blockers.oldest.who, holder);
    assert_eq!(blockers.oldest.held, start.elapsed());
    let since = SystemTime::now()
        .duration_since(blockers.oldest.since)
        .expect("it is in the past");
    assert!(
        since.abs_diff(blockers.oldest.held) < Duration::from_secs(1),
        "{since:?}"
    );
    let since = jiff::Timestamp::try_from(blockers.oldest.since).expect("a time of this century");
    let text = format!(
        "the exclusive call update_firmware of request req-{}, since {since:.0} (8.0 s)",
        holder.request
    );
    assert_eq!(blockers.to_string(), text);
    assert_eq!(locks.counters().refused_locked, 1);
    locks.check();
}

#[tokio::test(start_paused = true)]
async fn refusal_names_the_holder_of_that_moment_not_of_the_arrival() {
    let locks = NodeLocks::new(Limits::default());
    let first = locks.try_exclusive(NODE, who("first")).expect("the node is free");
    let mut second = pin!(locks.shared(NODE, who("second"), soon()));
    let mut third = pin!(locks.shared(NODE, who("third"), soon()));
    let mut late = pin!(locks.exclusive(NODE, who("late"), Instant::now() + Duration::from_secs(1)));
    assert!(
        poll(second.as_mut()).is_pending() && poll(third.as_mut()).is_pending() && poll(late.as_mut()).is_pending()
    );
    advance(Duration::from_millis(900)).await;
    drop(first);
    let _readers = (ready(poll(second)), ready(poll(third)));
    let blockers = locked(late.await);
    assert_eq!((blockers.mode, blockers.holders), (Shared, 2));
    assert_eq!(
        (blockers.oldest.who.operation, blockers.oldest.waited.as_millis()),
        ("second", 900)
    );
    assert!((100..110).contains(&blockers.oldest.held.as_millis()));
}

#[tokio::test(start_paused = true)]
async fn passed_deadline_tries_once() {
    let locks = NodeLocks::new(Limits::default());
    let passed = Instant::now();
    let guard = ready(poll(pin!(locks.exclusive(NODE, who("a"), passed)))).expect("the node is free");
    assert_eq!(
        locked(ready(poll(pin!(locks.shared(NODE, who("b"), passed)))))
            .oldest
            .who
            .operation,
        "a"
    );
    assert_eq!(locked(locks.try_exclusive(NODE, who("b"))).oldest.who.operation, "a");
    assert_eq!(locked(locks.try_shared(NODE, who("b"))).oldest.who.operation, "a");
    drop(guard);
    assert!(locks.try_shared(NODE, who("b")).is_ok());
}

#[tokio::test(start_paused = true)]
async fn passed_deadline_hears_of_the_lock_not_of_a_full_queue() {
    let locks = NodeLocks::new(Limits {
        waiters_per_node_max: 0,
        waiters_max: 0,
    });
    let _guard = locks.try_exclusive(NODE, who("a")).expect("the node is free");
    locked(ready(poll(pin!(locks.exclusive(NODE, who("b"), Instant::now())))));
}

#[tokio::test(start_paused = true)]
async fn call_dropped_while_waiting_leaves_and_lets_followers_in() {
    let locks = NodeLocks::new(Limits::default());
    let _reader = locks.try_shared(NODE, who("reader")).expect("the node is free");
    let mut writer = Box::pin(locks.exclusive(NODE, who("writer"), soon()));
    assert!(poll(writer.as_mut()).is_pending());
    let follower = tokio::spawn({
        let locks = Arc::clone(&locks);
        async move { locks.shared(NODE, who("follower"), soon()).await.is_ok() }
    });
    waiters_become(&locks, 2).await;
    drop(writer);
    locks.check();
    assert_eq!(locks.counters().waiters, 0);
    assert!(follower.await.expect("the follower does not panic"));
}

#[tokio::test(start_paused = true)]
async fn deadline_of_a_queued_writer_lets_the_readers_behind_it_in() {
    let locks = NodeLocks::new(Limits::default());
    let _reader = locks.try_shared(NODE, who("reader")).expect("the node is free");
    let mut writer = pin!(locks.exclusive(NODE, who("writer"), Instant::now() + Duration::from_secs(1)));
    assert!(poll(writer.as_mut()).is_pending());
    let follower = locks.shared(NODE, who("follower"), Instant::now() + Duration::from_secs(2));
    let (writer, follower) = tokio::join!(writer, follower);
    assert_eq!(locked(writer).waiters, 0);
    assert!(follower.is_ok_and(|guard| (1000..1010).contains(&guard.wait().as_millis())));
}

#[tokio::test(start_paused = true)]
async fn grant_to_a_waiter_that_vanishes_is_handed_on() {
    let locks = NodeLocks::new(Limits::default());
    let holder = locks.try_exclusive(NODE, who("holder")).expect("the node is free");
    let mut vanishing = Box::pin(locks.exclusive(NODE, who("vanishing"), soon()));
    let mut next = Box::pin(locks.exclusive(NODE, who("next"), soon()));
    assert!(poll(vanishing.as_mut()).is_pending() && poll(next.as_mut()).is_pending());
    drop(holder);
    assert_eq!(locks.exclusive_holder(NODE).map(|who| who.operation), Some("vanishing"));
    assert!(poll(next.as_mut()).is_pending());
    drop(vanishing);
    locks.check();
    assert!(ready(poll(next.as_mut())).is_ok());
    assert_eq!(locks.entries(), 0);
}

#[test]
fn grant_at_the_deadline_is_taken() {
    let locks = NodeLocks::new(Limits::default());
    let holder = locks.try_exclusive(NODE, who("holder")).expect("the node is free");
    // The grant falls between the last look at the queue and the timer, which no order of polls can bring about.
    let Ok(Admission::Queued(claim)) = locks.enter_or_queue(NODE, Exclusive, who("late"), Instant::now()) else {
        panic!("the node is held and its queue has room");
    };
    drop(holder);
    let grant = claim.settle().expect("the claim holds the node");
    assert!(locks.is_reserved(NODE));
    drop(grant);
    assert_eq!(locks.entries(), 0);
    locks.check();
}

#[test]
fn panic_frees_the_node() {
    let locks = NodeLocks::new(Limits::default());
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _guard = locks.try_exclusive(NODE, who("a"));
        std::panic::resume_unwind(Box::new("in the method"));
    }));
    assert!(panicked.is_err());
    assert_eq!(locks.entries(), 0);
}

#[tokio::test(start_paused = true)]
async fn aborted_task_frees_the_node() {
    let locks = NodeLocks::new(Limits::default());
    let guard = locks.try_exclusive(NODE, who("a")).expect("the node is free");
    let task = tokio::spawn(async move {
        let _guard = guard;
        std::future::pending::<()>().await;
    });
    yield_now().await;
    assert!(locks.is_reserved(NODE));
    task.abort();
    assert!(task.await.is_err_and(|error| error.is_cancelled()));
    assert_eq!(locks.entries(), 0);
}

#[tokio::test(start_paused = true)]
async fn full_queues_refuse() {
    let locks = NodeLocks::new(Limits {
        waiters_per_node_max: 2,
        waiters_max: 3,
    });
    let nodes = [1, 2, 3].map(Uuid::from_u128);
    let _guards = nodes.map(|node| locks.try_exclusive(node, who("holder")));
    let mut waiting = Vec::new();
    for node in [nodes[0], nodes[0], nodes[1]] {
        let mut call = Box::pin(locks.exclusive(node, who("waiter"), soon()));
        assert!(poll(call.as_mut()).is_pending());
        waiting.push(call);
    }
    let refused = ready(poll(pin!(locks.exclusive(nodes[0], who("late"), soon()))));
    assert!(matches!(refused, Err(Refused::NodeQueueFull { limit: 2 })));
    let refused = ready(poll(pin!(locks.exclusive(nodes[1], who("late"), soon()))));
    assert!(matches!(refused, Err(Refused::QueueFull { limit: 3 })));
    locks.check();
    waiting.pop();
    assert!(poll(pin!(locks.exclusive(nodes[1], who("late"), soon()))).is_pending());
    let counters = locks.counters();
    assert_eq!((counters.refused_node_queue_full, counters.refused_queue_full), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn views_show_holders_and_waiters_in_order() {
    let locks = NodeLocks::new(Limits::default());
    assert_eq!(locks.view(NODE), None);
    let _readers = ["r1", "r2"].map(|name| locks.try_shared(NODE, who(name)));
    let mut writer = pin!(locks.exclusive(NODE, who("w"), soon()));
    let mut reader = pin!(locks.shared(NODE, who("r3"), soon()));
    assert!(poll(writer.as_mut()).is_pending() && poll(reader.as_mut()).is_pending());
    advance(Duration::from_secs(2)).await;
    let view = locks.view(NODE).expect("the node is held");
    let holders: Vec<_> = view.holders.iter().map(|holder| holder.who.operation).collect();
    let waiters: Vec<_> = view
        .waiters
        .iter()
        .map(|waiter| (waiter.mode, waiter.who.operation))
        .collect();
    assert_eq!((view.mode, holders), (Shared, vec!["r1", "r2"]));
    assert_eq!(waiters, [(Exclusive, "w"), (Shared, "r3")]);
    assert_eq!(view.waiters[0].waited.as_secs(), 2);
    assert!(!locks.is_reserved(NODE));
    assert_eq!(locks.views().len(), 1);
}

#[test]
fn wakers_fire_and_drop_outside_the_mutex() {
    let locks = NodeLocks::new(Limits::default());
    let holder = locks.try_exclusive(NODE, who("holder")).expect("the node is free");
    let under_mutex = Arc::new(AtomicBool::new(false));
    // Claims, not calls: a timer would keep wakers alive beyond the moment in question.
    let [stays, leaves] =
        ["stays", "leaves"].map(
            |name| match locks.enter_or_queue(NODE, Exclusive, who(name), Instant::now()) {
                Ok(Admission::Queued(claim)) => claim,
                _ => panic!("the node is held and its queue has room"),
            },
        );
    let poll_nosily = |claim: &Claim| {
        let nosy = Waker::from(Arc::new(Nosy(Arc::clone(&locks), Arc::clone(&under_mutex))));
        pin!(claim.granted()).poll(&mut Context::from_waker(&nosy))
    };
    assert!(poll_nosily(&stays).is_pending());
    assert!(poll_nosily(&leaves).is_pending());
    assert!(poll_nosily(&stays).is_pending());
    drop(leaves);
    drop(holder);
    assert!(poll_nosily(&stays).is_ready());
    assert!(!under_mutex.load(Relaxed));
}

async fn waiters_become(locks: &NodeLocks, count: usize) {
    while locks.counters().waiters != count {
        yield_now().await;
    }
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn ready<T>(poll: Poll<T>) -> T {
    match poll {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the call waits"),
    }
}

fn locked<T>(result: Result<T, Refused>) -> Blockers {
    match result {
        Err(Refused::Locked(blockers)) => *blockers,
        Err(other) => panic!("refused otherwise: {other}"),
        Ok(_) => panic!("granted"),
    }
}

fn who(operation: &'static str) -> Who {
    Who {
        operation,
        request: Uuid::from_u128(7),
        task: None,
        arrived: Instant::now(),
    }
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

/// A waker that looks whether the mutex of its node is taken whenever it is woken or dropped.
struct Nosy(Arc<NodeLocks>, Arc<AtomicBool>);

impl Wake for Nosy {
    /// Its drop looks.
    fn wake(self: Arc<Self>) {}
}

impl Drop for Nosy {
    fn drop(&mut self) {
        self.1.fetch_or(self.0.shard(NODE).is_locked(), Relaxed);
    }
}
