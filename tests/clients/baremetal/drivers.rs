//! `baremetal driver …`

use bessemer_tests::Probe;
use serde_json::{Value, json};

use super::Baremetal;
use crate::held::answered;

#[tokio::test]
async fn drivers_are_listed() {
    let baremetal = Baremetal::start().await;
    let list = baremetal.json("driver list");
    let fake = json!({"name": "fake", "hosts": "rack-1"});
    assert!(list.as_array().is_some_and(|list| list.contains(&fake)), "{list:#}");

    let list = baremetal.json("driver list --fields name type");
    let fake = json!({"name": "fake", "type": "dynamic"});
    assert!(list.as_array().is_some_and(|list| list.contains(&fake)), "{list:#}");

    assert_eq!(baremetal.json("driver list --type classic"), json!([]));
    let list = baremetal.json("driver list --type dynamic");
    assert!(list.as_array().is_some_and(|list| !list.is_empty()), "{list:#}");

    let list = baremetal.json("driver list --long");
    let fake = list.as_array().into_iter().flatten().find(|row| row["name"] == "fake");
    let fake = fake.unwrap_or_else(|| panic!("{list:#}"));
    assert_eq!(
        (&fake["type"], &fake["hosts"], &fake["default_vendor_interface"]),
        (&json!("dynamic"), &json!("rack-1"), &json!("fake"))
    );
    assert_eq!(fake["default_power_interface"], Value::Null);
}

#[tokio::test]
async fn a_driver_is_shown() {
    let baremetal = Baremetal::start().await;
    let driver = baremetal.json("driver show fake");
    assert_eq!(driver["name"], "fake");
    assert_eq!(driver["hosts"], "rack-1");
    assert_eq!(driver["type"], "dynamic");
    assert_eq!(driver["default_vendor_interface"], "fake");
    assert_eq!(driver["enabled_vendor_interfaces"], "fake");
    assert_eq!(
        baremetal.json("driver show fake --fields name type"),
        json!({"name": "fake", "type": "dynamic"})
    );
}

#[tokio::test]
async fn an_unknown_driver_is_complained_of() {
    let baremetal = Baremetal::start().await;
    let complaint = baremetal.complaint("driver show nope");
    assert!(
        complaint.contains("driver(s) or hardware type(s): nope. (HTTP 404)"),
        "{complaint}"
    );
    assert!(complaint.contains("(Request-ID: req-"), "{complaint}");
}

#[tokio::test]
async fn properties_of_a_driver_are_listed() {
    let baremetal = Baremetal::start().await;
    let list = baremetal.json("driver property list fake");
    let described = |property: &str| {
        let found = list
            .as_array()
            .into_iter()
            .flatten()
            .find(|entry| entry["property"] == property);
        found.unwrap_or_else(|| panic!("no {property} in {list:#}"))["description"].clone()
    };
    assert_eq!(described("A1"), "A1 description. Required.");
    assert_eq!(described("A2"), "A2 description. Optional.");
}

#[tokio::test]
async fn methods_of_a_driver_are_listed() {
    let baremetal = Baremetal::start().await;
    let list = baremetal.json("driver passthru list fake");
    let sleep = list
        .as_array()
        .into_iter()
        .flatten()
        .find(|method| method["name"] == "sleep");
    let sleep = sleep.unwrap_or_else(|| panic!("{list:#}"));
    assert_eq!(sleep["http_methods"], "POST");
    assert_eq!(sleep["async"], true);
    assert_eq!(sleep["attach"], false);
    assert!(
        sleep["description"]
            .as_str()
            .is_some_and(|text| text.starts_with("Sleeps")),
        "{sleep}"
    );
}

#[tokio::test]
async fn a_method_of_a_driver_is_called() {
    let baremetal = Baremetal::start().await;
    assert_eq!(
        baremetal.text("driver passthru call fake sleep --arg seconds=0").trim(),
        ""
    );
    let complaint = baremetal.complaint("driver passthru call fake sleep --arg seconds=x");
    assert!(
        complaint.contains("`seconds`") && complaint.contains("(HTTP 400)"),
        "{complaint}"
    );
    let complaint = baremetal.complaint("driver passthru call fake sleep --http-method PUT");
    assert!(complaint.contains("does not support HTTP PUT"), "{complaint}");
}

/// The client cannot print what a driver's method returns, whichever server it talks to: it ends with 1 and the name of
/// a Python method.
#[tokio::test]
async fn a_call_is_carried_out_although_its_result_cannot_be_printed() {
    let baremetal = Baremetal::start().await;
    for (verb, options) in [
        ("POST", "--arg a=1"),
        ("PUT", "--arg a=1 --http-method PUT"),
        ("PATCH", "--arg a=1 --http-method PATCH"),
        ("GET", "--http-method GET"),
    ] {
        let complaint = baremetal.complaint(&format!("driver passthru call fake echo {options}"));
        assert!(!complaint.contains("HTTP"), "{complaint}");
        let path = "/v1/drivers/fake/vendor_passthru/echo";
        assert_eq!(answered(&baremetal.server, verb, path, 200).await, 1, "{verb}");
    }
}

#[tokio::test]
async fn a_call_reaches_the_driver() {
    let probe = Probe::start().await;
    let holder = probe.calling("hold", json!({"gate": "a"}));
    probe.entered("a", 1).await;
    let baremetal = Baremetal::of(probe.server);
    assert_eq!(
        baremetal.text("driver passthru call probe open --arg gate=a").trim(),
        ""
    );
    assert_eq!(holder.await.expect("the call runs").status, 200);
    // This client sends no arguments with GET, whichever server it talks to.
    let complaint = baremetal.complaint("driver passthru call probe at --http-method GET --arg gate=a");
    assert!(
        complaint.contains("missing argument `gate`") && complaint.contains("(HTTP 400)"),
        "{complaint}"
    );
}
