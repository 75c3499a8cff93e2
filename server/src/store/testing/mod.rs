//! What every store must do, written once and run on each database: [`store_suite!`] turns each case into a
//! test of its own, on a store that `make` has just made. What only one database has is tested beside it.

mod nodes;
mod tasks;

use std::any::Any;
use std::sync::Arc;

use bessemer::host::{NodeFields, Object};
use jiff::Timestamp;
use uuid::Uuid;

pub use self::nodes::*;
pub use self::tasks::*;
use super::{NodeRow, NodeSink, Store, StoreError, TaskEnd, TaskRow, TaskState};
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
            the_last_progress_is_noted_with_the_end
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
pub fn node(name: Option<&str>) -> NodeRow {
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
    let mut node = NodeRow::new(Uuid::new_v4(), fields, now());
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
        progress: None,
    }
}

pub fn changed(node: &NodeRow, change: impl FnOnce(&mut NodeFields)) -> NodeRow {
    let mut node = node.clone();
    change(&mut node.fields);
    node.updated_at = Some(now());
    node
}

/// All nodes, as they would be in memory after a start.
pub async fn list(store: &dyn Store) -> Result<Vec<NodeRow>, StoreError> {
    struct Rows(Vec<NodeRow>);

    impl NodeSink for Rows {
        fn take(&mut self, node: Node) {
            self.0.push(node.to_row());
        }
    }

    let mut parts: Vec<Rows> = (0..3).map(|_| Rows(Vec::new())).collect();
    let sinks = parts.iter_mut().map(|part| part as _).collect();
    store.node_list_all(sinks).await?;
    Ok(parts.into_iter().flat_map(|part| part.0).collect())
}

pub async fn only_node(store: &dyn Store) -> NodeRow {
    let nodes = list(store).await.unwrap();
    assert_eq!(nodes.len(), 1);
    nodes.into_iter().next().unwrap()
}
