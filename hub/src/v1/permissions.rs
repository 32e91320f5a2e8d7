//! The permission check: the only place that decides what the settings of a channel allow.

use crate::refusal::Refusal;
use crate::settings::ChannelRules;

/// An action that needs permission.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    Join,
    Send {
        /// Whether only authenticated members receive it.
        authenticated: bool,
        to: Audience,
    },
}

/// The recipients of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Audience {
    Everybody,
    One { is_authenticated: bool },
}

/// Checks whether the settings allow an action to an authenticated or anonymous client.
pub(crate) fn check(rules: &ChannelRules, is_authenticated: bool, act: Act) -> Result<(), Refusal> {
    match act {
        Act::Join if is_authenticated || rules.anonymous_clients => Ok(()),
        Act::Join => Err(Refusal::Anonymous),
        Act::Send { authenticated, to } => {
            if authenticated {
                check_authenticated_message(rules, is_authenticated, to)?;
            }
            match to {
                // A message for authenticated members needs only its own switch, not the one for public messages.
                Audience::Everybody if authenticated => Ok(()),
                Audience::Everybody => check_public_message(rules, is_authenticated),
                Audience::One { is_authenticated: recipient } => {
                    check_private_message(rules, is_authenticated && recipient)
                }
            }
        }
    }
}

fn check_authenticated_message(rules: &ChannelRules, is_authenticated: bool, to: Audience) -> Result<(), Refusal> {
    if !rules.client_authenticated_messaging {
        return refuse("Authenticated messages are not allowed on this channel");
    }
    if !is_authenticated {
        return refuse("Only authenticated clients may send authenticated messages");
    }
    if let Audience::One { is_authenticated: false } = to {
        return refuse("An authenticated message cannot go to an anonymous client");
    }
    Ok(())
}

fn check_public_message(rules: &ChannelRules, is_authenticated: bool) -> Result<(), Refusal> {
    if !rules.client_public_messaging {
        return refuse("Clients may not send public messages on this channel");
    }
    if rules.client_public_messaging_authenticated_only && !is_authenticated {
        return refuse("Only authenticated clients may send public messages on this channel");
    }
    Ok(())
}

fn check_private_message(rules: &ChannelRules, both_authenticated: bool) -> Result<(), Refusal> {
    if !rules.client_private_messaging {
        return refuse("Clients may not send private messages on this channel");
    }
    if rules.client_private_messaging_authenticated_only && !both_authenticated {
        return refuse("Private messages on this channel are for authenticated clients only");
    }
    Ok(())
}

fn refuse(why: &'static str) -> Result<(), Refusal> {
    Err(Refusal::NotAllowed(why))
}
