//! The place of a fault in the settings, and the reasons why a name is no channel.

use super::ParameterType;

/// The reason why servers are not valid, with the path of the field.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {why}")]
pub struct ServersError {
    place: String,
    why: String,
}

/// The result of a check that found a fault.
pub(super) fn refuse<T>(place: String, why: String) -> Result<T, ServersError> {
    Err(ServersError { place, why })
}

/// The reason why a name is not the name of a channel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoChannel {
    /// No template of an active channel matches.
    #[error("No settings for channel name")]
    NoTemplate,
    /// A template matches, but a value has the wrong type. (guess: input-check)
    #[error("{name} must be {}", kind.rule())]
    Parameter {
        /// The name of the parameter.
        name: String,
        /// The type of the parameter.
        kind: ParameterType,
    },
}
