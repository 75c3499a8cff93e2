//! A driver's properties: what is refused when, what is read, what is shown.

use bessemer_tests::{Answer, Binary, Server};
use serde_json::{Value, json};

async fn reader() -> Server {
    Server::builder()
        .binary(Binary::Fixture("settings"))
        .config("")
        .start()
        .await
}

async fn create(server: &Server, info: Value) -> Answer {
    let node = json!({"driver": "reader", "name": "n", "driver_info": info});
    server.post("/v1/nodes", &node).await
}

async fn read(server: &Server) -> Answer {
    server.get("/v1/nodes/n/vendor_passthru/read").await
}

async fn patch(server: &Server, path: &str, value: Value) -> Answer {
    let operation = json!({"op": "add", "path": path, "value": value});
    server.patch("/v1/nodes/n", &json!([operation])).await
}

fn whole() -> Value {
    json!({"address": "192.0.2.1", "verify": true, "pin": 4711, "phrase": "friend"})
}

const WRONG: [(&str, &str); 4] = [
    ("port", "driver_info/port: must be an integer from 0 to 65535: "),
    ("cipher", "driver_info/cipher: must be one of `aes`, `rc4` or null: "),
    ("verify", "driver_info/verify: must be a boolean: "),
    ("pin", "driver_info/pin: must be an integer from 0 to 65535"),
];

#[tokio::test]
async fn a_wrong_value_is_refused_when_it_is_written_all_at_once() {
    let server = reader().await;
    let wrong = json!({"port": 70_000, "cipher": "rot13", "verify": "perhaps", "pin": "s3cret"});
    let answer = create(&server, wrong).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    for (_, text) in WRONG {
        assert!(answer.faultstring().contains(text), "{text}: {answer:?}");
    }
    assert!(
        !answer.text().contains("s3cret") && !answer.text().contains("missing"),
        "{answer:?}"
    );

    assert_eq!(create(&server, whole()).await.status, 201);
    for (key, text) in WRONG {
        let answer = patch(&server, &format!("/driver_info/{key}"), json!(["s3cret"])).await;
        assert_eq!(answer.status, 400, "{key}: {answer:?}");
        assert!(
            answer.faultstring().contains(text) || key == "cipher",
            "{text}: {answer:?}"
        );
        assert!(
            answer
                .faultstring()
                .starts_with(&format!("driver_info/{key}: must be "))
        );
    }
    assert_eq!(read(&server).await.json()["pin"], 4711);
    assert!(!server.stop().stderr.contains("s3cret"));
}

#[tokio::test]
async fn what_a_name_calls_a_secret_is_not_shown_though_nobody_declared_it() {
    let server = reader().await;
    let text = "driver_info/door_token: must be an integer from 0 to 65535, or null; \
                driver_info/guest: must be an object or null";
    for guest in [
        json!({"name": "g", "password": "s3cret"}),
        json!([{"name": "g", "password": "s3cret"}]),
    ] {
        let wrong = json!({"door_token": "s3cret", "guest": guest});
        let answer = create(&server, wrong).await;
        assert_eq!((answer.status, &*answer.faultstring()), (400, text), "{answer:?}");
    }
    // What no name calls so is told.
    let answer = create(&server, json!({"guest": {"name": "g", "pasword": "friend"}})).await;
    assert!(answer.faultstring().contains("missing field `password`"), "{answer:?}");
    assert!(!server.stop().stderr.contains("s3cret"));
}

#[tokio::test]
async fn what_is_missing_is_refused_by_calls_and_validate_all_at_once() {
    let server = reader().await;
    assert_eq!(create(&server, json!({})).await.status, 201);
    let missing = "missing driver_info/address, a string (Where the controller answers); \
                   missing driver_info/verify, a boolean (Whether to believe it); \
                   missing driver_info/pin, an integer from 0 to 65535 (The number at the door)";
    let answer = read(&server).await;
    assert_eq!((answer.status, &*answer.faultstring()), (400, missing), "{answer:?}");
    let vendor = server.get("/v1/nodes/n/validate").await.json()["vendor"].clone();
    assert_eq!(vendor, json!({"result": false, "reason": missing}));

    // Nothing is as good as missing, and still no mistake to write.
    assert_eq!(patch(&server, "/driver_info/address", Value::Null).await.status, 200);
    assert_eq!(read(&server).await.faultstring(), missing);
    assert_eq!(patch(&server, "/driver_info", whole()).await.status, 200);
    let vendor = server.get("/v1/nodes/n/validate").await.json()["vendor"].clone();
    assert_eq!(vendor, json!({"result": true}));
}

#[tokio::test]
async fn the_drivers_own_check_has_its_say() {
    let server = reader().await;
    let mut info = whole();
    info["address"] = "nowhere".into();
    assert_eq!(create(&server, info).await.status, 201);
    let answer = read(&server).await;
    assert_eq!(answer.faultstring(), "driver_info/address: nobody lives there");
}

#[tokio::test]
async fn texts_stand_for_numbers_and_what_is_not_given_has_its_default() {
    let server = reader().await;
    let info = json!({"address": 10, "port": "624", "verify": "no", "pin": "0815", "cipher": "rc4", "other": [1]});
    let answer = create(&server, info).await;
    assert_eq!(answer.status, 400, "a number has no leading nought: {answer:?}");
    let info = json!({"address": 10, "port": "624", "verify": "no", "pin": "815", "cipher": "rc4", "other": [1]});
    assert_eq!(create(&server, info).await.status, 201);
    let mut got = read(&server).await.json();
    let debug = got["debug"].take();
    assert_eq!(
        got,
        json!({"address": "10", "port": 624, "cipher": "rc4", "verify": false, "pin": 815, "phrase": "open sesame", "debug": null})
    );
    assert_eq!(
        debug,
        "Reach { address: \"10\", port: 624, cipher: _, verify: false, pin: ******, phrase: ******, door_token: ******, guest: _ }"
    );
    // It stays as it was written.
    let shown = server.get("/v1/nodes/n").await.json()["driver_info"].clone();
    assert_eq!(shown["port"], "624");
    assert_eq!(patch(&server, "/driver_info/port", Value::Null).await.status, 200);
    assert_eq!(read(&server).await.json()["port"], 623);
}

#[tokio::test]
async fn a_declared_secret_is_masked_and_kept() {
    let server = reader().await;
    let masked = json!({"address": "192.0.2.1", "verify": true, "pin": "******", "phrase": "******"});
    let created = create(&server, whole()).await;
    assert_eq!(created.json()["driver_info"], masked);
    for path in ["/v1/nodes/n", "/v1/nodes?detail=true", "/v1/nodes?fields=driver_info"] {
        let text = server.get(path).await.text();
        assert!(
            text.contains("******") && !text.contains("4711") && !text.contains("friend"),
            "{path}: {text}"
        );
    }
    let patched = patch(&server, "/driver_info", masked.clone()).await;
    assert_eq!(
        (patched.status, patched.json()["driver_info"].clone()),
        (200, masked),
        "{patched:?}"
    );
    let got = read(&server).await.json();
    assert_eq!(
        (got["pin"].clone(), got["phrase"].clone()),
        (json!(4711), json!("friend"))
    );
}

#[tokio::test]
async fn properties_are_listed_in_words() {
    let server = reader().await;
    assert_eq!(
        server.get("/v1/drivers/reader/properties").await.json(),
        json!({
            "address": "Where the controller answers. Required.",
            "port": "Its port. Default is 623. Optional.",
            "cipher": "How what is sent is hidden. Optional.",
            "verify": "Whether to believe it. Required.",
            "pin": "The number at the door. Required.",
            "phrase": "The words at the door. Optional.",
            "door_token": "Its name says what its author forgot to. Optional.",
            "guest": "Who may enter. Optional.",
        })
    );
}

#[tokio::test]
async fn the_fake_driver_has_ironics_properties_and_waits_as_told() {
    let server = Server::start().await;
    assert_eq!(
        server.get("/v1/drivers/fake/properties").await.json(),
        json!({
            "A1": "A1 description. Required.",
            "A2": "A2 description. Optional.",
            "B1": "B1 description. Required.",
            "B2": "B2 description. Required.",
            "fake_delay": "How many seconds each method waits before it begins, from 0 to 600. Optional.",
            "fake_password": "A password that nothing asks for, to see how secrets are kept. Optional.",
        })
    );
    let info = json!({"A1": {"any": 1}, "fake_delay": "0.3", "fake_password": 1234});
    let node = json!({"driver": "fake", "name": "n", "driver_info": info});
    let created = server.post("/v1/nodes", &node).await;
    assert_eq!(created.json()["driver_info"]["fake_password"], "******", "{created:?}");
    for (verb, method) in [("POST", "nothing"), ("GET", "peek"), ("GET", "attachment")] {
        let begun = std::time::Instant::now();
        let request = server.request(verb, &format!("/v1/nodes/n/vendor_passthru/{method}"));
        assert_eq!(server.send(request).await.status, 200);
        assert!(begun.elapsed().as_millis() >= 300, "{method}");
    }
    let refused = server
        .patch(
            "/v1/nodes/n",
            &json!([{"op": "add", "path": "/driver_info/fake_delay", "value": -1}]),
        )
        .await;
    assert!(
        refused
            .faultstring()
            .starts_with("driver_info/fake_delay: must be a number from 0 to 600, or null: "),
        "{refused:?}"
    );
}
