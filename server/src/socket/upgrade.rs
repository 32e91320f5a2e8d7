//! The WebSocket handshake: turns an HTTP request into a socket, or answers it with a named [`Rejection`].

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::upgrade::{OnUpgrade, Parts};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_util::task::TaskTracker;
use xano_realtime_protocol::frame::Client;

use super::admission::Admission;
use super::client_session::ClientSession;
use super::connection::{Connection, Terms};
use super::pending::PendingConnection;
use super::rate_limit::RateLimits;
use super::rejection::Rejection;
use crate::exchange::Exchange;
use crate::http::auth::{Claims, Origins, TokenProblem, Tokens};
use crate::hub::Refusal;
use crate::hub::v2::{Address, Visitor};
use crate::outbox::Outbox;
use crate::settings::Limits;
use crate::settings::random_name;

/// The state that every handshake needs: token verification, allowed origins, and limits.
#[derive(Debug)]
pub(crate) struct Gate {
    exchange: Arc<Exchange>,
    tokens: Arc<Tokens>,
    origins: Origins,
    terms: Terms,
    rates: Arc<RateLimits>,
    outbox_bytes: usize,
    admission: Arc<Admission>,
    /// The tasks of the open sockets.
    sockets: TaskTracker,
}

impl Gate {
    pub(crate) fn new(
        exchange: Arc<Exchange>,
        tokens: Arc<Tokens>,
        origins: Origins,
        limits: &Limits,
        terms: Terms,
    ) -> Gate {
        Gate {
            exchange,
            tokens,
            origins,
            terms,
            rates: Arc::new(RateLimits::new(limits)),
            outbox_bytes: limits.outbox_bytes,
            admission: Arc::new(Admission::new(limits)),
            sockets: TaskTracker::new(),
        }
    }

    /// Returns the number of open sockets.
    pub(crate) fn open(&self) -> usize {
        self.sockets.len()
    }

    /// Resolves when the last socket has closed. Call it when no new socket can open.
    pub(crate) async fn closed(&self) {
        self.sockets.close();
        self.sockets.wait().await;
    }
}

/// Answers `GET /rt/{hash}`, whose sockets speak Realtime V1.
pub(crate) async fn upgrade(
    State(gate): State<Arc<Gate>>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    Extension(pending): Extension<Arc<PendingConnection>>,
    Path(hash): Path<String>,
    request: Request,
) -> Result<Response, Rejection> {
    if !gate.exchange.is_at(&hash) {
        return Err(Rejection::UnknownHash);
    }
    accept(gate, client, &pending, Place::V1 { hash }, request)
}

/// Answers `GET /ws/{address}`, whose sockets speak Realtime V2. A socket opens at every address; an error on it says
/// whether there is a server.
pub(crate) async fn upgrade_v2(
    State(gate): State<Arc<Gate>>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    Extension(pending): Extension<Arc<PendingConnection>>,
    Path(address): Path<String>,
    request: Request,
) -> Result<Response, Rejection> {
    accept(gate, client, &pending, Place::V2(Address::parse(&address)), request)
}

/// What a client has connected to.
enum Place {
    V1 { hash: String },
    V2(Address),
}

/// Opens a socket, if the request is a handshake and there is room for the socket.
fn accept(
    gate: Arc<Gate>,
    client: SocketAddr,
    pending: &PendingConnection,
    to: Place,
    mut request: Request,
) -> Result<Response, Rejection> {
    // axum routes HEAD requests to the GET handler as well.
    if request.method() != Method::GET {
        return Err(Rejection::NotGet);
    }
    let headers = request.headers();
    if !gate.origins.admit(headers) {
        return Err(Rejection::ForeignOrigin);
    }
    let key = accept_key(headers)?;
    let token = first_subprotocol(headers);
    let upgrade = request.extensions_mut().remove::<OnUpgrade>().ok_or(Rejection::NotAWebSocket)?;
    let place = gate.admission.admit(client.ip())?;
    pending.becomes_a_socket();

    let verified = token.as_ref().and_then(|token| token.to_str().ok()).map(|token| gate.tokens.verify(token));
    let sockets = gate.sockets.clone();
    // Boxed, as an open socket does not need the memory that opening it needs.
    let opening = Box::pin(open(Arc::clone(&gate), upgrade, to, verified));
    sockets.spawn(async move {
        // `if let` would keep the memory of the `Option` as long as the socket is open.
        let Some(mut connection) = opening.await else {
            return;
        };
        let end = connection.converse(gate.terms.ping).await;
        connection.close(end, &gate.terms).await;
        drop(place);
    });
    Ok(switching_protocols(key, token))
}

/// The result of verifying the client's token; `None` if it sent none.
type Verified = Option<Result<Claims, TokenProblem>>;

/// Opens the socket of an upgraded connection.
async fn open(gate: Arc<Gate>, upgrade: OnUpgrade, to: Place, verified: Verified) -> Option<Connection> {
    let upgraded = match upgrade.await {
        Ok(upgraded) => upgraded,
        Err(error) => {
            tracing::debug!(%error, "the client went away during the handshake");
            return None;
        }
    };
    let Ok(Parts { io, read_buf, .. }) = upgraded.downcast::<TokioIo<TcpStream>>() else {
        tracing::error!("an upgraded connection is not a TCP stream");
        return None;
    };
    // The id must be unguessable: a client that knows it can send this socket private messages.
    let Ok(socket_id) = random_name() else {
        tracing::error!("the system has no random numbers");
        return None;
    };
    let expires = verified.as_ref().and_then(|verified| verified.as_ref().ok()).and_then(Claims::expiry);
    let (reads, writes) = io.into_inner().into_split();
    let outbox = Outbox::new(writes, gate.outbox_bytes);
    let session = match to {
        Place::V1 { hash } => open_v1(&gate, &hash, socket_id, verified, outbox),
        Place::V2(address) => open_v2(&gate, address, socket_id, verified, outbox),
    };
    // The HTTP library's read buffer is large and almost always empty. Only its content is kept.
    Some(Connection::new(reads, read_buf.to_vec(), session, &gate.terms, expires).await)
}

fn open_v1(gate: &Gate, hash: &str, socket_id: String, verified: Verified, outbox: Outbox) -> ClientSession {
    let (client, problem) = match verified {
        Some(Ok(claims)) => (claims.into_client(socket_id), None),
        Some(Err(problem)) => (Client::anonymous(socket_id), Some(problem)),
        None => (Client::anonymous(socket_id), None),
    };
    let (exchange, rates) = (Arc::clone(&gate.exchange), Arc::clone(&gate.rates));
    let mut session = ClientSession::open(exchange, rates, client, hash, outbox);
    if let Some(problem) = problem {
        // Like Xano's servers, this one opens the socket as anonymous. Unlike them, it tells the client why.
        session.tell(Refusal::TokenNotAccepted(problem.to_string()));
    }
    session
}

/// A token that is not accepted is no reason to refuse the handshake: the error on the socket names the problem.
fn open_v2(gate: &Gate, address: Address, socket_id: String, verified: Verified, outbox: Outbox) -> ClientSession {
    let verified = verified.transpose().and_then(|claims| match claims {
        Some(claims) if claims.tenant.as_deref() != address.tenant() => Err(TokenProblem::Tenant),
        claims => Ok(claims),
    });
    let user = verified.map(|claims| claims.map(|claims| claims.into_client(socket_id).into()));
    let visitor = Visitor { address, user: user.map_err(|problem| problem.to_string()) };
    ClientSession::open_v2(Arc::clone(&gate.exchange), Arc::clone(&gate.rates), visitor, outbox)
}

fn accept_key(headers: &HeaderMap) -> Result<String, Rejection> {
    if !has_word(headers, CONNECTION, "upgrade") || !has_word(headers, UPGRADE, "websocket") {
        return Err(Rejection::NotAWebSocket);
    }
    if !has_word(headers, SEC_WEBSOCKET_VERSION, "13") {
        return Err(Rejection::UnknownVersion);
    }
    let key = headers.get(SEC_WEBSOCKET_KEY).ok_or(Rejection::NoKey)?;
    if !BASE64.decode(key).is_ok_and(|key| key.len() == KEY_BYTES) {
        return Err(Rejection::BadKey);
    }
    Ok(derive_accept_key(key.as_bytes()))
}

/// The number of bytes that `Sec-WebSocket-Key` encodes (RFC 6455, section 4.1).
const KEY_BYTES: usize = 16;

fn has_word(headers: &HeaderMap, name: HeaderName, word: &str) -> bool {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    let mut words = values.flat_map(|value| value.split(','));
    words.any(|candidate| candidate.trim().eq_ignore_ascii_case(word))
}

/// Returns the auth token, which a client sends as the only subprotocol. Browsers fail a handshake whose response does
/// not repeat it.
fn first_subprotocol(headers: &HeaderMap) -> Option<HeaderValue> {
    let offered = headers.get(SEC_WEBSOCKET_PROTOCOL)?.to_str().ok()?;
    let first = offered.split(',').next()?.trim();
    HeaderValue::from_str(first).ok().filter(|first| !first.is_empty())
}

fn switching_protocols(accept: String, subprotocol: Option<HeaderValue>) -> Response {
    let status = StatusCode::SWITCHING_PROTOCOLS;
    let mut response =
        (status, [(CONNECTION, "upgrade"), (UPGRADE, "websocket")], [(SEC_WEBSOCKET_ACCEPT, accept)]).into_response();
    if let Some(subprotocol) = subprotocol {
        response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, subprotocol);
    }
    response
}
