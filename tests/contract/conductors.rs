//! Section 6.2: conductors.

use bessemer_tests::Server;
use serde_json::{Value, json};

use crate::case::{get, send};
use crate::{holds, links};

async fn named() -> Server {
    let config = "host = \"conductor-1\"\nenabled_drivers = [\"fake\"]\n[conductor]\nconductor_group = \"east\"\n";
    Server::builder().config(config).start().await
}

fn listed() -> Value {
    json!({ "hostname": "conductor-1", "conductor_group": "east", "alive": true, "links": links("conductors/conductor-1") })
}

fn detailed() -> Value {
    let mut conductor = listed();
    conductor["drivers"] = json!(["fake"]);
    conductor["created_at"] = json!("<time>");
    conductor["updated_at"] = json!("<time>");
    conductor
}

#[tokio::test]
async fn list() {
    let next = |more: &str| {
        let query = format!("sort_key=id&sort_dir=asc&{more}limit=1&marker=conductor-1");
        json!({ "conductors": ["<object>"], "next": format!("<base>/v1/conductors?{query}") })
    };
    holds(
        "GET /v1/conductors: hostname, conductor_group, alive, links; ?detail=true adds drivers[], created_at, \
         updated_at; ?fields; unknown field 400",
        &named().await,
        [
            get("/v1/conductors").shows(json!({ "conductors": [listed()] })),
            get("/v1/conductors").version("1.49").shows(json!({ "conductors": [listed()] })),
            get("/v1/conductors?detail=True").shows(json!({ "conductors": [detailed()] })),
            get("/v1/conductors?fields=alive").shows(json!({ "conductors": [{ "alive": true, "links": "<list>" }] })),
            get("/v1/conductors?fields=colour").fails(400, "Field(s) \"colour\" are not valid"),
            get("/v1/conductors?fields=alive&detail=true")
                .fails(400, "Can't fetch a subset of fields with 'detail' set"),
            get("/v1/conductors?limit=1").has(next("fields=hostname,conductor_group,alive&")),
            get("/v1/conductors?limit=1&fields=ALIVE,hostname").has(next("fields=alive,hostname&")),
            get("/v1/conductors?limit=1&detail=yes").has(next("detail=True&")),
            get("/v1/conductors?limit=0").fails(400, "Limit must be positive"),
            get("/v1/conductors?sort_key=hostname&sort_dir=desc").shows(json!({ "conductors": [listed()] })),
            get("/v1/conductors?sort_key=drivers").fails(400, "…drivers"),
            get("/v1/conductors?x=1").fails(400, "Unexpected arguments: x"),
        ],
    )
    .await;
}

#[tokio::test]
async fn show() {
    holds(
        "GET /v1/conductors/H: all of them; 404",
        &named().await,
        [
            get("/v1/conductors/conductor-1").shows(detailed()),
            get("/v1/conductors/other").fails(404, "Conductor other could not be found."),
            get("/v1/conductors/conductor-1?fields=hostname")
                .shows(json!({ "hostname": "conductor-1", "links": "<list>" })),
            get("/v1/conductors/conductor-1?fields=colour").fails(400, "Field(s) \"colour\" are not valid"),
            get("/v1/conductors/conductor-1?detail=true").fails(400, "Unexpected arguments: detail"),
            get("/v1/conductors/other?fields=colour").fails(404, "Conductor other could not be found."),
            get("/v1/conductors/conductor-1/hostname,alive")
                .shows(json!({ "hostname": "<text>", "alive": true, "links": "<list>" })),
            get("/v1/conductors/conductor-1/x").fails(400, "Field(s) \"x\" are not valid"),
            get("/v1/conductors/conductor-1/hostname/x").fails(400, "there is nothing below hostname"),
            get("/v1/conductors/other/x").fails(404, "Conductor other could not be found."),
        ],
    )
    .await;
}

#[tokio::test]
async fn since_1_49() {
    let mut cases = Vec::new();
    for path in ["/v1/conductors", "/v1/conductors/conductor-1", "/conductors/"] {
        let refused = get(path).version("1.48").fails(404, "The API is not supported for this version");
        cases.extend([refused, get(path).version("1.49"), get(path)]);
        cases.push(send("POST", path).misses(405).sets("allow", "GET"));
    }
    holds("conductors (>=1.49)", &named().await, cases).await;
}
