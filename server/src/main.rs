//! The command line program of the reference server.

mod args;
mod program;

use std::io::{self, Write};
use std::panic;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use futures_util::future::OptionFuture;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::select;
use tokio::sync::{Notify, oneshot};

use args::Args;
use program::health_check;
use program::stdin_end::stdin_end;
use program::trust::HowToTrust;
use xano_realtime_server::logging::{DroppedLines, Log};
use xano_realtime_server::{Secret, Tls, TokenFile, descriptors};

fn main() -> ExitCode {
    let args = Args::parse();
    if args.health_check {
        return exit_status(health_check::check(&args.listen).inspect_err(|problem| eprintln!("error: {problem}")));
    }
    let Ok(log) = Log::start(io::stderr()) else {
        return ExitCode::FAILURE;
    };
    let writer = log.writer();
    let lines = tracing_subscriber::fmt().with_writer(move || writer.clone()).with_ansi(false).with_target(false);
    lines.log_internal_errors(false).init();
    log_panics();
    let served = run(args, log.dropped());
    if let Err(problem) = &served {
        let _ = log.writer().write_all(format!("error: {problem}\n").as_bytes());
    }
    log.finish();
    exit_status(served)
}

fn exit_status(outcome: Result<(), String>) -> ExitCode {
    if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Sends panics to the log. The standard hook holds a lock while it waits for standard error.
fn log_panics() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic: {}", panic.payload_as_str().unwrap_or("no reason given"));
    }));
}

fn run(args: Args, dropped_log_lines: DroppedLines) -> Result<(), String> {
    let runtime = Runtime::new().map_err(|error| format!("cannot start: {error}"))?;
    let served = runtime.block_on(serve(args, dropped_log_lines));
    // Threads that are still blocked after this time are abandoned.
    runtime.shutdown_timeout(SHUTDOWN);
    served
}

async fn serve(args: Args, dropped_log_lines: DroppedLines) -> Result<(), String> {
    let (address, exit_on_stdin_close) = (args.listen.clone(), args.exit_on_stdin_close);
    let mut config = args.into_config()?;
    config.dropped_log_lines = dropped_log_lines;
    let stop = stop(exit_on_stdin_close).map_err(|error| format!("cannot listen for signals: {error}"))?;
    let tls = config.tls.clone();
    reload_on_hangup(Arc::clone(&config.reload), tls.clone())
        .map_err(|error| format!("cannot listen for signals: {error}"))?;
    let cannot_listen = |error| format!("cannot listen on {address}: {error}");
    let listener = TcpListener::bind(&address).await.map_err(cannot_listen)?;
    let bound = listener.local_addr().map_err(cannot_listen)?;

    if config.secret.as_ref().is_some_and(Secret::is_short) {
        tracing::warn!("the key that signs tokens is shorter than 32 bytes: it can be guessed from a token");
    }
    match &config.trigger_secret {
        None => tracing::info!("requests to triggers are not signed: --trigger-secret-file gives a key"),
        Some(secret) if secret.is_short() => {
            tracing::warn!("the key that signs requests to triggers is shorter than 32 bytes")
        }
        Some(_) => {}
    }
    if !config.settings.enabled && !config.settings.servers().iter().any(|server| server.is_open()) {
        tracing::warn!("realtime is not enabled in the settings: no client can connect");
    }
    config.descriptors = descriptors::raise_limit(&config.limits, config.tls.is_some()).unwrap_or_else(|error| {
        tracing::warn!(%error, "cannot raise the limit of open descriptors: the server may run out of them");
        None
    });
    let token_file = match config.admin_token {
        Some(_) => None,
        None => {
            let (token, file) = TokenFile::make().map_err(|error| {
                format!("cannot write a file with an admin token: {error}; give a token by XANO_ADMIN_TOKEN")
            })?;
            config.admin_token = Some(token);
            Some(file)
        }
    };
    let (serving, serves) = oneshot::channel();
    config.serving = Some(serving);
    let announce = async {
        // An error means that the server was stopped before it began to serve.
        if serves.await.is_ok() {
            let scheme = if tls.is_some() { "https" } else { "http" };
            say(format_args!("listening on {scheme}://{bound}"));
            if let Some(file) = &token_file {
                say(format_args!("admin token in {}", file.path().display()));
            }
            if let Some(authority) = tls.as_ref().and_then(|tls| tls.authority()) {
                say(format_args!("{}", HowToTrust(authority)));
            }
        }
    };
    let (served, ()) = tokio::join!(xano_realtime_server::run(listener, config, stop), announce);
    drop(token_file);
    served.map_err(|error| format!("cannot serve: {error}"))
}

/// Prints a line to standard output. An error is ignored: the server keeps running if the program that started it no
/// longer reads.
fn say(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Reloads the settings file and the certificate at SIGHUP.
#[cfg(unix)]
fn reload_on_hangup(reload: Arc<Notify>, tls: Option<Arc<Tls>>) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            reload.notify_one();
            match tls.as_ref().map(|tls| tls.reload()) {
                None => {}
                Some(Ok(())) => tracing::info!("the certificate is read again"),
                Some(Err(error)) => tracing::error!(%error, "the certificate stays as it was"),
            }
        }
    });
    Ok(())
}

/// Does nothing: this system has no SIGHUP. The admin's endpoint reloads the file too.
#[cfg(not(unix))]
fn reload_on_hangup(_: Arc<Notify>, _: Option<Arc<Tls>>) -> io::Result<()> {
    Ok(())
}

/// Resolves when the server must stop.
fn stop(exit_on_stdin_close: bool) -> io::Result<impl Future<Output = ()>> {
    let signal = stop_signal()?;
    let stdin_end = if exit_on_stdin_close { Some(stdin_end()?) } else { None };
    Ok(async move {
        select! {
            () = signal => {}
            Some(()) = OptionFuture::from(stdin_end) => {}
        }
    })
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

/// This time is part of the five seconds in which the server must stop.
const SHUTDOWN: Duration = Duration::from_millis(250);
