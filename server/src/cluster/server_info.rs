//! The check whether a Redis is suitable for shared channels.

use redis::aio::MultiplexedConnection;
use redis::cmd;

use super::failure::Failure;

/// Refuses a Redis that is too old, and logs a warning if it may evict keys.
pub(super) async fn check(connection: &mut MultiplexedConnection) -> Result<(), Failure> {
    let info: String = match cmd("INFO").query_async(connection).await {
        Ok(info) => info,
        // The Redis user may not have permission for this command.
        Err(error) if error.code() == Some("NOPERM") => {
            tracing::warn!("Redis does not reveal its version; this server needs 6.2 or newer");
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    if evicts(&info) {
        tracing::warn!(
            "Redis may evict keys when its memory is full, the key that signs tokens and the settings among them: \
             set maxmemory-policy noeviction"
        );
    }
    check_version(&info)
}

fn check_version(info: &str) -> Result<(), Failure> {
    let version = field(info, "redis_version").unwrap_or_default();
    let mut numbers = version.split('.').map_while(|part| part.parse::<u32>().ok());
    let version_number = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    if version_number < OLDEST { Err(Failure::TooOld(version.to_owned())) } else { Ok(()) }
}

fn evicts(info: &str) -> bool {
    let is_bounded = field(info, "maxmemory").is_some_and(|bytes| bytes != "0");
    is_bounded && field(info, "maxmemory_policy").is_some_and(|policy| policy != "noeviction")
}

fn field<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
}

/// The first version with ranges that start after an entry of a stream.
const OLDEST: (u32, u32) = (6, 2);

#[cfg(test)]
mod tests {
    use super::{check_version, evicts};

    #[test]
    fn a_redis_older_than_6_2_is_refused_with_its_version() {
        for version in ["6.2.0", "7.0.15", "8.0.1", "10.1"] {
            check_version(&format!("# Server\r\nredis_version:{version}\r\nredis_mode:standalone\r\n")).unwrap();
        }
        for version in ["6.0.16", "5.0.7", ""] {
            let refused = check_version(&format!("redis_version:{version}\r\n")).unwrap_err().to_string();
            assert_eq!(refused, format!("it is version {version}, and this server needs 6.2 or newer"));
        }
    }

    #[test]
    fn only_a_redis_with_a_memory_limit_and_an_eviction_policy_evicts() {
        let memory = |bytes, policy| format!("# Memory\r\nmaxmemory:{bytes}\r\nmaxmemory_policy:{policy}\r\n");
        assert!(evicts(&memory("1000", "allkeys-lru")));
        assert!(!evicts(&memory("1000", "noeviction")));
        assert!(!evicts(&memory("0", "allkeys-lru")));
    }
}
