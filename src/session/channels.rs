//! Who is joined, and what waits for the next socket.

use super::queue::{Frame, Full, Queue};

/// A channel's number within its session. Small: whoever drives the session gives them out and reuses them.
pub type ChannelId = u32;

/// What the server shall send on arrival, besides its acknowledgement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// The kept messages.
    pub history: bool,
    /// Who is there, and who comes and goes.
    pub presence: bool,
    /// After an interruption, what was missed.
    pub recover: bool,
}

impl Wishes {
    /// Both together.
    pub fn union(self, other: Wishes) -> Wishes {
        Wishes {
            history: self.history || other.history,
            presence: self.presence || other.presence,
            recover: self.recover || other.recover,
        }
    }

    /// Whether a join that asked for the others has asked for these too. What was missed is asked for at the next one.
    fn is_part_of(self, others: Wishes) -> bool {
        others.union(Wishes { recover: false, ..self }) == others
    }
}

#[derive(Debug)]
struct Membership<F> {
    wishes: Wishes,
    /// What the join on the current socket asked for; none before it was sent.
    joined: Option<Wishes>,
    waiting: Queue<F>,
}

/// The channels of a session, by their number.
#[derive(Debug)]
pub struct Channels<F> {
    memberships: Vec<Option<Membership<F>>>,
    count: usize,
}

impl<F> Channels<F> {
    /// No channel.
    pub const fn new() -> Self {
        Channels { memberships: Vec::new(), count: 0 }
    }

    /// Whether there is no channel.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The numbers of all channels.
    pub fn ids(&self) -> Vec<ChannelId> {
        let present = self.memberships.iter().enumerate().filter(|(_, membership)| membership.is_some());
        present.map(|(index, _)| index as ChannelId).collect()
    }

    /// Adds the channel, or adds to its wishes.
    pub fn wish(&mut self, channel: ChannelId, wishes: Wishes) {
        let index = channel as usize;
        if index >= self.memberships.len() {
            self.memberships.resize_with(index + 1, || None);
        }
        let Some(place) = self.memberships.get_mut(index) else {
            return;
        };
        match place {
            Some(membership) => membership.wishes = membership.wishes.union(wishes),
            None => {
                *place = Some(Membership { wishes, joined: None, waiting: Queue::new() });
                self.count += 1;
            }
        }
    }

    /// What a join frame has to ask for; none when the current socket was asked for all of it already.
    pub fn join(&mut self, channel: ChannelId) -> Option<Wishes> {
        let membership = self.get(channel)?;
        if membership.joined.is_some_and(|joined| membership.wishes.is_part_of(joined)) {
            return None;
        }
        membership.joined = Some(membership.wishes);
        membership.joined
    }

    /// The socket is gone, and every join with it.
    pub fn forget_joins(&mut self) {
        for membership in self.memberships.iter_mut().flatten() {
            membership.joined = None;
        }
    }

    /// Removes the channel; says whether it was joined on the current socket.
    pub fn remove(&mut self, channel: ChannelId) -> bool {
        let Some(membership) = self.memberships.get_mut(channel as usize).and_then(Option::take) else {
            return false;
        };
        self.count -= 1;
        membership.joined.is_some()
    }

    /// Keeps a frame for the next socket. On a channel that is not there it is refused as well.
    pub fn wait(&mut self, channel: ChannelId, frame: Frame<F>) -> Result<(), Full> {
        self.get(channel).ok_or(Full)?.waiting.push(frame)
    }

    /// Takes everything that waits, oldest first.
    pub fn take_all_waiting(&mut self, channel: ChannelId) -> Vec<Frame<F>> {
        self.get(channel).map(|membership| membership.waiting.take_all()).unwrap_or_default()
    }

    /// Takes what waits and there is an allowance for, oldest first.
    pub fn take_waiting(&mut self, channel: ChannelId, allowance_ms: &mut i32) -> Vec<Frame<F>> {
        self.get(channel).map(|membership| membership.waiting.take(allowance_ms)).unwrap_or_default()
    }

    /// Whether something waits on the channel.
    pub fn is_waiting(&mut self, channel: ChannelId) -> bool {
        self.get(channel).is_some_and(|membership| !membership.waiting.is_empty())
    }

    /// A channel on which something waits.
    pub fn first_waiting(&self) -> Option<ChannelId> {
        let waits = |place: &Option<Membership<F>>| place.as_ref().is_some_and(|member| !member.waiting.is_empty());
        self.memberships.iter().position(waits).map(|index| index as ChannelId)
    }

    fn get(&mut self, channel: ChannelId) -> Option<&mut Membership<F>> {
        self.memberships.get_mut(channel as usize)?.as_mut()
    }
}

impl<F> Default for Channels<F> {
    fn default() -> Self {
        Self::new()
    }
}
