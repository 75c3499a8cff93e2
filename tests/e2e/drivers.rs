//! Drivers: the listing, one of them, its properties.

use bessemer_tests::{Answer, Client, Server};
use serde_json::{Value, json};

/// The interfaces of a driver, sorted.
pub(super) const INTERFACES: [&str; 13] = [
    "bios",
    "boot",
    "console",
    "deploy",
    "firmware",
    "inspect",
    "management",
    "network",
    "power",
    "raid",
    "rescue",
    "storage",
    "vendor",
];

async fn at_version(client: &Client, version: &str, path: &str) -> Answer {
    client
        .send(
            client
                .request("GET", path)
                .header("x-openstack-ironic-api-version", version),
        )
        .await
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn every_name_that_is_enabled_is_listed() {
    let server = Server::start().await;
    let answer = server.get("/v1/drivers").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let drivers = answer.json()["drivers"].clone();
    let names: Vec<&str> = drivers
        .as_array()
        .unwrap()
        .iter()
        .map(|driver| driver["name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"fake") && names.contains(&"fake-hardware"), "{names:?}");
    let fake = drivers
        .as_array()
        .unwrap()
        .iter()
        .find(|driver| driver["name"] == "fake")
        .unwrap();
    let base = server.base();
    let host = server.get("/v1/conductors").await.json()["conductors"][0]["hostname"].clone();
    assert_eq!(
        *fake,
        json!({
            "name": "fake", "hosts": [host], "type": "dynamic",
            "links": [{"href": format!("{base}/v1/drivers/fake"), "rel": "self"}, {"href": format!("{base}/drivers/fake"), "rel": "bookmark"}],
            "properties": [
                {"href": format!("{base}/v1/drivers/fake/properties"), "rel": "self"},
                {"href": format!("{base}/drivers/fake/properties"), "rel": "bookmark"},
            ],
        })
    );
    let server = Server::builder()
        .config("enabled_drivers = [\"fake-hardware\"]\n")
        .start()
        .await;
    let names: Vec<Value> = server.get("/v1/drivers").await.json()["drivers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["name"].clone())
        .collect();
    assert_eq!(names, ["fake-hardware"]);
}

#[tokio::test]
async fn details_have_every_interface_and_vendor_has_one() {
    let server = Server::start().await;
    let shown = server.get("/v1/drivers/fake-hardware").await.json();
    assert_eq!(shown.as_object().unwrap().len(), 5 + 2 * INTERFACES.len());
    for interface in INTERFACES {
        let (default, enabled) = match interface {
            "vendor" => (json!("fake"), json!(["fake"])),
            _ => (Value::Null, json!([])),
        };
        assert_eq!(shown[format!("default_{interface}_interface")], default, "{interface}");
        assert_eq!(shown[format!("enabled_{interface}_interfaces")], enabled, "{interface}");
    }
    let listed = server.get("/v1/drivers?detail=True").await.json();
    assert!(listed["drivers"].as_array().unwrap().contains(&shown));
}

#[tokio::test]
async fn queries_choose_type_and_fields() {
    let server = Server::start().await;
    let count = async |query: &str| {
        server.get(&format!("/v1/drivers?{query}")).await.json()["drivers"]
            .as_array()
            .unwrap()
            .len()
    };
    assert!(count("type=dynamic").await > 0);
    assert_eq!(count("type=classic").await, 0);
    let some = server.get("/v1/drivers?fields=name,hosts&fields=type").await.json();
    assert_eq!(keys(&some["drivers"][0]), ["hosts", "links", "name", "type"]);
    assert_eq!(
        keys(&server.get("/v1/drivers?fields=").await.json()["drivers"][0]),
        ["links"]
    );
    assert_eq!(
        keys(
            &server
                .get("/v1/drivers/fake?fields=enabled_vendor_interfaces")
                .await
                .json()
        ),
        ["enabled_vendor_interfaces", "links"]
    );
}

#[tokio::test]
async fn what_is_wrong_is_told() {
    let server = Server::start().await;
    for (path, status, part) in [
        ("/v1/drivers?type=bogus", 400, "type=bogus"),
        ("/v1/drivers?fields=colour", 400, "\"colour\""),
        ("/v1/drivers?fields=name&detail=true", 400, "'detail'"),
        ("/v1/drivers?detail=perhaps", 400, "not a boolean"),
        ("/v1/drivers?limit=1", 400, "Unexpected arguments: limit"),
        ("/v1/drivers/fake?detail=true", 400, "Unexpected arguments: detail"),
        ("/v1/drivers/fake/properties?x=1", 400, "Unexpected arguments: x"),
        (
            "/v1/drivers/nope",
            404,
            "Could not find the following driver(s) or hardware type(s): nope.",
        ),
        ("/v1/drivers/Fake", 404, "Fake"),
        ("/v1/drivers/nope/properties", 404, "nope"),
        ("/v1/drivers/nope/raid/logical_disk_properties", 404, "nope"),
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
        assert!(answer.faultstring().contains(part), "{path}: {answer:?}");
    }
}

#[tokio::test]
async fn properties_are_names_with_texts() {
    let server = Server::start().await;
    for path in [
        "/v1/drivers/fake/properties",
        "/v1/drivers/fake/raid/logical_disk_properties",
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(
            answer.json().as_object().unwrap().values().all(Value::is_string),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn a_version_that_is_asked_for_closes_its_gates() {
    let server = Server::start().await;
    let listed = async |version: &str| {
        let document = at_version(&server, version, "/v1/drivers").await.json();
        keys(&document["drivers"][0]).join(" ")
    };
    assert_eq!(listed("1.13").await, "hosts links name");
    assert_eq!(listed("1.14").await, "hosts links name properties");
    assert_eq!(listed("1.30").await, "hosts links name properties type");
    for (path, gate) in [
        ("/v1/drivers?detail=true", 30),
        ("/v1/drivers?type=dynamic", 30),
        ("/v1/drivers?fields=name", 77),
        ("/v1/drivers/fake?fields=name", 77),
    ] {
        assert_eq!(
            at_version(&server, &format!("1.{}", gate - 1), path).await.status,
            406,
            "{path}"
        );
        assert_eq!(
            at_version(&server, &format!("1.{gate}"), path).await.status,
            200,
            "{path}"
        );
    }
    assert_eq!(
        keys(&at_version(&server, "1.29", "/v1/drivers/fake").await.json()).len(),
        4
    );
}

#[tokio::test]
async fn drivers_are_only_read() {
    let server = Server::start().await;
    for path in [
        "/v1/drivers",
        "/v1/drivers/fake",
        "/v1/drivers/fake/properties",
        "/v1/drivers/fake/raid/logical_disk_properties",
    ] {
        for verb in ["POST", "PUT", "PATCH", "DELETE", "HEAD"] {
            let answer = server.send(server.request(verb, path)).await;
            assert_eq!((answer.status, answer.header("allow")), (405, "GET"), "{verb} {path}");
        }
    }
}
