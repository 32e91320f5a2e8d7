//! Failures, as applications are told about them. The codes are part of the public surface.

/// Declares [`Failure`] with its codes and texts from one list. The build hands the same list to the JavaScript side,
/// so that no text has to cross the boundary.
macro_rules! failures {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $message:literal $(+ $help:literal)?;)*) => {
        /// What an application is told when something fails.
        ///
        /// ```no_run,standalone_crate
        /// assert_eq!(xano_wasm::engine::Failure::QueueFull.code(), "queue_full");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Failure {
            $($(#[$doc])* $variant,)*
        }

        impl Failure {
            /// Every failure, in the order of their discriminants.
            pub const ALL: &[Failure] = &[$(Failure::$variant,)*];

            /// For programs.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Failure::$variant => $code,)*
                }
            }

            /// For people: what was wrong, and what to do. One that ends with a space is followed by the particulars.
            pub const fn message(self) -> &'static str {
                match self {
                    $(Failure::$variant => concat!($message, $($help)?),)*
                }
            }

            /// The end of [`message`](Self::message) that says what to do. Bundles for production leave it out.
            pub const fn help(self) -> &'static str {
                match self {
                    $(Failure::$variant => concat!($($help)?),)*
                }
            }
        }
    };
}

failures! {
    /// The server does not take this client's behaviour (close code 1008). No further attempt.
    Policy = "policy",
        "The server closed the connection for what this client sent (1008)." + " realtimeReconnect() opens it again.";
    /// The server does not take this client's token, or on V2 refuses the connection for any reason (close code 4401).
    /// No further attempt. On V2 the address and the reason follow.
    Unauthorized = "unauthorized",
        "The server refused this client (4401). " + "Is it the realtime auth token, or the canonical? Set another one, then call realtimeReconnect(). ";
    /// The token cannot be sent. No further attempt.
    InvalidToken = "invalid_token",
        "The realtime auth token has characters that a handshake cannot carry." + " Set another one, without \"Bearer\", then call realtimeReconnect().";
    /// A frame was larger than the server takes (close code 1009). What it had not answered is not sent again.
    TooLarge = "too_large",
        "A message was too large for the server (1009)." + " What it had not answered is not sent again.";
    /// Three attempts in a row did not open. The attempts go on. Followed by the address.
    CannotConnect = "cannot_connect",
        "Three attempts to connect have failed; trying goes on. " + "Check the connection hash, that Realtime is enabled, the network, and the page's CSP (connect-src): ";
    /// The frame was refused: there is no connection, and it was not to wait for one.
    NotConnected = "not_connected",
        "Not sent: there is no connection, and queueOfflineActions is false.";
    /// The frame was refused: too many are waiting for a connection, or for an answer.
    QueueFull = "queue_full",
        "Not sent: too much waits on this channel already." + " At most 1,000 messages or 1 MiB.";
    /// The platform would not make a socket: the address is illegal, or there is no WebSocket. Followed by the address
    /// and the cause.
    NoSocket = "no_socket",
        "No WebSocket could be made. " + "Node before 22 needs: globalThis.WebSocket ??= (await import(\"ws\")).default. Address and cause: ";
    /// What was to give the token failed, or took too long. The attempts go on. Followed by the cause.
    NoToken = "no_token",
        "The function given as realtimeAuthToken gave no token; trying goes on. ";
    /// The server closed the connection with a code that allows no further attempt. Only what waits for an answer is told.
    ServerClosed = "server_closed",
        "The server closed the connection for good." + " realtimeReconnect() opens it again.";
    /// The server no longer had all that was missed.
    Gap = "gap",
        "Messages that came while there was no connection are lost: the history is too short.";
    /// The server does not say what was missed.
    GapPossible = "gap_possible",
        "Messages that came while there was no connection may be lost.";
    /// The server has not answered what was published.
    Timeout = "timeout",
        "The server did not answer within 15 seconds.";
    /// The server has restarted, and with it went what it knew of the message; or it knows no keys, and the message has not come
    /// back.
    Unconfirmed = "unconfirmed",
        "Not confirmed: the server may have it.";
    /// V2: the handlers of a message have failed three times.
    Poisoned = "poisoned",
        "A message has failed three times, and does not come again.";
    /// The server does not let this client join the channel. The server's own words take the place of these.
    Refused = "refused",
        "The server refused it.";
}

#[cfg(test)]
mod tests {
    use super::Failure;

    #[test]
    fn every_failure_is_found_by_its_discriminant() {
        for (index, &failure) in Failure::ALL.iter().enumerate() {
            assert_eq!(failure as usize, index);
        }
    }
}
