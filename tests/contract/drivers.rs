//! Section 3: drivers, and the methods that are called on them. What a listing of methods holds beyond Ironic's
//! members is in `listings.rs`.

use bessemer_tests::Server;
use serde_json::{Map, Value, json};

use crate::case::{delete, get, send};
use crate::{INTERFACES, holds, links, on_stock};

fn listed(name: &str) -> Value {
    json!({
        "name": name, "hosts": ["<text>"], "type": "dynamic",
        "links": links(&format!("drivers/{name}")), "properties": links(&format!("drivers/{name}/properties")),
    })
}

fn detailed(name: &str) -> Value {
    let mut driver = listed(name);
    for interface in INTERFACES {
        let (default, enabled) = match interface {
            "vendor" => (json!("fake"), json!(["fake"])),
            _ => (Value::Null, json!([])),
        };
        driver[format!("default_{interface}_interface")] = default;
        driver[format!("enabled_{interface}_interfaces")] = enabled;
    }
    driver
}

/// A server with the two names of the fake driver alone, whatever else the stock binary has.
async fn two() -> Server {
    Server::builder().config("enabled_drivers = [\"fake\", \"fake-hardware\"]\n").start().await
}

#[tokio::test]
async fn get_drivers() {
    holds(
        "GET /v1/drivers: drivers[]: name, hosts[], links[2], properties[2 links], type \"dynamic\"; no paging",
        &two().await,
        [
            get("/v1/drivers").shows(json!({ "drivers": [listed("fake"), listed("fake-hardware")] })),
            get("/v1/drivers?detail=false").shows(json!({ "drivers": [listed("fake"), listed("fake-hardware")] })),
            get("/v1/drivers?limit=1").fails(400, "Unexpected arguments: limit"),
            get("/v1/drivers?marker=fake").fails(400, "Unexpected arguments: marker"),
        ],
    )
    .await;
}

#[tokio::test]
async fn drivers_in_detail() {
    holds(
        "?detail=true: plus default_X_interface (string or null), enabled_X_interfaces[]",
        &two().await,
        ["true", "True", "1", "yes"].map(|word| {
            get(&format!("/v1/drivers?detail={word}"))
                .shows(json!({ "drivers": [detailed("fake"), detailed("fake-hardware")] }))
        }),
    )
    .await;
}

#[tokio::test]
async fn drivers_by_type() {
    holds(
        "?type=dynamic / classic / bogus: 200 / 200 [] / 400",
        &two().await,
        [
            get("/v1/drivers?type=dynamic").shows(json!({ "drivers": [listed("fake"), listed("fake-hardware")] })),
            get("/v1/drivers?type=classic").shows(json!({ "drivers": [] })),
            get("/v1/drivers?type=bogus").fails(400, "…bogus"),
            get("/v1/drivers?type=Dynamic").fails(400, "…Dynamic"),
            get("/v1/drivers?type=").fails(400, ""),
            get("/v1/drivers?type=dynamic&detail=true")
                .has(json!({ "drivers": [detailed("fake"), detailed("fake-hardware")] })),
        ],
    )
    .await;
}

#[tokio::test]
async fn drivers_with_fields() {
    let both = |with: fn(&str) -> Value| json!({ "drivers": [with("fake"), with("fake-hardware")] });
    let some = |name: &str| json!({ "name": name, "hosts": ["<text>"], "links": links(&format!("drivers/{name}")) });
    holds(
        "?fields=a,b (or repeated): exactly these + links; unknown field 400; with ?detail 400; `fields=`: links only",
        &two().await,
        [
            get("/v1/drivers?fields=name,hosts").shows(both(some)),
            get("/v1/drivers?fields=name&fields=hosts").shows(both(some)),
            get("/v1/drivers?fields=name%2Chosts").shows(both(some)),
            get("/v1/drivers?fields=").shows(both(|name| json!({ "links": links(&format!("drivers/{name}")) }))),
            get("/v1/drivers?fields=colour").fails(400, "Field(s) \"colour\" are not valid"),
            get("/v1/drivers?fields=name,colour").fails(400, "Field(s) \"colour\" are not valid"),
            get("/v1/drivers?fields=name&detail=true").fails(400, "Can't fetch a subset of fields with 'detail' set"),
        ],
    )
    .await;
}

#[tokio::test]
async fn unknown_query_parameter() {
    on_stock(
        "unknown query parameter: 400 \"Unexpected arguments: x\"",
        [
            get("/v1/drivers?x=1").fails(400, "Unexpected arguments: x"),
            get("/v1/drivers?x").fails(400, "Unexpected arguments: x"),
            get("/v1/drivers/fake?x=1").fails(400, "Unexpected arguments: x"),
            get("/v1/drivers/fake/properties?x=1").fails(400, "Unexpected arguments: x"),
        ],
    )
    .await;
}

#[tokio::test]
async fn get_driver() {
    on_stock(
        "GET /v1/drivers/D: always the detailed form; unknown 404; case-sensitive; ?fields works, ?detail is 400",
        [
            get("/v1/drivers/fake").shows(detailed("fake")),
            get("/v1/drivers/fake-hardware").shows(detailed("fake-hardware")),
            get("/v1/drivers/nope").fails(404, "Could not find the following driver(s) or hardware type(s): nope."),
            get("/v1/drivers/Fake").fails(404, "Could not find the following driver(s) or hardware type(s): Fake."),
            get("/v1/drivers/fake?fields=hosts").shows(json!({ "hosts": ["<text>"], "links": links("drivers/fake") })),
            get("/v1/drivers/fake?fields=").shows(json!({ "links": links("drivers/fake") })),
            get("/v1/drivers/fake?fields=colour").fails(400, "Field(s) \"colour\" are not valid"),
            get("/v1/drivers/fake?detail=true").fails(400, "Unexpected arguments: detail"),
        ],
    )
    .await;
}

#[tokio::test]
async fn get_driver_properties() {
    on_stock(
        "GET /v1/drivers/D/properties: object name -> text, text ends Required./Optional.; unknown 404",
        [
            get("/v1/drivers/fake-hardware/properties").has(json!({
                "A1": "A1 description. Required.", "A2": "A2 description. Optional.",
                "B1": "B1 description. Required.", "B2": "B2 description. Required.",
            })),
            get("/v1/drivers/nope/properties").fails(404, "The driver 'nope' is unknown."),
        ],
    )
    .await;
    let server = Server::start().await;
    let properties: Map<String, Value> =
        server.get("/v1/drivers/fake/properties").await.json().as_object().unwrap().clone();
    for (name, text) in properties {
        let text = text.as_str().unwrap();
        assert!(text.ends_with("Required.") || text.ends_with("Optional."), "{name}: {text}");
    }
}

#[tokio::test]
async fn raid_properties() {
    on_stock(
        "GET /v1/drivers/D/raid/logical_disk_properties: same shape",
        [
            get("/v1/drivers/fake/raid/logical_disk_properties").shows(json!({})),
            get("/v1/drivers/nope/raid/logical_disk_properties").fails(404, "The driver 'nope' is unknown."),
        ],
    )
    .await;
}

#[tokio::test]
async fn driver_methods() {
    on_stock(
        "GET /v1/drivers/D/vendor_passthru/methods: method -> {http_methods[], async, description, attach}; {} if none; \
         unknown driver 404; any query parameter 400",
        [
            get("/v1/drivers/fake/vendor_passthru/methods").has(json!({
                "info": {
                    "http_methods": ["GET"], "async": false, "attach": false,
                    "description": "Returns the driver's name, its version and its methods.",
                },
                "sleep": { "http_methods": ["POST"], "async": true, "attach": false, "description": "<text>" },
            })),
            get("/v1/drivers/nope/vendor_passthru/methods").fails(404, "The driver 'nope' is unknown."),
            get("/v1/drivers/fake/vendor_passthru/methods?x=1").fails(400, "Unexpected arguments: x"),
            get("/v1/drivers/fake/vendor_passthru/methods?method=info").fails(400, "Unexpected arguments: method"),
        ],
    )
    .await;
    let quick = Server::builder().binary(bessemer_tests::Binary::Fixture("quick")).config("").start().await;
    let none = get("/v1/drivers/quick/vendor_passthru/methods").shows(json!({}));
    holds("GET /v1/drivers/D/vendor_passthru/methods: {} if none", &quick, [none]).await;
}

#[tokio::test]
async fn other_verbs_on_drivers() {
    let paths = [
        "/v1/drivers",
        "/v1/drivers/fake",
        "/v1/drivers/nope",
        "/v1/drivers/fake/properties",
        "/v1/drivers/fake/raid/logical_disk_properties",
    ];
    let verbs = ["POST", "PUT", "PATCH", "DELETE", "HEAD"];
    let cases = paths.iter().flat_map(|path| verbs.map(|verb| send(verb, path).misses(405).sets("allow", "GET")));
    on_stock("other HTTP methods on these: 405 + Allow: GET, routing envelope; HEAD too", cases).await;
}

#[tokio::test]
async fn nonsense_below_a_driver() {
    on_stock(
        "GET /v1/drivers/D/nonsense: 400, taken as a field list; one segment more: 500. differs: 400 there too",
        [
            get("/v1/drivers/fake/nonsense").fails(400, "Field(s) \"nonsense\" are not valid"),
            get("/v1/drivers/fake/raid").fails(400, "Field(s) \"raid\" are not valid"),
            get("/v1/drivers/fake/name,hosts")
                .shows(json!({ "name": "fake", "hosts": ["<text>"], "links": links("drivers/fake") })),
            get("/v1/drivers/fake/name").version("1.76").fails(406, "Request not acceptable."),
            get("/v1/drivers/nope/name")
                .fails(404, "Could not find the following driver(s) or hardware type(s): nope."),
            get("/v1/drivers/nope?fields=colour").fails(404, "Could not find the following driver(s)"),
            get("/v1/drivers/nope?fields=colour").version("1.76").fails(406, "Request not acceptable."),
            get("/v1/drivers/fake?fields=NAME").shows(json!({ "name": "fake", "links": links("drivers/fake") })),
            get("/v1/drivers/fake/nonsense/more").fails(400, "there is nothing below nonsense"),
            get("/v1/drivers/fake/raid/more").fails(400, "there is nothing below raid"),
            delete("/v1/drivers/fake/nonsense").misses(405).sets("allow", "GET"),
        ],
    )
    .await;
}
