//! Many calls at once: thousands that wait, thousands that vanish, and nothing that is left of them.

use super::*;

const UNBOUNDED: Limits = Limits {
    waiters_per_node_max: usize::MAX,
    waiters_max: usize::MAX,
};

/// As exact as tokio's timer is, and a step of the clock.
const TICK: Duration = Duration::from_millis(3);

#[tokio::test(start_paused = true)]
async fn ten_thousand_waiters_are_all_served() {
    let locks = NodeLocks::new(UNBOUNDED);
    let holder = locks.try_exclusive(NODE, who("holder")).expect("the node is free");
    let mut tasks = spawn_waiters(&locks, 10_000, soon()).await;
    drop(holder);
    while let Some(granted) = tasks.join_next().await {
        assert!(granted.expect("no waiter panics"));
    }
    assert_eq!(locks.counters().granted_after_wait, 10_000);
    locks.check();
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_waiters_all_reach_their_deadline() {
    let locks = NodeLocks::new(UNBOUNDED);
    let start = Instant::now();
    let holder = locks.try_exclusive(NODE, who("holder")).expect("the node is free");
    let mut tasks = spawn_waiters(&locks, 10_000, start + Duration::from_millis(300)).await;
    while let Some(granted) = tasks.join_next().await {
        assert!(!granted.expect("no waiter panics"));
    }
    assert!(start.elapsed() < Duration::from_millis(310));
    assert_eq!((locks.counters().waiters, locks.counters().refused_locked), (0, 10_000));
    locks.check();
    drop(holder);
    assert_eq!(locks.entries(), 0);
}

#[tokio::test(start_paused = true)]
async fn each_of_ten_thousand_waiters_is_served_in_turn_or_refused_at_its_deadline() {
    let locks = NodeLocks::new(UNBOUNDED);
    let start = Instant::now();
    let holder = locks.try_exclusive(NODE, who("holder")).expect("the node is free");
    let (serve, mut served) = tokio::sync::mpsc::unbounded_channel();
    let mut refused = JoinSet::new();
    for place in 0..10_000_u64 {
        let (locks, serve) = (Arc::clone(&locks), serve.clone());
        let deadline = start + Duration::from_millis(500 + place * 7919 % 20_000);
        refused.spawn(async move {
            match locks.exclusive(NODE, who("waiter"), deadline).await {
                Ok(guard) => {
                    assert!(Instant::now() <= deadline + TICK, "served too late");
                    serve.send((place, guard)).expect("the test receives");
                    false
                }
                Err(Refused::Locked(_)) => {
                    let now = Instant::now();
                    assert!(deadline <= now && now < deadline + TICK, "refused at another time");
                    true
                }
                Err(other) => panic!("refused otherwise: {other}"),
            }
        });
    }
    drop(serve);
    waiters_become(&locks, 10_000).await;
    drop(holder);
    let mut order = Vec::new();
    while let Some((place, guard)) = served.recv().await {
        order.push(place);
        advance(Duration::from_millis(1)).await;
        drop(guard);
    }
    assert!(order.is_sorted(), "somebody was overtaken");
    let refused = refused
        .join_all()
        .await
        .into_iter()
        .filter(|is_refused| *is_refused)
        .count();
    assert!(order.len() > 1_000 && refused > 1_000);
    assert_eq!(order.len() + refused, 10_000);
    assert_eq!((locks.entries(), locks.counters().waiters), (0, 0));
    locks.check();
}

#[test]
fn nothing_is_kept_of_nodes_that_were_locked() {
    let locks = NodeLocks::new(Limits::default());
    let lock = |n| locks.try_exclusive(Uuid::from_u128(n), who("a"));
    let guards: Vec<_> = (0..100_000).map(lock).collect();
    assert_eq!(locks.entries(), 100_000);
    let peak = locks.capacity();
    drop(guards);
    assert_eq!(locks.entries(), 0);
    assert!(
        locks.capacity() * 50 <= peak,
        "{} slots are kept of {peak}",
        locks.capacity()
    );
    locks.check();
}

/// Regression for the prototype that left a node locked for ever: waiters that time out or vanish while grants run
/// down the queue on other threads.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn burst_of_vanishing_clients_leaves_the_node_free() {
    let locks = NodeLocks::new(UNBOUNDED);
    let inside = Arc::new(AtomicUsize::new(0));
    for round in 0..20_u64 {
        let holder = locks
            .try_exclusive(NODE, who("holder"))
            .expect("the last round left the node free");
        let mut tasks = JoinSet::new();
        let mut vanishing = Vec::new();
        for call in 0..500_u64 {
            let (locks, inside) = (Arc::clone(&locks), Arc::clone(&inside));
            let patience = Duration::from_micros(500 + (round * 131 + call * 17) % 3000);
            let handle = tasks.spawn(async move {
                let deadline = Instant::now() + patience;
                if call % 4 == 0 {
                    let _guard = locks.shared(NODE, who("r"), deadline).await?;
                    assert!(inside.fetch_add(1, Relaxed) < 1_000, "a reader is beside a writer");
                    yield_now().await;
                    inside.fetch_sub(1, Relaxed);
                } else {
                    let _guard = locks.exclusive(NODE, who("w"), deadline).await?;
                    assert_eq!(inside.fetch_add(1_000, Relaxed), 0, "a writer is not alone");
                    inside.fetch_sub(1_000, Relaxed);
                }
                Ok::<(), Refused>(())
            });
            // Writers only: they do not await inside, where an abort would leave the count wrong.
            if call % 4 != 0 {
                vanishing.push(handle);
            }
        }
        // The grants run down the queue, the departures up: they meet.
        drop(holder);
        vanishing.iter().rev().step_by(2).for_each(|handle| handle.abort());
        while let Some(done) = tasks.join_next().await {
            assert!(
                done.map_or_else(|error| error.is_cancelled(), |_| true),
                "a call panicked"
            );
        }
        locks.check();
        assert!(
            locks.try_exclusive(NODE, who("after")).is_ok(),
            "the node is locked for ever"
        );
    }
    assert_eq!((locks.entries(), locks.counters().waiters), (0, 0));
}

async fn spawn_waiters(locks: &Arc<NodeLocks>, count: usize, deadline: Instant) -> JoinSet<bool> {
    let mut tasks = JoinSet::new();
    for _ in 0..count {
        let locks = Arc::clone(locks);
        tasks.spawn(async move { locks.exclusive(NODE, who("waiter"), deadline).await.is_ok() });
    }
    waiters_become(locks, count).await;
    tasks
}
