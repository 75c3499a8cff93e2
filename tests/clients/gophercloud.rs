//! gophercloud's requests, sent as it sends them, and its answers, taken apart as it takes them apart. Both are written
//! down from `openstack/baremetal/v1` of github.com/gophercloud/gophercloud, v2, at commit 95eea8e5ed98 of 2026-08-21;
//! what a request looks like is in `provider_client.go` and `service_client.go` there. Which Go types its structs have
//! is in `gophercloud/go.rs`, and a file below has the requests of each of its packages.

mod conductors;
mod drivers;
mod go;
mod nodes;
mod passthru;

use bessemer_tests::{Answer, Client};
use serde_json::Value;

/// As its own tests, as programs of today, and as a program that says nothing of it.
const MICROVERSIONS: [Option<&str>; 3] = [Some("1.38"), Some("1.109"), None];

/// A service client for an endpoint without authentication, as `noauth.NewBareMetalNoAuth` makes it.
struct Gophercloud<'a> {
    server: &'a Client,
    microversion: Option<&'a str>,
}

impl<'a> Gophercloud<'a> {
    /// For this server, at this version.
    fn of(server: &'a Client, microversion: Option<&'a str>) -> Self {
        Self { server, microversion }
    }

    /// Sends a request, whose path follows `/v1/`.
    async fn request(&self, verb: &str, path: &str, body: Option<&Value>) -> Answer {
        let mut request = self.server.request(verb, &format!("/v1/{path}"));
        request = request.header("accept", "application/json");
        request = request.header("accept-encoding", "gzip");
        request = request.header("user-agent", "gophercloud/v2.0.0");
        if let Some(microversion) = self.microversion {
            request = request.header("x-openstack-ironic-api-version", microversion);
            request = request.header("openstack-api-version", format!("baremetal {microversion}"));
        }
        // With every verb. Without a body nothing is said of its type.
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let answer = self.server.send(request).await;
        // A version that was asked for is the one that answers.
        if let Some(microversion) = self.microversion {
            let used = answer.header("x-openstack-ironic-api-version");
            assert_eq!(used, microversion, "{verb} {path}: {answer:?}");
        }
        answer
    }

    /// The answer, which has the only code that it takes for success.
    async fn succeeds(&self, verb: &str, path: &str, body: Option<&Value>, code: u16) -> Answer {
        let answer = self.request(verb, path, body).await;
        assert_eq!(answer.status, code, "{verb} {path}: {answer:?}");
        answer
    }

    /// The document of a GET.
    async fn get(&self, path: &str) -> Value {
        self.succeeds("GET", path, None, 200).await.json()
    }
}
