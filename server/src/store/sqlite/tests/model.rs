//! Random changes, on the store and on a plain map that says what they should have done.

use std::collections::BTreeMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::open;
use crate::store::testing::{end, list, node, now, task};
use crate::store::{NodeChange, NodeRow, Store, StoreError, TaskState};

#[derive(Clone, Debug)]
enum Step {
    Create { name: Option<u8> },
    Rename { node: usize, name: Option<u8>, stale: bool },
    Delete { node: usize },
    Start { node: usize },
    Finish { task: usize, name: Option<u8>, stale: bool },
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let name = || proptest::option::weighted(0.8, 0..4_u8);
    let step = prop_oneof![
        4 => name().prop_map(|name| Step::Create { name }),
        4 => (0..8_usize, name(), proptest::bool::weighted(0.2))
            .prop_map(|(node, name, stale)| Step::Rename { node, name, stale }),
        2 => (0..8_usize).prop_map(|node| Step::Delete { node }),
        3 => (0..8_usize).prop_map(|node| Step::Start { node }),
        3 => (0..8_usize, name(), proptest::bool::weighted(0.2))
            .prop_map(|(task, name, stale)| Step::Finish { task, name, stale }),
        1 => Just(Step::Reopen),
    ];
    proptest::collection::vec(step, 1..40)
}

#[derive(Default)]
struct Model {
    nodes: Vec<NodeRow>,
    tasks: BTreeMap<Uuid, (Uuid, TaskState)>,
}

/// How a step ends, without the texts.
#[derive(Debug, PartialEq)]
enum Ending {
    Done,
    Taken,
    Moved,
    Missing,
    Final,
}

fn ending<T>(result: Result<T, StoreError>) -> Ending {
    match result {
        Ok(_) => Ending::Done,
        Err(StoreError::NameTaken { .. }) => Ending::Taken,
        Err(StoreError::MovedRevision { .. }) => Ending::Moved,
        Err(StoreError::NotFound { .. }) => Ending::Missing,
        Err(StoreError::TaskFinal { .. }) => Ending::Final,
        Err(error) => panic!("{error:?}"),
    }
}

impl Model {
    /// The one with this number; a node that never was, if there are none.
    fn node(&self, number: usize) -> NodeRow {
        let count = self.nodes.len();
        if count == 0 {
            node(None)
        } else {
            self.nodes[number % count].clone()
        }
    }

    fn update(&mut self, wish: &NodeRow) -> Ending {
        let Some(place) = self.nodes.iter().position(|node| node.id == wish.id) else {
            return Ending::Missing;
        };
        if self.nodes[place].revision != wish.revision {
            return Ending::Moved;
        }
        if self.is_taken(wish) {
            return Ending::Taken;
        }
        self.nodes[place] = NodeRow {
            revision: wish.revision + 1,
            ..wish.clone()
        };
        Ending::Done
    }

    fn is_taken(&self, wish: &NodeRow) -> bool {
        let name = &wish.fields.name;
        name.is_some()
            && self
                .nodes
                .iter()
                .any(|node| node.id != wish.id && node.fields.name == *name)
    }
}

fn renamed(mut node: NodeRow, name: Option<u8>, stale: bool) -> NodeRow {
    node.fields.name = name.map(|name| name.to_string().into());
    node.updated_at = Some(now());
    node.revision += u64::from(stale);
    node
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_store_does_what_the_model_does(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(run(steps));
    }
}

async fn run(steps: Vec<Step>) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db");
    let mut store = open(&path);
    let mut model = Model::default();
    for step in steps {
        let (got, expected) = match step.clone() {
            Step::Create { name } => {
                let wish = renamed(node(None), name, false);
                let got = ending(store.node_create(wish.clone()).await);
                if model.is_taken(&wish) {
                    (got, Ending::Taken)
                } else {
                    model.nodes.push(NodeRow { revision: 1, ..wish });
                    (got, Ending::Done)
                }
            }
            Step::Rename { node, name, stale } => {
                let wish = renamed(model.node(node), name, stale);
                (ending(store.node_update(wish.clone()).await), model.update(&wish))
            }
            Step::Delete { node } => {
                let id = model.node(node).id;
                let count = model.nodes.len();
                model.nodes.retain(|node| node.id != id);
                let expected = if model.nodes.len() < count {
                    Ending::Done
                } else {
                    Ending::Missing
                };
                (ending(store.node_delete(id).await), expected)
            }
            Step::Start { node } => {
                let row = task(Some(model.node(node).id));
                model.tasks.insert(row.uuid, (row.node.unwrap(), TaskState::Running));
                (ending(store.task_start(row).await), Ending::Done)
            }
            Step::Finish { task, name, stale } => {
                let Some((&id, &(node, state))) = model.tasks.iter().nth(task % model.tasks.len().max(1)) else {
                    continue;
                };
                let known = model.nodes.iter().find(|known| known.id == node).cloned();
                let wish = renamed(
                    known.unwrap_or_else(|| NodeRow {
                        id: node,
                        ..model.node(0)
                    }),
                    name,
                    stale,
                );
                let change = NodeChange::Record(Box::new(wish.clone()));
                let got = ending(store.task_finish(id, end(TaskState::Succeeded, None), change).await);
                let expected = if state.is_final() {
                    Ending::Final
                } else {
                    model.update(&wish)
                };
                if expected == Ending::Done {
                    model.tasks.insert(id, (node, TaskState::Succeeded));
                }
                (got, expected)
            }
            Step::Reopen => {
                store.close().await.unwrap();
                store = open(&path);
                continue;
            }
        };
        assert_eq!(got, expected, "{step:?}");
        assert_eq!(list(&store).await.unwrap(), model.nodes);
        for (id, (_, state)) in &model.tasks {
            assert_eq!(store.task_get(*id).await.unwrap().state, *state);
        }
    }
}
