//! The third party's binary, built as they would build it: it has their driver beside ours, and their method answers.

use std::process::Command;

use bessemer_tests::{Binary, Server};
use serde_json::{Value, json};

const RACKS: &str = env!("CARGO_BIN_EXE_racks");

#[test]
fn the_binary_tells_of_both_drivers() {
    let output = Command::new(RACKS)
        .args(["drivers", "--json", "--state-dir", "unused"])
        .env_clear()
        .output();
    let drivers: Value = serde_json::from_slice(&output.expect("it starts").stdout).expect("it prints JSON");
    let found = |name: &str| {
        let mut all = drivers.as_array().expect("a list").iter();
        all.find(|driver| driver["name"] == name)
            .unwrap_or_else(|| panic!("no {name} in {drivers:#}"))
            .clone()
    };
    assert_eq!(found("fake")["crate"], "bessemer-driver-fake");
    let rack = found("rack");
    assert_eq!(
        (&rack["crate"], &rack["version"]),
        (&json!("rack-driver"), &json!("2.1.0"))
    );
    assert_eq!(rack["node_methods"][0]["description"], "Lights so many lamps.");
}

#[tokio::test]
async fn the_third_partys_method_is_called_and_changes_the_node() {
    let server = Server::builder().binary(Binary::At(RACKS)).start().await;
    assert!(
        server.banner().contains("rack (rack-driver 2.1.0): 1 node methods"),
        "{}",
        server.banner()
    );
    let made = server.post("/v1/nodes", &json!({"driver": "rack", "name": "r1"})).await;
    assert_eq!(made.status, 201, "{made:?}");
    let answer = server
        .post("/v1/nodes/r1/vendor_passthru?method=light", &json!({"lamps": 3}))
        .await;
    assert_eq!((answer.status, answer.text().as_str()), (200, "3"));
    assert_eq!(server.get("/v1/nodes/r1").await.json()["extra"], json!({"lamps": 3}));
    let answer = server
        .post("/v1/nodes/r1/vendor_passthru?method=light", &json!({"lamps": 300}))
        .await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(answer.faultstring().contains("`lamps`"), "{answer:?}");
}
