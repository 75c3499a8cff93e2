//! What every store must do, written once and run on each database: [`store_suite!`] turns each case into a
//! test of its own, on a store that `make` has just made. What only one database has is tested beside it.

use std::any::Any;
use std::future::Future;
use std::sync::Arc;

use bessemer::host::{NodeFields, Object};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{NodeChange, Page, Progress, Retention, Store, StoreError, TaskEnd, TaskFilter, TaskRow, TaskState, rows};
use crate::node::Node;

/// A store for one test, and what must live as long, such as its directory.
pub struct Made {
    pub store: Arc<dyn Store>,
    pub keep: Box<dyn Any>,
}

/// Makes a test of each case. `$make` is a `fn() -> Made`.
macro_rules! store_suite {
    ($make:expr) => {
        $crate::store::testing::store_suite!(@ $make =>
            a_node_comes_back_as_it_went_in
            nodes_are_listed_in_the_order_of_creation
            a_taken_uuid_or_name_is_named
            an_update_needs_the_revision_it_was_made_on
            an_update_to_a_taken_name_is_refused_and_changes_nothing
            a_name_given_up_may_be_taken
            a_deleted_node_is_gone_and_its_tasks_stay
            nodes_without_names_do_not_collide
            a_task_runs_and_ends_once
            progress_is_noted_while_a_task_runs
            the_end_of_a_task_changes_its_node_or_nothing
            a_last_error_alone_does_not_mind_the_revision
            running_tasks_become_interrupted
            tasks_are_listed_newest_first_in_pages
            tasks_are_filtered
            long_texts_are_cut_with_a_mark
            old_and_excess_tasks_are_pruned
            one_refused_change_does_not_hurt_its_neighbours
            a_healthy_store_says_so
            a_closed_store_refuses
            names_are_compared_exactly
        );
    };
    (@ $make:expr => $($case:ident)*) => {
        $(
            #[tokio::test]
            async fn $case() {
                $crate::store::testing::$case($make()).await;
            }
        )*
    };
}
pub(crate) use store_suite;

/// A node with a word in every field.
pub fn node(name: Option<&str>) -> Node {
    let object = |text: &str| Object::from_text(text.into()).unwrap();
    let fields = NodeFields {
        uuid: "".into(),
        name: name.map(Into::into),
        driver: "acme".into(),
        driver_info: object(r#"{"address":"10.0.0.1","password":"hush","ports":[1,2.50]}"#),
        properties: object(r#"{"cpus":4}"#),
        extra: object(r#"{"ünïcode":"\u0000 and \"quotes\""}"#),
        driver_internal_info: Object::default(),
        power_state: Some("power on".into()),
        maintenance: true,
    };
    let mut node = Node::new(Uuid::new_v4(), fields, now());
    node.instance_uuid = Some(Uuid::new_v4());
    node.maintenance_reason = Some("fan".into());
    node.resource_class = Some("large".into());
    node.description = Some("rack 7, 'top'; DROP TABLE nodes".into());
    node.last_error = Some("none to speak of".into());
    node
}

pub fn task(node: Option<Uuid>) -> TaskRow {
    TaskRow {
        uuid: Uuid::new_v4(),
        node,
        driver: "acme".into(),
        method: "set_prop".into(),
        request_id: "req-1".into(),
        caller: Some("admin".into()),
        server: "here".into(),
        started_at: now(),
        finished_at: None,
        state: TaskState::Running,
        error: None,
        progress: None,
    }
}

/// Of microseconds, as stores keep them.
pub fn now() -> Timestamp {
    Timestamp::from_microsecond(Timestamp::now().as_microsecond()).unwrap()
}

pub fn end(state: TaskState, error: Option<&str>) -> TaskEnd {
    TaskEnd {
        state,
        error: error.map(Into::into),
        finished_at: now(),
    }
}

fn changed(node: &Node, change: impl FnOnce(&mut NodeFields)) -> Node {
    let mut node = node.clone();
    change(Arc::make_mut(&mut node.fields));
    node.updated_at = Some(now());
    node
}

async fn only_node(store: &dyn Store) -> Node {
    let nodes = store.node_list_all().await.unwrap();
    assert_eq!(nodes.len(), 1);
    nodes.into_iter().next().unwrap()
}

async fn uuids(tasks: impl Future<Output = Result<Vec<TaskRow>, StoreError>>) -> Vec<Uuid> {
    tasks.await.unwrap().into_iter().map(|task| task.uuid).collect()
}

const PAGE: Page = Page {
    marker: None,
    limit: 1000,
};

pub async fn a_node_comes_back_as_it_went_in(made: Made) {
    let store = made.store;
    let given = node(Some("n-1"));
    let kept = store.node_create(given.clone()).await.unwrap();
    assert_eq!(kept.revision, 1);
    assert_eq!(
        Node {
            revision: 0,
            ..kept.clone()
        },
        given
    );
    let listed = only_node(&*store).await;
    assert_eq!(listed, kept);
    // Texts are kept to the letter, not parsed and written again.
    assert_eq!(listed.fields.driver_info.text(), given.fields.driver_info.text());

    let bare = Node::new(
        Uuid::new_v4(),
        NodeFields {
            driver: "acme".into(),
            ..NodeFields::default()
        },
        now(),
    );
    let kept = store.node_create(bare).await.unwrap();
    assert_eq!(store.node_list_all().await.unwrap()[1], kept);
    assert_eq!(&*kept.provision_state, "enroll");
}

pub async fn nodes_are_listed_in_the_order_of_creation(made: Made) {
    let mut created = Vec::new();
    for _ in 0..20 {
        created.push(made.store.node_create(node(None)).await.unwrap());
    }
    assert_eq!(made.store.node_list_all().await.unwrap(), created);
}

pub async fn a_taken_uuid_or_name_is_named(made: Made) {
    let store = made.store;
    let first = store.node_create(node(Some("n-1"))).await.unwrap();
    let second = node(Some("n-1"));
    let error = store.node_create(second).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::NameTaken { name } if &**name == "n-1"),
        "{error:?}"
    );
    let mut third = node(Some("n-3"));
    third.id = first.id;
    let error = store.node_create(third).await.unwrap_err();
    assert!(
        matches!(error, StoreError::UuidTaken { what: "node", id } if id == first.id),
        "{error:?}"
    );
    // Both taken: the UUID is the stronger claim.
    let error = store.node_create(first.clone()).await.unwrap_err();
    assert!(matches!(error, StoreError::UuidTaken { .. }), "{error:?}");
    assert_eq!(only_node(&*store).await, first);
}

pub async fn an_update_needs_the_revision_it_was_made_on(made: Made) {
    let store = made.store;
    let first = store.node_create(node(Some("n-1"))).await.unwrap();
    let second = store
        .node_update(changed(&first, |fields| fields.maintenance = false))
        .await
        .unwrap();
    assert_eq!(second.revision, 2);
    assert_eq!(only_node(&*store).await, second);
    let error = store
        .node_update(changed(&first, |fields| fields.power_state = None))
        .await
        .unwrap_err();
    let StoreError::MovedRevision { id, expected, found } = error else {
        panic!("{error:?}");
    };
    assert_eq!((id, expected, found), (first.id, 1, 2));
    assert_eq!(only_node(&*store).await, second);
    let unknown = node(None);
    let error = store.node_update(unknown.clone()).await.unwrap_err();
    assert!(
        matches!(error, StoreError::NotFound { what: "node", id } if id == unknown.id),
        "{error:?}"
    );
}

pub async fn an_update_to_a_taken_name_is_refused_and_changes_nothing(made: Made) {
    let store = made.store;
    let first = store.node_create(node(Some("n-1"))).await.unwrap();
    let second = store.node_create(node(Some("n-2"))).await.unwrap();
    let wish = changed(&second, |fields| fields.name = Some("n-1".into()));
    let error = store.node_update(wish).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::NameTaken { name } if &**name == "n-1"),
        "{error:?}"
    );
    assert_eq!(store.node_list_all().await.unwrap(), [first, second]);
}

pub async fn a_name_given_up_may_be_taken(made: Made) {
    let store = made.store;
    let first = store.node_create(node(Some("n-1"))).await.unwrap();
    store
        .node_update(changed(&first, |fields| fields.name = None))
        .await
        .unwrap();
    let second = store.node_create(node(Some("n-1"))).await.unwrap();
    store.node_delete(second.id).await.unwrap();
    store.node_create(node(Some("n-1"))).await.unwrap();
}

pub async fn a_deleted_node_is_gone_and_its_tasks_stay(made: Made) {
    let store = made.store;
    let kept = store.node_create(node(Some("n-1"))).await.unwrap();
    let task = task(Some(kept.id));
    store.task_start(task.clone()).await.unwrap();
    store.node_delete(kept.id).await.unwrap();
    assert!(store.node_list_all().await.unwrap().is_empty());
    let error = store.node_delete(kept.id).await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound { .. }), "{error:?}");
    let end = end(TaskState::Failed, Some("gone"));
    let change = NodeChange::LastError(Some("gone".into()));
    assert_eq!(store.task_finish(task.uuid, end, change).await.unwrap(), None);
    assert_eq!(store.task_get(task.uuid).await.unwrap().state, TaskState::Failed);
}

pub async fn nodes_without_names_do_not_collide(made: Made) {
    made.store.node_create(node(None)).await.unwrap();
    made.store.node_create(node(None)).await.unwrap();
}

pub async fn names_are_compared_exactly(made: Made) {
    for name in ["n-1", "N-1", "n_1", "n%1"] {
        made.store.node_create(node(Some(name))).await.unwrap();
    }
}

pub async fn a_task_runs_and_ends_once(made: Made) {
    let store = made.store;
    let task = task(None);
    store.task_start(task.clone()).await.unwrap();
    assert_eq!(store.task_get(task.uuid).await.unwrap(), task);
    let error = store.task_start(task.clone()).await.unwrap_err();
    assert!(matches!(error, StoreError::UuidTaken { what: "task", .. }), "{error:?}");

    let end_first = end(TaskState::Cancelled, Some("no more"));
    store
        .task_finish(task.uuid, end_first.clone(), NodeChange::None)
        .await
        .unwrap();
    let ended = TaskRow {
        state: end_first.state,
        error: end_first.error,
        finished_at: Some(end_first.finished_at),
        ..task.clone()
    };
    assert_eq!(store.task_get(task.uuid).await.unwrap(), ended);
    for state in TaskState::ALL {
        let error = store
            .task_finish(task.uuid, end(state, None), NodeChange::None)
            .await
            .unwrap_err();
        let StoreError::TaskFinal { id, state } = error else {
            panic!("{error:?}");
        };
        assert_eq!((id, state), (task.uuid, TaskState::Cancelled));
    }
    assert_eq!(store.task_get(task.uuid).await.unwrap(), ended);

    let unknown = Uuid::new_v4();
    let error = store.task_get(unknown).await.unwrap_err();
    assert!(
        matches!(error, StoreError::NotFound { what: "task", id } if id == unknown),
        "{error:?}"
    );
    let error = store
        .task_finish(unknown, end(TaskState::Succeeded, None), NodeChange::None)
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::NotFound { .. }), "{error:?}");
}

pub async fn progress_is_noted_while_a_task_runs(made: Made) {
    let store = made.store;
    let task = task(None);
    store.task_start(task.clone()).await.unwrap();
    let progress = Progress {
        done: 3,
        total: u64::MAX,
        text: "flashing".into(),
    };
    store.task_progress(task.uuid, progress.clone()).await.unwrap();
    let noted = store.task_get(task.uuid).await.unwrap().progress.unwrap();
    assert_eq!((noted.done, &*noted.text), (3, "flashing"));
    assert!(noted.total >= i64::MAX.cast_unsigned());
    store
        .task_finish(task.uuid, end(TaskState::Succeeded, None), NodeChange::None)
        .await
        .unwrap();
    let error = store.task_progress(task.uuid, progress).await.unwrap_err();
    assert!(matches!(error, StoreError::TaskFinal { .. }), "{error:?}");
    assert!(store.task_get(task.uuid).await.unwrap().progress.is_some());
}

pub async fn the_end_of_a_task_changes_its_node_or_nothing(made: Made) {
    let store = made.store;
    let kept = store.node_create(node(Some("n-1"))).await.unwrap();
    let other = store.node_create(node(Some("n-2"))).await.unwrap();
    let task = task(Some(kept.id));
    store.task_start(task.clone()).await.unwrap();
    let success = end(TaskState::Succeeded, None);

    let taken = changed(&kept, |fields| fields.name = other.fields.name.clone());
    let error = store
        .task_finish(task.uuid, success.clone(), NodeChange::Record(Box::new(taken)))
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::NameTaken { .. }), "{error:?}");
    let mut moved = kept.clone();
    moved.revision = 7;
    let error = store
        .task_finish(task.uuid, success.clone(), NodeChange::Record(Box::new(moved)))
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::MovedRevision { .. }), "{error:?}");
    assert_eq!(store.task_get(task.uuid).await.unwrap(), task);

    let wish = changed(&kept, |fields| fields.power_state = Some("power off".into()));
    let stamp = store
        .task_finish(task.uuid, success, NodeChange::Record(Box::new(wish.clone())))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((stamp.revision, stamp.updated_at), (2, wish.updated_at));
    let listed = store.node_list_all().await.unwrap();
    assert_eq!(listed, [Node { revision: 2, ..wish }, other]);
    assert_eq!(store.task_get(task.uuid).await.unwrap().state, TaskState::Succeeded);
}

pub async fn a_last_error_alone_does_not_mind_the_revision(made: Made) {
    let store = made.store;
    let first = store.node_create(node(Some("n-1"))).await.unwrap();
    let task_1 = task(Some(first.id));
    let task_2 = task(Some(first.id));
    store.task_start(task_1.clone()).await.unwrap();
    store.task_start(task_2.clone()).await.unwrap();
    let failure = end(TaskState::Failed, Some("no answer"));
    let change = NodeChange::LastError(Some("no answer".into()));
    let stamp = store
        .task_finish(task_1.uuid, failure.clone(), change)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((stamp.revision, stamp.updated_at), (2, Some(failure.finished_at)));
    let after = only_node(&*store).await;
    assert_eq!(after.last_error.as_deref(), Some("no answer"));
    assert_eq!(after.fields, first.fields);
    let success = end(TaskState::Succeeded, None);
    let change = NodeChange::LastError(None);
    let stamp = store.task_finish(task_2.uuid, success, change).await.unwrap().unwrap();
    assert_eq!(stamp.revision, 3);
    assert_eq!(only_node(&*store).await.last_error, None);
}

pub async fn running_tasks_become_interrupted(made: Made) {
    let store = made.store;
    let kept = store.node_create(node(Some("n-1"))).await.unwrap();
    let ended = task(Some(kept.id));
    let older = task(Some(kept.id));
    let newer = task(Some(kept.id));
    let of_driver = task(None);
    for task in [&ended, &older, &newer, &of_driver] {
        store.task_start(task.clone()).await.unwrap();
    }
    store
        .task_finish(ended.uuid, end(TaskState::Succeeded, None), NodeChange::None)
        .await
        .unwrap();
    let at: Timestamp = "2026-07-31T10:00:00.25Z".parse().unwrap();
    let interrupted = store.tasks_interrupt("here".into(), at).await.unwrap();
    let touched: Vec<Uuid> = interrupted.iter().map(|interrupted| interrupted.task.uuid).collect();
    assert_eq!(touched, [older.uuid, newer.uuid, of_driver.uuid]);
    for interrupted in &interrupted {
        let kept = store.task_get(interrupted.task.uuid).await.unwrap();
        assert_eq!(kept, interrupted.task);
        assert_eq!((kept.state, kept.finished_at), (TaskState::Interrupted, Some(at)));
    }
    assert_eq!(interrupted[1].node.map(|stamp| stamp.revision), Some(3));
    assert_eq!(interrupted[2].node, None);
    let text = format!(
        "method set_prop (task {}) was interrupted by the loss of server here at 2026-07-31T10:00:00+00:00; \
         its outcome is unknown",
        newer.uuid
    );
    assert_eq!(only_node(&*store).await.last_error.as_deref(), Some(&*text));
    assert_eq!(store.task_get(ended.uuid).await.unwrap().state, TaskState::Succeeded);
    assert!(store.tasks_interrupt("here".into(), at).await.unwrap().is_empty());
}

pub async fn tasks_are_listed_newest_first_in_pages(made: Made) {
    let store = made.store;
    let mut started = Vec::new();
    for _ in 0..7 {
        let task = task(None);
        started.insert(0, task.uuid);
        store.task_start(task).await.unwrap();
    }
    let mut listed = Vec::new();
    loop {
        let marker = listed.last().copied();
        let page = uuids(store.task_list(TaskFilter::default(), Page { marker, limit: 3 })).await;
        if page.is_empty() {
            break;
        }
        listed.extend(page);
    }
    assert_eq!(listed, started);
    let marker = Some(Uuid::new_v4());
    let error = store
        .task_list(TaskFilter::default(), Page { marker, limit: 3 })
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::NotFound { what: "task", .. }), "{error:?}");
}

pub async fn tasks_are_filtered(made: Made) {
    let store = made.store;
    let node = Uuid::new_v4();
    let plain = task(Some(node));
    let other_method = TaskRow {
        method: "reset'; --".into(),
        ..task(Some(node))
    };
    let other_driver = TaskRow {
        driver: "fake".into(),
        ..task(None)
    };
    for task in [&plain, &other_method, &other_driver] {
        store.task_start(task.clone()).await.unwrap();
    }
    store
        .task_finish(plain.uuid, end(TaskState::Failed, None), NodeChange::None)
        .await
        .unwrap();
    let any = TaskFilter::default();
    let cases = [
        (any.clone(), vec![&other_driver, &other_method, &plain]),
        (
            TaskFilter {
                node: Some(node),
                ..any.clone()
            },
            vec![&other_method, &plain],
        ),
        (
            TaskFilter {
                state: Some(TaskState::Running),
                ..any.clone()
            },
            vec![&other_driver, &other_method],
        ),
        (
            TaskFilter {
                state: Some(TaskState::Failed),
                ..any.clone()
            },
            vec![&plain],
        ),
        (
            TaskFilter {
                driver: Some("fake".into()),
                ..any.clone()
            },
            vec![&other_driver],
        ),
        (
            TaskFilter {
                method: Some("reset'; --".into()),
                ..any.clone()
            },
            vec![&other_method],
        ),
        (
            TaskFilter {
                node: Some(node),
                driver: Some("fake".into()),
                ..any
            },
            vec![],
        ),
    ];
    for (filter, expected) in cases {
        let expected: Vec<Uuid> = expected.into_iter().map(|task| task.uuid).collect();
        assert_eq!(
            uuids(store.task_list(filter.clone(), PAGE)).await,
            expected,
            "{filter:?}"
        );
    }
}

pub async fn long_texts_are_cut_with_a_mark(made: Made) {
    let store = made.store;
    let kept = store.node_create(node(None)).await.unwrap();
    let task = task(Some(kept.id));
    store.task_start(task.clone()).await.unwrap();
    let long = "é".repeat(4000);
    let progress = Progress {
        done: 0,
        total: 1,
        text: (&*long).into(),
    };
    store.task_progress(task.uuid, progress).await.unwrap();
    let change = NodeChange::LastError(Some((&*long).into()));
    store
        .task_finish(task.uuid, end(TaskState::Failed, Some(&long)), change)
        .await
        .unwrap();
    let task = store.task_get(task.uuid).await.unwrap();
    let texts = [
        (task.error.unwrap(), rows::ERROR_BYTES_MAX),
        (only_node(&*store).await.last_error.unwrap(), rows::ERROR_BYTES_MAX),
        (task.progress.unwrap().text, rows::PROGRESS_BYTES_MAX),
    ];
    for (text, bytes_max) in texts {
        assert!(text.len() <= bytes_max && text.len() > bytes_max - 8, "{}", text.len());
        assert!(text.starts_with("éé") && text.ends_with("(cut)"));
    }
}

pub async fn old_and_excess_tasks_are_pruned(made: Made) {
    let store = made.store;
    let now = now();
    let node = Uuid::new_v4();
    let start = async |node, finished_ago: Option<i64>| {
        let task = task(node);
        store.task_start(task.clone()).await.unwrap();
        if let Some(hours) = finished_ago {
            let finished_at = now - SignedDuration::from_hours(hours);
            let end = TaskEnd {
                finished_at,
                ..end(TaskState::Succeeded, None)
            };
            store.task_finish(task.uuid, end, NodeChange::None).await.unwrap();
        }
        task.uuid
    };
    let running_long = start(Some(node), None).await;
    let _too_old = start(Some(Uuid::new_v4()), Some(7 * 24 + 1)).await;
    let old = start(Some(Uuid::new_v4()), Some(7 * 24 - 1)).await;
    let mut of_node = Vec::new();
    let mut of_driver = Vec::new();
    for _ in 0..5 {
        of_node.push(start(Some(node), Some(1)).await);
        of_driver.push(start(None, Some(1)).await);
    }
    let keep = Retention {
        tasks_max: 3,
        ..Retention::default()
    };
    assert_eq!(store.tasks_prune(keep, now).await.unwrap(), 5);
    let mut expected = vec![running_long, old];
    expected.extend(&of_node[2..]);
    expected.extend(&of_driver[2..]);
    let mut left = uuids(store.task_list(TaskFilter::default(), PAGE)).await;
    expected.sort();
    left.sort();
    assert_eq!(left, expected);
    assert_eq!(store.tasks_prune(keep, now).await.unwrap(), 0);
}

pub async fn one_refused_change_does_not_hurt_its_neighbours(made: Made) {
    let store = made.store;
    // Polled together, so that a store which groups changes has them in one group.
    let mut waiting = Vec::new();
    for number in 0..30 {
        let name = format!("n-{}", number % 20);
        let store = Arc::clone(&store);
        waiting.push(tokio::spawn(async move { store.node_create(node(Some(&name))).await }));
    }
    let mut created = 0;
    for answer in waiting {
        match answer.await.unwrap() {
            Ok(_) => created += 1,
            Err(StoreError::NameTaken { .. }) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!(created, 20);
    assert_eq!(store.node_list_all().await.unwrap().len(), 20);
}

pub async fn a_healthy_store_says_so(made: Made) {
    made.store.health(std::time::Duration::from_secs(60)).await.unwrap();
    assert!(made.store.check().await.unwrap().is_empty());
}

pub async fn a_closed_store_refuses(made: Made) {
    let store = made.store;
    store.close().await.unwrap();
    store.close().await.unwrap();
    let error = store.node_create(node(None)).await.unwrap_err();
    assert!(matches!(error, StoreError::Closed), "{error:?}");
    let error = store.node_list_all().await.unwrap_err();
    assert!(matches!(error, StoreError::Closed), "{error:?}");
}
