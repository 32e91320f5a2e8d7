//! Failures in the words of Rust: what a text of the engine calls by a JavaScript name, this one calls by its own.

use crate::engine;

/// Declares [`Failure`]: the engine's failures, and a text where that of the engine names a function of JavaScript.
macro_rules! failures {
    ($($(#[$doc:meta])* $variant:ident $(= $message:literal)?;)*) => {
        /// What an application is told when something fails.
        ///
        /// ```no_run,standalone_crate
        /// assert_eq!(xano_wasm::Failure::QueueFull.code(), "queue_full");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Failure {
            $($(#[$doc])* $variant,)*
        }

        impl Failure {
            /// For programs. The npm package has the same codes.
            pub const fn code(self) -> &'static str {
                self.of_engine().code()
            }

            /// For people: what was wrong, and what to do. One that ends with a space is followed by the particulars.
            pub const fn message(self) -> &'static str {
                match self {
                    $($(Failure::$variant => $message,)?)*
                    #[allow(unreachable_patterns, reason = "every failure may have a text for Rust")]
                    _ => self.of_engine().message(),
                }
            }

            const fn of_engine(self) -> engine::Failure {
                match self {
                    $(Failure::$variant => engine::Failure::$variant,)*
                }
            }
        }

        impl From<engine::Failure> for Failure {
            fn from(failure: engine::Failure) -> Self {
                match failure {
                    $(engine::Failure::$variant => Failure::$variant,)*
                }
            }
        }
    };
}

failures! {
    /// The server does not take this client's behaviour (close code 1008). No further attempt.
    Policy = "The server closed the connection for what this client sent (1008). realtime_reconnect() opens it again.";
    /// The server does not take this client's token, or on Realtime V2 refuses the connection for another reason, which
    /// follows (close code 4401). No further attempt.
    Unauthorized = "The server refused the connection (4401): on Realtime V1 for the realtime auth token, on V2 for what \
        it says. Mend that, as with set_realtime_auth_token(), then call realtime_reconnect().";
    /// The token that a closure gave cannot be sent. No further attempt.
    InvalidToken = "The realtime auth token has characters that a handshake cannot carry, such as a space or a comma. \
        Give the bare token, without \"Bearer\", then call realtime_reconnect().";
    /// A frame was larger than the server takes (close code 1009). What it had not answered is not sent again.
    TooLarge;
    /// Three attempts in a row did not open. The attempts go on. Followed by the address.
    CannotConnect;
    /// The message was refused: there is no connection, and it was not to wait for one.
    NotConnected = "Not sent: there is no connection, and the channel was joined with queue_offline_actions(false).";
    /// The message was refused: too many are waiting for a connection, or for an answer.
    QueueFull;
    /// The platform would not make a socket: the address is illegal, or there is no WebSocket. Followed by the address
    /// and the cause.
    NoSocket = "No WebSocket could be made: check the base URL, and the page's CSP (connect-src). Address and cause: ";
    /// The closure that was to give the token failed, or took too long. The attempts go on. Followed by the cause.
    NoToken = "The closure given to realtime_auth_token_provider() gave no token; trying goes on. ";
    /// The server closed the connection with a code that allows no further attempt.
    ServerClosed = "The server closed the connection for good. realtime_reconnect() opens it again.";
    /// The server no longer had all that was missed.
    Gap;
    /// Neither the server nor its history says what was missed.
    GapPossible;
    /// The server has not answered what was published.
    Timeout;
    /// The server has restarted, and with it went what it knew of the message that was published; or it knows no keys, and the
    /// message has not come back.
    Unconfirmed;
    /// V2: a message has failed three times.
    Poisoned = "A message has failed three times: it is acknowledged, and does not come again.";
    /// The server does not let this client join the channel.
    Refused;
}

#[cfg(test)]
mod tests {
    use super::{Failure, engine};

    #[test]
    fn no_text_for_rust_names_a_function_of_javascript() {
        for &failure in engine::Failure::ALL {
            let message = Failure::from(failure).message();
            let foreign = ["realtimeReconnect", "queueOffline", "realtimeAuthToken", "globalThis", "Node"];
            assert!(!foreign.iter().any(|name| message.contains(name)), "{message}");
        }
    }

    #[test]
    fn codes_are_those_of_the_engine() {
        for &failure in engine::Failure::ALL {
            assert_eq!(Failure::from(failure).code(), failure.code());
        }
    }
}
