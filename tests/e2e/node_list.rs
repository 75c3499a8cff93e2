//! Listings of nodes: what is shown, pages, order, filters.

use bessemer_tests::{Answer, Server};
use serde_json::{Value, json};

/// A server with the nodes `n0` to `n4`, created in this order.
async fn five() -> Server {
    let server = Server::builder().config("[api]\nmax_limit = 4\n").start().await;
    for index in 0..5 {
        let node = json!({
            "driver": if index < 4 { "fake" } else { "fake-hardware" }, "name": format!("n{index}"),
            "uuid": format!("0000000{}-03f2-4d2e-ae87-c02d7f33c123", 9 - index),
            "maintenance": index == 1, "resource_class": (index % 2 == 0).then_some("even"),
            "description": format!("Number {index}"),
            "instance_uuid": (index == 3).then_some("3e0d1b7e-5f6e-4c29-8d5b-8c9a2a0a0001"),
        });
        let answer = server.post("/v1/nodes", &node).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    server
}

fn names(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["name"].as_str().unwrap().to_owned())
        .collect()
}

/// All pages, by following `next`.
async fn pages(server: &Server, query: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut path = format!("/v1/nodes?{query}");
    loop {
        let answer = server.get(&path).await;
        pages.push(names(&answer));
        let document = answer.json();
        let Some(next) = document.get("next") else { return pages };
        let next = next
            .as_str()
            .unwrap()
            .strip_prefix(server.base())
            .expect("next is absolute, from the Host header");
        next.clone_into(&mut path);
        assert!(pages.len() < 10, "next never ends: {path}");
    }
}

#[tokio::test]
async fn a_listing_shows_few_fields_and_details_all() {
    let server = Server::start().await;
    let listed = server.get("/v1/nodes").await.json()["nodes"][0]
        .as_object()
        .unwrap()
        .clone();
    assert_eq!(
        listed.keys().collect::<Vec<_>>(),
        [
            "instance_uuid",
            "links",
            "maintenance",
            "name",
            "power_state",
            "provision_state",
            "uuid"
        ]
    );
    let whole = server.get("/v1/nodes/demo-0").await.json();
    for path in [
        "/v1/nodes?detail=true",
        "/v1/nodes?detail=YES",
        "/v1/nodes/detail",
        "/v1/nodes/detail?limit=5",
    ] {
        assert_eq!(server.get(path).await.json()["nodes"], json!([whole]), "{path}");
    }
    let some = server.get("/v1/nodes?fields=driver,extra").await.json();
    assert_eq!(
        some["nodes"][0],
        json!({"driver": "fake", "extra": {}, "links": whole["links"]})
    );
    assert_eq!(server.get("/v1/nodes?detail=false&fields=name").await.status, 200);
}

#[tokio::test]
async fn pages_follow_one_another_to_the_end() {
    let server = five().await;
    assert_eq!(
        pages(&server, "limit=2").await,
        [vec!["n0", "n1"], vec!["n2", "n3"], vec!["n4"]]
    );
    // The last page is full, so one more is asked for.
    assert_eq!(
        pages(&server, "limit=3&driver=fake").await,
        [vec!["n0", "n1", "n2"], vec!["n3"]]
    );
    assert_eq!(
        pages(&server, "limit=2&driver=fake").await,
        [vec!["n0", "n1"], vec!["n2", "n3"], vec![]]
    );
    // More than the configuration allows, or nothing said, is as much as it allows.
    assert_eq!(
        pages(&server, "limit=99").await,
        [vec!["n0", "n1", "n2", "n3"], vec!["n4"]]
    );
    assert_eq!(pages(&server, "").await, [vec!["n0", "n1", "n2", "n3"], vec!["n4"]]);
    assert_eq!(
        pages(&server, "limit=2&sort_dir=desc").await,
        [vec!["n4", "n3"], vec!["n2", "n1"], vec!["n0"]]
    );
    assert_eq!(
        pages(&server, "limit=2&sort_key=uuid").await,
        [vec!["n4", "n3"], vec!["n2", "n1"], vec!["n0"]]
    );
    // Equal values keep their order over pages; what is not set comes first.
    let by_class = pages(&server, "limit=2&sort_key=resource_class").await;
    assert_eq!(by_class, [vec!["n1", "n3"], vec!["n0", "n2"], vec!["n4"]]);
    let against = pages(&server, "limit=2&sort_key=resource_class&sort_dir=desc").await;
    assert_eq!(against, [vec!["n4", "n2"], vec!["n0", "n3"], vec!["n1"]]);
}

#[tokio::test]
async fn next_carries_the_whole_query() {
    let server = five().await;
    let answer = server
        .get("/v1/nodes?fields=name,uuid&limit=1&sort_key=name&maintenance=false&sort_dir=desc")
        .await;
    let last = answer.json()["nodes"][0]["uuid"].as_str().unwrap().to_owned();
    assert_eq!(
        answer.json()["next"],
        format!(
            "{}/v1/nodes?sort_key=name&sort_dir=desc&maintenance=False&fields=name,uuid&limit=1&marker={last}",
            server.base()
        )
    );
    let detail = server.get("/v1/nodes/detail?limit=1").await.json();
    assert!(
        detail["next"]
            .as_str()
            .unwrap()
            .starts_with(&format!("{}/v1/nodes/detail?", server.base()))
    );
}

#[tokio::test]
async fn filters_choose() {
    let server = five().await;
    for (query, wanted) in [
        ("driver=fake-hardware", vec!["n4"]),
        ("driver=nope", vec![]),
        ("maintenance=true", vec!["n1"]),
        ("maintenance=Off", vec!["n0", "n2", "n3", "n4"]),
        ("provision_state=enroll&limit=1", vec!["n0"]),
        ("provision_state=active", vec![]),
        ("associated=1", vec!["n3"]),
        ("associated=no&maintenance=f", vec!["n0", "n2", "n4"]),
        ("resource_class=even", vec!["n0", "n2", "n4"]),
        ("instance_uuid=3e0d1b7e-5f6e-4c29-8d5b-8c9a2a0a0001", vec!["n3"]),
        ("instance_uuid=9e0d1b7e-5f6e-4c29-8d5b-8c9a2a0a0001", vec![]),
        ("description_contains=BER%203", vec!["n3"]),
        ("owner=me", vec![]),
        ("fault=power%20failure", vec![]),
        ("conductor=elsewhere", vec![]),
        ("conductor_group=other", vec![]),
        ("conductor_group=&driver=fake-hardware", vec!["n4"]),
        ("retired=true", vec![]),
        ("retired=false&driver=fake-hardware", vec!["n4"]),
    ] {
        assert_eq!(
            names(&server.get(&format!("/v1/nodes?{query}")).await),
            wanted,
            "{query}"
        );
    }
    let host = server.get("/v1/conductors").await.json()["conductors"][0]["hostname"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        names(&server.get(&format!("/v1/nodes?conductor={host}&maintenance=1")).await),
        ["n1"]
    );
}

#[tokio::test]
async fn each_field_that_has_an_order_can_be_sorted_by() {
    let server = five().await;
    // As many as a page holds.
    assert_eq!(server.delete("/v1/nodes/n4").await.status, 204);
    let node = server.get("/v1/nodes/n0").await.json();
    let fields = node.as_object().unwrap().keys().map(String::as_str);
    let orderless = ["driver_info", "driver_internal_info", "extra", "links", "properties"];
    for field in fields.chain(["id"]) {
        let answer = server.get(&format!("/v1/nodes?sort_key={field}")).await;
        let expected = if orderless.contains(&field) { 400 } else { 200 };
        assert_eq!(answer.status, expected, "{field}: {answer:?}");
        if expected == 200 {
            let against = server.get(&format!("/v1/nodes?sort_key={field}&sort_dir=desc")).await;
            let mut reversed = names(&against);
            reversed.reverse();
            // Nodes that are alike are in the order of creation, or against it.
            assert_eq!(names(&answer), reversed, "{field}");
        }
    }
}

#[tokio::test]
async fn queries_that_make_no_sense_are_a_400() {
    let server = five().await;
    for (query, part) in [
        ("limit=0", "Limit must be positive"),
        ("limit=-1", "Limit must be positive"),
        ("limit=x", "limit=x"),
        ("limit=1&limit=2", "more than once"),
        ("marker=n0", "Expected a UUID but received n0"),
        ("sort_key=colour", "\"colour\" is an invalid field for sorting"),
        (
            "sort_key=driver_info",
            "\"driver_info\" is an invalid field for sorting; give one of id, uuid, name, driver, ",
        ),
        ("sort_dir=up", "'asc' or 'desc'"),
        ("maintenance=perhaps", "maintenance=perhaps is not a boolean"),
        ("associated=", "not a boolean"),
        ("provision_state=dreaming", "provision_state=dreaming"),
        ("fault=dust", "fault=dust"),
        ("instance_uuid=x", "x"),
        ("fields=colour", "\"colour\" are not valid"),
        ("fields=name&detail=true", "'detail'"),
        ("colour=red&b=1", "Unexpected arguments: colour, b"),
    ] {
        let answer = server.get(&format!("/v1/nodes?{query}")).await;
        assert_eq!(answer.status, 400, "{query}: {answer:?}");
        assert!(answer.faultstring().contains(part), "{query}: {answer:?}");
    }
    let detail = server.get("/v1/nodes/detail?fields=name").await;
    assert_eq!(detail.status, 400, "{detail:?}");
    for marker in [
        "9be26c0b-03f2-4d2e-ae87-c02d7f33c129",
        "9be26c0b-03f2-4d2e-ae87-c02d7f33c129&sort_key=name",
    ] {
        let gone = server.get(&format!("/v1/nodes?marker={marker}")).await;
        assert_eq!(gone.status, 404, "{gone:?}");
    }
}

#[tokio::test]
async fn a_marker_that_does_not_pass_the_filter_still_marks() {
    let server = five().await;
    let uuid = server.get("/v1/nodes/n1").await.json()["uuid"]
        .as_str()
        .unwrap()
        .to_owned();
    for sort in ["", "&sort_key=name"] {
        let rest = server
            .get(&format!("/v1/nodes?marker={uuid}&resource_class=even{sort}"))
            .await;
        assert_eq!(names(&rest), ["n2", "n4"], "{sort}");
    }
    assert_eq!(
        server.get("/v1/nodes?limit=1").await.json()["nodes"][0]["name"],
        Value::from("n0")
    );
}
