//! The table step by step: one case per fact, then random steps against a model that is a list per node.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::Wake;

use proptest::prelude::*;

use super::LockMode::{Exclusive, Shared};
use super::*;

const NODE: Uuid = Uuid::from_u128(1);
const OTHER_NODE: Uuid = Uuid::from_u128(2);

#[test]
fn shared_calls_enter_together() {
    let mut table = Checked::new();
    assert!(table.enter(Shared).is_some());
    assert!(table.enter(Shared).is_some());
}

#[test]
fn exclusive_call_is_alone() {
    let mut table = Checked::new();
    let exclusive = table.enter(Exclusive).expect("the node is free");
    assert_eq!((table.enter(Exclusive), table.enter(Shared)), (None, None));
    table.leave(exclusive).wake();
    assert!(table.enter(Shared).is_some());
    assert_eq!(table.enter(Exclusive), None);
}

#[test]
fn reader_does_not_pass_a_queued_writer() {
    let mut table = Checked::new();
    table.enter(Shared).expect("the node is free");
    table.queue(Exclusive);
    assert_eq!(table.enter(Shared), None);
}

#[test]
fn neighbouring_readers_enter_together_and_no_further() {
    let mut table = Checked::new();
    let writer = table.enter(Exclusive).expect("the node is free");
    let readers = [table.queue(Shared), table.queue(Shared)];
    let next = [table.queue(Exclusive), table.queue(Shared)];
    assert_eq!(table.leave(writer).granted, 2);
    assert_eq!(table.table.tickets_held(NODE), readers);
    assert_eq!(table.table.tickets_queued(NODE), next);
}

#[test]
fn last_reader_lets_the_writer_in() {
    let mut table = Checked::new();
    let readers = [(); 3].map(|()| table.enter(Shared).expect("readers enter together"));
    let writer = table.queue(Exclusive);
    assert_eq!(table.leave(readers[1]).granted, 0);
    assert_eq!(table.leave(readers[0]).granted, 0);
    assert_eq!(table.leave(readers[2]).granted, 1);
    assert_eq!(table.table.tickets_held(NODE), [writer]);
}

#[test]
fn writer_that_leaves_the_head_lets_the_readers_behind_it_in() {
    let mut table = Checked::new();
    table.enter(Shared).expect("the node is free");
    let writer = table.queue(Exclusive);
    table.queue(Shared);
    table.queue(Shared);
    let left = table.leave(writer);
    assert_eq!((left.granted, left.unqueued), (2, 3));
}

#[test]
fn writer_that_leaves_the_middle_lets_nobody_in() {
    let mut table = Checked::new();
    table.enter(Shared).expect("the node is free");
    let first = table.queue(Exclusive);
    let second = table.queue(Exclusive);
    let reader = table.queue(Shared);
    assert_eq!(table.leave(second).granted, 0);
    assert_eq!(table.table.tickets_queued(NODE), [first, reader]);
}

#[test]
fn granted_ticket_that_leaves_before_it_knows_is_handed_on() {
    let mut table = Checked::new();
    let holder = table.enter(Exclusive).expect("the node is free");
    let vanishing = table.queue(Exclusive);
    let next = table.queue(Exclusive);
    assert_eq!(table.leave(holder).granted, 1);
    assert_eq!(table.leave(vanishing).granted, 1);
    assert_eq!(table.table.tickets_held(NODE), [next]);
}

#[test]
fn granted_waiter_is_woken_by_its_newest_waker_only() {
    let mut table = Checked::new();
    let holder = table.enter(Exclusive).expect("the node is free");
    let waiter = table.queue(Exclusive);
    let (old, new) = (Bell::new(), Bell::new());
    table.watch(waiter, &old);
    table.watch(waiter, &new);
    table.leave(holder).wake();
    assert_eq!((old.rung(), new.rung()), (0, 1));
}

#[test]
fn leaving_twice_changes_nothing() {
    let mut table = Checked::new();
    let gone = table.enter(Exclusive).expect("the node is free");
    table.leave(gone).wake();
    let holder = table.enter(Exclusive).expect("the node is free again");
    table.queue(Shared);
    assert_eq!(table.leave(gone).unqueued, 0);
    assert_eq!(table.table.tickets_held(NODE), [holder]);
    assert!(!table.table.leave_alone(NODE, gone));
}

#[test]
fn queue_of_a_node_is_bounded() {
    let mut table = Checked::new();
    table.enter(Exclusive).expect("the node is free");
    for _ in 0..WAITERS_MAX {
        assert!(table.table.has_room(NODE));
        table.queue(Shared);
    }
    assert!(!table.table.has_room(NODE));
    assert!(table.table.has_room(OTHER_NODE));
}

#[test]
fn nodes_do_not_hinder_each_other() {
    let mut table = Checked::new();
    table.enter(Exclusive).expect("the node is free");
    let now = table.now;
    assert!(table.table.enter(OTHER_NODE, Exclusive, who(), now).is_some());
    assert_eq!(table.table.len(), 2);
}

#[test]
fn hold_after_a_wait_counts_from_its_grant() {
    let mut table = Checked::new();
    let holder = table.enter(Exclusive).expect("the node is free");
    let waiter = table.queue(Exclusive);
    table.now += Duration::from_secs(5);
    table.leave(holder).wake();
    table.now += Duration::from_secs(2);
    let blockers = table
        .table
        .blockers(NODE, &Clock::at(table.now))
        .expect("the node is held");
    assert_eq!(blockers.oldest.waited, Duration::from_secs(5));
    assert_eq!(blockers.oldest.held, Duration::from_secs(2));
    assert_eq!(table.table.granted(NODE, waiter), Some(Duration::from_secs(5)));
}

#[test]
fn map_gives_its_memory_back() {
    let mut table = Checked::new();
    let nodes = || (0..10_000).map(Uuid::from_u128);
    let enter = |node| {
        table
            .table
            .enter(node, Exclusive, who(), table.now)
            .expect("each node is free")
    };
    let tickets: Vec<Ticket> = nodes().map(enter).collect();
    assert!(table.table.capacity() >= 10_000);
    for (node, ticket) in nodes().zip(tickets) {
        assert!(table.table.leave_alone(node, ticket));
    }
    table.table.invariants();
    assert_eq!(table.table.len(), 0);
    assert!(table.table.capacity() <= CAPACITY_KEPT);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_steps_agree_with_the_model(steps in prop::collection::vec(step(), 1..120)) {
        let mut table = Table::new(WAITERS_MAX);
        let mut model = Model::default();
        for step in steps {
            model.take(&step, &mut table);
            table.invariants();
            model.compare(&table);
        }
        model.leave_all(&mut table);
        prop_assert_eq!(table.len(), 0);
    }
}

#[derive(Clone, Debug)]
enum Step {
    Ask { node: u8, mode: LockMode, patient: bool },
    Watch { node: u8, nth: prop::sample::Index },
    Leave { node: u8, nth: prop::sample::Index },
}

fn step() -> impl Strategy<Value = Step> {
    let mode = prop_oneof![Just(Exclusive), Just(Shared)];
    let nth = any::<prop::sample::Index>;
    prop_oneof![
        4 => (0..3u8, mode, prop::bool::weighted(0.8)).prop_map(|(node, mode, patient)| Step::Ask { node, mode, patient }),
        2 => (0..3u8, nth()).prop_map(|(node, nth)| Step::Watch { node, nth }),
        3 => (0..3u8, nth()).prop_map(|(node, nth)| Step::Leave { node, nth }),
    ]
}

/// Per node, those who asked and have not left, in order. Who holds follows from the list alone: its first, and if
/// that is a reader, the run of readers it begins.
#[derive(Default)]
struct Model {
    nodes: HashMap<u8, Vec<Asker>>,
}

struct Asker {
    ticket: Ticket,
    mode: LockMode,
    /// Set while it waits and has been watched.
    bell: Option<Arc<Bell>>,
}

impl Model {
    fn take(&mut self, step: &Step, table: &mut Table) {
        let now = Instant::now();
        match *step {
            Step::Ask { node, mode, patient } => {
                let askers = self.nodes.entry(node).or_default();
                let waiting = askers.len() - holders(askers);
                let free = askers.is_empty() || (waiting == 0 && mode == Shared && askers[0].mode == Shared);
                let ticket = table.enter(uuid(node), mode, who(), now);
                assert_eq!(ticket.is_some(), free, "{mode:?} enters");
                assert_eq!(table.has_room(uuid(node)), waiting < WAITERS_MAX);
                let ticket = match ticket {
                    None if patient && waiting < WAITERS_MAX => table.queue(uuid(node), mode, who(), now),
                    ticket => ticket,
                };
                askers.extend(ticket.map(|ticket| Asker {
                    ticket,
                    mode,
                    bell: None,
                }));
            }
            Step::Watch { node, nth } => {
                let askers = self.nodes.entry(node).or_default();
                let holders = holders(askers);
                if askers.is_empty() {
                    return;
                }
                let nth = nth.index(askers.len());
                let bell = Bell::new();
                let watch = table.watch(uuid(node), askers[nth].ticket, Waker::from(Arc::clone(&bell)));
                let waits = matches!(watch, Some(Watch::Waiting { .. }));
                assert_eq!(waits, nth >= holders, "place {nth} of {} waits", askers.len());
                if waits {
                    askers[nth].bell = Some(bell);
                }
            }
            Step::Leave { node, nth } => {
                let askers = self.nodes.entry(node).or_default();
                if !askers.is_empty() {
                    let nth = nth.index(askers.len());
                    leave(node, askers, nth, table);
                }
            }
        }
    }

    fn compare(&self, table: &Table) {
        for (node, askers) in &self.nodes {
            let tickets: Vec<Ticket> = askers.iter().map(|asker| asker.ticket).collect();
            let (held, queued) = tickets.split_at(holders(askers));
            assert_eq!(table.tickets_held(uuid(*node)), held);
            assert_eq!(table.tickets_queued(uuid(*node)), queued);
            let exclusive = askers.first().is_some_and(|asker| asker.mode == Exclusive);
            assert_eq!(table.exclusive_holder(uuid(*node)).is_some(), exclusive);
        }
        let locked = self.nodes.values().filter(|askers| !askers.is_empty()).count();
        assert_eq!(table.len(), locked);
    }

    fn leave_all(&mut self, table: &mut Table) {
        for (node, askers) in &mut self.nodes {
            while !askers.is_empty() {
                leave(*node, askers, askers.len() / 2, table);
                table.invariants();
            }
        }
    }
}

fn leave(node: u8, askers: &mut Vec<Asker>, nth: usize, table: &mut Table) {
    let waited = nth >= holders(askers);
    let waiting = askers.len() - holders(askers);
    let leaver = askers.remove(nth);
    let left = table.leave(uuid(node), leaver.ticket, Instant::now());
    let unqueued = waiting - (askers.len() - holders(askers));
    assert_eq!(
        (left.unqueued, left.granted),
        (unqueued, unqueued - usize::from(waited))
    );
    left.wake();
    assert!(leaver.bell.is_none_or(|bell| bell.rung() == 0), "the leaver is woken");
    let holders = holders(askers);
    for (nth, asker) in askers.iter_mut().enumerate() {
        if let Some(bell) = &asker.bell {
            assert_eq!(
                bell.rung(),
                usize::from(nth < holders),
                "place {nth} is woken when granted"
            );
        }
        if nth < holders {
            asker.bell = None;
        }
    }
}

fn holders(askers: &[Asker]) -> usize {
    let readers = askers.iter().take_while(|asker| asker.mode == Shared).count();
    readers.max(askers.len().min(1))
}

fn uuid(node: u8) -> Uuid {
    Uuid::from_u128(node.into())
}

fn who() -> Who {
    Who {
        operation: "test",
        request: Uuid::nil(),
        task: None,
        arrived: Instant::now(),
    }
}

const WAITERS_MAX: usize = 5;

/// A table for one node that is checked after each step.
struct Checked {
    table: Table,
    now: Instant,
}

impl Checked {
    fn new() -> Self {
        Checked {
            table: Table::new(WAITERS_MAX),
            now: Instant::now(),
        }
    }

    fn enter(&mut self, mode: LockMode) -> Option<Ticket> {
        let ticket = self.table.enter(NODE, mode, who(), self.now);
        self.table.invariants();
        ticket
    }

    fn queue(&mut self, mode: LockMode) -> Ticket {
        assert_eq!(self.enter(mode), None, "only a call that cannot enter queues");
        let ticket = self.table.queue(NODE, mode, who(), self.now);
        self.table.invariants();
        ticket.expect("the node is held")
    }

    fn watch(&mut self, ticket: Ticket, bell: &Arc<Bell>) {
        let watch = self.table.watch(NODE, ticket, Waker::from(Arc::clone(bell)));
        assert!(matches!(watch, Some(Watch::Waiting { .. })));
    }

    fn leave(&mut self, ticket: Ticket) -> Left {
        let left = self.table.leave(NODE, ticket, self.now);
        self.table.invariants();
        left
    }
}

/// A waker that counts.
struct Bell(AtomicUsize);

impl Bell {
    fn new() -> Arc<Self> {
        Arc::new(Bell(AtomicUsize::new(0)))
    }

    fn rung(&self) -> usize {
        self.0.load(Relaxed)
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Relaxed);
    }
}
