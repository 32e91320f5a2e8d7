//! What a join asks for.

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
    /// A host adds this to the options of a channel that was joined over another connection before: something may have been
    /// missed on the way.
    pub const RETURNS: JoinOptions = JoinOptions(8);
    /// A host adds this to [`RETURNS`](Self::RETURNS) where it keeps the channel's position.
    pub const POSITION: JoinOptions = JoinOptions(16);
    /// A host adds this to every option of a connection that speaks Realtime V2.
    pub const V2: JoinOptions = JoinOptions(32);
    /// What a server can be asked for.
    const ASKED: u32 = 7;

    /// The options that are set in the number.
    pub const fn from_bits(bits: u32) -> Self {
        JoinOptions(bits)
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

    /// These without what a host says of the channel.
    pub(super) const fn asked(self) -> Self {
        JoinOptions(self.0 & Self::ASKED)
    }

    /// Whether a join that asked for the others has asked for these too. What was missed is asked for at the next one.
    pub(super) const fn is_part_of(self, others: JoinOptions) -> bool {
        others.union(Self::RECOVER).contains(self)
    }
}
