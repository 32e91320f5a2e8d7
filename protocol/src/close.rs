//! The WebSocket close codes, and whether a client connects again after each.

/// A WebSocket close code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CloseCode(pub u16);

/// The reaction of a client to a closed socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Connect again, after a delay.
    Again,
    /// Connect again; the frame that was being sent is too large and is not sent a second time.
    AgainWithoutFrame,
    /// Stay closed: the server refused this client's behaviour.
    NeverPolicy,
    /// Stay closed: the server refused this client's token.
    NeverUnauthorized,
    /// Stay closed: one side closed on purpose.
    Never,
}

impl CloseCode {
    /// One of the two sides closed on purpose.
    pub const NORMAL: CloseCode = CloseCode(1000);
    /// The other side is going away: the server stops, or the user leaves the page.
    pub const GOING_AWAY: CloseCode = CloseCode(1001);
    /// The close frame had no code.
    pub const NO_STATUS: CloseCode = CloseCode(1005);
    /// The connection broke. This code is never on the wire.
    pub const ABNORMAL: CloseCode = CloseCode(1006);
    /// The server refused the client's behaviour, for example flooding.
    pub const POLICY: CloseCode = CloseCode(1008);
    /// A frame was larger than the server accepts.
    pub const TOO_LARGE: CloseCode = CloseCode(1009);
    /// The server failed.
    pub const INTERNAL: CloseCode = CloseCode(1011);
    /// The server restarts.
    pub const RESTART: CloseCode = CloseCode(1012);
    /// The server is overloaded, or this client reads too slowly.
    pub const TRY_AGAIN_LATER: CloseCode = CloseCode(1013);
    /// A proxy got no valid answer from the server behind it.
    pub const BAD_GATEWAY: CloseCode = CloseCode(1014);
    /// The application asked its client to reconnect.
    pub const RECONNECT: CloseCode = CloseCode(4000);
    /// The server does not accept the token.
    pub const UNAUTHORIZED: CloseCode = CloseCode(4401);

    /// Returns the reaction of a client to this code.
    pub const fn retry(self) -> Retry {
        match self {
            Self::GOING_AWAY
            | Self::NO_STATUS
            | Self::ABNORMAL
            | Self::INTERNAL
            | Self::RESTART
            | Self::TRY_AGAIN_LATER
            | Self::BAD_GATEWAY
            | Self::RECONNECT => Retry::Again,
            Self::TOO_LARGE => Retry::AgainWithoutFrame,
            Self::POLICY => Retry::NeverPolicy,
            Self::UNAUTHORIZED => Retry::NeverUnauthorized,
            _ => Retry::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CloseCode, Retry};

    #[test]
    fn a_client_tries_again_on_the_documented_codes_and_on_no_other() {
        let again: Vec<u16> = (0..=4999).filter(|&code| CloseCode(code).retry() == Retry::Again).collect();
        assert_eq!(again, [1001, 1005, 1006, 1011, 1012, 1013, 1014, 4000]);
        assert_eq!(CloseCode(1009).retry(), Retry::AgainWithoutFrame);
        assert_eq!(CloseCode(1008).retry(), Retry::NeverPolicy);
        assert_eq!(CloseCode(4401).retry(), Retry::NeverUnauthorized);
        assert_eq!(CloseCode(1000).retry(), Retry::Never);
    }
}
