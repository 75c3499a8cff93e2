//! The package `conductors`.

use bessemer_tests::Server;
use serde_json::json;

use super::Gophercloud;
use super::go::CONDUCTOR;

/// List and Get. An older version has no conductors.
#[tokio::test]
async fn conductors_are_listed_and_fetched() {
    let server = Server::builder().env("BESSEMER_HOST", "rack-1").start().await;
    for microversion in [Some("1.49"), Some("1.109"), None] {
        let client = Gophercloud::of(&server, microversion);
        let list = client.get("conductors").await;
        CONDUCTOR.takes_each(&list["conductors"]);
        assert_eq!(list["conductors"][0]["hostname"], "rack-1");

        let list = client.get("conductors?detail=true").await;
        CONDUCTOR.takes_each(&list["conductors"]);
        let detailed = &list["conductors"][0];
        assert!(
            detailed["drivers"].is_array() && detailed["created_at"].is_string(),
            "{list:#}"
        );

        let list = client.get("conductors?fields=hostname%2Calive").await;
        CONDUCTOR.takes_each(&list["conductors"]);
        assert_eq!(list["conductors"][0]["alive"], true);
        assert_eq!(list["conductors"][0].get("conductor_group"), None, "{list:#}");

        let conductor = client.get("conductors/rack-1").await;
        CONDUCTOR.takes(&conductor);
        assert_eq!(
            (&conductor["hostname"], &conductor["alive"]),
            (&json!("rack-1"), &json!(true))
        );
    }
}
