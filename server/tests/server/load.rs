//! The load run of `examples/load`, short; and that its books show what they have to.

use std::time::Duration;

use serde_json::json;
use tokio_util::sync::CancellationToken;
use xano_realtime_server::{Config, Limits, Settings};

use crate::support::{HASH, Running, get, patiently};
use crowd::Plan;
use ledger::{Balance, Fault};

#[path = "../../examples/load/crowd.rs"]
mod crowd;
#[path = "../../examples/load/ledger.rs"]
mod ledger;

async fn balance(fault: Option<Fault>) -> (Balance, String) {
    let row = json!({ "pattern": "load/*", "wildcard": true, "enabled": true, "anonymous_clients": true,
                      "history": 25, "client_public_messaging": true });
    let settings = Settings::parse(&json!({ "enabled": true, "channels": [row] }).to_string()).unwrap();
    let limits = Limits {
        messages_per_second: 100_000,
        message_burst: 100_000,
        bytes_per_second: 1_000_000_000,
        ..Limits::default()
    };
    let server = Running::start_with(Config { settings, limits, ..Config::default() }).await;
    let pause = Duration::ZERO;
    let plan = Plan { connections: 40, channels: 4, pause, stay_messages: 20, rounds: 10, fault };
    let running = crowd::run(server.address, HASH, &plan, CancellationToken::new());
    let balance = patiently(running).await.unwrap();
    (balance, get(server.address, "/metrics").await.2)
}

#[tokio::test]
async fn every_delivery_is_accounted_for_while_people_come_and_go() {
    let (balance, metrics) = balance(None).await;
    assert_eq!(balance.faults, [] as [&str; 0]);
    assert_eq!(balance.stays, 360);
    for (metric, count) in [("received", balance.messages), ("delivered", balance.deliveries)] {
        let line = format!("xano_messages_{metric}_total {count}\n");
        assert!(metrics.contains(&line), "{line}{metrics}");
    }
}

#[tokio::test]
async fn a_server_that_drops_or_doubles_one_delivery_in_a_thousand_is_found_out() {
    for fault in [Fault::Drop, Fault::Double] {
        let (balance, _) = balance(Some(fault)).await;
        assert!(balance.deliveries > 2_000);
        assert!(!balance.faults.is_empty(), "{fault:?}");
    }
}
