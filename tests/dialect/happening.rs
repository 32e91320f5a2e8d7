//! What may happen around a session.

use proptest::prelude::*;

const CHANNELS: u32 = 3;
const CODES: [u16; 6] = [1006, 1011, 1012, 1013, 4000, 1000];

/// What may happen. `which` is taken modulo what there is.
#[derive(Clone, Debug)]
pub(crate) enum Happening {
    Join {
        channel: u32,
        options: u32,
    },
    Leave {
        channel: u32,
    },
    Send {
        channel: u32,
    },
    Publish {
        channel: u32,
    },
    ServiceIsReady,
    /// The service sends a new message on the channel, this often.
    MessageComes {
        channel: u32,
        times: u32,
    },
    /// A message that came before comes once more, on the same socket.
    MessageComesAgain {
        channel: u32,
        which: usize,
    },
    HandlersFinish {
        which: usize,
        failed: bool,
    },
    /// Every handler that runs fails, the connection breaks, and another one is there.
    EverythingFails,
    /// Acknowledgements reach the service from now on, or do not.
    Acknowledgements {
        arrive: bool,
    },
    ReceiptComes {
        channel: u32,
    },
    Breaks {
        code: u16,
    },
    Reconnect,
    TimePasses {
        ms: u32,
    },
}

pub(crate) fn happening() -> impl Strategy<Value = Happening> {
    let channel = 0..CHANNELS;
    prop_oneof![
        3 => (channel.clone(), 0..8_u32).prop_map(|(channel, options)| Happening::Join { channel, options }),
        1 => channel.clone().prop_map(|channel| Happening::Leave { channel }),
        3 => channel.clone().prop_map(|channel| Happening::Send { channel }),
        3 => channel.clone().prop_map(|channel| Happening::Publish { channel }),
        4 => Just(Happening::ServiceIsReady),
        8 => (channel.clone(), 1..4_u32).prop_map(|(channel, times)| Happening::MessageComes { channel, times }),
        2 => (channel.clone(), any::<usize>())
            .prop_map(|(channel, which)| Happening::MessageComesAgain { channel, which }),
        12 => (any::<usize>(), prop::bool::weighted(0.2))
            .prop_map(|(which, failed)| Happening::HandlersFinish { which, failed }),
        3 => Just(Happening::EverythingFails),
        1 => any::<bool>().prop_map(|arrive| Happening::Acknowledgements { arrive }),
        3 => channel.prop_map(|channel| Happening::ReceiptComes { channel }),
        2 => prop::sample::select(&CODES[..]).prop_map(|code| Happening::Breaks { code }),
        1 => Just(Happening::Reconnect),
        8 => (0..12_000_u32).prop_map(|ms| Happening::TimePasses { ms }),
    ]
}
