//! Whether standard input has ended: the sign that the program which started the server is gone.

use std::io;
use std::thread;

use tokio::sync::oneshot;

/// Resolves when standard input is at its end, or cannot be read. What is read until then is thrown away.
///
/// On a thread of its own: a read that waits cannot be called off, and a thread of the runtime would keep it from ending.
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
