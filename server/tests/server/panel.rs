//! The files and headers of the settings panel. A browser tests what the panel does.

use std::fs;
use std::path::Path;

use xano_realtime_server::Config;

use crate::support::{Running, ask, get};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Returns the paths below `server/panel`, with `/` on every system.
fn panel_files() -> Vec<String> {
    fn collect(folder: &Path, beginning: &str, files: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{beginning}{}", path.file_name().unwrap().to_str().unwrap());
            if path.is_dir() {
                collect(&path, &format!("{name}/"), files);
            } else {
                files.push(name);
            }
        }
    }
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("panel"), "", &mut files);
    files
}

#[tokio::test]
async fn every_file_of_the_panel_is_served_with_a_strict_policy_and_never_cached() {
    let server = Running::start().await;
    let loaded = panel_files().into_iter().filter(|name| name != "index.html" && name != "vendor/LICENSE");
    let paths = loaded.chain(["base.css", "icon.svg"].map(str::to_owned)).map(|name| format!("/settings/{name}"));
    for path in paths.chain(["/settings".to_owned()]) {
        let answer = ask(server.address, "GET", &path, &[], "").await;
        let kind = match path.rsplit_once('.').map_or("html", |(_, kind)| kind) {
            "js" => "text/javascript",
            "css" => "text/css",
            "svg" => "image/svg+xml",
            _ => "text/html",
        };
        assert_eq!(answer.status, 200, "{path}: every file belongs into the list in panel.rs");
        assert_eq!(answer.header("content-type"), Some(&*format!("{kind}; charset=utf-8")), "{path}");
        assert_eq!(answer.header("content-security-policy"), Some(POLICY), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
    }
    for path in ["/settings/", "/settings/missing.js", "/settings/vendor/LICENSE", "/settings/../Cargo.toml"] {
        assert_eq!(get(server.address, path).await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn on_other_addresses_than_loopback_the_panel_needs_the_flag_dev() {
    for dev in [false, true] {
        let (_server, address) = Running::start_beyond_loopback(Config { dev, ..Config::default() }).await;
        for path in ["/settings", "/settings/panel.js"] {
            assert_eq!(get(address, path).await.0, if dev { 200 } else { 404 }, "{path}");
        }
    }
}
