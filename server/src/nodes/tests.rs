//! The indexes say the same as a plain list, whatever was done, and in whatever order it was told.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use proptest::prelude::*;
use uuid::Uuid;

use super::{Loading, Nodes};
use crate::node::Node;
use crate::store::testing::node;
use crate::store::{NodeRow, NodeSink as _};

#[derive(Clone, Debug)]
enum Step {
    Create {
        name: Option<u8>,
    },
    Change {
        node: usize,
    },
    Rename {
        node: usize,
        name: Option<u8>,
    },
    /// A change that is told after a later one.
    Stale {
        node: usize,
    },
    /// One node's name goes to another, which is told first.
    Inherit {
        from: usize,
        to: usize,
    },
    Delete {
        node: usize,
    },
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let name = || proptest::option::weighted(0.8, 0..6_u8);
    let node = || 0..64_usize;
    let step = prop_oneof![
        6 => name().prop_map(|name| Step::Create { name }),
        2 => node().prop_map(|node| Step::Change { node }),
        4 => (node(), name()).prop_map(|(node, name)| Step::Rename { node, name }),
        1 => node().prop_map(|node| Step::Stale { node }),
        2 => (node(), node()).prop_map(|(from, to)| Step::Inherit { from, to }),
        4 => node().prop_map(|node| Step::Delete { node }),
        1 => Just(Step::Restart),
    ];
    proptest::collection::vec(step, 1..80)
}

/// What is on disk: the nodes in the order of their creation.
#[derive(Default)]
struct Model(Vec<NodeRow>);

impl Model {
    fn pick(&mut self, number: usize) -> Option<&mut NodeRow> {
        let count = self.0.len();
        (count > 0).then(|| &mut self.0[number % count])
    }

    /// A name that nobody has, as the database sees to it.
    fn free(&self, name: Option<u8>) -> Option<Box<str>> {
        let name: Box<str> = name?.to_string().into();
        self.0
            .iter()
            .all(|row| row.fields.name.as_ref() != Some(&name))
            .then_some(name)
    }

    fn load(&self) -> Nodes {
        let mut parts = Loading::parts(3);
        for (index, row) in self.0.iter().enumerate() {
            parts[index * 2 / self.0.len()].take(Node::from(row));
        }
        Loading::finish(parts)
    }

    fn take(&mut self, nodes: &mut Nodes, step: Step) {
        match step {
            Step::Create { name } => {
                let name = self.free(name);
                self.0.push(node(name.as_deref()));
                nodes.insert(Node::from(&self.0[self.0.len() - 1]));
            }
            Step::Change { node } => {
                let Some(row) = self.pick(node) else { return };
                row.revision += 1;
                nodes.replace(Node::from(&*row));
            }
            Step::Rename { node, name } => {
                let name = self.free(name);
                let Some(row) = self.pick(node) else { return };
                row.fields.name = name;
                row.revision += 1;
                nodes.replace(Node::from(&*row));
            }
            Step::Stale { node } => {
                let Some(row) = self.pick(node) else { return };
                let mut stale = row.clone();
                stale.fields.name = Some("stale".into());
                nodes.replace(Node::from(&stale));
            }
            Step::Inherit { from, to } => {
                let Some(left) = self.pick(from).map(|row| row.id) else {
                    return;
                };
                let Some(name) = self.pick(from).and_then(|row| row.fields.name.take()) else {
                    return;
                };
                self.pick(from).expect("it was there").revision += 1;
                let heir = self.pick(to).expect("there is one at least");
                heir.fields.name = Some(name);
                heir.revision += 1;
                nodes.replace(Node::from(&*heir));
                let left = self.0.iter().find(|row| row.id == left).expect("it was there");
                nodes.replace(Node::from(left));
            }
            Step::Delete { node } => {
                let Some(id) = self.pick(node).map(|row| row.id) else {
                    return;
                };
                self.0.retain(|row| row.id != id);
                nodes.remove(&id);
                nodes.remove(&id);
            }
            Step::Restart => *nodes = self.load(),
        }
    }

    fn check(&self, nodes: &Nodes) {
        assert_eq!(nodes.len(), self.0.len());
        assert_eq!(nodes.is_empty(), self.0.is_empty());
        for row in &self.0 {
            assert_eq!(nodes.get(&row.id).unwrap().to_row(), *row);
            assert_eq!(nodes.find(&row.id.to_string()).unwrap().id, row.id);
        }
        for name in (0..6).map(|name: u8| name.to_string()).chain(["stale".into()]) {
            let owner = self.0.iter().find(|row| row.fields.name.as_deref() == Some(&*name));
            let found = nodes.find(&name).map(|node| node.to_row());
            assert_eq!(found.as_ref(), owner, "{name}");
        }
        assert_eq!(nodes.get(&Uuid::nil()).map(|node| node.id), None);
        let ids: Vec<Uuid> = self.0.iter().map(|row| row.id).collect();
        assert_eq!(nodes.all(|_| true).iter().map(|node| node.id).collect::<Vec<_>>(), ids);
        for limit in [1, 3] {
            assert_eq!(walk(nodes, false, limit, |_| true), ids);
            let mut ids = ids.clone();
            ids.reverse();
            assert_eq!(walk(nodes, true, limit, |_| true), ids);
            let named = |node: &Node| node.name().is_some();
            ids.retain(|id| named(&nodes.get(id).unwrap()));
            assert_eq!(walk(nodes, true, limit, named), ids);
        }
    }
}

/// All nodes, page by page.
fn walk(nodes: &Nodes, descending: bool, limit: usize, pass: impl Fn(&Node) -> bool) -> Vec<Uuid> {
    let mut seen: Vec<Uuid> = Vec::new();
    loop {
        let page = nodes.page(seen.last(), descending, limit, &pass).unwrap();
        assert!(page.len() <= limit);
        seen.extend(page.iter().map(|node| node.id));
        if page.len() < limit {
            return seen;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_table_is_as_the_model_is(steps in steps()) {
        let mut model = Model::default();
        let mut nodes = model.load();
        for step in steps {
            model.take(&mut nodes, step);
            model.check(&nodes);
        }
    }
}

#[test]
fn pages_cross_blocks_and_gaps() {
    let nodes = Loading::finish(Loading::parts(1));
    let mut ids: Vec<Uuid> = (0..3000).map(|_| nodes.insert(Node::from(&node(None))).id).collect();
    // A whole block goes, a block but for one, the ends, and every other one behind.
    let goes =
        |index: usize| matches!(index, 0 | 512..1024 | 1100..1535 | 2999) || index > 2000 && index.is_multiple_of(2);
    let mut index = 0;
    ids.retain(|id| {
        let gone = goes(index);
        index += 1;
        if gone {
            nodes.remove(id);
        }
        !gone
    });
    for limit in [1, 100, 1000, 5000] {
        assert_eq!(walk(&nodes, false, limit, |_| true), ids);
    }
    let few: HashSet<Uuid> = ids.iter().copied().step_by(700).collect();
    let found = walk(&nodes, false, 2, |node| few.contains(&node.id));
    assert_eq!(found, ids.iter().copied().step_by(700).collect::<Vec<_>>());
    ids.reverse();
    for limit in [1, 100, 1000, 5000] {
        assert_eq!(walk(&nodes, true, limit, |_| true), ids);
    }
    assert!(nodes.page(Some(&Uuid::nil()), false, 1, |_| true).is_none());
    assert!(nodes.page(None, false, 0, |_| true).unwrap().is_empty());
}

#[test]
fn who_pages_while_others_come_and_go_sees_each_that_stays_once() {
    const STAYING: usize = 2000;
    let nodes = Loading::finish(Loading::parts(1));
    let insert = |staying: &mut Vec<Uuid>| {
        staying.push(nodes.insert(Node::from(&node(None))).id);
        nodes.insert(Node::from(&node(None))).id
    };
    let mut staying = Vec::new();
    let mut leaving: Vec<Uuid> = (0..STAYING).map(|_| insert(&mut staying)).collect();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                for id in &mut leaving {
                    nodes.remove(id);
                    *id = nodes.insert(Node::from(&node(None))).id;
                }
            }
        });
        let stays: HashSet<Uuid> = staying.iter().copied().collect();
        for descending in [false, true, false, true] {
            let mut seen = Vec::new();
            let mut after = None;
            // Those that come later stand behind all that stay.
            while let [.., last] = &*nodes
                .page(after.as_ref(), descending, 7, |node| stays.contains(&node.id))
                .expect("those that stay are there")
                .into_iter()
                .inspect(|node| seen.push(node.id))
                .collect::<Vec<_>>()
            {
                after = Some(last.id);
            }
            if descending {
                seen.reverse();
            }
            assert!(seen == staying, "{} of {STAYING}", seen.len());
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!(nodes.len(), 2 * STAYING);
}
