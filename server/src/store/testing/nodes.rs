//! The cases of nodes, and of the store as a whole.

use std::sync::Arc;
use std::time::Duration;

use bessemer::host::NodeFields;
use uuid::Uuid;

use super::{Made, changed, list, node, now, only_node};
use crate::store::{NodeRow, StoreError};

pub async fn a_node_comes_back_as_it_went_in(made: Made) {
    let store = made.store;
    let given = node(Some("n-1"));
    let kept = store.node_create(given.clone()).await.unwrap();
    assert_eq!(kept.revision, 1);
    assert_eq!(
        NodeRow {
            revision: 0,
            ..kept.clone()
        },
        given
    );
    let listed = only_node(&*store).await;
    assert_eq!(listed, kept);
    // Texts are kept to the letter, not parsed and written again.
    assert_eq!(listed.fields.driver_info.text(), given.fields.driver_info.text());

    let bare = NodeRow::new(
        Uuid::new_v4(),
        NodeFields {
            driver: "acme".into(),
            ..NodeFields::default()
        },
        now(),
    );
    let kept = store.node_create(bare).await.unwrap();
    assert_eq!(list(&*store).await.unwrap()[1], kept);
    assert_eq!(&*kept.provision_state, "enroll");
}

pub async fn nodes_are_listed_in_the_order_of_creation(made: Made) {
    let mut created = Vec::new();
    for _ in 0..20 {
        created.push(made.store.node_create(node(None)).await.unwrap());
    }
    assert_eq!(list(&*made.store).await.unwrap(), created);
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
    assert_eq!(list(&*store).await.unwrap(), [first, second]);
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

pub async fn nodes_without_names_do_not_collide(made: Made) {
    made.store.node_create(node(None)).await.unwrap();
    made.store.node_create(node(None)).await.unwrap();
}

pub async fn names_are_compared_exactly(made: Made) {
    for name in ["n-1", "N-1", "n_1", "n%1"] {
        made.store.node_create(node(Some(name))).await.unwrap();
    }
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
    assert_eq!(list(&*store).await.unwrap().len(), 20);
}

pub async fn a_healthy_store_says_so(made: Made) {
    made.store.health(Duration::from_secs(60)).await.unwrap();
    assert!(made.store.check().await.unwrap().is_empty());
}

pub async fn a_closed_store_refuses(made: Made) {
    let store = made.store;
    store.close().await.unwrap();
    store.close().await.unwrap();
    let error = store.node_create(node(None)).await.unwrap_err();
    assert!(matches!(error, StoreError::Closed), "{error:?}");
    let error = list(&*store).await.unwrap_err();
    assert!(matches!(error, StoreError::Closed), "{error:?}");
}
