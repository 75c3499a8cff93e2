//! Section 2: discovery and microversions. There is no authentication yet, and so none of its rows.

use bessemer_tests::Probe;
use serde_json::{Value, json};

use crate::case::{Case, RANGE, VERSION, delete, get, patch, post, put, send};
use crate::{NODE_FIELDS, UUID, holds, on_stock};

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
    on_stock(
        "HEAD /, and HEAD /v1, /v1/: 200, empty",
        ["/", "/v1", "/v1/"].map(|path| send("HEAD", path).bytes("").sets("content-type", "application/json")),
    )
    .await;
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
        "links": [
            { "href": "<base>/v1/", "rel": "self" },
            { "href": "<base>/docs", "rel": "describedby", "type": "text/html" },
        ],
        "media_types": { "base": "application/json", "type": "application/vnd.openstack.ironic.v1+json" },
        "version": version(),
        "chassis": resource("chassis"),
        "nodes": resource("nodes"),
        "ports": resource("ports"),
        "drivers": resource("drivers"),
    });
    let mut cases = vec![get("/v1").version("1.48").shows(old.clone())];
    old["conductors"] = resource("conductors");
    for path in ["/v1", "/v1/"] {
        cases.push(get(path).version("1.49").shows(old.clone()));
        cases.push(get(path).shows(old.clone()));
    }
    on_stock(
        "GET /v1, /v1/: id, links, media_types, version, link pairs for chassis, nodes, ports, drivers; conductors from \
         1.49",
        cases,
    )
    .await;
}

#[tokio::test]
async fn chassis_and_ports() {
    let mut cases = Vec::new();
    for (path, nothing) in [("/v1/chassis", json!({ "chassis": [] })), ("/v1/ports", json!({ "ports": [] }))] {
        cases.extend([
            get(path).shows(nothing.clone()),
            get(&format!("{}/?detail=True&node={UUID}", &path["/v1".len()..])).shows(nothing),
            post(path, json!({})).misses(405).sets("allow", "GET"),
            get(&format!("{path}/{UUID}")).misses(404),
        ]);
    }
    on_stock("GET /v1: link pairs for chassis and ports. differs: there are none of them, so both are empty", cases)
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
    let paths = ["/v2", "/v1/nope", "/nope", "/v1/nope/", "/v2/nodes", "/v1/portgroups", "/v11"];
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
            common("baremetal\t 1.30").sets(VERSION, "1.30"),
            common("baremetal 1.30, baremetal 1.40, compute 2.90").sets(VERSION, "1.40"),
            common("baremetal 1.30").header("openstack-api-version", "baremetal 1.40").sets(VERSION, "1.40"),
            get("/v1/drivers").version("1.20").version("1.30").sets(VERSION, "1.30"),
            get("/v1/drivers").version("1.30, 1.20").sets(VERSION, "1.20"),
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
            get(conductor).version("1.48").fails(404, "The API is not supported for this version"),
            get(conductor).version("1.49"),
            get("/v1/drivers?fields=name").version("1.76").fails(406, "Request not acceptable."),
            get("/v1/drivers?fields=name").version("1.77"),
            get("/v1/drivers/fake?fields=name").version("1.76").fails(406, "Request not acceptable."),
            get("/v1/drivers/fake?fields=name").version("1.77"),
            get("/v1/nodes/demo-0.json").version("1.90").has(json!({ "name": "demo-0" })),
            get("/v1/nodes/demo-0.json").version("1.91").fails(404, "Node demo-0.json could not be found."),
            get("/v1/drivers/fake.json").version("1.90").has(json!({ "name": "fake" })),
            get("/v1/drivers/fake.json").version("1.91").fails(404, "…fake.json"),
            get("/v1/nodes/detail.json").version("1.90").has(json!({ "nodes": "<list>" })).says("driver_info"),
            get("/v1/drivers.json").version("1.30").has(json!({ "drivers": "<list>" })),
            get("/v1/nodes.json?limit=1").version("1.90").has(json!({ "nodes": "<list>" })),
            get("/v1/nodes/demo-0/states.json").version("1.90").has(json!({ "power_state": null })),
            get("/v1/drivers/fake/vendor_passthru/methods.json").version("1.90").has(json!({ "info": "<object>" })),
        ],
    )
    .await;
}

#[tokio::test]
async fn attributes_and_the_versions_that_know_them() {
    let known = |lacks: &[&str]| -> Value {
        let names = NODE_FIELDS.iter().filter(|name| !lacks.contains(name));
        names.map(|name| ((*name).to_owned(), json!("<any>"))).collect::<serde_json::Map<_, _>>().into()
    };
    let node = format!("/v1/nodes/{UUID}");
    let mut cases = vec![
        post("/v1/nodes", json!({ "driver": "fake", "name": "n", "uuid": UUID })).is(201),
        get(&node).version("1.2").shows(known(&[
            "driver_internal_info",
            "name",
            "resource_class",
            "vendor_interface",
            "description",
        ])),
        get(&node).version("1.50").shows(known(&["description"])),
        get(&node).version("1.51").shows(known(&[])),
        get(&node).version("1.115").shows(known(&[])),
        get(&node).shows(known(&[])),
        patch(&node, json!([])).version("1.30").shows(known(&["description", "vendor_interface"])),
        get("/v1/nodes/detail?limit=1&sort_dir=desc")
            .version("1.30")
            .has(json!({ "nodes": [known(&["description", "vendor_interface"])] })),
        get("/v1/nodes?limit=1&sort_dir=desc").version("1.4").shows(json!({
            "nodes": [{ "uuid": UUID, "instance_uuid": null, "maintenance": false, "power_state": null,
                "provision_state": "enroll", "links": "<list>" }],
            "next": "<text>",
        })),
    ];
    for (name, value, minor) in [
        ("name", json!("x"), 5),
        ("resource_class", json!("x"), 21),
        ("vendor_interface", json!("fake"), 31),
        ("description", json!("x"), 51),
    ] {
        let (below, since) = (format!("1.{}", minor - 1), format!("1.{minor}"));
        let operation = json!([{ "op": "add", "path": format!("/{name}"), "value": value }]);
        let fields = get(&format!("/v1/nodes?fields={name}"));
        let fields_of_one = get(&format!("{node}?fields={name}"));
        let sorted = || get(&format!("/v1/nodes?sort_key={name}"));
        let refused = |case: Case| case.version(&below).fails(406, "Request not acceptable.");
        cases.extend([
            refused(fields),
            refused(fields_of_one),
            refused(sorted()),
            sorted().version(&since),
            refused(post("/v1/nodes", json!({ "driver": "fake", name: value }))),
            refused(patch(&node, operation.clone())),
            patch(&node, operation).version(&since),
        ]);
    }
    for (parameter, minor) in [
        ("provision_state=enroll", 9),
        ("driver=fake", 16),
        ("resource_class=x", 21),
        ("fault=power%20failure", 42),
        ("conductor_group=x", 46),
        ("conductor=x", 49),
        ("owner=x", 50),
        ("lessee=x", 65),
        ("shard=x", 82),
        ("parent_node=x", 83),
    ] {
        let listing = || get(&format!("/v1/nodes?{parameter}"));
        let refused = "Request not acceptable. The minimal required API version should be ";
        cases.push(listing().version(&format!("1.{}", minor - 1)).fails(406, &format!("{refused}1.{minor}")));
        cases.push(listing().version(&format!("1.{minor}")));
    }
    let states = "/v1/nodes/demo-0/states";
    let raid = "/v1/drivers/fake/raid/logical_disk_properties";
    cases.extend([
        get("/v1/nodes?detail=true").version("1.42").fails(400, "Invalid query parameter ?detail="),
        get("/v1/nodes?detail=false").version("1.42").fails(400, "Invalid query parameter ?detail="),
        get("/v1/nodes?detail=true").version("1.43"),
        patch(&format!("{node}?reset_interfaces=true"), json!([]))
            .version("1.44")
            .fails(406, "Request not acceptable."),
        patch(&format!("{node}?reset_interfaces=true"), json!([])).version("1.45").fails(400, ""),
        get(states).version("1.11").shows(json!({
            "power_state": null, "target_power_state": null, "provision_state": "enroll", "last_error": null,
            "target_provision_state": null, "provision_updated_at": null, "console_enabled": false,
        })),
        get(states).version("1.12").has(json!({ "raid_config": {}, "target_raid_config": {} })),
        get(states).version("1.75").has(json!({ "boot_mode": null, "secure_boot": null })),
        get(raid).version("1.11").fails(406, "Request not acceptable."),
        get(raid).version("1.12"),
    ]);
    on_stock(
        "version gates of attributes: below them they are not shown, and to name one is 406, as is a filter below its own; \
         ?detail= below 1.43: 400. differs: without a version header all are known",
        cases,
    )
    .await;
}

#[tokio::test]
async fn interfaces_of_drivers_and_the_versions_that_know_them() {
    let mut wrong = Vec::new();
    let server = bessemer_tests::Server::start().await;
    for (interface, minor) in [("power", 30), ("storage", 33), ("rescue", 38), ("bios", 40), ("firmware", 86)] {
        for (version, is_shown) in [(minor - 1, false), (minor, true)] {
            let request = server.request("GET", "/v1/drivers/fake").header(VERSION, format!("1.{version}"));
            let driver = server.send(request).await.json();
            let shown = [format!("default_{interface}_interface"), format!("enabled_{interface}_interfaces")]
                .map(|field| driver.get(&field).is_some());
            if shown != [is_shown; 2] {
                wrong.push(format!("{interface} at 1.{version}: {shown:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
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
            // Without the end first, then as it is.
            post("/v1/nodes", json!({ "driver": "fake", "name": "a" })).is(201),
            get("/v1/nodes/a.json").version("1.90").has(json!({ "name": "a" })),
            get("/v1/nodes/a.json.json").version("1.90").has(json!({ "name": "a.json" })),
            get("/v1/nodes/a.json").version("1.91").has(json!({ "name": "a.json" })),
            get("/v1/nodes/a.json/vendor_passthru/peek").version("1.90").has(json!({ "name": "a.json" })),
            get("/v1/nodes/demo-0.json/states").version("1.90").fails(404, "Node demo-0.json could not be found."),
        ],
    )
    .await;
}
