//! Detects the end of standard input, which means that the program that started the server is gone.

use std::io;
use std::thread;

use tokio::sync::oneshot;

/// Resolves when standard input has ended or cannot be read. The input itself is dropped.
///
/// It reads on a separate thread, because a blocking read cannot be cancelled and a thread of the runtime would delay
/// the end of the process.
pub(crate) fn stdin_end() -> io::Result<impl Future<Output = ()>> {
    let (ended, end) = oneshot::channel();
    thread::Builder::new().name("stdin".to_owned()).spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        let _ = ended.send(());
    })?;
    Ok(async move {
        let _ = end.await;
    })
}
