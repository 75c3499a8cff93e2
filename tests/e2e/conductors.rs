//! Conductors: there is one, and it is alive.

use bessemer_tests::Server;
use serde_json::{Value, json};

async fn named() -> Server {
    Server::builder()
        .config("host = \"conductor-1\"\n[conductor]\nconductor_group = \"east\"\n")
        .start()
        .await
}

#[tokio::test]
async fn the_server_is_the_one_conductor() {
    let server = named().await;
    let base = server.base();
    let links = json!([
        {"href": format!("{base}/v1/conductors/conductor-1"), "rel": "self"},
        {"href": format!("{base}/conductors/conductor-1"), "rel": "bookmark"},
    ]);
    let one = json!({"hostname": "conductor-1", "conductor_group": "east", "alive": true, "links": links});
    assert_eq!(server.get("/v1/conductors").await.json(), json!({"conductors": [one]}));
    let shown = server.get("/v1/conductors/conductor-1").await.json();
    assert!(shown["drivers"].as_array().unwrap().contains(&json!("fake")));
    assert!(shown["created_at"].as_str().unwrap() <= shown["updated_at"].as_str().unwrap());
    let detailed = server.get("/v1/conductors?detail=true").await.json()["conductors"][0].clone();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&detailed), keys(&shown));
    let some = server.get("/v1/conductors?fields=hostname,alive").await.json();
    assert_eq!(
        some["conductors"][0],
        json!({"hostname": "conductor-1", "alive": true, "links": links})
    );
    let some = server.get("/v1/conductors/conductor-1?fields=alive").await.json();
    assert_eq!(some, json!({"alive": true, "links": links}));
}

#[tokio::test]
async fn its_pages_end() {
    let server = named().await;
    let first = server.get("/v1/conductors?limit=1").await.json();
    let next = first["next"]
        .as_str()
        .unwrap()
        .strip_prefix(server.base())
        .unwrap()
        .to_owned();
    assert_eq!(server.get(&next).await.json(), json!({"conductors": []}));
}

#[tokio::test]
async fn what_is_wrong_is_told() {
    let server = named().await;
    for (path, status, part) in [
        ("/v1/conductors/other", 404, "Conductor other could not be found."),
        ("/v1/conductors?fields=colour", 400, "\"colour\""),
        ("/v1/conductors/conductor-1?fields=colour", 400, "\"colour\""),
        ("/v1/conductors?fields=alive&detail=true", 400, "'detail'"),
        ("/v1/conductors?sort_key=drivers", 400, "\"drivers\""),
        ("/v1/conductors?limit=0", 400, "positive"),
        ("/v1/conductors?marker=other", 404, "other"),
        ("/v1/conductors?x=1", 400, "Unexpected arguments: x"),
        (
            "/v1/conductors/conductor-1?detail=true",
            400,
            "Unexpected arguments: detail",
        ),
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
        assert!(answer.faultstring().contains(part), "{path}: {answer:?}");
    }
}

#[tokio::test]
async fn they_came_with_1_49() {
    let server = named().await;
    for path in ["/v1/conductors", "/v1/conductors/conductor-1"] {
        for (version, status) in [("1.48", 404), ("1.49", 200)] {
            let request = server
                .request("GET", path)
                .header("x-openstack-ironic-api-version", version);
            assert_eq!(server.send(request).await.status, status, "{path} {version}");
        }
        let answer = server.post(path, &json!({})).await;
        assert_eq!((answer.status, answer.header("allow")), (405, "GET"), "{path}");
    }
}
