//! Section 6.1: nodes listed: what is shown, pages, order, filters.

use bessemer_tests::Server;
use serde_json::{Value, json};

use crate::case::{Case, delete, get, post};
use crate::node_create::whole;
use crate::nodes::one;
use crate::{UUID, holds, links};

/// Uuids that sort against the order of creation.
const UUIDS: [&str; 3] = [
    "9be26c0b-03f2-4d2e-ae87-c02d7f33c129",
    "8be26c0b-03f2-4d2e-ae87-c02d7f33c128",
    "7be26c0b-03f2-4d2e-ae87-c02d7f33c127",
];

/// The fields of a listing as its links name them.
const DEFAULT: &str = "instance_uuid,maintenance,power_state,provision_state,uuid,name";

/// A server with the nodes `a`, `b` and `c`.
async fn three() -> Server {
    let server = Server::builder().config("host = \"one\"\n").start().await;
    let nodes = [
        json!({ "driver": "fake", "name": "a", "uuid": UUIDS[0], "maintenance": true, "resource_class": "large" }),
        json!({ "driver": "fake", "name": "b", "uuid": UUIDS[1], "description": "Rack 7, left" }),
        json!({ "driver": "fake-hardware", "name": "c", "uuid": UUIDS[2], "instance_uuid": UUID }),
    ];
    holds("(the nodes of this row)", &server, nodes.map(|node| post("/v1/nodes", node).is(201))).await;
    server
}

/// A listing that has these nodes, in this order.
fn lists(query: &str, names: &[&str]) -> Case {
    let nodes: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
    get(&format!("/v1/nodes?{query}")).has(json!({ "nodes": nodes }))
}

fn listed() -> Value {
    json!({
        "uuid": UUID, "instance_uuid": null, "maintenance": false, "power_state": null, "provision_state": "enroll",
        "name": "n", "links": links(&format!("nodes/{UUID}")),
    })
}

#[tokio::test]
async fn list() {
    let mut cases = vec![
        get("/v1/nodes").shows(json!({ "nodes": [listed()] })),
        get("/v1/nodes?detail=false").shows(json!({ "nodes": [listed()] })),
    ];
    cases.extend([delete("/v1/nodes/n").is(204), get("/v1/nodes").shows(json!({ "nodes": [] }))]);
    holds(
        "GET /v1/nodes: nodes[]: uuid, instance_uuid, maintenance, power_state, provision_state, name, links; `next` if \
         more",
        &one().await,
        cases,
    )
    .await;
}

#[tokio::test]
async fn list_in_detail() {
    let mut node = whole();
    node["name"] = json!("n");
    holds(
        "?detail=true, /v1/nodes/detail: whole records",
        &one().await,
        ["/v1/nodes?detail=true", "/v1/nodes?detail=True", "/v1/nodes/detail", "/v1/nodes/detail/?driver=fake"]
            .map(|path| get(path).shows(json!({ "nodes": [node] }))),
    )
    .await;
}

#[tokio::test]
async fn list_with_fields() {
    let links = links(&format!("nodes/{UUID}"));
    let some = json!({ "name": "n", "driver": "fake", "links": links });
    holds(
        "?fields=a,b: these + links; with detail 400; unknown field 500 on the list, 400 on show. differs: 400 on both; \
         also as a segment below the node, of which one more is a 400 and not a 500",
        &one().await,
        [
            get("/v1/nodes?fields=name,driver").shows(json!({ "nodes": [some] })),
            get("/v1/nodes?fields=name&fields=driver").shows(json!({ "nodes": [some] })),
            get("/v1/nodes/n?fields=name%2Cdriver").shows(some.clone()),
            get("/v1/nodes?fields=").shows(json!({ "nodes": [{ "links": links }] })),
            get("/v1/nodes?fields=name&detail=true").fails(400, "Can't fetch a subset of fields with 'detail' set"),
            get("/v1/nodes/detail?fields=name").fails(400, "Can't fetch a subset of fields with 'detail' set"),
            get("/v1/nodes?fields=colour").fails(400, "Field(s) \"colour\" are not valid"),
            get("/v1/nodes/n?fields=colour").fails(400, "Field(s) \"colour\" are not valid"),
            get("/v1/nodes/n?fields=NAME,Driver").shows(some.clone()),
            get("/v1/nodes/nope?fields=colour").fails(404, "Node nope could not be found."),
            get("/v1/nodes/n/name,DRIVER").shows(some),
            get("/v1/nodes/n/colour").fails(400, "Field(s) \"colour\" are not valid"),
            get("/v1/nodes/n/name?x=1").fails(400, "Unexpected arguments: x"),
            get("/v1/nodes/n/name/x").fails(400, "there is nothing below name"),
            get("/v1/nodes/nope/colour").fails(404, "Node nope could not be found."),
            get("/v1/nodes/n/uuid").version("1.7").fails(406, "Request not acceptable."),
            // What Ironic has there, and this server has not.
            get("/v1/nodes/n/traits").misses(404),
            get("/v1/nodes/n/ports").misses(404),
        ],
    )
    .await;
}

#[tokio::test]
async fn pages() {
    let after = |index: usize| format!("/v1/nodes?limit=1&marker={}", UUIDS[index]);
    let next = |query: &str| json!({ "next": format!("<base>/v1/nodes?{query}") });
    let positive = "Limit must be positive";
    holds(
        "?limit=N&marker=UUID: next = absolute URL with sort_key, sort_dir, fields, limit, marker; limit 0, negative, text \
         400; unknown marker 404; name as marker 400. A full last page still carries `next`. differs: filters stay in \
         `next`, and versions that know no fields are not told to name some",
        &three().await,
        [
            lists("limit=2", &["a", "b"]).has(next(&format!(
                "sort_key=id&sort_dir=asc&fields={DEFAULT}&limit=2&marker={}",
                UUIDS[1]
            ))),
            get("/v1/nodes?limit=1&fields=NAME,uuid,name&sort_key=name&sort_dir=desc&driver=fake").has(next(&format!(
                "sort_key=name&sort_dir=desc&driver=fake&fields=name,uuid&limit=1&marker={}",
                UUIDS[1]
            ))),
            get("/v1/nodes?limit=1&detail=yes&maintenance=1&resource_class=large").has(next(&format!(
                "sort_key=id&sort_dir=asc&detail=True&maintenance=True&resource_class=large&limit=1&marker={}",
                UUIDS[0]
            ))),
            get("/v1/nodes?limit=1&detail=0").has(next(&format!(
                "sort_key=id&sort_dir=asc&detail=False&fields={DEFAULT}&limit=1&marker={}",
                UUIDS[0]
            ))),
            get("/v1/nodes?limit=1").version("1.7").has(next(&format!(
                "sort_key=id&sort_dir=asc&limit=1&marker={}",
                UUIDS[0]
            ))),
            get("/v1/nodes/detail?limit=1&resource_class=large").has(json!({ "next": format!(
                "<base>/v1/nodes/detail?sort_key=id&sort_dir=asc&resource_class=large&limit=1&marker={}",
                UUIDS[0]
            ) })),
            get("/v1/nodes?limit=99999999999999999999999999").has(json!({ "nodes": ["<any>", "<any>", "<any>"] })),
            get(&after(0)).has(json!({ "nodes": [{ "name": "b" }], "next": "<text>" })),
            get(&after(1)).has(json!({ "nodes": [{ "name": "c" }], "next": "<text>" })),
            get(&after(2)).shows(json!({ "nodes": [] })),
            get("/v1/nodes?fields=name&limit=3").has(json!({ "next": "<text>" })),
            get("/v1/nodes?fields=links&limit=4").shows(json!({ "nodes": ["<any>", "<any>", "<any>"] })),
            get("/v1/nodes/detail?limit=1").has(json!({ "next": "<text>" })).says("/v1/nodes/detail?"),
            get("/v1/nodes?limit=0").fails(400, positive),
            get("/v1/nodes?limit=-1").fails(400, positive),
            get("/v1/nodes?limit=two").fails(400, positive),
            get("/v1/nodes?limit=1.5").fails(400, positive),
            get(&format!("/v1/nodes?marker={UUID}")).fails(404, &format!("Node {UUID} could not be found.")),
            get("/v1/nodes?marker=a").fails(400, "Expected a UUID but received a"),
        ],
    )
    .await;
}

#[tokio::test]
async fn sorted() {
    let mut cases = vec![
        lists("sort_key=uuid", &["c", "b", "a"]),
        lists("sort_key=name&sort_dir=desc", &["c", "b", "a"]),
        lists("sort_key=created_at", &["a", "b", "c"]),
        lists("sort_key=driver&sort_dir=desc&limit=1", &["c"]),
        lists("sort_dir=desc", &["c", "b", "a"]),
        get("/v1/nodes?sort_dir=up").fails(400, "Invalid sort direction: up"),
        get("/v1/nodes?sort_key=colour").fails(400, "The sort_key value \"colour\" is an invalid field for sorting"),
    ];
    for key in ["properties", "extra", "driver_info", "driver_internal_info", "links"] {
        cases.push(get(&format!("/v1/nodes?sort_key={key}")).fails(400, &format!("The sort_key value \"{key}\"")));
    }
    holds("?sort_key, ?sort_dir: unknown or JSON column 400", &three().await, cases).await;
}

#[tokio::test]
async fn filtered() {
    let mut cases = vec![
        lists("driver=fake", &["a", "b"]),
        lists("driver=nope", &[]),
        lists("provision_state=enroll", &["a", "b", "c"]),
        lists("provision_state=active", &[]),
        get("/v1/nodes?provision_state=dreaming").fails(400, "…dreaming"),
        lists("resource_class=large", &["a"]),
        lists("resource_class=Large", &[]),
        lists(&format!("instance_uuid={UUID}"), &["c"]),
        lists(&format!("instance_uuid={}", UUIDS[0]), &[]),
        get("/v1/nodes?instance_uuid=x").fails(400, "Expected a UUID but received x"),
        lists("conductor=one", &["a", "b", "c"]),
        lists("conductor=two", &[]),
        lists("conductor_group=", &["a", "b", "c"]),
        lists("conductor_group=east", &[]),
        lists("owner=me", &[]),
        lists("description_contains=rack", &["b"]),
        lists("fault=power%20failure", &[]),
        get("/v1/nodes?fault=dust").fails(400, "…dust"),
        lists("driver=fake&maintenance=false", &["b"]),
        lists("driver=fake&limit=1", &["a"]),
        get("/v1/nodes?colour=red").fails(400, "Unexpected arguments: colour"),
        get("/v1/nodes/detail?maintenance=true").has(json!({ "nodes": [{ "name": "a" }] })),
    ];
    for (yes, no) in [("true", "false"), ("1", "0"), ("yes", "no"), ("on", "off"), ("TRUE", "False"), ("T", "f")] {
        cases.push(lists(&format!("maintenance={yes}"), &["a"]));
        cases.push(lists(&format!("maintenance={no}"), &["b", "c"]));
        cases.push(lists(&format!("associated={yes}"), &["c"]));
        cases.push(lists(&format!("associated={no}"), &["a", "b"]));
    }
    for word in ["2", "perhaps", ""] {
        cases.push(get(&format!("/v1/nodes?maintenance={word}")).fails(400, "…maintenance"));
    }
    holds(
        "?driver ?maintenance ?provision_state ?associated ?resource_class ?instance_uuid ?conductor ?conductor_group \
         ?owner ?description_contains ?fault: booleans accept true/false/1/0/yes/no/on/off any case; invalid values 400; \
         unknown parameter 400; unknown driver: []",
        &three().await,
        cases,
    )
    .await;
}
