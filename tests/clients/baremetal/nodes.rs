//! `baremetal node …`, but for its methods.

use bessemer_tests::{Binary, Server};
use serde_json::{Value, json};

use super::Baremetal;

#[tokio::test]
async fn a_node_is_created_shown_and_deleted() {
    let baremetal = Baremetal::start().await;
    let made = baremetal.json(
        "node create --driver fake --name n1 --driver-info address=10.0.0.1 --property cpus=8 --extra rack=r7 \
         --resource-class large --description first",
    );
    assert_eq!(made["name"], "n1");
    assert_eq!(made["driver"], "fake");
    assert_eq!(made["driver_info"], json!({"address": "10.0.0.1"}));
    assert_eq!(made["properties"], json!({"cpus": 8}));
    assert_eq!(made["extra"], json!({"rack": "r7"}));
    assert_eq!(made["resource_class"], "large");
    assert_eq!(made["description"], "first");
    assert_eq!(made["provision_state"], "enroll");
    assert_eq!(made["maintenance"], false);

    let uuid = made["uuid"].as_str().expect("a node has a uuid");
    assert_eq!(baremetal.json(&format!("node show {uuid}")), made);
    assert_eq!(baremetal.json("node show n1"), made);
    assert_eq!(
        baremetal.json("node show n1 --fields name driver"),
        json!({"name": "n1", "driver": "fake"})
    );

    assert_eq!(baremetal.text("node delete n1").trim(), "Deleted node n1");
    let complaint = baremetal.complaint("node show n1");
    assert!(
        complaint.contains("Node n1 could not be found. (HTTP 404)"),
        "{complaint}"
    );
    let complaint = baremetal.complaint("node delete n1");
    assert!(complaint.contains("n1") && complaint.contains("404"), "{complaint}");
}

#[tokio::test]
async fn nodes_are_listed_and_filtered() {
    let baremetal = Baremetal::start().await;
    baremetal.text("node create --driver fake-hardware --name n1 --resource-class large");
    baremetal.text("node create --driver fake --name n2");
    baremetal.text("node maintenance set n2");
    let names = |options: &str| -> Vec<String> {
        let list = baremetal.json(&format!("node list --fields name {options}"));
        let nodes = list.as_array().expect("a list").iter();
        nodes
            .map(|node| node["name"].as_str().expect("a node has a name").to_owned())
            .collect()
    };
    assert_eq!(names(""), ["demo-0", "n1", "n2"]);
    assert_eq!(names("--driver fake-hardware"), ["n1"]);
    assert_eq!(names("--maintenance"), ["n2"]);
    assert_eq!(names("--resource-class large"), ["n1"]);
    assert_eq!(names("--limit 2"), ["demo-0", "n1"]);
    assert_eq!(names("--sort name:desc"), ["n2", "n1", "demo-0"]);
    let long = baremetal.json("node list --long");
    assert_eq!(long[2]["maintenance"], true, "{long:#}");
}

#[tokio::test]
async fn a_list_is_followed_from_page_to_page() {
    let server = Server::builder().config("[api]\nmax_limit = 2\n").start().await;
    for name in ["n1", "n2", "n3", "n4", "n5"] {
        let made = server.post("/v1/nodes", &json!({"driver": "fake", "name": name})).await;
        assert_eq!(made.status, 201, "{made:?}");
    }
    let baremetal = Baremetal::of(server);
    let names = |limit: u8| baremetal.text(&format!("node list --limit {limit} --fields name -f value"));
    // To this client 0 is no limit at all.
    assert_eq!(names(0), "n1\nn2\nn3\nn4\nn5\n");
    assert_eq!(names(3), "n1\nn2\nn3\n");
}

#[tokio::test]
async fn fields_of_a_node_are_set_and_unset() {
    let baremetal = Baremetal::start().await;
    baremetal.text(
        "node set demo-0 --name n1 --driver fake-hardware --driver-info address=a --property cpus=4 \
         --extra rack=r1 --extra row=2 --description some",
    );
    let show = || baremetal.json("node show n1 --fields driver driver_info properties extra description");
    assert_eq!(
        show(),
        json!({
            "driver": "fake-hardware",
            "driver_info": {"address": "a"},
            "properties": {"cpus": 4},
            "extra": {"rack": "r1", "row": 2},
            "description": "some",
        })
    );
    baremetal.text("node unset n1 --driver-info address --property cpus --extra row --description");
    assert_eq!(
        show(),
        json!({
            "driver": "fake-hardware",
            "driver_info": {},
            "properties": {},
            "extra": {"rack": "r1"},
            "description": null,
        })
    );
    let complaint = baremetal.complaint("node unset n1 --extra gone");
    assert!(
        complaint.contains("gone") && complaint.contains("(HTTP 400)"),
        "{complaint}"
    );
}

#[tokio::test]
async fn a_driver_that_is_not_enabled_is_complained_of() {
    let baremetal = Baremetal::start().await;
    for command in ["node create --driver nope", "node set demo-0 --driver nope"] {
        let complaint = baremetal.complaint(command);
        assert!(complaint.contains("No valid host was found"), "{complaint}");
        assert!(
            complaint.contains("nope") && complaint.contains("(HTTP 400)"),
            "{complaint}"
        );
    }
}

#[tokio::test]
async fn a_node_is_put_into_maintenance_and_back() {
    let baremetal = Baremetal::start().await;
    let show = || baremetal.json("node show demo-0 --fields maintenance maintenance_reason");
    assert_eq!(baremetal.text("node maintenance set demo-0 --reason fan"), "");
    assert_eq!(show(), json!({"maintenance": true, "maintenance_reason": "fan"}));
    assert_eq!(baremetal.text("node maintenance unset demo-0"), "");
    assert_eq!(show(), json!({"maintenance": false, "maintenance_reason": null}));
}

#[tokio::test]
async fn a_node_is_validated() {
    let server = Server::builder().binary(Binary::Fixture("settings")).start().await;
    let made = server
        .post("/v1/nodes", &json!({"driver": "reader", "name": "n"}))
        .await;
    assert_eq!(made.status, 201, "{made:?}");
    let baremetal = Baremetal::of(server);
    let list = baremetal.json("node validate n");
    let told_of = |interface: &str| -> (Value, Value) {
        let rows = list.as_array().into_iter().flatten();
        let row = rows.into_iter().find(|row| row["Interface"] == interface);
        let row = row.unwrap_or_else(|| panic!("no {interface} in {list:#}"));
        (row["Result"].clone(), row["Reason"].clone())
    };
    let (result, reason) = told_of("vendor");
    assert_eq!(result, false);
    assert!(
        reason.as_str().is_some_and(|text| text.contains("driver_info")),
        "{reason}"
    );
    assert_eq!(told_of("power"), (Value::Null, json!("not supported")));

    let stock = Baremetal::start().await;
    let list = stock.json("node validate demo-0");
    let valid = json!({"Interface": "vendor", "Result": true, "Reason": ""});
    assert!(list.as_array().is_some_and(|list| list.contains(&valid)), "{list:#}");
}
