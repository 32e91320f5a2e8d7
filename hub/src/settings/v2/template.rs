//! Path templates, `rooms/{room_id}`: the names of channels in the settings.

use serde::Deserialize;
use serde::ser::{Serialize, Serializer};

/// A path template. Its segments are literals or parameters.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Template(String);

/// A segment of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Segment<'a> {
    Literal(&'a str),
    /// The name between the braces.
    Parameter(&'a str),
}

impl Template {
    /// Returns the template as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the names of the parameters in their order.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.segments().filter_map(|segment| match segment {
            Segment::Parameter(name) => Some(name),
            Segment::Literal(_) => None,
        })
    }

    pub(super) fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        self.0.split('/').map(|segment| match parameter_in(segment) {
            Some(name) => Segment::Parameter(name),
            None => Segment::Literal(segment),
        })
    }

    /// Returns the parameters of a name that matches.
    pub(super) fn params_of(&self, name: &str) -> Params {
        let pairs = self.segments().zip(name.split('/')).filter_map(|(segment, value)| match segment {
            Segment::Parameter(name) => Some((name.to_owned(), value.to_owned())),
            Segment::Literal(_) => None,
        });
        Params(pairs.collect())
    }
}

impl TryFrom<String> for Template {
    type Error = String;

    fn try_from(text: String) -> Result<Template, String> {
        if text.chars().count() > TEMPLATE_CHARS {
            return Err(format!("must have {TEMPLATE_CHARS} characters at most"));
        }
        if text.contains(char::is_control) {
            return Err("must not have control characters".to_owned());
        }
        if text.split('/').any(str::is_empty) {
            return Err("must not have an empty segment: no slash at the ends, no two in a row".to_owned());
        }
        if let Some(segment) = text.split('/').find(|segment| !is_segment(segment)) {
            return Err(format!(
                "{segment:?} must be text without braces, or a parameter {{name}} of A-Z, a-z, 0-9 and _"
            ));
        }
        let template = Template(text);
        let names: Vec<&str> = template.parameters().collect();
        if let Some((_, name)) = names.iter().enumerate().find(|&(at, name)| names.iter().take(at).any(|it| it == name))
        {
            return Err(format!("has the parameter {name:?} twice"));
        }
        Ok(template)
    }
}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// The parameters of a channel's name, in the order of its template. Serialized as an object of strings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Returns the names with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }
}

impl Serialize for Params {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// Returns the name of the parameter that a segment is.
fn parameter_in(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

fn is_segment(segment: &str) -> bool {
    match parameter_in(segment) {
        Some(name) => !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'),
        None => !segment.contains(['{', '}']),
    }
}

const TEMPLATE_CHARS: usize = 200;
