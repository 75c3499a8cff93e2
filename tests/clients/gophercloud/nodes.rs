//! The package `nodes`, but for vendor passthru.

use bessemer_tests::Server;
use serde_json::{Value, json};

use super::go::{NODE, NODE_VALIDATION};
use super::{Gophercloud, MICROVERSIONS};

/// Create, Get, Update, Delete
#[tokio::test]
async fn a_node_is_created_fetched_updated_and_deleted() {
    let server = Server::start().await;
    for microversion in MICROVERSIONS {
        let client = Gophercloud::of(&server, microversion);
        let wanted = json!({
            "driver": "fake", "name": "n1", "driver_info": {"address": "10.0.0.1"}, "extra": {"rack": "r7"},
            "properties": {"cpus": 8}, "resource_class": "large",
        });
        let made = client.succeeds("POST", "nodes", Some(&wanted), 201).await.json();
        NODE.takes(&made);
        assert_eq!(
            (&made["name"], &made["driver_info"], &made["provision_state"]),
            (&json!("n1"), &json!({"address": "10.0.0.1"}), &json!("enroll"))
        );
        let uuid = made["uuid"].as_str().expect("a node has a uuid");
        assert!(made["links"].is_array() && made["created_at"].is_string(), "{made:#}");
        for named in [uuid, "n1"] {
            assert_eq!(client.get(&format!("nodes/{named}")).await, made, "{named}");
        }

        // An operation without a value has no member for it.
        let operations = json!([
            {"op": "replace", "path": "/driver_info/address", "value": "10.0.0.2"},
            {"op": "add", "path": "/extra/row", "value": 2},
            {"op": "remove", "path": "/extra/rack"},
        ]);
        let path = format!("nodes/{uuid}");
        let updated = client.succeeds("PATCH", &path, Some(&operations), 200).await.json();
        NODE.takes(&updated);
        assert_eq!(
            (&updated["driver_info"], &updated["extra"]),
            (&json!({"address": "10.0.0.2"}), &json!({"row": 2}))
        );
        assert!(updated["updated_at"].is_string(), "{updated:#}");

        let deleted = client.succeeds("DELETE", &path, None, 204).await;
        assert_eq!(deleted.text(), "");
        assert_eq!(client.request("GET", &path, None).await.status, 404);
    }
}

/// List, ListDetail. Its pager looks for `nodes_links`, which Ironic has not either: it ends after a page, whatever
/// `next` says.
#[tokio::test]
async fn nodes_are_listed_and_filtered() {
    let server = Server::start().await;
    for (name, class) in [("n1", "large"), ("n2", "small"), ("n3", "large")] {
        let node = json!({"driver": "fake", "name": name, "resource_class": class});
        assert_eq!(server.post("/v1/nodes", &node).await.status, 201);
    }
    let maintained = server.put("/v1/nodes/n2/maintenance", &json!({})).await;
    assert_eq!(maintained.status, 202, "{maintained:?}");
    for microversion in MICROVERSIONS {
        let client = Gophercloud::of(&server, microversion);
        for (query, expected) in [
            ("", &["demo-0", "n1", "n2", "n3"][..]),
            ("?driver=fake&limit=2", &["demo-0", "n1"]),
            ("?maintenance=true", &["n2"]),
            ("?resource_class=large", &["n1", "n3"]),
            ("?limit=1&sort_dir=desc&sort_key=name", &["n3"]),
            ("?provision_state=enroll&resource_class=small", &["n2"]),
        ] {
            for list in ["nodes", "nodes/detail"] {
                let page = client.get(&format!("{list}{query}")).await;
                NODE.takes_each(&page["nodes"]);
                assert_eq!(names(&page), expected, "{list}{query}");
                assert_eq!(
                    page["nodes"][0].get("extra").is_some(),
                    list == "nodes/detail",
                    "{page:#}"
                );
            }
        }
        let page = client.get("nodes?fields=name%2Cextra").await;
        NODE.takes_each(&page["nodes"]);
        assert_eq!(page["nodes"][0].get("provision_state"), None, "{page:#}");
        assert_eq!(page["nodes"][0]["extra"], json!({}), "{page:#}");
    }
}

fn names(page: &Value) -> Vec<&str> {
    let nodes = page["nodes"]
        .as_array()
        .unwrap_or_else(|| panic!("no list in {page:#}"));
    nodes.iter().filter_map(|node| node["name"].as_str()).collect()
}

/// SetMaintenance, UnsetMaintenance
#[tokio::test]
async fn a_node_is_put_into_maintenance_and_back() {
    let server = Server::start().await;
    for microversion in MICROVERSIONS {
        let client = Gophercloud::of(&server, microversion);
        let path = "nodes/demo-0/maintenance";
        for (body, reason) in [(json!({"reason": "fan"}), json!("fan")), (json!({}), Value::Null)] {
            let set = client.succeeds("PUT", path, Some(&body), 202).await;
            assert_eq!(set.text(), "");
            let node = client.get("nodes/demo-0").await;
            NODE.takes(&node);
            assert_eq!(
                (&node["maintenance"], &node["maintenance_reason"]),
                (&json!(true), &reason)
            );
        }
        let unset = client.succeeds("DELETE", path, None, 202).await;
        assert_eq!(unset.text(), "");
        assert_eq!(client.get("nodes/demo-0").await["maintenance"], false);
    }
}

/// Validate
#[tokio::test]
async fn a_node_is_validated() {
    let server = Server::start().await;
    for microversion in MICROVERSIONS {
        let client = Gophercloud::of(&server, microversion);
        let validation = client.get("nodes/demo-0/validate").await;
        NODE_VALIDATION.takes(&validation);
        assert_eq!(validation["power"], json!({"result": null, "reason": "not supported"}));
    }
}
