//! The templates of a server as a tree of segments, so that finding one costs as much as its name is long.

use std::collections::HashMap;
use std::sync::Arc;

use super::channel::ChannelSettings;
use super::template::Segment;
use super::text::is_word_byte;

/// The templates that go on in the same way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Index {
    literals: HashMap<String, Index>,
    parameter: Option<Box<Index>>,
    /// The channel whose template ends here.
    channel: Option<Arc<ChannelSettings>>,
}

impl Index {
    /// Adds a channel. Returns the channel that matched the same names before.
    pub(super) fn insert(&mut self, channel: &Arc<ChannelSettings>) -> Option<Arc<ChannelSettings>> {
        let mut node = self;
        for segment in channel.name.segments() {
            node = match segment {
                Segment::Literal(text) => node.literals.entry(text.to_owned()).or_default(),
                Segment::Parameter(_) => node.parameter.get_or_insert_default(),
            };
        }
        node.channel.replace(Arc::clone(channel))
    }

    /// Finds the channel whose template matches a name. From the left, a literal segment beats a parameter. Each node
    /// is visited once at most.
    pub(super) fn find(&self, name: &str) -> Option<&Arc<ChannelSettings>> {
        let (segment, rest) = match name.split_once('/') {
            Some((segment, rest)) => (segment, Some(rest)),
            None => (name, None),
        };
        let literal = self.literals.get(segment);
        let parameter = self.parameter.as_deref().filter(|_| is_value(segment));
        literal.into_iter().chain(parameter).find_map(|node| match rest {
            Some(rest) => node.find(rest),
            None => node.channel.as_ref(),
        })
    }
}

fn is_value(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(is_word_byte)
}
