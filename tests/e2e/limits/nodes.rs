//! Nodes: how many there may be, and how large one may become, whoever changes it.

use bessemer_tests::Probe;
use serde_json::{Value, json};

use super::is_refused;

#[tokio::test]
async fn there_are_so_many_and_no_more() {
    let probe = Probe::with("[conductor]\nnodes_max = 2\n").await;
    let create = async || probe.post("/v1/nodes", &json!({"driver": "probe"})).await;
    let second = create().await;
    assert_eq!(second.status, 201, "{second:?}");
    is_refused(&create().await, 403, &["there are 2 nodes", "conductor.nodes_max"]);
    let uuid = second.json()["uuid"].as_str().unwrap().to_owned();
    assert_eq!(probe.delete(&format!("/v1/nodes/{uuid}")).await.status, 204);
    assert_eq!(create().await.status, 201);
}

#[tokio::test]
async fn none_becomes_larger_than_it_may() {
    let probe = Probe::with("[conductor]\nnode_size_max = 4\n").await;
    let (fits, large) = ("x".repeat(3000), "x".repeat(5000));
    let parts = ["a node may have 4096", "conductor.node_size_max is the bound"];

    let create = json!({"driver": "probe", "name": "m", "properties": {"a": large}});
    is_refused(&probe.post("/v1/nodes", &create).await, 413, &parts);
    let add = |key: &str, text: &str| json!([{"op": "add", "path": format!("/extra/{key}"), "value": text}]);
    assert_eq!(probe.patch("/v1/nodes/n", &add("a", &fits)).await.status, 200);
    // It is the sum that counts.
    is_refused(&probe.patch("/v1/nodes/n", &add("b", &fits)).await, 413, &parts);

    let parts = [
        "carried out, but the node's changes could not be saved",
        parts[0],
        parts[1],
    ];
    is_refused(
        &probe.call("note", &json!({"key": "b", "value": fits})).await,
        500,
        &parts,
    );
    probe.open("g").await;
    let accepted = probe.call("hold_async", &json!({"gate": "g", "note": fits})).await;
    assert_eq!(accepted.status, 202, "{accepted:?}");
    // When it has the lock, the task has ended.
    assert_eq!(probe.call("count", &json!({})).await.status, 200);
    let last_error = probe.node("last_error").await;
    for part in parts {
        assert!(last_error.as_str().unwrap().contains(part), "{last_error}");
    }
    assert_eq!(probe.node("extra").await, json!({"a": fits}));
    // What makes it smaller is welcome.
    let remove = json!([{"op": "remove", "path": "/extra/a"}]);
    assert_eq!(probe.patch("/v1/nodes/n", &remove).await.status, 200);
    assert_eq!(probe.node("extra").await, Value::Object(Default::default()));
}

#[tokio::test]
async fn a_page_of_large_ones_ends_earlier_and_leads_on() {
    let probe = Probe::with("[api]\npage_size_max = 64\n").await;
    for name in ["a", "b", "c"] {
        let node = json!({"driver": "probe", "name": name, "extra": {"text": "x".repeat(40 << 10)}});
        assert_eq!(probe.post("/v1/nodes", &node).await.status, 201);
    }
    let names = |page: &Value| -> Vec<String> {
        let nodes = page["nodes"].as_array().unwrap().iter();
        nodes.map(|node| node["name"].as_str().unwrap().to_owned()).collect()
    };
    let mut path = "/v1/nodes/detail".to_owned();
    for expected in [&["n", "a"][..], &["b"], &["c"]] {
        let page = probe.get(&path).await.json();
        assert_eq!(names(&page), expected, "{path}");
        path = page["next"].as_str().unwrap_or_default().replace(probe.base(), "");
    }
    assert_eq!(path, "", "the last page");
    // What does not show them is not bounded by them.
    assert_eq!(names(&probe.get("/v1/nodes").await.json()), ["n", "a", "b", "c"]);
}
