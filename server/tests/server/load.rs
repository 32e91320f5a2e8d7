//! The workload `churn` of `bench/load`, in a short form, and proof that its ledger finds faults.

use bench_load::churn::{Balance, Fault, Plan, account};
use bench_load::{Dialect, Server};
use serde_json::json;
use tokio::task::spawn_blocking;
use xano_realtime_server::{Config, Limits, Settings};

use crate::support::{Running, get, patiently};

async fn balance(fault: Option<Fault>) -> (Balance, String) {
    let row = json!({ "pattern": "c/*", "wildcard": true, "enabled": true, "anonymous_clients": true,
                      "history": 25, "client_public_messaging": true });
    // The load generator connects to this hash.
    let settings = json!({ "enabled": true, "hash": "bench", "channels": [row] }).to_string();
    let settings = Settings::parse(&settings).unwrap();
    let limits = Limits {
        messages_per_second: 100_000,
        message_burst: 100_000,
        bytes_per_second: 1_000_000_000,
        ..Limits::default()
    };
    let server = Running::start_with(Config { settings, limits, ..Config::default() }).await;
    let address = server.address;
    let run = spawn_blocking(move || {
        let under_load = Server { addresses: vec![address], pid: std::process::id(), dialect: Dialect::Xano };
        // The clients' rounds end the run. The time limit ends it only if a client waits in vain.
        let plan = Plan { connections: 40, channels: 4, seconds: 60, pause_ms: 0, stay_messages: 20, rounds: 10 };
        account(&under_load, &plan, fault).map_err(|error| error.to_string())
    });
    let balance = patiently(run).await.unwrap().unwrap();
    (balance, get(address, "/metrics").await.2)
}

#[tokio::test]
async fn every_delivery_is_accounted_for_while_clients_join_and_leave() {
    let (balance, metrics) = balance(None).await;
    assert_eq!(balance.faults, [] as [&str; 0]);
    assert_eq!(balance.stays, 360);
    for (metric, count) in [("received", balance.messages), ("delivered", balance.deliveries)] {
        let line = format!("xano_messages_{metric}_total {count}\n");
        assert!(metrics.contains(&line), "{line}{metrics}");
    }
}

#[tokio::test]
async fn a_server_that_drops_or_duplicates_one_delivery_in_a_thousand_is_detected() {
    for fault in [Fault::Drop, Fault::Double] {
        let (balance, _) = balance(Some(fault)).await;
        assert!(balance.deliveries > 2_000);
        assert!(!balance.faults.is_empty(), "{fault:?}");
    }
}
