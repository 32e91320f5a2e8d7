//! The inputs and outputs as numbers, for hosts on the other side of a boundary that only numbers cross. The build writes
//! them down for JavaScript: `pkg-template/src/core/numbers.js`.

use xano_realtime_protocol::CloseCode;

use super::{Attempt, Frame, Input, JoinOptions, Output};

/// Numbers names in their order, and lists them for the build.
macro_rules! numbered {
    ($($name:ident)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Order { $($name,)* }

        $(
            #[doc = concat!("`", stringify!($name), "`, as a number.")]
            pub const $name: u32 = Order::$name as u32;
        )*

        /// Every name with its number.
        pub const ALL: &[(&str, u32)] = &[$((stringify!($name), $name),)*];
    };
}

/// What happened: the kinds of [`Input`].
///
/// | kind | a | b | c | d |
/// |---|---|---|---|---|
/// | `JOIN` | channel | [`bits`] of its options | | |
/// | `LEAVE` | channel | | | |
/// | `SEND` | channel | frame | its bytes | [`bits`] |
/// | `OPENED`, `TOKEN_REFUSED`, `WRITABLE` | epoch | | | |
/// | `CLOSED` | epoch | close code | | |
/// | `ACKNOWLEDGED` | 1 where pings are answered | | | |
/// | `ELAPSED` | timer | ms of silence | 1 when a frame came | |
/// | `RESUMED` | 1 when it slept | | | |
/// | `TICK_ENDED`, `SENDING`, `RECONNECT` | | | | |
pub mod input {
    numbered! {
        JOIN LEAVE TICK_ENDED SEND SENDING OPENED CLOSED TOKEN_REFUSED WRITABLE ACKNOWLEDGED ELAPSED RESUMED RECONNECT
    }
}

/// What to do: the kinds of [`Output`].
///
/// | kind | a | b | c |
/// |---|---|---|---|
/// | `OPEN_SOCKET` | epoch | | |
/// | `CLOSE_SOCKET`, `DROP_SOCKET` | close code | | |
/// | `SEND_JOIN` | channel | [`bits`] of its options | |
/// | `SEND_LEAVE`, `FORGET_CHANNEL` | channel | | |
/// | `SEND_FRAME`, `FORGET_FRAME` | frame | | |
/// | `SET_TIMER` | timer | after ms | 1 when it only watches |
/// | `DISCONNECTED` | close code | next attempt; 0: none | in ms |
/// | `FAILED` | failure | channel; all bits set: every one | |
/// | the others | | | |
pub mod output {
    numbered! {
        OPEN_SOCKET CLOSE_SOCKET DROP_SOCKET SEND_JOIN SEND_LEAVE SEND_FRAME FORGET_FRAME FORGET_CHANNEL
        FORGET_CONNECTION AWAIT_WRITABLE AWAIT_TICK_END SEND_PING SET_TIMER CLEAR_TIMER CONNECTED DISCONNECTED FAILED
    }
}

/// What travels together in one number.
pub mod bits {
    /// Of a join: the kept messages.
    pub const HISTORY: u32 = 1;
    /// Of a join: who is there.
    pub const PRESENCE: u32 = 2;
    /// Of a join: what was missed.
    pub const RECOVER: u32 = 4;
    /// Of a frame: the server sends it back.
    pub const COMES_BACK: u32 = 1;
    /// Of a frame: the socket takes it now.
    pub const TAKES_FRAMES: u32 = 2;
    /// Of a frame: it may wait for a connection.
    pub const MAY_WAIT: u32 = 4;

    /// Every name with its number.
    pub const ALL: &[(&str, u32)] = &[
        ("HISTORY", HISTORY),
        ("PRESENCE", PRESENCE),
        ("RECOVER", RECOVER),
        ("COMES_BACK", COMES_BACK),
        ("TAKES_FRAMES", TAKES_FRAMES),
        ("MAY_WAIT", MAY_WAIT),
    ];
}

/// The input of that kind; none where there is no such kind.
#[inline]
pub fn decode([kind, a, b, c, d]: [u32; 5]) -> Option<Input> {
    let has = |bits: u32, bit: u32| bits & bit != 0;
    Some(match kind {
        input::JOIN => Input::Join {
            channel: a,
            options: JoinOptions {
                history: has(b, bits::HISTORY),
                presence: has(b, bits::PRESENCE),
                recover: has(b, bits::RECOVER),
            },
        },
        input::LEAVE => Input::Leave { channel: a },
        input::TICK_ENDED => Input::TickEnded,
        input::SEND => Input::Send {
            channel: a,
            frame: Frame { number: b, bytes: c, comes_back: has(d, bits::COMES_BACK) },
            writable: has(d, bits::TAKES_FRAMES),
            may_wait: has(d, bits::MAY_WAIT),
        },
        input::SENDING => Input::Sending,
        input::OPENED => Input::Opened { epoch: a },
        input::CLOSED => Input::Closed { epoch: a, code: CloseCode(b as u16) },
        input::TOKEN_REFUSED => Input::TokenRefused { epoch: a },
        input::WRITABLE => Input::Writable { epoch: a },
        input::ACKNOWLEDGED => Input::Acknowledged { answers_pings: a != 0 },
        input::ELAPSED => Input::Elapsed { timer: a, quiet_ms: b, heard: c != 0 },
        input::RESUMED => Input::Resumed { slept: a != 0 },
        input::RECONNECT => Input::Reconnect,
        _ => return None,
    })
}

/// The output as its kind and what belongs to it.
#[inline(always)]
pub fn encode(output: Output) -> [u32; 4] {
    use output::*;
    match output {
        Output::OpenSocket { epoch } => [OPEN_SOCKET, epoch, 0, 0],
        Output::CloseSocket { code } => [CLOSE_SOCKET, code.0.into(), 0, 0],
        Output::DropSocket { code } => [DROP_SOCKET, code.0.into(), 0, 0],
        Output::SendJoin { channel, options } => [SEND_JOIN, channel, join_bits(options), 0],
        Output::SendLeave { channel } => [SEND_LEAVE, channel, 0, 0],
        Output::Send { frame } => [SEND_FRAME, frame, 0, 0],
        Output::ForgetFrame { frame } => [FORGET_FRAME, frame, 0, 0],
        Output::ForgetChannel { channel } => [FORGET_CHANNEL, channel, 0, 0],
        Output::ForgetConnection => [FORGET_CONNECTION, 0, 0, 0],
        Output::AwaitWritable => [AWAIT_WRITABLE, 0, 0, 0],
        Output::AwaitTickEnd => [AWAIT_TICK_END, 0, 0, 0],
        Output::SendPing => [SEND_PING, 0, 0, 0],
        Output::SetTimer { timer, after_ms, watches } => [SET_TIMER, timer, after_ms, watches.into()],
        Output::ClearTimer => [CLEAR_TIMER, 0, 0, 0],
        Output::Connected => [CONNECTED, 0, 0, 0],
        Output::Disconnected { code, next } => {
            let Attempt { number, in_ms } = next.unwrap_or(Attempt { number: 0, in_ms: 0 });
            [DISCONNECTED, code.0.into(), number, in_ms]
        }
        Output::Failed { channel, failure } => [FAILED, failure as u32, channel.unwrap_or(u32::MAX), 0],
    }
}

fn join_bits(options: JoinOptions) -> u32 {
    let bit = |wanted: bool, bit: u32| if wanted { bit } else { 0 };
    bit(options.history, bits::HISTORY) | bit(options.presence, bits::PRESENCE) | bit(options.recover, bits::RECOVER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_input_is_decoded_and_no_other() {
        for &(name, kind) in input::ALL {
            assert!(decode([kind, 1, 1, 1, 1]).is_some(), "{name}");
        }
        assert_eq!(decode([input::ALL.len() as u32, 0, 0, 0, 0]), None);
    }

    #[test]
    fn options_survive_the_boundary() {
        for both in 0..8 {
            let Some(Input::Join { channel: 7, options }) = decode([input::JOIN, 7, both, 0, 0]) else {
                panic!("not a join");
            };
            assert_eq!(encode(Output::SendJoin { channel: 7, options }), [output::SEND_JOIN, 7, both, 0]);
        }
    }
}
