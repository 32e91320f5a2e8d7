//! The command line.

use std::env::VarError;
use std::path::{Path, PathBuf};

use crate::built_in::DEMO;
use clap::Parser;
use xano_realtime_server::limits::Limit;
use xano_realtime_server::{
    AdminToken, BuiltInFiles, Config, Limits, Origins, RedisUrl, Secret, Settings, TrustedProxies, settings,
};

/// Reference server of the Xano Realtime protocol, for local development and tests.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Args {
    /// Address to listen on; port 0 picks a free one.
    #[arg(long, value_name = "ADDR", env = "XANO_LISTEN", default_value = "127.0.0.1:8080")]
    pub(crate) listen: String,

    /// Realtime settings, JSON. Without it, marvel-chat-room is open to everybody, and
    /// avengers-only to those who logged in.
    #[arg(long, value_name = "FILE", env = "XANO_CONFIG")]
    config: Option<PathBuf>,

    /// Also serve this folder.
    #[arg(long, value_name = "DIR")]
    www: Option<PathBuf>,

    /// Serve the Marvel chat that is built into this program.
    #[arg(long)]
    demo: bool,

    /// ChannelReplica channels, history, presence, users and settings with the other servers on this Redis, and act as one with
    /// them: redis://[[user]:password@]host[:port][/database], or rediss:// for TLS. Without it, all is in memory.
    #[arg(long, value_name = "URL", env = "XANO_REDIS", hide_env_values = true)]
    redis: Option<String>,

    /// File with such a URL, which may then hold a password: an argument can be seen by every user of the machine.
    #[arg(long, value_name = "FILE")]
    redis_file: Option<PathBuf>,

    /// File with the key that signs auth tokens; XANO_SECRET holds the key itself. Made at start when there is none.
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,

    /// File with the key that signs requests to triggers; XANO_TRIGGER_SECRET holds the key itself. Without it they are not
    /// signed.
    #[arg(long, value_name = "FILE")]
    trigger_secret_file: Option<PathBuf>,

    /// File with the token that opens the admin's endpoints; XANO_ADMIN_TOKEN holds the token itself. Without either,
    /// one is made at start and written to a file that is printed.
    #[arg(long, value_name = "FILE")]
    admin_token_file: Option<PathBuf>,

    /// Pages of this origin may open sockets and use /api:auth, no others; may be given again. Without it: any page.
    #[arg(long = "allow-origin", value_name = "ORIGIN")]
    allowed_origins: Vec<String>,

    /// A proxy of this network says in X-Forwarded-For which address its client has, for connections_per_ip; may be given
    /// again. Without it, the address is the one that the connection comes from.
    #[arg(long = "trusted-proxy", value_name = "CIDR")]
    trusted_proxies: Vec<String>,

    /// A host name, beside the names of loopback, that requests to /settings, /metrics and /api:auth may have while the server
    /// listens on loopback; may be given again.
    #[arg(long = "allow-host", value_name = "NAME")]
    allowed_hosts: Vec<String>,

    /// Serve sign-up, login and the settings panel on an address that is not a loopback one, too.
    #[arg(long)]
    dev: bool,

    /// Stop, as at SIGTERM, when standard input ends: for a program that starts the server and holds the other end.
    #[arg(long)]
    pub(crate) exit_on_stdin_close: bool,

    /// A limit, for example frame_bytes=65536; may be given again for the next; 0 switches it off.
    #[arg(long = "limit", value_name = "NAME=VALUE")]
    limits: Vec<Limit>,
}

impl Args {
    /// What the server is started with, or what to tell the user.
    pub(crate) fn into_config(self) -> Result<Config, String> {
        let settings = match &self.config {
            Some(file) => settings::read(file).map_err(|error| format!("settings file {}: {error}", file.display()))?,
            None => Settings::default(),
        };
        if let Some(folder) = self.www.as_ref().filter(|folder| !folder.is_dir()) {
            return Err(format!("--www {}: there is no such folder", folder.display()));
        }
        let demo = if self.demo { Some(built_in_demo(self.www.is_some())?) } else { None };
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
        let redis = redis_url(self.redis, self.redis_file.as_deref())?;
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
            ..Config::default()
        })
    }
}

fn built_in_demo(is_beside_www: bool) -> Result<BuiltInFiles, String> {
    match DEMO {
        _ if is_beside_www => Err("--demo: give either it or --www; both serve the address /".to_owned()),
        [] => Err(NO_DEMO.to_owned()),
        files => Ok(files),
    }
}

/// From a file, or from `--redis`. Parsed by hand: clap would print a URL that is none, with its password.
fn redis_url(url: Option<String>, file: Option<&Path>) -> Result<Option<RedisUrl>, String> {
    // As an argument, not by XANO_REDIS.
    let is_argument = std::env::args().any(|argument| argument == "--redis" || argument.starts_with("--redis="));
    let (source, url) = match (file, url) {
        (Some(_), Some(_)) if is_argument => return Err("--redis-file: give either it or --redis".to_owned()),
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

/// Whether something stands before an `@` and behind a `:`.
fn has_password(url: &str) -> bool {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest).split('/').next().unwrap_or_default();
    let user = authority.rsplit_once('@').map(|(user, _)| user);
    user.and_then(|user| user.split_once(':')).is_some_and(|(_, password)| !password.is_empty())
}

fn text_of(flag: &str, file: &Path) -> Result<String, String> {
    std::fs::read_to_string(file).map_err(|error| format!("{flag} {}: cannot read it: {error}", file.display()))
}

/// What a file holds, or else the environment. Never an argument: arguments are visible to every user of the machine.
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

/// Read by hand: clap would let a single `--limit` hide the whole variable.
fn limits_from_environment() -> Result<Vec<Limit>, String> {
    let text = std::env::var("XANO_LIMITS").unwrap_or_default();
    let limits = text.split(',').map(str::trim).filter(|limit| !limit.is_empty());
    limits.map(|limit| limit.parse().map_err(|error| format!("XANO_LIMITS: {error}"))).collect()
}

const NO_DEMO: &str = "--demo: this program was built without the demo; `npm start` in a checkout builds the demo first, then \
                       the program with it";

const SAME_SECRET: &str = "--trigger-secret-file: this is the key that signs tokens; give triggers a key of their own, \
                           because a program that checks signatures with it could sign tokens";
