//! The inputs and outputs as numbers, for hosts on the other side of a boundary that only numbers cross. The build writes
//! them down for JavaScript: `pkg-template/src/core/numbers.js`.

use xano_realtime_protocol::CloseCode;

use super::{Acknowledgement, Attempt, Frame, Input, JoinOptions, Output};

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
/// | `LEAVE`, `RECEIPT` | channel | | | |
/// | `SEND` | channel | frame | its bytes | [`bits`] |
/// | `PUBLISH` | channel | frame | its bytes | [`bits`] |
/// | `ANSWERED` | channel | frame | | |
/// | `CHANNEL_REFUSED` | channel | | | |
/// | `OPENED`, `TOKEN_REFUSED`, `WRITABLE` | epoch | | | |
/// | `CLOSED` | epoch | close code | | |
/// | `ACKNOWLEDGED` | channel | [`bits`] of what it says, and `TAKES_FRAMES` | | |
/// | `HEARD` | channel | `TAKES_FRAMES` or 0 | | |
/// | `MISSED` | channel | 1 where it is complete | | |
/// | `ENTRY` | its hash | | | |
/// | `ALIGN` | channel | how many were seen | how many are held | |
/// | `ELAPSED` | timer | ms of silence | 1 when a frame came | |
/// | `RESUMED` | 1 when it slept | | | |
/// | `ARRIVED` | channel | the number of an id | 1 when it is one of the transcript | 1 when it has come on the socket before |
/// | `FINISHED` | channel | the number of an id | 1 when it has failed | |
/// | `GREETED` | 1 when it is ready | | | |
/// | `TICK_ENDED`, `NO_SOCKET_MADE`, `SENDING`, `RECONNECT` | | | | |
pub mod input {
    numbered! {
        JOIN LEAVE TICK_ENDED SEND PUBLISH ANSWERED CHANNEL_REFUSED NO_SOCKET_MADE SENDING OPENED CLOSED TOKEN_REFUSED
        WRITABLE ACKNOWLEDGED HEARD MISSED ENTRY ALIGN ELAPSED RESUMED RECONNECT
        GREETED RECEIPT ARRIVED FINISHED
    }
}

/// What to do: the kinds of [`Output`].
///
/// | kind | a | b | c |
/// |---|---|---|---|
/// | `OPEN_SOCKET` | epoch | | |
/// | `CLOSE_SOCKET`, `DROP_SOCKET` | close code | | |
/// | `SEND_JOIN` | channel | [`bits`] of its options | |
/// | `SEND_LEAVE`, `FORGET_CHANNEL`, `JOINED` | channel | | |
/// | `TAKE_POSITION` | channel | 1 when it recovers | 1 when something may have been missed |
/// | `HAND_OUT` | channel | 1 when something is missing | the first entry |
/// | `SEND_FRAME`, `FORGET_FRAME` | frame | | |
/// | `SEND_PUBLISHED` | frame | 1 with its key | |
/// | `SETTLED` | frame | failure; all bits set: none | |
/// | `SET_TIMER` | timer | after ms | 1 when it only watches |
/// | `DISCONNECTED` | close code | next attempt; 0: none | in ms |
/// | `JUDGED` | channel | the number of an id | 1 when its handlers get it |
/// | `SEND_ACK` | channel | the number of an id | |
/// | `FAILED` | failure | channel; all bits set: every one | |
/// | the others | | | |
pub mod output {
    numbered! {
        OPEN_SOCKET CLOSE_SOCKET DROP_SOCKET SEND_JOIN SEND_LEAVE SEND_FRAME SEND_PUBLISHED SETTLED FORGET_FRAME FORGET_CHANNEL
        FORGET_CONNECTION JOINED TAKE_POSITION HAND_OUT AWAIT_WRITABLE AWAIT_TICK_END SEND_PING SET_TIMER CLEAR_TIMER CONNECTED DISCONNECTED FAILED JUDGED SEND_ACK
    }
}

/// What travels together in one number.
pub mod bits {
    use super::JoinOptions;

    /// Of a join: the kept messages.
    pub const HISTORY: u32 = JoinOptions::HISTORY.bits();
    /// Of a join: who is there.
    pub const PRESENCE: u32 = JoinOptions::PRESENCE.bits();
    /// Of a join: what was missed.
    pub const RECOVER: u32 = JoinOptions::RECOVER.bits();
    /// Of a join: the channel was joined over another connection before.
    pub const RETURNS: u32 = JoinOptions::RETURNS.bits();
    /// Of a join: the host keeps the position of a channel that returns.
    pub const POSITION: u32 = JoinOptions::POSITION.bits();
    /// Of a join: the connection speaks Realtime V2.
    pub const V2: u32 = JoinOptions::V2.bits();
    /// Of an acknowledgement: pings are answered.
    pub const ANSWERS_PINGS: u32 = 1;
    /// Of an acknowledgement: it names a position.
    pub const HAS_POSITION: u32 = 16;
    /// Of an acknowledgement: keys are answered.
    pub const ANSWERS_KEYS: u32 = 4;
    /// Of an acknowledgement: the server is not the one whose position the host keeps.
    pub const IS_RESTARTED: u32 = 8;
    /// Of a frame: the server sends it back.
    pub const COMES_BACK: u32 = 1;
    /// Of a frame, and of what comes on a socket: the socket takes frames now.
    pub const TAKES_FRAMES: u32 = 2;
    /// Of a frame: it may wait for a connection.
    pub const MAY_WAIT: u32 = 4;
    /// Of a published frame: it was sent with its key over another connection.
    pub const WAS_SENT: u32 = 4;

    /// Every name with its number.
    pub const ALL: &[(&str, u32)] = &[
        ("HISTORY", HISTORY),
        ("PRESENCE", PRESENCE),
        ("RECOVER", RECOVER),
        ("RETURNS", RETURNS),
        ("POSITION", POSITION),
        ("V2", V2),
        ("ANSWERS_PINGS", ANSWERS_PINGS),
        ("HAS_POSITION", HAS_POSITION),
        ("ANSWERS_KEYS", ANSWERS_KEYS),
        ("IS_RESTARTED", IS_RESTARTED),
        ("COMES_BACK", COMES_BACK),
        ("TAKES_FRAMES", TAKES_FRAMES),
        ("MAY_WAIT", MAY_WAIT),
        ("WAS_SENT", WAS_SENT),
    ];
}

/// Hands the input of that kind to `handle`; says whether there is such a kind. Each kind is handed over by itself, so that
/// the compiler leaves of `handle` what concerns that kind.
#[inline(always)]
pub fn decode([kind, a, b, c, d]: [u32; 5], mut handle: impl FnMut(Input)) -> bool {
    let has = |bits: u32, bit: u32| bits & bit != 0;
    match kind {
        input::JOIN => handle(Input::Join { channel: a, options: JoinOptions::from_bits(b) }),
        input::LEAVE => handle(Input::Leave { channel: a }),
        input::TICK_ENDED => handle(Input::TickEnded),
        input::SEND => handle(Input::Send {
            channel: a,
            frame: Frame { number: b, bytes: c, comes_back: has(d, bits::COMES_BACK) },
            writable: has(d, bits::TAKES_FRAMES),
            may_wait: has(d, bits::MAY_WAIT),
        }),
        input::PUBLISH => handle(Input::Publish {
            channel: a,
            frame: Frame { number: b, bytes: c, comes_back: has(d, bits::COMES_BACK) },
            writable: has(d, bits::TAKES_FRAMES),
            was_sent: has(d, bits::WAS_SENT),
        }),
        input::ANSWERED => handle(Input::Answered { channel: a, message: b }),
        input::CHANNEL_REFUSED => handle(Input::ChannelRefused { channel: a }),
        input::NO_SOCKET_MADE => handle(Input::NoSocketMade),
        input::SENDING => handle(Input::Sending),
        input::OPENED => handle(Input::Opened { epoch: a }),
        input::CLOSED => handle(Input::Closed { epoch: a, code: CloseCode(b as u16) }),
        input::TOKEN_REFUSED => handle(Input::TokenRefused { epoch: a }),
        input::WRITABLE => handle(Input::Writable { epoch: a }),
        input::ACKNOWLEDGED => {
            let said = Acknowledgement {
                answers_pings: has(b, bits::ANSWERS_PINGS),
                answers_keys: has(b, bits::ANSWERS_KEYS),
                has_position: has(b, bits::HAS_POSITION),
                is_restarted: has(b, bits::IS_RESTARTED),
            };
            handle(Input::Acknowledged { channel: a, said, writable: has(b, bits::TAKES_FRAMES) });
        }
        input::HEARD => handle(Input::Heard { channel: a, writable: has(b, bits::TAKES_FRAMES) }),
        input::MISSED => handle(Input::Missed { channel: a, complete: b != 0 }),
        input::ENTRY => handle(Input::Entry { hash: a }),
        input::ALIGN => handle(Input::Align { channel: a, seen: b, live: c }),
        input::ELAPSED => handle(Input::Elapsed { timer: a, quiet_ms: b, heard: c != 0 }),
        input::RESUMED => handle(Input::Resumed { slept: a != 0 }),
        input::RECONNECT => handle(Input::Reconnect),
        input::GREETED => handle(Input::Greeted { ready: a != 0 }),
        input::RECEIPT => handle(Input::Receipt { channel: a }),
        input::ARRIVED => handle(Input::Arrived { channel: a, message: b, transcript: c != 0, again: d != 0 }),
        input::FINISHED => handle(Input::Finished { channel: a, message: b, failed: c != 0 }),
        _ => return false,
    }
    true
}

/// The output as its kind and what belongs to it.
#[inline(always)]
pub fn encode(output: Output) -> [u32; 4] {
    use output::*;
    match output {
        Output::OpenSocket { epoch } => [OPEN_SOCKET, epoch, 0, 0],
        Output::CloseSocket { code } => [CLOSE_SOCKET, code.0.into(), 0, 0],
        Output::DropSocket { code } => [DROP_SOCKET, code.0.into(), 0, 0],
        Output::SendJoin { channel, options } => [SEND_JOIN, channel, options.bits(), 0],
        Output::SendLeave { channel } => [SEND_LEAVE, channel, 0, 0],
        Output::Send { frame } => [SEND_FRAME, frame, 0, 0],
        Output::SendPublished { message, keyed } => [SEND_PUBLISHED, message, keyed.into(), 0],
        Output::Settled { message, failure } => {
            [SETTLED, message, failure.map_or(u32::MAX, |failure| failure as u32), 0]
        }
        Output::ForgetFrame { frame } => [FORGET_FRAME, frame, 0, 0],
        Output::ForgetChannel { channel } => [FORGET_CHANNEL, channel, 0, 0],
        Output::ForgetConnection => [FORGET_CONNECTION, 0, 0, 0],
        Output::Joined { channel } => [JOINED, channel, 0, 0],
        Output::TakePosition { channel, recovers, in_doubt } => {
            [TAKE_POSITION, channel, recovers.into(), in_doubt.into()]
        }
        Output::HandOut { channel, gap, from } => [HAND_OUT, channel, gap.into(), from],
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
        Output::Judged { channel, message, hand_out } => [JUDGED, channel, message, hand_out.into()],
        Output::SendAck { channel, message } => [SEND_ACK, channel, message, 0],
        Output::Failed { channel, failure } => [FAILED, failure as u32, channel.unwrap_or(u32::MAX), 0],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_input_is_decoded_and_no_other() {
        for &(name, kind) in input::ALL {
            let mut inputs = 0;
            assert!(decode([kind, 1, 1, 1, 1], |_| inputs += 1), "{name}");
            assert_eq!(inputs, 1, "{name}");
        }
        assert!(!decode([input::ALL.len() as u32, 0, 0, 0, 0], |input| panic!("{input:?}")));
    }

    #[test]
    fn options_survive_the_boundary() {
        for both in 0..8 {
            decode([input::JOIN, 7, both, 0, 0], |input| {
                let Input::Join { channel: 7, options } = input else { panic!("not a join: {input:?}") };
                assert_eq!(encode(Output::SendJoin { channel: 7, options }), [output::SEND_JOIN, 7, both, 0]);
            });
        }
    }
}
