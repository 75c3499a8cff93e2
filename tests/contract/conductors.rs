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
            get("/v1/conductors?limit=1").has(json!({ "conductors": [listed()], "next": "<text>" })),
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
        ],
    )
    .await;
}

#[tokio::test]
async fn since_1_49() {
    let mut cases = Vec::new();
    for path in ["/v1/conductors", "/v1/conductors/conductor-1", "/conductors/"] {
        cases.extend([get(path).version("1.48").misses(404), get(path).version("1.49"), get(path)]);
        cases.push(send("POST", path).misses(405).sets("allow", "GET"));
    }
    holds("conductors (>=1.49)", &named().await, cases).await;
}
