//! Calls about drivers and of their methods.

use bessemer_tests::Probe;
use serde_json::{Value, json};

use super::{Sdk, names};

#[tokio::test]
async fn drivers_are_listed() {
    let mut sdk = Sdk::start().await;
    let list = sdk.call("drivers", &json!({}));
    assert!(names(&list).contains(&"fake"), "{list:#}");
    assert!(
        list[0]["hosts"] == json!(["rack-1"]) && list[0].get("default_vendor_interface").is_none(),
        "{list:#}"
    );
    let list = sdk.call("drivers", &json!({"details": true}));
    let fake = list.as_array().into_iter().flatten().find(|row| row["name"] == "fake");
    let fake = fake.unwrap_or_else(|| panic!("{list:#}"));
    assert_eq!(fake["default_vendor_interface"], "fake");
    assert_eq!(fake["enabled_power_interfaces"], json!([]));
}

#[tokio::test]
async fn a_driver_is_fetched() {
    let mut sdk = Sdk::start().await;
    let driver = sdk.call("get_driver", &json!({"driver": "fake"}));
    assert_eq!(driver["name"], "fake");
    assert_eq!(driver["hosts"], json!(["rack-1"]));
    assert_eq!(driver["enabled_vendor_interfaces"], json!(["fake"]));
    assert!(
        driver["properties"].is_array() && driver["links"].is_array(),
        "{driver:#}"
    );
    let raised = sdk.raised("get_driver", &json!({"driver": "nope"}));
    assert_eq!((&*raised.error, raised.status), ("NotFoundException", Some(404)));
    assert!(raised.text.contains("nope"), "{raised:?}");
}

#[tokio::test]
async fn methods_of_a_driver_are_listed() {
    let mut sdk = Sdk::start().await;
    let methods = sdk.call("list_driver_vendor_passthru", &json!({"driver": "fake"}));
    let sleep = &methods["sleep"];
    assert_eq!(
        (&sleep["http_methods"], &sleep["async"], &sleep["attach"]),
        (&json!(["POST"]), &json!(true), &json!(false))
    );
    let raised = sdk.raised("list_driver_vendor_passthru", &json!({"driver": "nope"}));
    assert_eq!((&*raised.error, raised.status), ("NotFoundException", Some(404)));
}

/// It names no API version here, and the method only in the query; it has a body with every verb.
#[tokio::test]
async fn a_method_of_a_driver_is_called_with_each_verb() {
    let mut sdk = Sdk::start().await;
    for verb in ["GET", "POST", "PUT", "DELETE"] {
        let call = json!({"driver": "fake", "verb": verb, "method": "echo", "body": {"a": 1}});
        let answer = sdk.call("call_driver_vendor_passthru", &call);
        assert_eq!((&answer["status"], &answer["version"]), (&json!(200), &json!("1.1")));
        let text = answer["text"].as_str().expect("an answer has a text");
        let told: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in {text}"));
        assert_eq!((&told["http_method"], &told["args"]), (&json!(verb), &json!({"a": 1})));
    }
}

#[tokio::test]
async fn a_call_reaches_the_driver() {
    let probe = Probe::start().await;
    let holder = probe.calling("hold", json!({"gate": "a"}));
    probe.entered("a", 1).await;
    let mut sdk = Sdk::of(probe.server);
    let open = json!({"driver": "probe", "verb": "POST", "method": "open", "body": {"gate": "a"}});
    let answer = sdk.call("call_driver_vendor_passthru", &open);
    assert_eq!((&answer["status"], &answer["text"]), (&json!(200), &json!("")));
    assert_eq!(holder.await.expect("the call runs").status, 200);
}

#[tokio::test]
async fn what_is_wrong_with_a_call_of_a_driver_is_raised() {
    let mut sdk = Sdk::start().await;
    for (method, body, part) in [
        ("nope", json!({}), "No handler for method nope"),
        ("info", json!({}), "does not support HTTP POST"),
        ("sleep", json!({}), "missing argument `seconds`"),
    ] {
        let call = json!({"driver": "fake", "verb": "POST", "method": method, "body": body});
        let raised = sdk.raised("call_driver_vendor_passthru", &call);
        assert_eq!((&*raised.error, raised.status), ("BadRequestException", Some(400)));
        assert!(raised.text.contains(part), "{raised:?}");
    }
    let sleep = json!({"driver": "fake", "verb": "POST", "method": "sleep", "body": {"seconds": 0}});
    assert_eq!(sdk.call("call_driver_vendor_passthru", &sleep)["status"], 202);
}
