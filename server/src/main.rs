//! Runs the reference server from the command line.

mod args;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{self, ExitCode};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs};

use clap::Parser;
use tokio::net::TcpListener;
use tokio::select;
use tokio::sync::{Notify, oneshot};

use args::Args;
use xano_realtime_server::{AdminToken, Secret};

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(io::stderr).with_ansi(false).with_target(false).init();
    match serve(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(args: Args) -> Result<(), String> {
    let address = args.listen.clone();
    let mut config = args.into_config()?;
    let stop = stop_signal().map_err(|error| format!("cannot listen for signals: {error}"))?;
    reload_on_hangup(Arc::clone(&config.reload)).map_err(|error| format!("cannot listen for signals: {error}"))?;
    let cannot_listen = |error| format!("cannot listen on {address}: {error}");
    let listener = TcpListener::bind(&address).await.map_err(cannot_listen)?;
    let bound = listener.local_addr().map_err(cannot_listen)?;

    if config.secret.as_ref().is_some_and(Secret::is_short) {
        tracing::warn!("the key that signs tokens is shorter than 32 bytes: it can be guessed from a token");
    }
    if !config.settings.enabled {
        tracing::warn!("realtime is not enabled in the settings: every socket is answered 404");
    }
    let token_file = match config.admin_token {
        Some(_) => None,
        None => {
            let (token, file) = TokenFile::make().map_err(|error| format!("cannot make an admin token: {error}"))?;
            config.admin_token = Some(token);
            Some(file)
        }
    };
    let (serving, serves) = oneshot::channel();
    config.serving = Some(serving);
    let announce = async {
        // Not sent where the server is stopped before it serves.
        if serves.await.is_ok() {
            say(format_args!("listening on http://{bound}"));
            if let Some(file) = &token_file {
                say(format_args!("admin token in {}", file.0.display()));
            }
        }
    };
    let (served, ()) = tokio::join!(xano_realtime_server::run(listener, config, stop), announce);
    drop(token_file);
    served.map_err(|error| format!("cannot serve: {error}"))
}

/// Whoever started the server may have stopped reading; that is no reason to stop serving.
fn say(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// The file of an admin token that was made at start; gone when the server stops.
struct TokenFile(PathBuf);

impl TokenFile {
    fn make() -> io::Result<(AdminToken, TokenFile)> {
        let token = AdminToken::random()?;
        let started_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let name = format!("xano-realtime-server-{}-{started_ms}.token", process::id());
        let path = env::temp_dir().join(name);
        token.write_to_new_file(&path)?;
        Ok((token, TokenFile(path)))
    }
}

impl Drop for TokenFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// At SIGHUP the settings file is read again.
#[cfg(unix)]
fn reload_on_hangup(reload: Arc<Notify>) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            reload.notify_one();
        }
    });
    Ok(())
}

/// There is no such signal; the admin's endpoint does the same.
#[cfg(not(unix))]
fn reload_on_hangup(_: Arc<Notify>) -> io::Result<()> {
    Ok(())
}

/// Resolves at SIGTERM or SIGINT.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Resolves at Ctrl-C or Ctrl-Break.
#[cfg(windows)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::windows::{ctrl_break, ctrl_c};
    let mut interrupt = ctrl_c()?;
    let mut brk = ctrl_break()?;
    Ok(async move {
        select! {
            _ = interrupt.recv() => {}
            _ = brk.recv() => {}
        }
    })
}
