//! `baremetal driver …`

use serde_json::json;

use crate::baremetal::Baremetal;

#[tokio::test]
async fn drivers_are_listed_and_shown() {
    let baremetal = Baremetal::start().await;
    let list = baremetal.json("driver list");
    let fake = json!({"name": "fake", "hosts": "rack-1"});
    assert!(list.as_array().is_some_and(|list| list.contains(&fake)), "{list:#}");

    let list = baremetal.json("driver list --fields name type");
    let fake = json!({"name": "fake", "type": "dynamic"});
    assert!(list.as_array().is_some_and(|list| list.contains(&fake)), "{list:#}");

    let driver = baremetal.json("driver show fake");
    assert_eq!(driver["name"], "fake");
    assert_eq!(driver["hosts"], "rack-1");
    assert_eq!(driver["type"], "dynamic");
    assert_eq!(driver["default_vendor_interface"], "fake");
    assert_eq!(driver["enabled_vendor_interfaces"], "fake");
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
    // The client cannot print what a driver's method returns, whichever server it talks to: it ends with 1 and the
    // name of a Python method. The call was carried out.
    let complaint = baremetal.complaint("driver passthru call fake echo --arg a=1");
    assert!(!complaint.contains("HTTP"), "{complaint}");
}
