//! Which Realtime a client speaks.

/// The two versions of Xano Realtime. They share nothing: a workspace may run both, each on an address of its own.
///
/// ```no_run,standalone_crate
/// use xano_wasm::{RealtimeVersion, XanoClient};
/// let builder = XanoClient::builder().version(RealtimeVersion::V2).realtime_canonical("rtmain01");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RealtimeVersion {
    /// Realtime (Legacy), on `/rt/{connection hash}`.
    #[default]
    V1,
    /// The current version, on `/ws/{canonical}`.
    V2,
}
