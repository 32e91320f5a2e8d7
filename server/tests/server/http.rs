//! The HTTP endpoints of the server: health, files, host names, and the limits on requests.

use crate::support::{Answer, Folder, HASH, Running, ask, get, patiently};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use xano_realtime_server::config::Timings;
use xano_realtime_server::{BuiltInFiles, Config};

fn folder_with(name: &str, files: &[&str]) -> Folder {
    files.iter().fold(Folder::new(name), |folder, file| folder.with_file(file, file))
}

#[tokio::test]
async fn health_is_200_as_soon_as_the_server_serves() {
    let server = Running::start().await;
    assert_eq!(get(server.address, "/health").await.0, 200);
    assert_eq!(get(server.address, "/ready").await.0, 200);
}

#[tokio::test]
async fn files_have_the_content_types_that_browsers_require() {
    let types = [
        ("index.html", "text/html; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
        ("script.js", "text/javascript; charset=utf-8"),
        ("module.mjs", "application/javascript; charset=utf-8"),
        ("data.json", "application/json; charset=utf-8"),
        ("icon.svg", "image/svg+xml; charset=utf-8"),
        ("xano.wasm", "application/wasm"),
        ("photo.png", "image/png"),
    ];
    let folder = folder_with("content-types", &types.map(|(file, _)| file));
    let server = Running::start_with(Config { www: Some(folder.0.clone()), ..Config::default() }).await;
    for (file, content_type) in types {
        let (status, head, body) = get(server.address, &format!("/{file}")).await;
        assert_eq!((status, &*body), (200, file));
        assert!(head.contains(&format!("content-type: {content_type}\r\n")), "{file}: {head}");
    }
    assert_eq!(get(server.address, "/").await.2, "index.html");
    assert_eq!(get(server.address, "/missing.html").await.0, 404);
    assert_eq!(get(server.address, "/health").await.2, "ok\n");
}

#[tokio::test]
async fn built_in_files_are_served_like_files_of_a_folder() {
    let demo: BuiltInFiles =
        &[("index.html", b"the page"), ("dist/script.js", b"the script"), ("dist/script.js.map", b"{}")];
    let server = Running::start_with(Config { demo: Some(demo), ..Config::default() }).await;
    let served = [
        ("/", "text/html; charset=utf-8", "the page"),
        ("/index.html", "text/html; charset=utf-8", "the page"),
        ("/dist/script.js", "text/javascript; charset=utf-8", "the script"),
        ("/connection.json", "application/json", &format!(r#"{{"realtimeConnectionHash":"{HASH}"}}"#)),
    ];
    for (path, content_type, text) in served {
        let (status, head, body) = get(server.address, path).await;
        assert_eq!((status, &*body), (200, text));
        assert!(head.contains(&format!("content-type: {content_type}")), "{path}: {head}");
        assert!(head.contains("x-content-type-options: nosniff\r\n"), "{path}: {head}");
    }
    for path in ["/missing.html", "/dist/", "/dist", "/dist/index.html", "/../index.html"] {
        assert_eq!(get(server.address, path).await.0, 404, "{path}");
    }
    assert_eq!(ask(server.address, "POST", "/", &[], "").await.status, 405);
    assert_eq!(get(server.address, "/health").await.2, "ok\n");
}

#[tokio::test]
async fn files_outside_the_folder_are_not_served() {
    let folder = folder_with("inside", &["index.html"]);
    let server = Running::start_with(Config { www: Some(folder.0.clone()), ..Config::default() }).await;
    for path in ["/../Cargo.toml", "/%2e%2e/Cargo.toml", "/..%2fCargo.toml", "//etc/passwd"] {
        assert_ne!(get(server.address, path).await.0, 200, "{path}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn hidden_files_and_links_that_lead_out_of_the_folder_are_not_served() {
    use std::os::unix::fs::symlink;
    let files = [".env", ".git/config", "a/.hidden/file", ".well-known/security.txt", "a/page.html", "target.html"];
    let folder = folder_with("hidden", &files);
    let outside = folder_with("outside", &["secret.txt", "index.html"]);
    symlink(outside.0.join("secret.txt"), folder.0.join("link.txt")).unwrap();
    symlink(&outside.0, folder.0.join("linked")).unwrap();
    symlink(outside.0.join("index.html"), folder.0.join("a/index.html")).unwrap();
    symlink("target.html", folder.0.join("inside.html")).unwrap();
    let server = Running::start_with(Config { www: Some(folder.0.clone()), ..Config::default() }).await;
    let hidden = ["/.env", "/%2eenv", "/.git/config", "/a/.hidden/file", "/a%2f.hidden%2ffile", "/a/../.env"];
    let linked = ["/link.txt", "/linked/secret.txt", "/linked/", "/linked", "/a/", "//link.txt"];
    for path in hidden.iter().chain(&linked) {
        assert_eq!(get(server.address, path).await.0, 404, "{path}");
    }
    for path in ["/.well-known/security.txt", "/a/page.html", "/inside.html"] {
        let (status, head, _) = get(server.address, path).await;
        assert_eq!(status, 200, "{path}");
        assert!(head.contains("x-content-type-options: nosniff\r\n"), "{path}: {head}");
    }
}

#[tokio::test]
async fn on_loopback_a_page_that_uses_its_own_name_for_this_machine_is_refused() {
    let allowed_hosts = vec!["dev.example".to_owned()];
    let server = Running::start_with(Config { allowed_hosts, ..Config::default() }).await;
    let paths = ["/settings", "/settings/panel.js", "/metrics", "/api:auth/auth/me"];
    for path in paths {
        let refused = ask_as(server.address, "rebind.evil.example", path).await;
        assert_eq!(
            (refused.status, refused.json()["code"].as_str()),
            (421, Some("ERROR_CODE_ACCESS_DENIED")),
            "{path}"
        );
        assert!(refused.body.contains("--allow-host rebind.evil.example"), "{}", refused.body);
        for host in ["localhost", "dev.example:8080"] {
            assert_ne!(ask_as(server.address, host, path).await.status, 421, "{path}");
        }
    }
    assert_eq!(ask_as(server.address, "rebind.evil.example", "/health").await.status, 200, "it tells nothing");
    let socket = ask_as(server.address, "rebind.evil.example", &format!("/rt/{HASH}")).await;
    assert_eq!(socket.status, 426, "sockets are not refused for it");
    let (_beyond, address) = Running::start_beyond_loopback(Config { dev: true, ..Config::default() }).await;
    assert_eq!(ask_as(address, "server.example", "/settings").await.status, 200, "elsewhere any name may be right");
}

/// Returns the answer to a GET with this `Host`.
async fn ask_as(address: SocketAddr, host: &str, path: &str) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    patiently(stream.read_to_string(&mut answer)).await.unwrap();
    Answer::parse(&answer)
}

#[tokio::test]
async fn a_page_learns_the_connection_hash_from_the_server_that_serves_it() {
    let folder = folder_with("connection", &["index.html"]);
    let server = Running::start_with(Config { www: Some(folder.0.clone()), ..Config::default() }).await;
    let (status, head, body) = get(server.address, "/connection.json").await;
    assert_eq!(status, 200);
    assert!(head.contains("content-type: application/json"), "{head}");
    assert_eq!(body, format!(r#"{{"realtimeConnectionHash":"{HASH}"}}"#));
}

#[tokio::test]
async fn a_client_that_sends_its_request_too_slowly_is_disconnected() {
    let patience = Duration::from_millis(20);
    let timings = Timings { handshake: patience, request: patience, ..Timings::default() };
    let server = Running::start_with(Config { timings, ..Config::default() }).await;
    let half_a_body = "POST /api:auth/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    for beginning in ["", "GET /health HTTP/1.1\r\nHost: x", half_a_body] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(beginning.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        patiently(stream.read_to_end(&mut answer)).await.unwrap();
    }
    assert_eq!(get(server.address, "/health").await.0, 200);
}

/// Sends a request with a head of this size in pieces, and returns the status of the answer.
async fn status_of_head(address: SocketAddr, head_bytes: usize, piece_bytes: usize) -> String {
    let bare = "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Filling: \r\n\r\n";
    let filling = "x".repeat(head_bytes - bare.len());
    let head = bare.replace("X-Filling: ", &format!("X-Filling: {filling}"));
    let (mut reader, mut writer) = TcpStream::connect(address).await.unwrap().into_split();
    let writing = tokio::spawn(async move {
        for piece in head.as_bytes().chunks(piece_bytes) {
            // An error means that the server has closed the connection because the head is too large.
            if writer.write_all(piece).await.is_err() {
                break;
            }
            tokio::task::yield_now().await;
        }
        writer
    });
    let mut status = [0; "HTTP/1.1 200".len()];
    patiently(reader.read_exact(&mut status)).await.unwrap();
    drop(writing.await.unwrap());
    String::from_utf8_lossy(&status).into_owned()
}

#[tokio::test]
async fn the_head_of_a_request_is_bounded_exactly_however_its_bytes_arrive() {
    let server = Running::start().await;
    for piece_bytes in [1_000, 30_000, usize::MAX] {
        for (head_bytes, status) in [(65_536, 200), (65_537, 431), (66_000, 431), (70_000, 431), (100_000, 431)] {
            let answered = status_of_head(server.address, head_bytes, piece_bytes).await;
            assert_eq!(answered, format!("HTTP/1.1 {status}"), "{head_bytes} in pieces of {piece_bytes}");
        }
    }
}

#[tokio::test]
async fn without_a_folder_there_are_no_files() {
    let server = Running::start().await;
    for path in ["/", "/connection.json", "/index.html"] {
        assert_eq!(get(server.address, path).await.0, 404, "{path}");
    }
}
