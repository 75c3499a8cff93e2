//! `baremetal conductor …`

use serde_json::json;

use super::Baremetal;

#[tokio::test]
async fn the_server_is_the_one_conductor() {
    let baremetal = Baremetal::start().await;
    let list = baremetal.json("conductor list");
    assert_eq!(
        list,
        json!([{"hostname": "rack-1", "conductor_group": "", "alive": true}])
    );

    let long = baremetal.json("conductor list --long");
    let conductor = baremetal.json("conductor show rack-1");
    for field in ["hostname", "conductor_group", "alive", "drivers", "created_at"] {
        assert_eq!(long[0][field], conductor[field], "{field} of {long:#}");
    }
    assert!(long[0]["updated_at"].is_string(), "{long:#}");
    assert_eq!(conductor["hostname"], "rack-1");
    assert_eq!(conductor["alive"], true);
    let drivers = conductor["drivers"].as_array();
    assert!(
        drivers.is_some_and(|drivers| drivers.contains(&json!("fake"))),
        "{conductor:#}"
    );

    let complaint = baremetal.complaint("conductor show rack-2");
    assert!(
        complaint.contains("Conductor rack-2 could not be found") && complaint.contains("404"),
        "{complaint}"
    );
}

#[tokio::test]
async fn a_version_without_conductors_has_none() {
    let baremetal = Baremetal::start().await;
    let complaint = baremetal.complaint("--os-baremetal-api-version 1.48 conductor list");
    assert!(complaint.contains("(HTTP 404)"), "{complaint}");
    let list = baremetal.json("--os-baremetal-api-version 1.49 conductor list");
    assert_eq!(list[0]["hostname"], "rack-1");
}
