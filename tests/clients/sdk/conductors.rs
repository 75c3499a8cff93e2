//! Calls about conductors.

use serde_json::json;

use super::Sdk;

#[tokio::test]
async fn the_server_is_the_one_conductor() {
    let mut sdk = Sdk::start().await;
    let conductor = sdk.call("get_conductor", &json!({"conductor": "rack-1"}));
    assert_eq!(conductor["hostname"], "rack-1");
    assert_eq!(conductor["alive"], true);
    let drivers = conductor["drivers"].as_array();
    assert!(
        drivers.is_some_and(|drivers| drivers.contains(&json!("fake"))),
        "{conductor:#}"
    );

    let list = sdk.call("conductors", &json!({}));
    assert_eq!(list[0]["hostname"], "rack-1");
    assert_eq!(list[0]["alive"], true);
    // `details`, as for other lists, is asked for by nobody here: this client does not send it.
    let detailed = sdk.call("conductors", &json!({"detail": true}));
    assert_eq!(detailed[0]["drivers"], conductor["drivers"]);

    let raised = sdk.raised("get_conductor", &json!({"conductor": "rack-2"}));
    assert_eq!((&*raised.error, raised.status), ("NotFoundException", Some(404)));
    assert!(
        raised.text.contains("Conductor rack-2 could not be found"),
        "{raised:?}"
    );
}
