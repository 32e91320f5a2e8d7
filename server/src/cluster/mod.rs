//! What several servers share, kept in Redis: the order of what is said on each channel, what is kept of it, who is
//! there, the settings and the users. So that they act as one.
//!
//! The hub asks by [`Post`]s and follows what it is told; nothing here decides about channels.
//!
//! # Layout
//!
//! - `session`: what is done as long as the connections to Redis last.
//! - `works`: what is asked, and what becomes of the answers.
//! - `scripts`: what Redis does in one step.
//! - `keys`: what things are called there.
//! - `lease`: which servers are alive, and what is done about those that are not.
//! - `workspace`: settings, users and the signing key.
//! - `disconnect`: closes the sockets of a user on all servers.

mod disconnect;
mod keys;
mod lease;
mod scripts;
mod session;
mod works;
mod workspace;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use redis::aio::MultiplexedConnection;
use redis::{Client, IntoConnectionInfo, ProtocolVersion, RedisError, RedisResult};
use tokio::sync::{mpsc, oneshot};
use tokio::time::sleep;

use crate::auth::Secret;
use crate::exchange::Exchange;
use crate::hub::{Post, Reply};
use crate::settings::Settings;
use keys::Names;
use scripts::{Epochs, Scripts};
use session::{Connections, Pushes};
pub(crate) use workspace::Unavailable;

/// Where what is shared is kept. Printing it shows no password.
#[derive(Clone, Debug)]
pub struct RedisUrl(redis::ConnectionInfo);

impl std::str::FromStr for RedisUrl {
    type Err = String;

    fn from_str(url: &str) -> Result<RedisUrl, String> {
        let info = url.into_connection_info().map_err(|_| {
            // The cause would repeat the URL, with its password.
            "not the URL of a Redis: redis://[[user]:password@]host[:port][/database], or rediss:// for TLS".to_owned()
        })?;
        // Answers and notices on one connection.
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        Ok(RedisUrl(info.set_redis_settings(settings)))
    }
}

/// What the rest of the server has to do with the others.
#[derive(Clone, Debug)]
pub(crate) struct Cluster {
    works: mpsc::UnboundedSender<Work>,
    connection: Arc<RwLock<Option<MultiplexedConnection>>>,
    names: Names,
}

/// What is to be done, in order.
#[derive(Debug)]
enum Work {
    /// Since when.
    Post(Post, Instant),
    /// The workspace says something; how many members there are is the answer, or none where it could not be done.
    Event(Post, oneshot::Sender<Option<usize>>),
    /// Nothing more comes.
    End(oneshot::Sender<()>),
}

/// Connects, serves, and connects again.
#[derive(Debug)]
pub(crate) struct Link {
    client: Client,
    address: String,
    names: Names,
    node: String,
    epochs: Epochs,
    scripts: Scripts,
    works: mpsc::UnboundedReceiver<Work>,
    connection: Arc<RwLock<Option<MultiplexedConnection>>>,
    /// The key that signs tokens, where it is one that the servers share.
    secret: Option<Secret>,
    /// From the start until it is first served with.
    connected: Option<(Connections, Pushes)>,
    /// Members that are gone, of whom Redis could not be told.
    gone: Vec<Post>,
}

/// The two ends: one for the server, one to be run.
pub(crate) fn cluster(url: RedisUrl, node: &str) -> Result<(Cluster, Link), RedisError> {
    let address = url.0.addr().to_string();
    let names = Names::new(url.0.redis_settings().db());
    let (sender, works) = mpsc::unbounded_channel();
    let connection = Arc::new(RwLock::new(None));
    let link = Link {
        client: Client::open(url.0)?,
        address,
        names: names.clone(),
        node: node.to_owned(),
        epochs: Epochs::new(node.to_owned()),
        scripts: Scripts::new(),
        works,
        connection: Arc::clone(&connection),
        secret: None,
        connected: None,
        gone: Vec::new(),
    };
    Ok((Cluster { works: sender, connection, names }, link))
}

impl Cluster {
    pub(crate) fn post(&self, post: Post) {
        // Without the other end the server is stopping.
        let _ = self.works.send(Work::Post(post, Instant::now()));
    }

    pub(crate) async fn event(&self, post: Post) -> Option<usize> {
        let (answer, answered) = oneshot::channel();
        self.works.send(Work::Event(post, answer)).ok()?;
        answered.await.ok().flatten()
    }

    /// Everything that was posted is done.
    pub(crate) async fn end(&self) {
        let (done, ended) = oneshot::channel();
        if self.works.send(Work::End(done)).is_ok() {
            let _ = ended.await;
        }
    }

    /// Whether Redis answers.
    pub(crate) fn is_ready(&self) -> bool {
        self.connection().is_some()
    }

    fn connection(&self) -> Option<MultiplexedConnection> {
        self.connection.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Link {
    /// What is shared already, or else these from now on. Waits until Redis can be reached.
    pub(crate) async fn share(&mut self, settings: Settings, secret: Option<Secret>) -> (Settings, Secret) {
        loop {
            match self.try_share(&settings, secret.as_ref()).await {
                Ok((shared, secret)) => return (shared.unwrap_or(settings), secret),
                Err(error) => self.complain(&error),
            }
            sleep(AGAIN_AFTER).await;
        }
    }

    async fn try_share(
        &mut self,
        settings: &Settings,
        secret: Option<&Secret>,
    ) -> RedisResult<(Option<Settings>, Secret)> {
        let (connections, pushes) = self.connect().await?;
        let mut connection = connections.asking.clone();
        let settings = workspace::share_settings(&mut connection, settings).await?;
        let secret = match secret {
            Some(secret) => secret.clone(),
            None => self.secret.insert(workspace::share_secret(&mut connection).await?).clone(),
        };
        self.set(Some(connection));
        self.connected = Some((connections, pushes));
        Ok((settings, secret))
    }

    /// Serves until everything is done after [`Cluster::end`].
    pub(crate) async fn run(mut self, exchange: Arc<Exchange>) {
        loop {
            let connected = match self.connected.take() {
                Some(connected) => Some(Ok(connected)),
                None => self.refuse_until(self.connect(), &exchange).await,
            };
            let Some(connected) = connected else {
                return;
            };
            match self.serve(connected, &exchange).await {
                Ok(()) => return,
                Err(error) => self.complain(&error),
            }
            self.set(None);
            if self.refuse_until(sleep(AGAIN_AFTER), &exchange).await.is_none() {
                return;
            }
        }
    }

    fn connect(&self) -> impl Future<Output = RedisResult<(Connections, Pushes)>> + use<> {
        let notices = [self.names.settings_notices(), self.names.disconnect_notices()];
        session::connect(self.client.clone(), self.scripts.load(), notices)
    }

    async fn serve(
        &mut self,
        connected: RedisResult<(Connections, Pushes)>,
        exchange: &Arc<Exchange>,
    ) -> RedisResult<()> {
        let (connections, pushes) = connected?;
        tracing::info!("shares its channels through Redis at {}", self.address);
        self.set(Some(connections.asking.clone()));
        session::serve(self, exchange, connections, pushes).await
    }

    /// Nothing is accepted meanwhile: it could not be kept. `None` if that was the end.
    async fn refuse_until<T>(&mut self, what: impl Future<Output = T>, exchange: &Arc<Exchange>) -> Option<T> {
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
                    Some(work) => give_back(work, exchange, &mut self.gone),
                },
            }
        }
    }

    /// Redis may repeat what it was told, so the password too.
    fn complain(&self, error: &RedisError) {
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

/// It cannot be done now: whoever waits for it is told.
fn give_back(work: Work, exchange: &Arc<Exchange>, gone: &mut Vec<Post>) {
    match work {
        Work::Post(
            Post::Say { channel, asker: Some(asker), .. }
            | Post::Whisper { channel, asker, .. }
            | Post::Remember { channel, asker, .. },
            _,
        ) => exchange.replied(&channel, &asker, Reply::Unavailable),
        Work::Post(post @ Post::Leave { .. }, _) => gone.push(post),
        // How every channel stands is asked when there is a connection again.
        Work::Post(Post::Say { .. } | Post::Open { .. } | Post::Close { .. } | Post::Join { .. }, _) => {}
        Work::Event(_, answer) => drop(answer.send(None)),
        Work::End(done) => drop(done.send(())),
    }
}

const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// A Redis that takes longer than this is taken for gone.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// How much is asked at once at most.
const BATCH: usize = 256;
