//! Fits the limits on connections to the file descriptors that the process may open.

use crate::settings::Limits;

/// Raises the soft limit of open descriptors to what these limits need, as far as the hard limit allows. Returns the
/// limit that is then in force.
#[cfg(unix)]
pub fn raise_limit(limits: &Limits, is_encrypted: bool) -> std::io::Result<Option<usize>> {
    let needed = u64::try_from(needed(limits, is_encrypted)).unwrap_or(u64::MAX);
    let allowed = usize::try_from(rlimit::increase_nofile_limit(needed)?).ok();
    if let Some(allowed) = allowed {
        reserve_table(allowed.min(usize::try_from(needed).unwrap_or(usize::MAX)))?;
    }
    Ok(allowed)
}

/// Makes the kernel's table of descriptors as large as it can become: opens the highest descriptor and closes it. Linux
/// doubles a full table (at 64, 256, 512, 1024 descriptors and so on), and in a process with several threads that takes
/// 10 ms each time, in which nothing is accepted. The table takes 8 bytes a descriptor, 1 MiB at the default limits.
#[cfg(unix)]
fn reserve_table(descriptors: usize) -> std::io::Result<()> {
    let any = std::fs::File::open("/dev/null")?;
    let highest = i32::try_from(descriptors.saturating_sub(1)).unwrap_or(i32::MAX);
    rustix::io::fcntl_dupfd_cloexec(&any, highest)?;
    Ok(())
}

/// Returns `None`: on this system sockets are not counted as file descriptors.
#[cfg(not(unix))]
pub fn raise_limit(_: &Limits, _: bool) -> std::io::Result<Option<usize>> {
    Ok(None)
}

/// Lowers the limits on connections to what this number of descriptors allows. Logs a warning where that is less than
/// the configured limits.
pub(crate) fn fit(limits: Limits, descriptors: Option<usize>, is_encrypted: bool) -> Limits {
    let Some(descriptors) = descriptors else {
        return limits;
    };
    let free = (descriptors - OWN_DESCRIPTORS.min(descriptors / 4)) / each(is_encrypted);
    let unauthenticated = limits.unauthenticated.min(free / 4).max(1);
    let connections = limits.connections.min(free - unauthenticated.min(free)).max(1);
    let is_less = |fitting, limit| fitting < limit && limit != usize::MAX;
    if is_less(connections, limits.connections) || is_less(unauthenticated, limits.unauthenticated) {
        tracing::warn!(
            "this process may have {descriptors} open descriptors, and connections={} with unauthenticated={} needs {}: \
             {connections} sockets and {unauthenticated} other connections are let in; raise the hard limit (ulimit -Hn, \
             LimitNOFILE=) or lower the limits",
            limits.connections,
            limits.unauthenticated,
            needed(&limits, is_encrypted),
        );
    }
    Limits { connections, unauthenticated, ..limits }
}

fn needed(limits: &Limits, is_encrypted: bool) -> usize {
    let connections = limits.connections.saturating_add(limits.unauthenticated);
    connections.saturating_mul(each(is_encrypted)).saturating_add(OWN_DESCRIPTORS)
}

/// Returns the number of descriptors of one connection. An encrypted one is relayed through a pair of sockets.
fn each(is_encrypted: bool) -> usize {
    if is_encrypted { 3 } else { 1 }
}

/// Descriptors reserved for the server itself: served files, connections to triggers and to Redis, the log.
const OWN_DESCRIPTORS: usize = 256;

#[cfg(test)]
mod tests {
    use super::fit;
    use crate::Limits;

    #[test]
    fn limits_within_the_number_of_descriptors_are_unchanged() {
        assert_eq!(fit(Limits::default(), Some(101_256), false), Limits::default());
        assert_eq!(fit(Limits::default(), None, false), Limits::default());
    }

    #[test]
    fn few_descriptors_are_divided_and_some_are_reserved_for_the_server_itself() {
        for descriptors in [0, 1, 8, 96, 256, 1024, 65_536] {
            let Limits { connections, unauthenticated, .. } = fit(Limits::default(), Some(descriptors), false);
            assert!(connections >= 1 && unauthenticated >= 1, "{descriptors}");
            if descriptors >= 8 {
                assert!(connections + unauthenticated <= descriptors - descriptors.min(1024) / 4, "{descriptors}");
            }
        }
    }

    #[test]
    fn the_number_of_descriptors_bounds_limits_that_are_switched_off() {
        let off = Limits { connections: usize::MAX, unauthenticated: usize::MAX, ..Limits::default() };
        let Limits { connections, unauthenticated, .. } = fit(off.clone(), Some(1024), false);
        assert_eq!((connections, unauthenticated), (576, 192));
        let Limits { connections, unauthenticated, .. } = fit(off, Some(1024), true);
        assert_eq!((connections, unauthenticated), (192, 64), "encrypted");
    }
}
