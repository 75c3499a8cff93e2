//! Bare hyper with the same JSON work and no router; same options as `limit` but --threads.
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde_json::{Map, Value};
use std::convert::Infallible;
use std::sync::Arc;

struct App {
    reply: Bytes,
    post_reply: Option<Bytes>,
    headers: HeaderMap,
}

#[derive(Serialize)]
struct Done<'a> {
    method: &'a str,
    args: usize,
    ok: bool,
}

async fn handle(app: Arc<App>, req: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = req.into_parts();
    let out = if matches!(head.method, Method::GET | Method::HEAD) {
        app.reply.clone()
    } else {
        let q = head.uri.query().unwrap_or("");
        let method = q.split('&').find_map(|p| p.strip_prefix("method=")).unwrap_or("");
        let b = body.collect().await.map(|c| c.to_bytes()).unwrap_or_default();
        let args = if b.is_empty() {
            Ok(Map::new())
        } else {
            serde_json::from_slice::<Map<String, Value>>(&b)
        };
        match (args, &app.post_reply) {
            (Err(_), _) => Bytes::from_static(b"{}"),
            (Ok(_), Some(r)) => r.clone(),
            (Ok(m), None) => serde_json::to_vec(&Done {
                method,
                args: m.len(),
                ok: true,
            })
            .unwrap_or_default()
            .into(),
        }
    };
    let mut r = Response::new(Full::new(out));
    if app.headers.is_empty() {
        let json = HeaderValue::from_static("application/json");
        r.headers_mut().insert(header::CONTENT_TYPE, json);
    } else {
        r.headers_mut().clone_from(&app.headers);
    }
    Ok(r)
}

fn main() {
    let mut port = 0u16;
    let mut app = App {
        reply: Bytes::from_static(br#"{"ok":true}"#),
        post_reply: None,
        headers: HeaderMap::new(),
    };
    let mut a = std::env::args().skip(1);
    while let Some(k) = a.next() {
        let v = a.next().unwrap_or_else(|| panic!("{k} needs a value"));
        match k.as_str() {
            "--port" => port = v.parse().expect("port"),
            "--reply" => app.reply = std::fs::read(&v).expect("reply file").into(),
            "--post-reply" => app.post_reply = Some(std::fs::read(&v).expect("reply file").into()),
            "--header" => {
                let (name, value) = v.split_once(": ").expect("a name and a value");
                let name: HeaderName = name.parse().expect("a header's name");
                app.headers.insert(name, value.parse().expect("a header's value"));
            }
            "--threads" => assert_eq!(v, "0", "one thread only"),
            _ => panic!("unknown option {k}"),
        }
    }
    let rt = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("runtime");
    let app = Arc::new(app);
    rt.block_on(async move {
        let l = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.expect("bind");
        println!("listening {}", l.local_addr().expect("addr").port());
        loop {
            let Ok((s, _)) = l.accept().await else { continue };
            let _ = s.set_nodelay(true);
            let app = Arc::clone(&app);
            tokio::spawn(async move {
                let _ = http1::Builder::new()
                    .serve_connection(TokioIo::new(s), service_fn(move |r| handle(Arc::clone(&app), r)))
                    .await;
            });
        }
    });
}
