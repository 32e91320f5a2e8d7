//! Request and response bodies that report when they end, so that a pending connection knows its state.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};

use super::pending::PendingConnection;

/// The body of a request. Reports the request as complete when its last byte has been read.
#[derive(Debug)]
pub(crate) struct RequestBody {
    body: Incoming,
    connection: Arc<PendingConnection>,
}

impl RequestBody {
    pub(crate) fn new(body: Incoming, connection: &Arc<PendingConnection>) -> RequestBody {
        if body.is_end_stream() {
            connection.request_is_complete();
        }
        RequestBody { body, connection: Arc::clone(connection) }
    }
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if frame.is_none() || self.body.is_end_stream() {
            self.connection.request_is_complete();
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of a response. Reports the request as answered when it is dropped.
#[derive(Debug)]
pub(crate) struct AnswerBody {
    body: Body,
    connection: Arc<PendingConnection>,
}

impl AnswerBody {
    pub(crate) fn new(body: Body, connection: Arc<PendingConnection>) -> AnswerBody {
        AnswerBody { body, connection }
    }
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        self.connection.request_is_answered();
    }
}
