//! The server with the probe driver (`fixtures/probe.rs`) and one node, `n`; its gates.

use std::ops::Deref;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::binary::Binary;
use crate::http::{Answer, Client};
use crate::server::{Server, ServerBuilder};

/// A server with the probe driver. Reads as its [`Client`].
pub struct Probe {
    /// The server.
    pub server: Server,
}

impl Probe {
    /// With the default configuration.
    pub async fn start() -> Self {
        Self::with("").await
    }

    /// With these lines of configuration.
    pub async fn with(config: &str) -> Self {
        Self {
            server: Self::builder(config).start().await,
        }
        .with_node()
        .await
    }

    /// With a state directory that outlives the server; its node is made if it is not there.
    pub async fn at(state: impl Into<PathBuf>) -> Self {
        let this = Self {
            server: Self::builder("").state(state).start().await,
        };
        if this.get("/v1/nodes/n").await.status == 200 {
            this
        } else {
            this.with_node().await
        }
    }

    fn builder(config: &str) -> ServerBuilder {
        Server::builder().binary(Binary::Fixture("probe")).config(config)
    }

    async fn with_node(self) -> Self {
        let answer = self.post("/v1/nodes", &json!({ "driver": "probe", "name": "n" })).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        self
    }

    /// Calls a method on the node.
    pub async fn call(&self, method: &str, arguments: &Value) -> Answer {
        self.post(&format!("/v1/nodes/n/vendor_passthru/{method}"), arguments)
            .await
    }

    /// Calls a method on the node beside the test.
    pub fn calling(&self, method: &str, arguments: Value) -> tokio::task::JoinHandle<Answer> {
        let (client, method) = (Client::clone(self), method.to_owned());
        tokio::spawn(async move {
            client
                .post(&format!("/v1/nodes/n/vendor_passthru/{method}"), &arguments)
                .await
        })
    }

    /// Opens a gate.
    pub async fn open(&self, gate: &str) {
        self.driver("open", &json!({ "gate": gate })).await;
    }

    /// Waits until so many have come to a gate.
    pub async fn entered(&self, gate: &str, count: u64) {
        self.driver("entered", &json!({ "gate": gate, "count": count })).await;
    }

    /// How many have come to a gate.
    pub async fn at_gate(&self, gate: &str) -> u64 {
        let answer = self
            .get(&format!("/v1/drivers/probe/vendor_passthru/at?gate={gate}"))
            .await;
        answer.json().as_u64().unwrap_or_else(|| panic!("{answer:?}"))
    }

    /// Calls a method of the driver, which succeeds.
    pub async fn driver(&self, method: &str, arguments: &Value) -> Answer {
        let answer = self
            .post(&format!("/v1/drivers/probe/vendor_passthru/{method}"), arguments)
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer
    }

    /// A field of the node's record.
    pub async fn node(&self, field: &str) -> Value {
        let answer = self.get("/v1/nodes/n").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()[field].clone()
    }
}

impl Deref for Probe {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}
