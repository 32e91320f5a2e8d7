//! The command line of the program.

use std::env::VarError;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::program::built_in::{DEMO, demo};
use clap::Parser;
use xano_realtime_server::limits::Limit;
use xano_realtime_server::{
    AdminToken, Config, Limits, Origins, RedisUrl, Secret, Settings, Tls, TrustedProxies, settings,
};

/// Reference server of the Xano Realtime protocol, for local development and tests.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Args {
    /// Address to listen on; port 0 picks a free one.
    #[arg(long, value_name = "ADDR", env = "XANO_LISTEN", default_value = "127.0.0.1:8080")]
    pub(crate) listen: String,

    /// Settings file in JSON. Without it, marvel-chat-room is open to all clients, and avengers-only to authenticated
    /// ones.
    #[arg(long, value_name = "FILE", env = "XANO_CONFIG")]
    config: Option<PathBuf>,

    /// Also serve the files of this folder.
    #[arg(long, value_name = "DIR")]
    www: Option<PathBuf>,

    /// Serve TLS, and no plain HTTP, on the same port. FILE (PEM) holds the certificate, followed by any intermediate
    /// certificates.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,

    /// File with the private key of the certificate (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_cert", conflicts_with = "tls")]
    tls_key: Option<PathBuf>,

    /// Serve TLS with a certificate for localhost, 127.0.0.1 and ::1. Its authority is created at the first start and
    /// kept in a folder of the user; the output says how to make clients trust it.
    #[arg(long)]
    tls: bool,

    /// A further host name for the certificate of --tls; may be repeated.
    #[arg(long = "tls-name", value_name = "NAME", requires = "tls")]
    tls_names: Vec<String>,

    /// Serve the Marvel chat that is built into this program.
    #[arg(long)]
    demo: bool,

    /// Share channels, history, presence, users and settings with the other servers on this Redis, and act as one with
    /// them: redis://[[user]:password@]host[:port][/database], or rediss:// for TLS. Without it, all data is in memory.
    #[arg(long, value_name = "URL", env = "XANO_REDIS", hide_env_values = true)]
    redis: Option<String>,

    /// File with the URL of --redis, for a URL with a password: every user of the machine can see arguments.
    #[arg(long, value_name = "FILE")]
    redis_file: Option<PathBuf>,

    /// File with the key that signs auth tokens; XANO_SECRET holds the key itself. Without either, a key is generated
    /// at start.
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,

    /// File with the key that signs requests to triggers; XANO_TRIGGER_SECRET holds the key itself. Without either,
    /// requests are not signed.
    #[arg(long, value_name = "FILE")]
    trigger_secret_file: Option<PathBuf>,

    /// File with the token that opens the admin's endpoints; XANO_ADMIN_TOKEN holds the token itself. Without either, a
    /// token is generated at start and written to a file whose path is printed.
    #[arg(long, value_name = "FILE")]
    admin_token_file: Option<PathBuf>,

    /// Only pages of this origin may open sockets and use /api:auth; may be repeated. Without it, any page may open
    /// sockets.
    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    allowed_origins: Vec<String>,

    /// Trust X-Forwarded-For from proxies of this network, so that connections_per_ip counts the client's address; may
    /// be repeated. Without it, the address of the connection counts.
    #[arg(long = "trusted-proxy", value_name = "CIDR")]
    trusted_proxies: Vec<String>,

    /// A host name that requests to /settings, /metrics and /api:auth may use while the server listens on loopback, in
    /// addition to the names of loopback; may be repeated.
    #[arg(long = "allow-host", value_name = "NAME")]
    allowed_hosts: Vec<String>,

    /// Serve sign-up, login and the settings panel even if the address is not a loopback address.
    #[arg(long)]
    dev: bool,

    /// Stop, as at SIGTERM, when standard input ends: for a program that starts the server and holds the other end of
    /// the pipe.
    #[arg(long)]
    pub(crate) exit_on_stdin_close: bool,

    /// One limit, for example frame_bytes=65536; may be repeated for other limits; 0 switches a limit off.
    #[arg(long = "limit", value_name = "NAME=VALUE")]
    limits: Vec<Limit>,

    /// Start no server. Send a request for /health to the server that listens on --listen, and exit with 0 if it
    /// answers 200, or else with 1. For containers.
    #[arg(long)]
    pub(crate) health_check: bool,
}

impl Args {
    /// Returns the configuration of the server, or an error message for the user.
    pub(crate) fn into_config(self) -> Result<Config, String> {
        let redis = redis_url(self.redis, self.redis_file.as_deref())?;
        let settings = match &self.config {
            Some(file) => settings::read(file).map_err(|error| format!("settings file {}: {error}", file.display()))?,
            // Servers on one Redis cannot share a Realtime server of V2 yet.
            None if redis.is_some() => Settings::default(),
            None => Settings::built_in(),
        };
        if let Some(folder) = self.www.as_ref().filter(|folder| !folder.is_dir()) {
            return Err(format!("--www {}: the folder does not exist", folder.display()));
        }
        let demo = if self.demo { Some(demo(DEMO, self.www.is_some())?) } else { None };
        let tls = match (self.tls_cert, self.tls_key) {
            (Some(certificate), Some(key)) => Some(Tls::from_files(certificate, key)),
            _ => self.tls.then(|| Tls::for_development(self.tls_names)),
        };
        let tls = tls.transpose().map_err(|error| error.to_string())?.map(Arc::new);
        let mut limits = Limits::default();
        for limit in limits_from_environment()?.iter().chain(&self.limits) {
            limits.set(limit);
        }
        let mut origins = Origins::default();
        for origin in &self.allowed_origins {
            origins.allow(origin).map_err(|error| format!("--allow-origin: {error}"))?;
        }
        let mut trusted_proxies = TrustedProxies::default();
        for network in &self.trusted_proxies {
            trusted_proxies.trust(network).map_err(|error| format!("--trusted-proxy: {error}"))?;
        }
        let secret = secret_text("--secret-file", self.secret_file.as_deref(), "XANO_SECRET")?;
        let trigger_file = self.trigger_secret_file.as_deref();
        let trigger_secret = secret_text("--trigger-secret-file", trigger_file, "XANO_TRIGGER_SECRET")?;
        if trigger_secret.is_some() && trigger_secret == secret {
            return Err(SAME_SECRET.to_owned());
        }
        let admin_token = secret_text("--admin-token-file", self.admin_token_file.as_deref(), "XANO_ADMIN_TOKEN")?;
        let admin_token = admin_token.map(AdminToken::new);
        if admin_token.as_ref().is_some_and(AdminToken::is_short) {
            let source = self
                .admin_token_file
                .map_or_else(|| "XANO_ADMIN_TOKEN".to_owned(), |file| format!("--admin-token-file {}", file.display()));
            return Err(format!(
                "{source}: the token has fewer than 16 characters and can be guessed; use 32 random ones"
            ));
        }
        Ok(Config {
            settings,
            settings_file: self.config,
            admin_token,
            secret: secret.map(Secret::new),
            trigger_secret: trigger_secret.map(Secret::new),
            origins,
            trusted_proxies,
            allowed_hosts: self.allowed_hosts,
            dev: self.dev,
            limits,
            redis,
            www: self.www,
            demo,
            tls,
            ..Config::default()
        })
    }
}

/// Returns the URL from a file or from `--redis`. clap does not parse it, because clap's error message would show its
/// password.
fn redis_url(url: Option<String>, file: Option<&Path>) -> Result<Option<RedisUrl>, String> {
    // `XANO_REDIS` sets the same value and is safe, so look at the arguments themselves.
    let is_argument = std::env::args().any(|argument| argument == "--redis" || argument.starts_with("--redis="));
    let (source, url) = match (file, url) {
        (Some(_), Some(_)) if is_argument => return Err("--redis-file: cannot be combined with --redis".to_owned()),
        (Some(file), _) => {
            (format!("--redis-file {}", file.display()), text_of("--redis-file", file)?.trim().to_owned())
        }
        (None, Some(url)) => ("--redis".to_owned(), url),
        (None, None) => return Ok(None),
    };
    if is_argument && has_password(&url) {
        tracing::warn!(
            "--redis holds a password, which every user of this machine can see; use --redis-file or XANO_REDIS"
        );
    }
    url.parse().map(Some).map_err(|error| format!("{source}: {error}"))
}

/// Returns whether the URL has a password, which follows a `:` and precedes the `@`.
fn has_password(url: &str) -> bool {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest).split('/').next().unwrap_or_default();
    let user = authority.rsplit_once('@').map(|(user, _)| user);
    user.and_then(|user| user.split_once(':')).is_some_and(|(_, password)| !password.is_empty())
}

fn text_of(flag: &str, file: &Path) -> Result<String, String> {
    std::fs::read_to_string(file).map_err(|error| format!("{flag} {}: cannot read it: {error}", file.display()))
}

/// Reads a secret from a file, or else from the environment. Arguments are no source: every user of the machine can see
/// them.
fn secret_text(flag: &str, file: Option<&Path>, variable: &str) -> Result<Option<String>, String> {
    let (source, text) = match (file, std::env::var(variable)) {
        (Some(file), _) => (format!("{flag} {}", file.display()), text_of(flag, file)?),
        (None, Ok(text)) => (variable.to_owned(), text),
        (None, Err(VarError::NotPresent)) => return Ok(None),
        (None, Err(VarError::NotUnicode(_))) => return Err(format!("{variable}: not UTF-8")),
    };
    match text.trim() {
        "" => Err(format!("{source}: it is empty")),
        secret => Ok(Some(secret.to_owned())),
    }
}

/// Reads the limits in `XANO_LIMITS`. clap does not parse them, because with clap one `--limit` would replace the whole
/// variable.
fn limits_from_environment() -> Result<Vec<Limit>, String> {
    let text = std::env::var("XANO_LIMITS").unwrap_or_default();
    let limits = text.split(',').map(str::trim).filter(|limit| !limit.is_empty());
    limits.map(|limit| limit.parse().map_err(|error| format!("XANO_LIMITS: {error}"))).collect()
}

const SAME_SECRET: &str = "--trigger-secret-file: this is the key that signs tokens; give triggers a key of their own, \
                           because a program that checks signatures with it could sign tokens";
