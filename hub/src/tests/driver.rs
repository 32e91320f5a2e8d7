//! A driver for tests: one method for each input, and the outputs that the test has not looked at yet.

use std::ops::Deref;
use std::time::Duration;

use serde_json::value::RawValue;
use xano_realtime_protocol::frame::Client;

use crate::v2::{self, Publication, Visitor};
use crate::{
    Answer, Call, Closing, ConnectionId, Encoded, Held, Hub, Input, Limits, Load, LogInput, LogReply, LogRequest,
    Output, Refusal, Requester, Rows, Settings, Snapshot, Ticket,
};

#[derive(Debug)]
pub(super) struct Driver {
    hub: Hub,
    opened: u64,
    calls: Vec<Call>,
    closed: Vec<(ConnectionId, Closing)>,
    left_out: usize,
    published: usize,
    /// Each counts as waiting until a test takes it, as in the server.
    requests: Vec<(LogRequest, Held)>,
    load: Load,
}

/// A frame and its receiving sockets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Delivery {
    pub(super) to: Vec<ConnectionId>,
    pub(super) frame: Encoded,
}

impl Driver {
    pub(super) fn new(settings: Settings, limits: &Limits, epoch: &str) -> Driver {
        Driver::of(Hub::new(settings, limits, epoch), Load::default())
    }

    pub(super) fn replicated(settings: Settings, rows: Rows, limits: &Limits, node: &str, load: Load) -> Driver {
        Driver::of(Hub::replicated(settings, rows, limits, node, load.clone()), load)
    }

    fn of(hub: Hub, load: Load) -> Driver {
        Driver {
            hub,
            opened: 0,
            calls: Vec::new(),
            closed: Vec::new(),
            left_out: 0,
            published: 0,
            requests: Vec::new(),
            load,
        }
    }

    pub(super) fn open(&mut self, client: Client) -> ConnectionId {
        self.opened += 1;
        let id = ConnectionId::new(self.opened);
        self.feed(Input::Open { id, client });
        id
    }

    /// Opens a socket of V2, which is not ready yet.
    pub(super) fn open_v2(&mut self, visitor: Visitor) -> ConnectionId {
        self.opened += 1;
        let id = ConnectionId::new(self.opened);
        self.feed(Input::OpenV2 { id, visitor });
        id
    }

    pub(super) fn authenticate(&mut self, id: ConnectionId) -> Vec<Delivery> {
        self.feed(Input::Authenticate { id })
    }

    pub(super) fn publish(&mut self, publication: Publication<'_>) -> Result<Vec<Delivery>, v2::Refusal> {
        let mut outputs = Vec::new();
        self.hub.handle(Input::Publish(publication), &mut outputs);
        match outputs.pop_if(|output| matches!(output, Output::RefusePublication(_))) {
            Some(Output::RefusePublication(refusal)) => Err(refusal),
            _ => Ok(self.take(outputs)),
        }
    }

    /// Returns the sockets of V2 that the hub has closed since the last call.
    pub(super) fn take_closed(&mut self) -> Vec<(ConnectionId, Closing)> {
        std::mem::take(&mut self.closed)
    }

    /// Returns how many recipients did not get a message since the last call.
    pub(super) fn take_left_out(&mut self) -> usize {
        std::mem::take(&mut self.left_out)
    }

    /// Returns how many members the last message of the workspace was for.
    pub(super) fn published(&self) -> usize {
        self.published
    }

    pub(super) fn receive(&mut self, from: ConnectionId, text: &str) -> Vec<Delivery> {
        self.feed(match self.hub.dialect(from).parse(text) {
            Ok(frame) => Input::Frame { from, frame },
            Err(refused) => Input::Reject { from, refused },
        })
    }

    pub(super) fn close(&mut self, id: ConnectionId) -> Vec<Delivery> {
        self.feed(Input::Close { id })
    }

    pub(super) fn answer(&mut self, ticket: Ticket, answer: Answer) -> Vec<Delivery> {
        self.feed(Input::Answer { ticket, answer })
    }

    pub(super) fn event(&mut self, channel: &str, data: Option<&RawValue>) -> Result<Vec<Delivery>, Refusal> {
        let mut outputs = Vec::new();
        self.hub.handle(Input::Event { channel, data }, &mut outputs);
        match outputs.pop_if(|output| matches!(output, Output::RefuseEvent(_))) {
            Some(Output::RefuseEvent(refusal)) => Err(refusal),
            _ => Ok(self.take(outputs)),
        }
    }

    pub(super) fn apply(&mut self, settings: Settings) -> Vec<Delivery> {
        self.feed(Input::Settings(settings))
    }

    pub(super) fn advance(&mut self, now: Duration) {
        self.feed(Input::Time(now));
    }

    pub(super) fn tell_presence(&mut self) -> Vec<Delivery> {
        self.feed(Input::TellPresence)
    }

    pub(super) fn hear(&mut self, channel: &str, notice: &str) -> Vec<Delivery> {
        self.feed(Input::Log(LogInput::Notice { channel, notice }))
    }

    pub(super) fn opened(&mut self, channel: &str, question: u64, snapshot: Snapshot) -> Vec<Delivery> {
        self.feed(Input::Log(LogInput::Snapshot { channel, question, snapshot }))
    }

    pub(super) fn open_refused(&mut self, channel: &str, question: u64) -> Vec<Delivery> {
        self.feed(Input::Log(LogInput::SnapshotRefused { channel, question }))
    }

    pub(super) fn join_refused(&mut self, channel: &str, socket_id: &str) -> Vec<Delivery> {
        self.feed(Input::Log(LogInput::JoinRefused { channel, socket_id }))
    }

    pub(super) fn replied(&mut self, channel: &str, requester: &Requester, reply: LogReply) -> Vec<Delivery> {
        self.feed(Input::Log(LogInput::Reply { channel, requester, reply }))
    }

    pub(super) fn adopt(&mut self, settings: Settings, rows: Rows) -> Vec<Delivery> {
        self.feed(Input::Log(LogInput::Settings { settings, rows }))
    }

    pub(super) fn mark_stale(&mut self) {
        self.feed(Input::Log(LogInput::Stale));
    }

    pub(super) fn take_calls(&mut self) -> Vec<Call> {
        std::mem::take(&mut self.calls)
    }

    pub(super) fn take_requests(&mut self) -> Vec<LogRequest> {
        self.requests.drain(..).map(|(request, _)| request).collect()
    }

    fn feed(&mut self, input: Input<'_>) -> Vec<Delivery> {
        let mut outputs = Vec::new();
        self.hub.handle(input, &mut outputs);
        self.take(outputs)
    }

    fn take(&mut self, outputs: Vec<Output>) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        for output in outputs {
            match output {
                Output::Deliver { to, frame, .. } | Output::Refuse { to, frame, .. } => {
                    deliveries.push(Delivery { to, frame });
                }
                Output::Ask(call) => self.calls.push(call),
                Output::Log(request) => {
                    let held = self.load.hold(request.bytes());
                    self.requests.push((request, held));
                }
                Output::Close { to, why } => self.closed.extend(to.into_iter().map(|id| (id, why))),
                Output::LeftOut { recipients } => self.left_out += recipients,
                Output::Published { members } => self.published = members,
                Output::RefuseEvent(refusal) => panic!("no event was sent: {refusal}"),
                Output::RefusePublication(refusal) => panic!("nothing was published: {refusal}"),
            }
        }
        deliveries
    }
}

impl Deref for Driver {
    type Target = Hub;

    fn deref(&self) -> &Hub {
        &self.hub
    }
}
