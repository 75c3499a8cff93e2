//! What a server answers and logs.

use bessemer_tests::{Answer, Binary, Client, Server};
use serde_json::{Value, json};

use super::{Outputs, SECTION};
use crate::tasks_rest::accepted;
use crate::until::until;

/// Settings with a secret of each kind: declared, named, deep, in lists, whole, in a URL.
fn settings() -> Value {
    json!({
        "address": "192.0.2.1", "combination": "canary-declared", "url": "https://root:canary-url@bmc.example/redfish",
        "admin_password": "canary-named", "api_token": "canary-token", "pin_passcode": 1234,
        "snmp": {"levels": [{"community": "canary-deep"}], "port": 161},
        "users": [{"name": "u", "pass": "canary-list"}], "credentials": {"x": {"y": "canary-whole"}},
        "mirror": "see http://u:canary-mirror@h.example/ for more", "secrets": ["canary-of-many"],
    })
}

/// Everything that is answered, kept as it comes.
struct Asking {
    client: Client,
    outputs: Outputs,
}

impl Asking {
    fn keep(&mut self, place: String, answer: &Answer) {
        self.outputs.keep(place, format!("{answer:?}"));
    }

    async fn get(&mut self, path: &str) -> Answer {
        let answer = self.client.get(path).await;
        self.keep(format!("GET {path}"), &answer);
        answer
    }

    async fn post(&mut self, path: &str, body: &Value) -> Answer {
        let answer = self.client.post(path, body).await;
        self.keep(format!("POST {path}"), &answer);
        answer
    }

    async fn patch(&mut self, what: &str, patch: Value) -> Answer {
        let answer = self.client.patch("/v1/nodes/n", &patch).await;
        self.keep(format!("PATCH {what}"), &answer);
        answer
    }

    async fn call(&mut self, method: &str, arguments: Value) -> Answer {
        self.post(&format!("/v1/nodes/n/vendor_passthru/{method}"), &arguments)
            .await
    }

    async fn views(&mut self) {
        for path in [
            "/",
            "/v1",
            "/openapi.json",
            "/metrics",
            "/readyz",
            "/healthcheck",
            "/docs",
            "/v1/nodes",
            "/v1/nodes/detail",
            "/v1/nodes?detail=true",
            "/v1/nodes?fields=driver_info,driver_internal_info",
            "/v1/nodes/n",
            "/v1/nodes/n?fields=driver_info",
            "/v1/nodes/n?fields=extra,last_error",
            "/v1/nodes/n/states",
            "/v1/nodes/n/validate",
            "/v1/nodes/n/vendor_passthru/methods",
            "/v1/nodes/n/vendor_passthru/methods/open",
            "/v1/drivers",
            "/v1/drivers?detail=true",
            "/v1/drivers/vault",
            "/v1/drivers/vault/properties",
            "/v1/drivers/vault/vendor_passthru/methods",
            "/v1/conductors",
            "/v1/locks",
            "/v1/locks/n",
            "/v1/tasks",
            "/v1/tasks?node=n",
            "/v1/tasks?state=failed",
        ] {
            let answer = self.get(path).await;
            assert_eq!(answer.status, 200, "{path}: {answer:?}");
        }
    }

    /// Nodes are made and changed, well and badly.
    async fn nodes(&mut self) {
        let node = |info: Value| json!({"driver": "vault", "name": "n", "driver_info": info});
        for wrong in [
            json!("canary-instead"),
            json!(["canary-in-a-list"]),
            json!({"combination": ["canary-of-a-wrong-type"]}),
            json!({"combination": {"canary-as-a-key": 1}}),
            json!({"password": "******", "token": "canary-beside-a-mask"}),
        ] {
            let answer = self.post("/v1/nodes", &node(wrong)).await;
            assert_eq!(answer.status, 400, "{answer:?}");
        }
        let created = self.post("/v1/nodes", &node(settings())).await;
        assert_eq!(created.status, 201, "{created:?}");
        assert_eq!(self.post("/v1/nodes", &node(settings())).await.status, 409);
        for (what, status, patch) in [
            (
                "add",
                200,
                json!([{"op": "add", "path": "/driver_info/new_password", "value": "canary-added"}]),
            ),
            (
                "replace",
                200,
                json!([{"op": "replace", "path": "/driver_info/admin_password", "value": "canary-newer"}]),
            ),
            (
                "test",
                400,
                json!([{"op": "test", "path": "/driver_info/admin_password", "value": "canary-guessed"}]),
            ),
            (
                "wrong",
                400,
                json!([{"op": "add", "path": "/driver_info/combination", "value": ["canary-wrong"]}]),
            ),
            (
                "whole",
                400,
                json!([{"op": "add", "path": "/driver_info", "value": "canary-whole-wrong"}]),
            ),
            (
                "op",
                400,
                json!([{"op": "canary-op", "path": "/driver_info/token", "value": "canary-of-no-op"}]),
            ),
            ("other", 200, json!([{"op": "add", "path": "/extra/a", "value": 1}])),
        ] {
            let answer = self.patch(what, patch).await;
            // What a client calls an operation is no secret.
            if what == "op" {
                self.outputs.0.pop();
                assert!(!answer.text().contains("canary-of-no-op"), "{answer:?}");
            }
            assert_eq!(answer.status, status, "{what}: {answer:?}");
        }
    }

    /// The driver says what it knows.
    async fn calls(&mut self) {
        for method in ["open", "open_on_a_thread"] {
            for (how, status) in [("log", 200), ("error", 502), ("panic", 500)] {
                let answer = self.call(method, json!({"how": how})).await;
                assert_eq!(answer.status, status, "{method} {how}: {answer:?}");
            }
        }
        for arguments in [
            json!({"how": "log", "password": "canary-mistyped"}),
            json!({"how": "log", "password": {"a": "canary-of-another-type"}}),
            json!({"how": ["canary-how"], "token": "canary-beside"}),
            json!({"how": "log", "tokn": "canary-unknown"}),
        ] {
            let answer = self.call("open", arguments).await;
            assert_eq!(answer.status, 400, "{answer:?}");
        }
        let broken = self
            .client
            .request("POST", "/v1/nodes/n/vendor_passthru/open")
            .body("{\"password\": \"canary-broken\", \"token\": canary-no-json}");
        let answer = self.client.send(broken).await;
        assert_eq!(answer.status, 400, "{answer:?}");
        self.keep("broken body".into(), &answer);
    }

    async fn tasks(&mut self) {
        let secrets = json!({
            "how": "waits", "password": "canary-of-a-task", "token": "canary-of-a-task",
            "bmc_url": "http://u:canary-in-an-argument@h.example/",
        });
        let running = accepted(&self.call("open_async", secrets).await);
        let shown = self.get(&running).await.text();
        assert!(shown.contains("******"), "{shown}");
        self.get("/v1/tasks").await;
        self.get("/v1/locks").await;
        // Arguments may stand in the query as well.
        let query = format!("{running}/cancel?token=canary-in-a-query");
        self.post(&query, &json!({})).await;
        self.post(&format!("{running}/cancel"), &json!({})).await;
        self.ended(&running).await;
        for how in ["log", "error", "panic"] {
            let task = accepted(&self.call("open_async", json!({"how": how})).await);
            self.ended(&task).await;
            self.get("/v1/nodes/n?fields=last_error").await;
        }
    }

    async fn ended(&mut self, task: &str) {
        // The stream ends with the task.
        let events = self.get(&format!("{task}/events")).await;
        assert_eq!(events.status, 200, "{events:?}");
        let client = self.client.clone();
        let ended = until("the task ends", async || {
            let answer = client.get(task).await;
            (answer.json()["state"] != "running").then_some(answer)
        })
        .await;
        self.keep(format!("GET {task}"), &ended);
    }

    /// Secrets that belong to a request, not to a node.
    async fn requests(&mut self) {
        for path in [
            "/v1/nodes/n/vendor_passthru?method=open&how=log&token=canary-in-a-query",
            "/v1/nodes/n/vendor_passthru/open?how=log&password=canary-in-a-query",
            "/v1/nodes?token=canary-in-a-query",
            "/v1/nodes/n?password=canary-in-a-query",
            "/v1/tasks?token=canary-in-a-query",
            "/v1/locks?token=canary-in-a-query",
            "/metrics?token=canary-in-a-query",
            "/nowhere?token=canary-in-a-query",
        ] {
            let request = self.client.request("GET", path);
            let request = request
                .header("X-Auth-Token", "canary-in-a-header")
                .header("Authorization", "Bearer canary-in-a-header")
                .header("Cookie", "session=canary-in-a-header");
            let answer = self.client.send(request).await;
            self.keep(format!("GET {path}"), &answer);
        }
    }

    async fn wrong_settings(&mut self) {
        let patch = json!([{"op": "add", "path": "/driver_info/is_wrong", "value": true}]);
        assert_eq!(self.patch("is wrong", patch).await.status, 200);
        let answer = self.call("open", json!({"how": "log"})).await;
        assert_eq!(answer.status, 400, "{answer:?}");
        self.get("/v1/nodes/n/validate").await;
    }
}

async fn nothing_is_told(format: &str) {
    // What a panic says, and where it came from, in whole.
    let server = Server::builder()
        .binary(Binary::Fixture("vault"))
        .config(format!("{SECTION}[log]\nlevel = \"trace\"\nformat = \"{format}\"\n"))
        .env("RUST_BACKTRACE", "1")
        .start()
        .await;
    let mut asking = Asking {
        client: Client::clone(&server),
        outputs: Outputs::default(),
    };
    asking.nodes().await;
    asking.views().await;
    asking.calls().await;
    asking.tasks().await;
    asking.requests().await;
    asking.wrong_settings().await;
    asking.views().await;
    let mut outputs = asking.outputs;
    let stopped = server.stop();
    for line in stopped.stderr.lines() {
        outputs.keep("log", line);
    }
    outputs.keep("banner", stopped.stdout);
    outputs.tell_nothing();

    // It was said, and something else is there in its place.
    outputs.tell("POST /v1/nodes/n/vendor_passthru/open", "the door does not open with");
    outputs.tell(
        "POST /v1/nodes/n/vendor_passthru/open",
        "combination=\\\\\\\"******\\\\\\\"",
    );
    outputs.tell("GET /v1/nodes/n?fields=last_error", "admin_password=");
    outputs.tell("GET /v1/nodes/n/validate", "wrong: ");
    outputs.tell("log", "not even by");
    outputs.tell("log", "out of address=");
    outputs.tell("log", "https://root:******@bmc.example/redfish");
    outputs.tell("log", "/v1/nodes/n/vendor_passthru/open");
}

#[tokio::test]
async fn no_answer_and_no_log_tells_a_secret() {
    nothing_is_told("json").await;
}

#[tokio::test]
async fn nor_does_a_log_for_people() {
    nothing_is_told("human").await;
}
