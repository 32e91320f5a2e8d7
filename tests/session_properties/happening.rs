//! What may happen around a session, at random.

use proptest::prelude::*;
use xano_wasm::engine::Acknowledgement;

pub(crate) const CHANNELS: u32 = 4;
const CODES: [u16; 8] = [1000, 1001, 1006, 1008, 1009, 1012, 4000, 4401];

/// What may happen around a session. Events name the current socket or timer, or one of the past.
#[derive(Clone, Debug)]
pub(crate) enum Happening {
    Join { channel: u32, options: u32 },
    Leave { channel: u32 },
    TickEnds,
    Send { channel: u32, writable: bool, may_wait: bool },
    SocketOpens,
    SocketCloses { code: u16 },
    TokenIsRefused,
    TimerElapses { late_ms: u32, quiet_ms: u32, heard: bool },
    IsAcknowledged { channel: u32, said: Acknowledgement, writable: bool },
    Publish { channel: u32, times: usize, writable: bool, was_sent: bool, comes_back: bool },
    IsAnswered { which: usize },
    IsRefused { channel: u32 },
    NoSocketIsMade,
    TimePasses { ms: u32 },
    IsHeard { channel: u32, writable: bool },
    MissedArrives { channel: u32, complete: bool },
    HistoryArrives { channel: u32, hashes: Vec<u32>, seen: u32 },
    EntryArrives { channel: u32 },
    Resumes { slept: bool },
    IsWritable,
    Reconnect,
    StaleEvent { kind: u8, age: u32 },
}

pub(crate) fn happening() -> impl Strategy<Value = Happening> {
    let channel = 0..CHANNELS;
    prop_oneof![
        4 => (channel.clone(), 0..8_u32).prop_map(|(channel, options)| Happening::Join { channel, options }),
        2 => channel.clone().prop_map(|channel| Happening::Leave { channel }),
        4 => Just(Happening::TickEnds),
        6 => (channel.clone(), any::<bool>(), prop::bool::weighted(0.9))
            .prop_map(|(channel, writable, may_wait)| Happening::Send { channel, writable, may_wait }),
        4 => Just(Happening::SocketOpens),
        2 => prop::sample::select(&CODES[..]).prop_map(|code| Happening::SocketCloses { code }),
        1 => Just(Happening::TokenIsRefused),
        3 => (prop_oneof![8 => Just(0), 1 => Just(2_000), 1 => Just(120_000)], 0..30_000_u32, any::<bool>())
            .prop_map(|(late_ms, quiet_ms, heard)| Happening::TimerElapses { late_ms, quiet_ms, heard }),
        6 => (channel.clone(), acknowledgement(), any::<bool>())
            .prop_map(|(channel, said, writable)| Happening::IsAcknowledged { channel, said, writable }),
        8 => (
            (channel.clone(), prop_oneof![8 => Just(1), 1 => 300..700_usize]),
            (any::<bool>(), prop::bool::weighted(0.1), prop::bool::weighted(0.8)),
        )
            .prop_map(|((channel, times), (writable, was_sent, comes_back))| {
                Happening::Publish { channel, times, writable, was_sent, comes_back }
            }),
        6 => (0..1_000_usize).prop_map(|which| Happening::IsAnswered { which }),
        1 => channel.clone().prop_map(|channel| Happening::IsRefused { channel }),
        1 => Just(Happening::NoSocketIsMade),
        4 => (0..12_000_u32).prop_map(|ms| Happening::TimePasses { ms }),
        2 => (channel.clone(), any::<bool>()).prop_map(|(channel, writable)| Happening::IsHeard { channel, writable }),
        3 => (channel.clone(), any::<bool>())
            .prop_map(|(channel, complete)| Happening::MissedArrives { channel, complete }),
        2 => (channel.clone(), prop::collection::vec(0..3_u32, 0..10), 0..10_u32)
            .prop_map(|(channel, hashes, seen)| Happening::HistoryArrives { channel, hashes, seen }),
        3 => channel.prop_map(|channel| Happening::EntryArrives { channel }),
        1 => any::<bool>().prop_map(|slept| Happening::Resumes { slept }),
        1 => Just(Happening::IsWritable),
        1 => Just(Happening::Reconnect),
        1 => (0..4_u8, 1..3_u32).prop_map(|(kind, age)| Happening::StaleEvent { kind, age }),
    ]
}

pub(crate) fn acknowledgement() -> impl Strategy<Value = Acknowledgement> {
    let likely = || prop::bool::weighted(0.8);
    (any::<bool>(), likely(), likely(), prop::bool::weighted(0.1)).prop_map(
        |(answers_pings, answers_keys, has_position, is_restarted)| Acknowledgement {
            answers_pings,
            answers_keys,
            has_position,
            is_restarted,
        },
    )
}
