//! Which channels are joined, and what waits for the next socket.

use super::queue::{Frame, Full, Queue};

/// A channel's number within its connection. Small: the host gives them out and reuses them.
pub type ChannelId = u32;

/// What the server shall send on arrival, besides its acknowledgement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JoinOptions(u32);

impl JoinOptions {
    /// Nothing else.
    pub const NONE: JoinOptions = JoinOptions(0);
    /// The kept messages.
    pub const HISTORY: JoinOptions = JoinOptions(1);
    /// Who is there, and who comes and goes.
    pub const PRESENCE: JoinOptions = JoinOptions(2);
    /// After an interruption, what was missed.
    pub const RECOVER: JoinOptions = JoinOptions(4);
    /// All of them.
    const ALL: u32 = 7;

    /// The options that are set in the number.
    pub const fn from_bits(bits: u32) -> Self {
        JoinOptions(bits & Self::ALL)
    }

    /// The options as bits of a number.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Both together.
    pub const fn union(self, other: JoinOptions) -> JoinOptions {
        JoinOptions(self.0 | other.0)
    }

    /// These with the others, or without them.
    #[must_use]
    pub const fn with(self, others: JoinOptions, wanted: bool) -> Self {
        JoinOptions(if wanted { self.0 | others.0 } else { self.0 & !others.0 })
    }

    /// Whether the others are among them.
    pub const fn contains(self, others: JoinOptions) -> bool {
        others.0 & !self.0 == 0
    }

    /// Whether a join that asked for the others has asked for these too. What was missed is asked for at the next one.
    const fn is_part_of(self, others: JoinOptions) -> bool {
        others.union(Self::RECOVER).contains(self)
    }
}

#[derive(Debug)]
struct Channel {
    options: JoinOptions,
    /// What the join on the current socket asked for; none before it was sent.
    joined: Option<JoinOptions>,
    waiting: Queue,
}

/// The channels of a connection, by their number.
#[derive(Debug)]
pub struct Channels {
    channels: Vec<Option<Channel>>,
    count: usize,
}

impl Channels {
    /// No channel.
    pub const fn new() -> Self {
        Channels { channels: Vec::new(), count: 0 }
    }

    /// Whether there is no channel.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The first number that no channel has.
    pub fn end(&self) -> ChannelId {
        self.channels.len() as ChannelId
    }

    /// Adds the channel, or adds to its options.
    pub fn add(&mut self, channel: ChannelId, options: JoinOptions) {
        let index = channel as usize;
        if index >= self.channels.len() {
            self.channels.resize_with(index + 1, || None);
        }
        let Some(place) = self.channels.get_mut(index) else {
            return;
        };
        match place {
            Some(known) => known.options = known.options.union(options),
            None => {
                *place = Some(Channel { options, joined: None, waiting: Queue::new() });
                self.count += 1;
            }
        }
    }

    /// What a join frame has to ask for; none when the current socket was asked for all of it already.
    pub fn join(&mut self, channel: ChannelId) -> Option<JoinOptions> {
        let channel = self.get(channel)?;
        if channel.joined.is_some_and(|joined| channel.options.is_part_of(joined)) {
            return None;
        }
        channel.joined = Some(channel.options);
        channel.joined
    }

    /// The socket is gone, and every join with it.
    pub fn forget_joins(&mut self) {
        for channel in self.channels.iter_mut().flatten() {
            channel.joined = None;
        }
    }

    /// Removes the channel; says whether it was joined on the current socket. None where there is no such channel.
    pub fn remove(&mut self, channel: ChannelId) -> Option<bool> {
        let removed = self.channels.get_mut(channel as usize)?.take()?;
        self.count -= 1;
        Some(removed.joined.is_some())
    }

    /// Keeps a frame for the next socket. On a channel that is not there it is refused as well.
    pub fn wait(&mut self, channel: ChannelId, frame: Frame) -> Result<(), Full> {
        self.get(channel).ok_or(Full)?.waiting.push(frame)
    }

    /// Takes the oldest frame that waits, if there is an allowance.
    pub fn pop_waiting(&mut self, channel: ChannelId, allowance_ms: &mut i32) -> Option<Frame> {
        self.get(channel)?.waiting.pop(allowance_ms)
    }

    /// Whether something waits on the channel.
    pub fn is_waiting(&mut self, channel: ChannelId) -> bool {
        self.get(channel).is_some_and(|channel| !channel.waiting.is_empty())
    }

    /// A channel on which something waits.
    pub fn first_waiting(&self) -> Option<ChannelId> {
        let waits = |place: &Option<Channel>| place.as_ref().is_some_and(|channel| !channel.waiting.is_empty());
        self.channels.iter().position(waits).map(|index| index as ChannelId)
    }

    fn get(&mut self, channel: ChannelId) -> Option<&mut Channel> {
        self.channels.get_mut(channel as usize)?.as_mut()
    }
}

impl Default for Channels {
    fn default() -> Self {
        Self::new()
    }
}
