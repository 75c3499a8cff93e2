//! `/docs` in a browser: what a reader sees, fills in, sends and is answered.

use bessemer_tests::Server;
use serde_json::{Value, json};

use crate::browser::Browser;

/// The page, with one operation opened.
struct Opened {
    browser: Browser,
    id: &'static str,
}

impl Opened {
    async fn at(server: &Server, id: &'static str) -> Self {
        let browser = Browser::start().await;
        browser.open(&format!("{}/docs#{id}", server.base())).await;
        Self { browser, id }
    }

    /// An element of the operation.
    fn css(&self, rest: &str) -> String {
        format!("details[id='{}'] {rest}", self.id)
    }

    async fn fill(&self, name: &str, text: &str) {
        let control = self.browser.find(&self.css(&format!("[name='{name}']"))).await;
        control.fill(text).await;
    }

    /// Clicks on the first that there is.
    async fn click(&self, css: &str) {
        self.browser.find(&self.css(css)).await.click().await;
    }

    async fn text(&self, css: &str) -> String {
        self.browser.find(&self.css(css)).await.text().await
    }

    /// Sends the form; the status that is shown, and the answer.
    async fn send(&self) -> (String, String) {
        self.click("button[type=submit]").await;
        let status = self.text(".status.done").await;
        (status, self.text(".answer").await)
    }
}

#[tokio::test]
async fn a_method_is_called_through_its_form() {
    let server = Server::builder().start().await;
    let page = Opened::at(&server, "node.third_method_sync.post").await;
    page.fill("node_ident", "demo-0").await;
    page.fill("bar", "meow").await;
    assert_eq!(page.send().await, ("200 OK".into(), "true".into()));
    assert_eq!(
        page.text(".sent").await,
        format!(
            "curl -X POST '{}/v1/nodes/demo-0/vendor_passthru/third_method_sync' -H 'Content-Type: application/json' \
             --data-binary '{{\"bar\":\"meow\"}}'",
            server.base()
        )
    );
    page.fill("node_ident", "nobody").await;
    let (status, answer) = page.send().await;
    assert_eq!(status, "404 Not Found");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(
        answer["error_message"]["faultcode"], "Client",
        "the fault is shown as one document"
    );
}

#[tokio::test]
async fn a_form_asks_for_what_the_schema_says() {
    let server = Server::builder().start().await;
    let page = Opened::at(&server, "node.fail.post").await;
    page.fill("node_ident", "demo-0").await;
    // The browser itself holds back a form that lacks what must be given.
    page.click("button[type=submit]").await;
    let missing = page.browser.find(&page.css("select:invalid")).await;
    assert_eq!(missing.attribute("name").await, "kind");
    assert_eq!(page.text(".status").await, "");
    // As somebody who has only a keyboard does.
    missing.type_on("conflict").await;
    page.fill("message", "already there").await;
    let (status, answer) = page.send().await;
    assert_eq!(status, "409 Conflict");
    assert!(answer.contains("already there"), "{answer}");
}

#[tokio::test]
async fn a_body_can_be_given_as_json_and_a_query_as_a_form() {
    let server = Server::builder().start().await;
    let page = Opened::at(&server, "driver.fake.echo.put").await;
    page.click("[name='as-json']").await;
    page.fill("json", r#"{"deep": [1, {"er": null}]}"#).await;
    let (status, answer) = page.send().await;
    assert_eq!(status, "200 OK");
    assert_eq!(
        serde_json::from_str::<Value>(&answer).unwrap(),
        json!({ "http_method": "PUT", "args": { "deep": [1, { "er": null }] } })
    );

    let page = Opened::at(&server, "driver.fake.echo.get").await;
    page.fill("arguments", r#"{"one": 1, "two": ["a", "b"]}"#).await;
    let (status, answer) = page.send().await;
    assert_eq!(status, "200 OK");
    assert_eq!(
        serde_json::from_str::<Value>(&answer).unwrap(),
        json!({ "http_method": "GET", "args": { "one": "1", "two": ["a", "b"] } })
    );

    let page = Opened::at(&server, "node.attachment.get").await;
    page.fill("node_ident", "demo-0").await;
    page.fill("bytes", "3").await;
    let (status, answer) = page.send().await;
    assert_eq!(
        (status.as_str(), answer.as_str()),
        ("200 OK", "3 bytes of application/octet-stream")
    );
}

#[tokio::test]
async fn a_task_is_linked() {
    let server = Server::builder().start().await;
    let page = Opened::at(&server, "driver.fake.sleep.post").await;
    page.fill("seconds", "0").await;
    let (status, _) = page.send().await;
    let task = page.browser.find(&page.css(".status a")).await.attribute("href").await;
    let task = task.as_str().unwrap();
    assert_eq!(status, format!("202 Accepted {task}"));
    assert!(task.starts_with(&format!("{}/v1/tasks/", server.base())), "{task}");
}

#[tokio::test]
async fn the_page_keeps_to_itself() {
    let server = Server::builder().start().await;
    let page = Opened::at(&server, "node.echo.post").await;
    page.browser.find(&page.css("form")).await;
    // Everything it fetched came from this server.
    let fetched = "arguments[0](performance.getEntriesByType('resource').map((entry) => entry.name))";
    let fetched = page.browser.run(fetched).await;
    let fetched: Vec<String> = serde_json::from_value(fetched).unwrap();
    assert!(fetched.iter().all(|url| url.starts_with(server.base())), "{fetched:?}");
    assert!(fetched.len() >= 4, "{fetched:?}");
    // Its own policy stopped nothing of it, and stops what is put into it.
    let reports = "const [done] = arguments;
        const seen = [];
        const told = (reports) => {
            seen.push(...reports.map(({ body }) => `${body.effectiveDirective} ${body.blockedURL}`));
            if (seen.some((report) => report.startsWith('style-src'))) done(seen);
        };
        new ReportingObserver(told, { types: ['csp-violation'], buffered: true }).observe();
        const style = document.createElement('style');
        style.textContent = 'body { color: red }';
        document.body.append(style);";
    let seen = page.browser.run(reports).await;
    assert_eq!(seen, json!(["style-src-elem inline"]));
}

#[tokio::test]
async fn the_page_and_its_parts_are_served_with_their_policy() {
    let server = Server::builder().start().await;
    for (path, content_type) in [
        ("/docs", "text/html; charset=utf-8"),
        ("/docs/", "text/html; charset=utf-8"),
        ("/docs/explorer.js", "text/javascript; charset=utf-8"),
        ("/docs/form.js", "text/javascript; charset=utf-8"),
        ("/docs/style.css", "text/css; charset=utf-8"),
    ] {
        let answer = server.get(path).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, content_type),
            "{path}"
        );
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self';"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        let request = server
            .request("GET", path)
            .header("If-None-Match", answer.header("etag"));
        assert_eq!(server.send(request).await.status, 304, "{path}");
    }
    assert_eq!(server.get("/docs/other.js").await.status, 404);
    assert_eq!(server.get("/docs?x=1").await.status, 400);
}

#[tokio::test]
async fn the_page_is_found_behind_a_prefix() {
    let server = Server::builder()
        .config("[api]\npublic_endpoint = \"https://rack.example.org/metal\"\n")
        .start()
        .await;
    let page = server.get("/docs").await.text();
    assert!(page.contains("src=\"/metal/docs/explorer.js\""), "{page}");
}
