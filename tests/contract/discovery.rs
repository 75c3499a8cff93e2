//! Section 2: discovery and microversions. There is no authentication yet, and so none of its rows.

use bessemer_tests::Probe;
use serde_json::{Value, json};

use crate::case::{Case, RANGE, VERSION, delete, get, patch, post, put, send};
use crate::{UUID, holds, on_stock};

fn version() -> Value {
    json!({
        "id": "v1", "status": "CURRENT", "min_version": "1.1", "version": "1.115",
        "links": [{ "href": "<base>/v1/", "rel": "self" }],
    })
}

#[tokio::test]
async fn get_root() {
    let shape = json!({
        "name": "<text>", "description": "<text>", "default_version": version(), "versions": [version()],
    });
    on_stock(
        "GET / (any method too): name, description, default_version, versions[]",
        ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"].map(|verb| send(verb, "/").shows(shape.clone())),
    )
    .await;
}

#[tokio::test]
async fn head_root() {
    on_stock("HEAD /: 200, empty", [send("HEAD", "/").bytes("")]).await;
}

#[tokio::test]
async fn get_v1() {
    let resource = |name: &str| {
        json!([
            { "href": format!("<base>/v1/{name}/"), "rel": "self" },
            { "href": format!("<base>/{name}/"), "rel": "bookmark" },
        ])
    };
    let mut old = json!({
        "id": "v1",
        "links": [{ "href": "<base>/v1/", "rel": "self" }],
        "media_types": [{ "base": "application/json", "type": "application/vnd.openstack.ironic.v1+json" }],
        "version": version(),
        "nodes": resource("nodes"),
        "drivers": resource("drivers"),
    });
    let mut cases = vec![get("/v1").version("1.48").shows(old.clone())];
    old["conductors"] = resource("conductors");
    for path in ["/v1", "/v1/"] {
        cases.push(get(path).version("1.49").shows(old.clone()));
        cases.push(get(path).shows(old.clone()));
    }
    on_stock(
        "GET /v1, /v1/: id, links, media_types, version, link pairs for nodes, drivers; conductors from 1.49. differs: \
         no links to chassis and ports, which are not here",
        cases,
    )
    .await;
}

#[tokio::test]
async fn other_verbs_on_v1() {
    let verbs = ["POST", "PUT", "DELETE", "PATCH"];
    on_stock(
        "POST/PUT/DELETE /v1: 405, faultstring envelope",
        verbs.map(|verb| send(verb, "/v1").fails(405, "").sets("allow", "GET")),
    )
    .await;
}

#[tokio::test]
async fn unknown_paths() {
    let paths = ["/v2", "/v1/nope", "/nope", "/v1/nope/", "/v2/nodes", "/v1/ports", "/v11"];
    on_stock("GET /v2, /v1/nope, /nope: 404, routing envelope", paths.map(|path| get(path).misses(404))).await;
}

#[tokio::test]
async fn discovery_of_openstacksdk() {
    on_stock(
        "openstacksdk discovery reads GET /v1/: needs id, links and status",
        [get("/v1/")
            .header("accept", "application/json")
            .has(json!({ "id": "v1", "links": "<list>", "version": { "status": "CURRENT", "links": "<list>" } }))],
    )
    .await;
}

#[tokio::test]
async fn no_version() {
    on_stock(
        "version header none, or empty: lowest (1.1). differs: every gate is open, so that plain URLs work",
        [
            get("/v1/nodes").sets(VERSION, "1.1"),
            get("/v1/nodes").version("").sets(VERSION, "1.1"),
            get("/v1/nodes").version("  ").sets(VERSION, "1.1"),
            get("/v1/nodes/demo-0").sets(VERSION, "1.1").has(json!({ "name": "demo-0" })),
            get("/v1/conductors").sets(VERSION, "1.1"),
        ],
    )
    .await;
}

#[tokio::test]
async fn versions_in_range() {
    let versions = [
        ("1.1", "1.1"),
        ("1.30", "1.30"),
        ("1.115", "1.115"),
        ("latest", "1.115"),
        ("Latest", "1.115"),
        ("LATEST", "1.115"),
        (" 1.30 ", "1.30"),
        ("1.030", "1.30"),
    ];
    on_stock(
        "1.N within range, latest (any case), ` 1.30 `, `1.030`: used; echoed normalised",
        versions.map(|(asked, used)| get("/v1/drivers").version(asked).sets(VERSION, used)),
    )
    .await;
}

#[tokio::test]
async fn versions_out_of_range() {
    let row = "above max, 1.0, 1.-1, other major, `1`, `1.30.1`, `abc`: 406, nothing carried out";
    let probe = Probe::start().await;
    for version in ["1.116", "1.999", "1.0", "1.-1", "2.1", "0.9", "1", "1.30.1", "abc"] {
        let refused = |case: Case| case.version(version).misses(406);
        let mut cases = vec![
            refused(get("/v1")),
            refused(post("/v1/nodes/n/vendor_passthru/note", json!({ "key": "a", "value": 1 }))),
            refused(post("/v1/nodes/n/vendor_passthru?method=note", json!({ "key": "a", "value": 1 }))),
            refused(put("/v1/nodes/n/maintenance", json!({}))),
            refused(patch("/v1/nodes/n", json!([{ "op": "add", "path": "/extra/a", "value": 1 }]))),
            refused(delete("/v1/nodes/n")),
            // Not even a look at whether there is such a node.
            refused(get("/v1/nodes/nope")),
        ];
        cases.extend(RANGE.map(|(name, value)| refused(get("/v1/drivers")).sets(name, value)));
        cases.push(get("/v1/nodes/n").has(json!({ "extra": {}, "maintenance": false })));
        holds(row, &probe, cases).await;
    }
}

#[tokio::test]
async fn the_common_version_header() {
    let common = |value: &str| get("/v1/drivers").header("openstack-api-version", value);
    on_stock(
        "OpenStack-API-Version: `baremetal 1.N` / `baremetal latest`: same as the old header, and wins over it; other \
         services' entries ignored",
        [
            common("baremetal 1.30").sets(VERSION, "1.30"),
            common("baremetal latest").sets(VERSION, "1.115"),
            common("baremetal 1.30").version("1.20").sets(VERSION, "1.30"),
            common("baremetal 1.30").version("abc").sets(VERSION, "1.30"),
            common("compute 2.90, baremetal 1.30").sets(VERSION, "1.30"),
            common("compute 2.90").version("1.20").sets(VERSION, "1.20"),
            common("compute 2.90").sets(VERSION, "1.1"),
            common("baremetal 1.999").misses(406),
            common("baremetal abc").version("1.20").misses(406),
        ],
    )
    .await;
}

#[tokio::test]
async fn version_gates() {
    let node = |version: &str| post("/v1/nodes", json!({ "driver": "fake" })).version(version).is(201);
    let conductor = "/v1/conductors";
    on_stock(
        "version gates: node by name 1.5, fields on nodes 1.8, first state enroll 1.11, driver properties links 1.14, \
         driver type/detail/interfaces 1.30, conductors 1.49, driver fields 1.77, `.json` stripped below 1.91. Below a \
         gate: 406, or 404 for a whole resource",
        [
            get("/v1/nodes/demo-0").version("1.4").fails(404, "Node demo-0 could not be found."),
            get("/v1/nodes/demo-0").version("1.5"),
            post("/v1/nodes/demo-0/vendor_passthru/echo", json!({})).version("1.4").fails(404, "Node demo-0"),
            post("/v1/nodes/demo-0/vendor_passthru/echo", json!({})).version("1.5"),
            get("/v1/nodes?fields=uuid").version("1.7").fails(406, "Request not acceptable."),
            get("/v1/nodes?fields=uuid").version("1.8"),
            get("/v1/nodes/demo-0?fields=uuid").version("1.7").fails(406, "Request not acceptable."),
            get("/v1/nodes/demo-0?fields=uuid").version("1.8"),
            node("1.10").has(json!({ "provision_state": "available" })),
            node("1.11").has(json!({ "provision_state": "enroll" })),
            get("/v1/drivers/fake")
                .version("1.13")
                .shows(json!({ "name": "<text>", "hosts": "<list>", "links": "<list>" })),
            get("/v1/drivers/fake").version("1.14").has(json!({ "properties": "<list>" })),
            get("/v1/drivers?type=dynamic").version("1.29").fails(406, "Request not acceptable."),
            get("/v1/drivers?type=dynamic").version("1.30"),
            get("/v1/drivers?detail=true").version("1.29").fails(406, "Request not acceptable."),
            get("/v1/drivers?detail=true").version("1.30"),
            get("/v1/drivers/fake")
                .version("1.29")
                .shows(json!({ "name": "<text>", "hosts": "<list>", "links": "<list>", "properties": "<list>" })),
            get("/v1/drivers/fake")
                .version("1.30")
                .has(json!({ "type": "dynamic", "default_vendor_interface": "fake" })),
            get(conductor).version("1.48").misses(404),
            get(conductor).version("1.49"),
            get("/v1/drivers?fields=name").version("1.76").fails(406, "Request not acceptable."),
            get("/v1/drivers?fields=name").version("1.77"),
            get("/v1/drivers/fake?fields=name").version("1.76").fails(406, "Request not acceptable."),
            get("/v1/drivers/fake?fields=name").version("1.77"),
            get("/v1/nodes/demo-0.json").version("1.90").has(json!({ "name": "demo-0" })),
            get("/v1/nodes/demo-0.json").version("1.91").fails(404, "Node demo-0.json could not be found."),
            get("/v1/drivers/fake.json").version("1.90").has(json!({ "name": "fake" })),
            get("/v1/drivers/fake.json").version("1.91").fails(404, "…fake.json"),
            get("/v1/drivers.json").version("1.30").has(json!({ "drivers": "<list>" })),
            get("/v1/nodes.json?limit=1").version("1.90").has(json!({ "nodes": "<list>" })),
            get("/v1/nodes/demo-0/states.json").version("1.90").has(json!({ "power_state": null })),
            get("/v1/drivers/fake/vendor_passthru/methods.json").version("1.90").has(json!({ "info": "<object>" })),
        ],
    )
    .await;
}

#[tokio::test]
async fn a_node_named_with_the_suffix_is_found_by_its_name() {
    on_stock(
        "`.json` suffix stripped <1.91, but a name may end so",
        [
            post("/v1/nodes", json!({ "driver": "fake", "name": "a.json", "uuid": UUID })).is(201),
            get("/v1/nodes/a.json").version("1.90").has(json!({ "uuid": UUID })),
            get("/v1/nodes/a.json").version("1.91").has(json!({ "uuid": UUID })),
            get(&format!("/v1/nodes/{UUID}.json")).has(json!({ "name": "a.json" })),
        ],
    )
    .await;
}
