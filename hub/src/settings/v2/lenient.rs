//! Rows and groups of settings as Xano exports them: some keys are accepted and have no effect.

use std::fmt;

use serde::Deserialize;
use serde::de::value::StringDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

/// The keys without effect. They are not keys of any row or group of ours.
const WITHOUT_EFFECT: [&str; 12] =
    ["id", "guid", "server", "channel", "docs", "history", "middleware", "output", "run", "result", "disabled", "tag"];

/// Reads a group of settings.
pub(super) fn group<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::deserialize(Lenient(deserializer))
}

/// Reads a list of rows.
pub(crate) fn rows<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let rows = Vec::<Row<T>>::deserialize(deserializer)?;
    Ok(rows.into_iter().map(|Row(row)| row).collect())
}

struct Row<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Row<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Row<T>, D::Error> {
        group(deserializer).map(Row)
    }
}

/// Leaves the keys without effect out of an object, before a type with `deny_unknown_fields` sees them.
struct Lenient<T>(T);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Lenient<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(Lenient(visitor))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Lenient<V> {
    type Value = V::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(formatter)
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<V::Value, M::Error> {
        self.0.visit_map(Lenient(map))
    }
}

impl<'de, M: MapAccess<'de>> MapAccess<'de> for Lenient<M> {
    type Error = M::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, M::Error> {
        let mut seed = Some(seed);
        while let Some(key) = self.0.next_key_seed(Key(&mut seed))? {
            if key.is_some() {
                return Ok(key);
            }
            self.0.next_value::<IgnoredAny>()?;
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, M::Error> {
        self.0.next_value_seed(seed)
    }
}

/// Passes a key on to its seed, unless it has no effect. The key is read inside of the seed, so that the path of an
/// error ends in the key.
struct Key<'a, K>(&'a mut Option<K>);

impl<'de, K: DeserializeSeed<'de>> DeserializeSeed<'de> for Key<'_, K> {
    type Value = Option<K::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<K::Value>, D::Error> {
        let key = String::deserialize(deserializer)?;
        if WITHOUT_EFFECT.contains(&&*key) {
            return Ok(None);
        }
        let key: StringDeserializer<D::Error> = key.into_deserializer();
        self.0.take().map(|seed| seed.deserialize(key)).transpose()
    }
}
