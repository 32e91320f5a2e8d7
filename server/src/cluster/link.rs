//! The link to Redis: it connects, serves until the connection breaks, and connects again.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use redis::Client;
use redis::aio::MultiplexedConnection;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::Follower;
use super::failure::Failure;
use super::redis_keys::Names;
use super::scripts::{Bounds, Epochs, Scripts};
use super::session::{self, Connections};
use super::unread::Unread;
use super::workspace::Following;
use super::{Work, workspace};
use crate::hub::{Load, LogInput, LogReply, LogRequest, Rows};
use crate::settings::Secret;
use crate::settings::Settings;

/// The link to Redis: it connects, serves until the connection breaks, and connects again.
#[derive(Debug)]
pub(crate) struct Link {
    pub(super) client: Client,
    pub(super) address: String,
    pub(super) names: Names,
    pub(super) node: String,
    pub(super) epochs: Epochs,
    pub(super) scripts: Scripts,
    pub(super) bounds: Bounds,
    pub(super) load: Load,
    pub(super) following: Arc<Following>,
    pub(super) works: mpsc::UnboundedReceiver<Work>,
    pub(super) connection: Arc<RwLock<Option<MultiplexedConnection>>>,
    /// The key that signs tokens, if it is the one stored in Redis.
    pub(super) secret: Option<Secret>,
    /// The first connections, between the start and their first use.
    pub(super) connected: Option<(Connections, Unread)>,
    /// Removed members and histories that Redis has not acknowledged yet.
    pub(super) gone: Vec<LogRequest>,
}

impl Link {
    /// Returns the settings and the key stored in Redis; stores ours if there are none. Waits until Redis is reachable
    /// and its data is valid: a server never falls back to its own settings, which may allow more.
    pub(crate) async fn bootstrap(&mut self, settings: &Settings, secret: Option<Secret>) -> (Settings, Rows, Secret) {
        loop {
            match self.try_bootstrap(settings, secret.as_ref()).await {
                Ok(shared) => return shared,
                Err(error) => self.complain(&error),
            }
            sleep(AGAIN_AFTER).await;
        }
    }

    async fn try_bootstrap(
        &mut self,
        settings: &Settings,
        secret: Option<&Secret>,
    ) -> Result<(Settings, Rows, Secret), Failure> {
        let (connections, unread) = self.connect().await?;
        let mut connection = connections.asking.clone();
        let notices = self.names.settings_notices();
        let (settings, rows) = workspace::share_settings(&mut connection, settings, &notices).await?;
        let secret = match secret {
            Some(secret) => secret.clone(),
            None => self.secret.insert(workspace::share_secret(&mut connection).await?).clone(),
        };
        self.set(Some(connection));
        self.connected = Some((connections, unread));
        Ok((settings, rows, secret))
    }

    /// Serves until all requests before [`Cluster::end`](super::Cluster::end) are done.
    pub(crate) async fn run(mut self, follower: Arc<dyn Follower>) {
        loop {
            let connected = match self.connected.take() {
                Some(connected) => Some(Ok(connected)),
                None => self.refuse_until(self.connect(), &follower).await,
            };
            let Some(connected) = connected else {
                return;
            };
            match self.serve(connected, &follower).await {
                Ok(()) => return,
                Err(error) => self.complain(&error),
            }
            self.set(None);
            if self.refuse_until(sleep(AGAIN_AFTER), &follower).await.is_none() {
                return;
            }
        }
    }

    fn connect(&self) -> impl Future<Output = Result<(Connections, Unread), Failure>> + use<> {
        let notices = [self.names.settings_notices(), self.names.disconnect_notices()];
        session::connect(self.client.clone(), self.scripts.load(), notices)
    }

    async fn serve(
        &mut self,
        connected: Result<(Connections, Unread), Failure>,
        follower: &Arc<dyn Follower>,
    ) -> Result<(), Failure> {
        let (connections, unread) = connected?;
        tracing::info!("sharing channels through Redis at {}", self.address);
        self.set(Some(connections.asking.clone()));
        session::serve(self, follower, connections, unread).await
    }

    /// Refuses all requests until `what` resolves, because there is no connection. Returns `None` when the server ends.
    async fn refuse_until<T>(&mut self, what: impl Future<Output = T>, follower: &Arc<dyn Follower>) -> Option<T> {
        let mut what = std::pin::pin!(what);
        loop {
            tokio::select! {
                outcome = what.as_mut() => return Some(outcome),
                work = self.works.recv() => match work {
                    None => return None,
                    Some(Work::End(done)) => {
                        let _ = done.send(());
                        return None;
                    }
                    Some(work) => give_back(work, follower, &mut self.gone),
                },
            }
        }
    }

    /// The error may repeat the URL's password, so it is removed from the message.
    fn complain(&self, error: &Failure) {
        let mut error = error.to_string();
        if let Some(password) =
            self.client.get_connection_info().redis_settings().password().filter(|it| !it.is_empty())
        {
            error = error.replace(password, "[the password]");
        }
        tracing::error!(error, "Redis at {} does not serve; trying again in a second", self.address);
    }

    fn set(&self, connection: Option<MultiplexedConnection>) {
        *self.connection.write().unwrap_or_else(PoisonError::into_inner) = connection;
    }
}

/// Fails a request that cannot be carried out now, and informs its requester.
pub(super) fn give_back(work: Work, follower: &Arc<dyn Follower>, gone: &mut Vec<LogRequest>) {
    match work {
        Work::Request(
            LogRequest::Append { channel, requester: Some(requester), .. }
            | LogRequest::PrivateMessage { channel, requester, .. }
            | LogRequest::Remember { channel, requester, .. },
            _,
            _,
        ) => {
            follower.handle(LogInput::Reply { channel: &channel, requester: &requester, reply: LogReply::Unavailable })
        }
        Work::Request(request @ (LogRequest::Leave { .. } | LogRequest::Erase { .. }), ..) => gone.push(request),
        // After reconnecting, the state of every channel is requested anyway.
        Work::Request(
            LogRequest::Append { .. } | LogRequest::Open { .. } | LogRequest::Close { .. } | LogRequest::Join { .. },
            ..,
        ) => {}
        Work::Event(_, answer, _) => drop(answer.send(None)),
        Work::End(done) => drop(done.send(())),
    }
}

const AGAIN_AFTER: Duration = Duration::from_secs(1);
