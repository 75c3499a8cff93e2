//! Headless Chromium with a profile of its own, told what to do in the WebDriver protocol, which is JSON over HTTP: the
//! crates for it bring twenty others, and a second syn. It is ended with the test, whatever becomes of that.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use bessemer_tests::Client;
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A browser with one window.
pub(crate) struct Browser {
    client: Client,
    session: String,
    _driver: Driver,
}

/// Something on the page.
pub(crate) struct Element<'b> {
    browser: &'b Browser,
    id: String,
}

/// ChromeDriver, and in its process group all that it starts.
struct Driver {
    child: Child,
    _home: TempDir,
}

/// The key under which an element's id comes.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How long a command may take that waits for something to be on the page.
const PATIENCE_MS: u32 = 50_000;

impl Browser {
    pub(crate) async fn start() -> Self {
        let home = TempDir::new().unwrap();
        let profile = format!("--user-data-dir={}", home.path().join("profile").display());
        let child = Command::new("chromedriver")
            .arg("--port=0")
            .env("HOME", home.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("`tests/run --only tools` installs it");
        let mut driver = Driver { child, _home: home };
        let mut lines = BufReader::new(driver.child.stdout.take().unwrap()).lines();
        let told = lines.by_ref().map_while(Result::ok);
        let port = told
            .filter_map(|line| {
                Some(
                    line.split_once("successfully on port ")?
                        .1
                        .trim_end_matches('.')
                        .to_owned(),
                )
            })
            .next()
            .expect("chromedriver tells its port");
        // What it says later must go somewhere.
        std::thread::spawn(move || lines.for_each(drop));
        let mut browser = Self {
            client: Client::new(format!("http://127.0.0.1:{port}")),
            session: String::new(),
            _driver: driver,
        };
        let args = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--no-proxy-server",
            &profile,
        ];
        let wanted = json!({
            "timeouts": { "implicit": PATIENCE_MS, "script": PATIENCE_MS, "pageLoad": PATIENCE_MS },
            "goog:chromeOptions": { "args": args },
        });
        let made = browser
            .tell("", &json!({ "capabilities": { "alwaysMatch": wanted } }))
            .await;
        browser.session = format!("/{}", made["sessionId"].as_str().unwrap());
        browser
    }

    pub(crate) async fn open(&self, url: &str) {
        self.tell("/url", &json!({ "url": url })).await;
    }

    /// Waits for an element.
    pub(crate) async fn find(&self, css: &str) -> Element<'_> {
        let found = self
            .tell("/element", &json!({ "using": "css selector", "value": css }))
            .await;
        Element {
            browser: self,
            id: found[ELEMENT].as_str().unwrap().into(),
        }
    }

    /// Runs a script, and returns what it gives to its last argument, a function.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.tell("/execute/async", &json!({ "script": script, "args": [] }))
            .await
    }

    /// A command and its value.
    async fn tell(&self, command: &str, body: &Value) -> Value {
        let path = format!("/session{}{command}", self.session);
        value(&path, &self.client.post(&path, body).await)
    }
}

impl Element<'_> {
    pub(crate) async fn click(&self) {
        self.tell("click", &json!({})).await;
    }

    /// Types into a control, whatever is in it.
    pub(crate) async fn fill(&self, text: &str) {
        self.tell("clear", &json!({})).await;
        self.type_on(text).await;
    }

    /// Types into it as it is.
    pub(crate) async fn type_on(&self, text: &str) {
        self.tell("value", &json!({ "text": text })).await;
    }

    /// The text that is shown.
    pub(crate) async fn text(&self) -> String {
        self.get("text").await.as_str().unwrap().into()
    }

    pub(crate) async fn attribute(&self, name: &str) -> Value {
        self.get(&format!("attribute/{name}")).await
    }

    async fn tell(&self, command: &str, body: &Value) -> Value {
        self.browser
            .tell(&format!("/element/{}/{command}", self.id), body)
            .await
    }

    async fn get(&self, what: &str) -> Value {
        let path = format!("/session{}/element/{}/{what}", self.browser.session, self.id);
        value(&path, &self.browser.client.get(&path).await)
    }
}

#[track_caller]
fn value(path: &str, answer: &bessemer_tests::Answer) -> Value {
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()["value"].clone()
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}
