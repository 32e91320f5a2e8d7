use std::sync::Arc;

use futures_util::StreamExt;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::{Added, Encoded, Ending, FlushBatch, Need, Outbox};

/// A small buffer, but large enough that the kernel does not wait for acknowledgements.
const BUFFER_BYTES: usize = 32 * 1024;

/// Returns an outbox and a client that are connected with small TCP buffers.
async fn pair(limit_bytes: usize) -> (Arc<Outbox>, WebSocketStream<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    SockRef::from(&server).set_send_buffer_size(BUFFER_BYTES).unwrap();
    SockRef::from(&client).set_recv_buffer_size(BUFFER_BYTES).unwrap();
    let (_, writes) = server.into_split();
    let client = WebSocketStream::from_raw_socket(client, Role::Client, None).await;
    (Arc::new(Outbox::new(writes, limit_bytes)), client)
}

fn frame(number: usize) -> Encoded {
    Encoded::text(&format!("{number:0width$}", width = 1 + number % 3_000))
}

async fn next_number(client: &mut WebSocketStream<TcpStream>) -> usize {
    client.next().await.unwrap().unwrap().into_text().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_arrive_once_and_in_order_no_matter_which_task_flushes_them() {
    const FRAMES: usize = 5_000;
    let (outbox, mut client) = pair(usize::MAX).await;
    let owner = tokio::spawn({
        let outbox = Arc::clone(&outbox);
        async move { outbox.written().await }
    });
    let numbers = Arc::new(std::sync::Mutex::new(0..FRAMES));
    for _ in 0..4 {
        let (outbox, numbers) = (Arc::clone(&outbox), Arc::clone(&numbers));
        tokio::spawn(async move {
            loop {
                let mut due = FlushBatch::default();
                for _ in 0..3 {
                    let mut numbers = numbers.lock().unwrap();
                    let Some(number) = numbers.next() else {
                        return;
                    };
                    assert!(due.add(&outbox, frame(number)));
                }
                tokio::task::yield_now().await;
            }
        });
    }
    for number in 0..FRAMES {
        assert_eq!(next_number(&mut client).await, number);
    }
    outbox.end(Ending::Restart);
    owner.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_closed_and_a_partly_written_frame_is_finished_before_the_close_frame() {
    let (outbox, mut client) = pair(100_000).await;
    let mut added = 0;
    while FlushBatch::default().add(&outbox, frame(added)) {
        added += 1;
    }
    assert_eq!(outbox.need().await, Need::Writable);
    assert_eq!(outbox.ended().await, Ending::SlowConsumer);
    assert_eq!(outbox.add_control(Encoded::text("farewell")), Added::Yes, "the owner writes");
    let (written, heard) = tokio::join!(outbox.written(), async {
        for number in 0.. {
            match client.next().await.unwrap().unwrap() {
                Message::Text(text) if text == "farewell" => return number,
                Message::Text(text) => assert_eq!(text.parse(), Ok(number)),
                other => panic!("{other:?}"),
            }
        }
        unreachable!("farewell comes first")
    });
    written.unwrap();
    assert!(0 < heard && heard < added, "{heard} of {added} were begun");
}

#[tokio::test]
async fn dropping_a_batch_flushes_its_outboxes() {
    let (outbox, mut client) = pair(usize::MAX).await;
    let mut due = FlushBatch::default();
    due.add(&outbox, frame(1));
    due.add(&outbox, frame(2));
    drop(due);
    assert_eq!((next_number(&mut client).await, next_number(&mut client).await), (1, 2));
}

#[tokio::test]
async fn a_slow_client_gets_the_close_frame_even_if_a_partly_written_frame_takes_many_writes() {
    let (outbox, mut client) = pair(100_000).await;
    let begun = "x".repeat(100 * BUFFER_BYTES);
    assert!(FlushBatch::default().add(&outbox, Encoded::text(&begun)));
    while FlushBatch::default().add(&outbox, frame(0)) {}
    assert_eq!(outbox.add_control(Encoded::text("farewell")), Added::Yes, "the owner writes");
    let owner = tokio::spawn({
        let outbox = Arc::clone(&outbox);
        async move { outbox.written().await }
    });
    drop(outbox);
    let mut heard = Vec::new();
    while let Some(Ok(Message::Text(text))) = client.next().await {
        heard.push(text);
    }
    assert_eq!(heard.iter().map(|text| text.len()).collect::<Vec<_>>(), [begun.len(), "farewell".len()]);
    owner.await.unwrap().unwrap();
}
