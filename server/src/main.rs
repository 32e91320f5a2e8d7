//! Runs the reference server from the command line.

mod args;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use tokio::net::TcpListener;
use tokio::select;

use args::Args;
use xano_realtime_server::Secret;

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
    let config = args.into_config()?;
    let stop = stop_signal().map_err(|error| format!("cannot listen for signals: {error}"))?;
    let cannot_listen = |error| format!("cannot listen on {address}: {error}");
    let listener = TcpListener::bind(&address).await.map_err(cannot_listen)?;
    let bound = listener.local_addr().map_err(cannot_listen)?;

    if config.secret.as_ref().is_some_and(Secret::is_short) {
        tracing::warn!("the key that signs tokens is shorter than 32 bytes: it can be guessed from a token");
    }
    if !config.settings.enabled {
        tracing::warn!("realtime is not enabled in the settings: every socket is answered 404");
    }
    // Whoever started the server may have stopped reading; that is no reason to stop serving.
    let _ = writeln!(io::stdout(), "listening on http://{bound}");
    xano_realtime_server::run(listener, config, stop).await.map_err(|error| format!("cannot serve: {error}"))
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
