//! The token of a connection, or the closure that gives one. It is read when a socket is about to open.

use std::fmt::Display;
use std::pin::pin;
use std::rc::Rc;

use futures::future::{Either, LocalBoxFuture, select};
use gloo_timers::future::TimeoutFuture;

use super::error::InvalidToken;

/// How long a token closure may take.
const DEADLINE_MS: u32 = 10_000;

type Provider = Rc<dyn Fn() -> LocalBoxFuture<'static, Result<String, String>>>;

#[derive(Clone, Default)]
pub(super) enum Token {
    #[default]
    Anonymous,
    Fixed(String),
    Provided(Provider),
}

/// Closures are the same where they are clones of one.
impl PartialEq for Token {
    fn eq(&self, other: &Token) -> bool {
        match (self, other) {
            (Token::Anonymous, Token::Anonymous) => true,
            (Token::Fixed(one), Token::Fixed(other)) => one == other,
            (Token::Provided(one), Token::Provided(other)) => Rc::ptr_eq(one, other),
            _ => false,
        }
    }
}

impl Token {
    pub(super) fn fixed(token: &str) -> Result<Token, InvalidToken> {
        match token {
            "" => Ok(Token::Anonymous),
            _ if is_legal(token) => Ok(Token::Fixed(token.to_owned())),
            _ => Err(InvalidToken),
        }
    }

    pub(super) fn provided<F, E>(provide: F) -> Token
    where
        F: AsyncFn() -> Result<String, E> + 'static,
        E: Display,
    {
        let provide = Rc::new(provide);
        Token::Provided(Rc::new(move || {
            let provide = provide.clone();
            Box::pin(async move { provide().await.map_err(|error| error.to_string()) })
        }))
    }
}

/// Asks for a token; says why there is none.
pub(super) async fn ask(provide: Provider) -> Result<String, String> {
    match select(provide(), pin!(TimeoutFuture::new(DEADLINE_MS))).await {
        Either::Left((answer, _)) => answer,
        Either::Right(_) => Err("no answer within 10 seconds".to_owned()),
    }
}

/// A token travels as a WebSocket subprotocol: the token of RFC 9110, section 5.6.2.
pub(super) fn is_legal(token: &str) -> bool {
    let is_token_char = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !token.is_empty() && token.bytes().all(is_token_char)
}
