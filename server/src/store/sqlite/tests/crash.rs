//! `kill -9` in the middle of writing: what was acknowledged is there, what belongs together is whole, what
//! ran is interrupted. A child process works and says what was acknowledged; no sleep decides when it dies.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use bessemer::host::{NodeFields, Object};
use uuid::Uuid;

use super::child::{self, Running};
use super::open;
use crate::store::testing::{end, list, node, now, task};
use crate::store::{NodeChange, NodeRow, Page, Store, TaskFilter, TaskState};

const WORKERS: usize = 48;

#[test]
fn what_was_acknowledged_survives_a_kill() {
    for lines in [1, 40, 170, 700, 2500] {
        let directory = tempfile::tempdir().unwrap();
        let mut child = Running::start("crash::child_writes", directory.path());
        let mut said: Vec<String> = (0..lines).map(|_| child.line()).collect();
        said.extend(child.kill());
        // A line that the kill cut short was not said.
        let said = said.iter().filter(|line| line.ends_with('.'));
        let said: Vec<(&str, Uuid)> = said
            .map(|line| line.trim_end_matches('.').split_once(' ').unwrap())
            .map(|(what, id)| (what, id.parse().unwrap()))
            .collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(check(&directory.path().join("db"), &said));
    }
}

async fn check(path: &std::path::Path, said: &[(&str, Uuid)]) {
    let store = open(path);
    let page = Page {
        marker: None,
        limit: u32::MAX,
    };
    let before = store.task_list(TaskFilter::default(), page).await.unwrap();
    let interrupted = store.tasks_interrupt("here".into(), now()).await.unwrap();
    let nodes = list(&store).await.unwrap();
    let nodes: HashMap<Uuid, NodeRow> = nodes.into_iter().map(|node| (node.id, node)).collect();
    let states: HashMap<Uuid, TaskState> = before.iter().map(|task| (task.uuid, task.state)).collect();

    for (what, id) in said {
        match *what {
            "created" => assert!(nodes.contains_key(id), "node {id} is lost"),
            "started" => assert!(states.contains_key(id), "task {id} is lost"),
            "finished" => assert_eq!(states[id], TaskState::Succeeded, "the end of task {id} is lost"),
            other => panic!("{other}"),
        }
    }
    // The end of a task and the change of its node are one: each node counts its own finished tasks.
    let mut finished: HashMap<Uuid, u64> = HashMap::new();
    for task in &before {
        *finished.entry(task.node.unwrap()).or_default() += u64::from(task.state == TaskState::Succeeded);
    }
    for (id, node) in &nodes {
        let counted = node.fields.extra.map()["finished"].as_u64().unwrap();
        assert_eq!(counted, finished.get(id).copied().unwrap_or(0), "node {id}");
    }
    let running: HashSet<Uuid> = before
        .iter()
        .filter(|task| !task.state.is_final())
        .map(|task| task.uuid)
        .collect();
    assert_eq!(
        interrupted.iter().map(|one| one.task.uuid).collect::<HashSet<_>>(),
        running
    );
    for one in interrupted {
        assert_eq!(nodes[&one.task.node.unwrap()].last_error, one.task.error);
        assert_eq!(
            store.task_get(one.task.uuid).await.unwrap().state,
            TaskState::Interrupted
        );
    }
    assert!(store.check().await.unwrap().is_empty());
}

/// The child: every worker has a node and calls methods on it until it is killed.
#[tokio::test]
async fn child_writes() {
    let Some(directory) = child::task() else { return };
    let store = Arc::new(open(&directory.join("db")));
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..WORKERS {
        let store = Arc::clone(&store);
        workers.spawn(async move { work(&*store).await });
    }
    workers.join_all().await;
}

async fn work(store: &dyn Store) {
    let mut node = node(None);
    set_finished(&mut node, 0);
    let mut node = store.node_create(node).await.unwrap();
    child::tell(format_args!("created {}.", node.id));
    for finished in 1.. {
        let task = task(Some(node.id));
        store.task_start(task.clone()).await.unwrap();
        child::tell(format_args!("started {}.", task.uuid));
        set_finished(&mut node, finished);
        let change = NodeChange::Record(Box::new(node.clone()));
        let stamp = store
            .task_finish(task.uuid, end(TaskState::Succeeded, None), change)
            .await;
        node.revision = stamp.unwrap().unwrap().revision;
        child::tell(format_args!("finished {}.", task.uuid));
    }
}

fn set_finished(node: &mut NodeRow, finished: u64) {
    let fields: &mut NodeFields = &mut node.fields;
    fields.extra = Object::from_text(format!(r#"{{"finished":{finished}}}"#).into()).unwrap();
}
