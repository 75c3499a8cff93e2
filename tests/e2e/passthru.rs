//! Vendor passthru: both levels, both URL forms, what is answered and what is refused.

use bessemer_tests::Server;
use serde_json::json;

#[tokio::test]
async fn both_url_forms_reach_the_method() {
    let server = Server::start().await;
    for path in ["/v1/nodes/demo-0/vendor_passthru?method=echo", "/v1/nodes/demo-0/vendor_passthru/echo"] {
        let answer = server.post(path, &json!({"hello": "world"})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["args"], json!({"hello": "world"}));
    }
}
