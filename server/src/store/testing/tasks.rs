//! The cases of tasks, and of what their ends do to nodes.

use std::future::Future;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Made, changed, end, list, node, now, only_node, task};
use crate::store::{
    NodeChange, NodeRow, Page, Progress, Retention, StoreError, TaskEnd, TaskFilter, TaskRow, TaskState, rows,
};

const PAGE: Page = Page {
    marker: None,
    limit: 1000,
};

async fn uuids(tasks: impl Future<Output = Result<Vec<TaskRow>, StoreError>>) -> Vec<Uuid> {
    tasks.await.unwrap().into_iter().map(|task| task.uuid).collect()
}

pub async fn a_deleted_node_is_gone_and_its_tasks_stay(made: Made) {
    let store = made.store;
    let kept = store.node_create(node(Some("n-1"))).await.unwrap();
    let task = task(Some(kept.id));
    store.task_start(task.clone()).await.unwrap();
    store.node_delete(kept.id).await.unwrap();
    assert!(list(&*store).await.unwrap().is_empty());
    let error = store.node_delete(kept.id).await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound { .. }), "{error:?}");
    let end = end(TaskState::Failed, Some("gone"));
    let change = NodeChange::LastError(Some("gone".into()));
    assert_eq!(store.task_finish(task.uuid, end, change).await.unwrap(), None);
    assert_eq!(store.task_get(task.uuid).await.unwrap().state, TaskState::Failed);
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

pub async fn the_last_progress_is_noted_with_the_end(made: Made) {
    let store = made.store;
    let task = task(None);
    store.task_start(task.clone()).await.unwrap();
    let progress = |done| Progress {
        done,
        total: 9,
        text: "flashing".into(),
    };
    store.task_progress(task.uuid, progress(3)).await.unwrap();
    let end = TaskEnd {
        progress: Some(progress(5)),
        ..end(TaskState::Failed, Some("no more"))
    };
    store.task_finish(task.uuid, end, NodeChange::None).await.unwrap();
    assert_eq!(store.task_get(task.uuid).await.unwrap().progress, Some(progress(5)));
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
    let listed = list(&*store).await.unwrap();
    assert_eq!(listed, [NodeRow { revision: 2, ..wish }, other]);
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
    let later = |minutes| now() + SignedDuration::from_mins(minutes);
    let other_driver = TaskRow {
        driver: "fake".into(),
        started_at: later(60),
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
                since: Some(later(30)),
                ..any.clone()
            },
            vec![&other_driver],
        ),
        (
            TaskFilter {
                since: Some(other_driver.started_at),
                ..any.clone()
            },
            vec![&other_driver],
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
    let long = "é".repeat(rows::ERROR_BYTES_MAX);
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
