//! Bare axum: query + JSON body in, small JSON object out; GETs answer ready-made bytes.
//! `limit [--port N] [--threads N] [--reply FILE] [--post-reply FILE] [--header 'NAME: VALUE']…`
//! --reply: bytes every GET answers. --post-reply: bytes every POST answers after the same parsing. --header: what
//! every answer of ready bytes has, copied from a map that is ready too; by default it is the content type alone.
//! Prints `listening PORT` once it accepts connections.
use axum::{
    Json, Router,
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::Arc;

#[derive(Clone)]
struct App {
    reply: Bytes,
    post_reply: Option<Bytes>,
    headers: Arc<HeaderMap>,
}

#[derive(Deserialize)]
struct Call {
    #[serde(default)]
    method: String,
}

#[derive(Serialize)]
struct Done {
    method: String,
    args: usize,
    ok: bool,
}

fn json_bytes(b: Bytes, headers: &HeaderMap) -> Response<Body> {
    let mut r = Response::new(Body::from(b));
    if headers.is_empty() {
        r.headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    } else {
        r.headers_mut().clone_from(headers);
    }
    r
}

async fn call(State(app): State<App>, Query(q): Query<Call>, Json(b): Json<Map<String, Value>>) -> Response<Body> {
    match app.post_reply {
        Some(bytes) => json_bytes(bytes, &app.headers),
        None => Json(Done {
            method: q.method,
            args: b.len(),
            ok: true,
        })
        .into_response(),
    }
}

async fn call_node(
    state: State<App>,
    Path(_id): Path<String>,
    q: Query<Call>,
    b: Json<Map<String, Value>>,
) -> Response<Body> {
    call(state, q, b).await
}

async fn read(State(app): State<App>) -> Response<Body> {
    json_bytes(app.reply, &app.headers)
}

/// Any other path: so that one limit server can stand beside any request of the server under test.
async fn any(State(app): State<App>, q: Query<Call>, req: axum::extract::Request) -> Response<Body> {
    use axum::extract::FromRequest;
    if req.method() == axum::http::Method::GET || req.method() == axum::http::Method::HEAD {
        return json_bytes(app.reply, &app.headers);
    }
    match Bytes::from_request(req, &()).await {
        Ok(b) if b.is_empty() => call(State(app), q, Json(Map::new())).await,
        Ok(b) => match serde_json::from_slice(&b) {
            Ok(m) => call(State(app), q, Json(m)).await,
            Err(_) => StatusCode::BAD_REQUEST.into_response(),
        },
        Err(e) => e.into_response(),
    }
}

fn main() {
    let (mut port, mut threads) = (0u16, 0usize);
    let mut app = App {
        reply: Bytes::from_static(br#"{"ok":true}"#),
        post_reply: None,
        headers: Arc::default(),
    };
    let mut a = std::env::args().skip(1);
    while let Some(k) = a.next() {
        let v = a.next().unwrap_or_else(|| panic!("{k} needs a value"));
        match k.as_str() {
            "--port" => port = v.parse().expect("port"),
            "--threads" => threads = v.parse().expect("threads"),
            "--reply" => app.reply = std::fs::read(&v).expect("reply file").into(),
            "--post-reply" => app.post_reply = Some(std::fs::read(&v).expect("reply file").into()),
            "--header" => {
                let (name, value) = v.split_once(": ").expect("a name and a value");
                let name: HeaderName = name.parse().expect("a header's name");
                Arc::make_mut(&mut app.headers).insert(name, value.parse().expect("a header's value"));
            }
            _ => panic!("unknown option {k}"),
        }
    }
    let rt = if threads == 0 {
        tokio::runtime::Builder::new_current_thread().enable_all().build()
    } else {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            .enable_all()
            .build()
    };
    rt.expect("runtime").block_on(async move {
        let router = Router::new()
            .route("/passthru", get(read).post(call))
            .route("/v1/nodes", get(read))
            .route("/v1/nodes/{ident}", get(read))
            .route("/v1/nodes/{ident}/vendor_passthru/methods", get(read))
            .route("/v1/drivers/{ident}/vendor_passthru/methods", get(read))
            .route(
                "/v1/nodes/{ident}/vendor_passthru",
                get(read).post(call_node).put(call_node).delete(call_node),
            )
            .fallback(any)
            .with_state(app);
        let l = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.expect("bind");
        println!("listening {}", l.local_addr().expect("addr").port());
        use axum::serve::ListenerExt;
        let l = l.tap_io(|s| {
            let _ = s.set_nodelay(true);
        });
        axum::serve(l, router).await.expect("serve");
    });
}
