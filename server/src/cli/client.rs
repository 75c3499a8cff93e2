//! The client that the command line is of a running server: plain HTTP, one connection for each request.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::uri::Scheme;
use http::{HeaderName, Request, Response, Uri, header};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::time::timeout;

use super::Failure;
use crate::config::{Config, Diagnostic, Faults};
use crate::serve::Ended;

/// How long a server may take to accept, and to begin an answer.
const CONNECT_MAX: Duration = Duration::from_secs(10);
const ANSWER_MAX: Duration = Duration::from_secs(60);

/// Where a server listens.
pub(super) struct Client {
    /// As a user would write it, without a slash at the end.
    url: String,
    host: String,
    port: u16,
    /// What stands before `/v1`, behind a proxy.
    prefix: String,
}

impl Client {
    /// For this URL, else for the server that this configuration is of, which is read only then.
    pub(super) fn new(url: Option<&str>, config: impl FnOnce() -> Result<Config, Faults>) -> Result<Self, Failure> {
        match url {
            Some(url) => Self::of_url(url).map_err(|why| {
                let mut faults = Faults::default();
                faults.push(Diagnostic::fault(format!("--url wants http://HOST[:PORT]: {why}")));
                Failure::Usage(faults)
            }),
            None => Ok(Self::of_config(&config()?)?),
        }
    }

    fn of_url(text: &str) -> Result<Self, String> {
        let uri: Uri = text.parse().map_err(|error| format!("\"{text}\": {error}"))?;
        if uri.scheme() != Some(&Scheme::HTTP) {
            return Err(format!(
                "\"{text}\" does not begin with http://, the only scheme that is spoken here"
            ));
        }
        if uri.query().is_some() {
            return Err(format!("\"{text}\" has a query"));
        }
        let host = uri.host().unwrap_or_default();
        Ok(Self {
            url: text.trim_end_matches('/').to_owned(),
            host: host.trim_matches(['[', ']']).to_owned(),
            port: uri.port_u16().unwrap_or(80),
            prefix: uri.path().trim_end_matches('/').to_owned(),
        })
    }

    fn of_config(config: &Config) -> Result<Self, Ended> {
        let port = config.api.port;
        if port == 0 {
            return Err(Ended::Failed(
                "api.port is 0, so where the server listens is in its banner alone; say it with --url".into(),
            ));
        }
        // Who listens everywhere listens here.
        let host = match config.api.host_ip {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        Ok(Self {
            url: format!("http://{}", SocketAddr::new(host, port)),
            host: host.to_string(),
            port,
            prefix: String::new(),
        })
    }

    /// The document at a path.
    pub(super) async fn get(&self, path: &str) -> Result<Value, Ended> {
        let body = self.open(path, &[]).await?.into_body();
        let bytes = body.collect().await.map_err(|error| self.broke_off(&error))?.to_bytes();
        serde_json::from_slice(&bytes)
            .map_err(|error| self.failed(format!("answers with something else than JSON: {error}")))
    }

    /// The answer at a path, whose body is still to be read.
    pub(super) async fn open(&self, path: &str, headers: &[(HeaderName, String)]) -> Result<Response<Incoming>, Ended> {
        let connecting = timeout(CONNECT_MAX, TcpStream::connect((&*self.host, self.port)));
        let stream = connecting
            .await
            .unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()))
            .map_err(|error| {
                self.failed(format!(
                    "cannot be reached: {error}; is the server running? --url names another one"
                ))
            })?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| self.broke_off(&error))?;
        // Ends when the answer is read, or dropped.
        tokio::spawn(connection);
        let mut request = Request::get(format!("{}{path}", self.prefix)).header(header::HOST, self.authority());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request
            .body(Empty::<Bytes>::new())
            .map_err(|error| Ended::Failed(format!("{path} cannot be asked for: {error}")))?;
        let response = timeout(ANSWER_MAX, sender.send_request(request))
            .await
            .map_err(|_| self.failed(format!("does not answer within {} s", ANSWER_MAX.as_secs())))?
            .map_err(|error| self.broke_off(&error))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let bytes = response.into_body().collect().await;
        let bytes = bytes.map_err(|error| self.broke_off(&error))?.to_bytes();
        Err(Ended::Failed(match fault(&bytes) {
            Some(text) => text,
            None => format!("{} answers {status}", self.url),
        }))
    }

    fn authority(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    pub(super) fn broke_off(&self, error: &hyper::Error) -> Ended {
        self.failed(format!("broke the connection off: {error}"))
    }

    pub(super) fn failed(&self, what: String) -> Ended {
        Ended::Failed(format!("{} {what}", self.url))
    }
}

/// What went wrong, out of a body with Ironic's string of JSON inside JSON.
fn fault(body: &[u8]) -> Option<String> {
    let outer: Value = serde_json::from_slice(body).ok()?;
    let inner: Value = serde_json::from_str(outer["error_message"].as_str()?).ok()?;
    let text = ["faultstring", "description"]
        .into_iter()
        .find_map(|key| inner[key].as_str());
    text.map(Into::into)
}

/// Runs what asks a server.
pub(super) fn ask<T>(work: impl Future<Output = Result<T, Ended>>) -> Result<T, Ended> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Ended::Failed(format!("no thread to ask with: {error}")))?;
    runtime.block_on(work)
}

/// A word of the user's as a segment of a path.
pub(super) fn segment(word: &str) -> String {
    utf8_percent_encode(word, NON_ALPHANUMERIC).to_string()
}

/// All items of a listing, page by page, but no more than so many; and whether there are more.
pub(super) async fn items(
    client: &Client,
    path: &str,
    key: &str,
    query: &[(&str, String)],
    max: usize,
) -> Result<(Vec<Value>, bool), Ended> {
    let mut items = Vec::new();
    let mut query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(query)
        .finish();
    loop {
        let mut document = client.get(&format!("{path}?{query}")).await?;
        match document[key].take() {
            Value::Array(page) => items.extend(page),
            _ => return Err(client.failed(format!("answers without a list of {key}"))),
        }
        let next = document["next"].as_str().and_then(|next| next.split_once('?'));
        let more = next.is_some();
        if items.len() >= max || !more {
            let more = more || items.len() > max;
            items.truncate(max);
            return Ok((items, more));
        }
        query = next.map(|(_, query)| query.to_owned()).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_apart() {
        let of = |text: &str| Client::of_url(text).map(|it| (it.authority(), it.prefix));
        assert_eq!(of("http://h:1/"), Ok(("h:1".into(), String::new())));
        assert_eq!(of("http://h/p/"), Ok(("h:80".into(), "/p".into())));
        assert_eq!(of("http://[::1]:2"), Ok(("[::1]:2".into(), String::new())));
        for wrong in ["https://h", "h:1", "/v1", "http://", "http://h?x=1", "nonsense url"] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}
