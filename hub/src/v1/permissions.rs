//! What a channel's settings let its clients do: the one place that decides.

use crate::refusal::Refusal;
use crate::settings::ChannelRules;

/// What somebody is about to do on a channel.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    Join,
    Send {
        /// For authenticated members only.
        authenticated: bool,
        to: Audience,
    },
}

/// Whom a message is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Audience {
    Everybody,
    One { is_authenticated: bool },
}

/// Whether the settings allow it to somebody who is, or is not, authenticated.
pub(crate) fn check(rules: &ChannelRules, is_authenticated: bool, act: Act) -> Result<(), Refusal> {
    match act {
        Act::Join if is_authenticated || rules.anonymous_clients => Ok(()),
        Act::Join => Err(Refusal::Anonymous),
        Act::Send { authenticated, to } => {
            if authenticated {
                check_authenticated_message(rules, is_authenticated, to)?;
            }
            match to {
                // Needs the row for authenticated messages only, which is independent of the public one.
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
