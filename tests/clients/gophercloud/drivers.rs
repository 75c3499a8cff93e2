//! The package `drivers`.

use bessemer_tests::Server;
use serde_json::{Value, json};

use super::go::{DRIVER, METHOD};
use super::{Gophercloud, MICROVERSIONS};

/// The driver of a name in a page.
fn named<'a>(page: &'a Value, name: &str) -> &'a Value {
    let drivers = page["drivers"].as_array().into_iter().flatten();
    let found = drivers.into_iter().find(|driver| driver["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {page:#}"))
}

/// ListDrivers
#[tokio::test]
async fn drivers_are_listed() {
    let server = Server::builder().env("BESSEMER_HOST", "rack-1").start().await;
    for microversion in MICROVERSIONS {
        let client = Gophercloud::of(&server, microversion);
        let page = client.get("drivers").await;
        DRIVER.takes_each(&page["drivers"]);
        assert_eq!(named(&page, "fake")["hosts"], json!(["rack-1"]));

        let page = client.get("drivers?detail=true&type=dynamic").await;
        DRIVER.takes_each(&page["drivers"]);
        assert_eq!(named(&page, "fake")["default_vendor_interface"], "fake");
    }
}

/// GetDriverDetails, GetDriverProperties, GetDriverDiskProperties
#[tokio::test]
async fn a_driver_is_fetched_with_its_properties() {
    let server = Server::start().await;
    for microversion in MICROVERSIONS {
        let client = Gophercloud::of(&server, microversion);
        let driver = client.get("drivers/fake").await;
        DRIVER.takes(&driver);
        assert_eq!(
            (&driver["name"], &driver["enabled_vendor_interfaces"]),
            (&json!("fake"), &json!(["fake"]))
        );
        let properties = client.get("drivers/fake/properties").await;
        assert_eq!(properties["A1"], "A1 description. Required.");
        let disks = client.get("drivers/fake/raid/logical_disk_properties").await;
        assert!(disks.is_object(), "{disks:#}");
    }
}

/// ListVendorPassthruMethods
#[tokio::test]
async fn methods_of_a_driver_are_listed() {
    let server = Server::start().await;
    for microversion in MICROVERSIONS {
        let client = Gophercloud::of(&server, microversion);
        let methods = client.get("drivers/fake/vendor_passthru/methods").await;
        for method in methods.as_object().expect("an object of methods").values() {
            METHOD.takes(method);
        }
        assert_eq!(methods["sleep"]["async"], true);
    }
}

/// CallVendorPassthru
#[tokio::test]
async fn a_method_of_a_driver_is_called() {
    let server = Server::start().await;
    for microversion in MICROVERSIONS {
        let client = Gophercloud::of(&server, microversion);
        let path = "drivers/fake/vendor_passthru?method=echo";
        for verb in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            for (body, args) in [(Some(json!({"a": 1})), json!({"a": 1})), (None, json!({}))] {
                let answer = client.succeeds(verb, path, body.as_ref(), 200).await.json();
                assert_eq!((&answer["http_method"], &answer["args"]), (&json!(verb), &args));
            }
        }
        let sleep = "drivers/fake/vendor_passthru?method=sleep";
        let answer = client.succeeds("POST", sleep, Some(&json!({"seconds": 0})), 202).await;
        assert_eq!(answer.text(), "");
        // As its own tests do.
        let missing = "drivers/fake/vendor_passthru?method=gophercloud_acceptance_missing_method";
        let refused = client.request("POST", missing, Some(&json!({"noop": true}))).await;
        assert_eq!(refused.status, 400, "{refused:?}");
    }
}
