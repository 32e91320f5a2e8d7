//! Tests of the bounds on requests to Redis and on the state that a hub keeps for it.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::json;
use xano_realtime_protocol::frame::Client;

use super::super::driver::Driver;
use super::waiting::{hub, snapshot, told};
use crate::replica::announce::MAX_WAITING_BYTES;
use crate::{ConnectionId, Load, LogRequest, RowPast, Rows, Snapshot};
use crate::{Limits, Settings};

fn member_on(hub: &mut Driver, channel: &str) -> ConnectionId {
    let id = hub.open(Client::anonymous("jill".to_owned()));
    hub.asked(id, "join", channel);
    hub.opens_all();
    id
}

fn opened(requests: &[LogRequest]) -> usize {
    requests.iter().filter(|request| matches!(request, LogRequest::Open { .. })).count()
}

fn closed(requests: &[LogRequest]) -> usize {
    requests.iter().filter(|request| matches!(request, LogRequest::Close { .. })).count()
}

#[test]
fn a_channel_is_not_fetched_again_when_its_last_member_comes_back_within_thirty_seconds() {
    let mut hub = hub(&Limits::default());
    let jill = member_on(&mut hub, "room/1");
    for second in 0..60 {
        hub.advance(Duration::from_secs(second));
        hub.asked(jill, "leave", "room/1");
        hub.asked(jill, "join", "room/1");
        let requests = hub.take_requests();
        assert_eq!((opened(&requests), closed(&requests)), (0, 0));
        let came = requests.into_iter().find_map(|request| match request {
            LogRequest::Join { member, .. } => Some(member),
            _ => None,
        });
        let member: serde_json::Value = serde_json::from_str(&came.unwrap()).unwrap();
        let went = json!({ "went": { "version": 2 * second + 2, "socket_id": "jill" } });
        let came = json!({ "came": { "version": 2 * second + 3, "socket_id": "jill", "member": member } });
        for notice in [went, came] {
            hub.hear("room/1", &notice.to_string());
        }
        assert_eq!(hub.take_requests().len(), 0, "it is a member again");
    }
    hub.asked(jill, "leave", "room/1");
    hub.advance(Duration::from_secs(88));
    assert_eq!(closed(&hub.take_requests()), 0);
    hub.advance(Duration::from_secs(89));
    assert_eq!(closed(&hub.take_requests()), 1);
    assert_eq!(hub.channel_count(), 0);
    hub.asked(jill, "join", "room/1");
    assert_eq!(opened(&hub.take_requests()), 1);
}

#[test]
fn at_most_a_thousand_channels_without_members_are_kept() {
    let mut hub = hub(&Limits { channels_per_socket: 2_000, ..Limits::default() });
    let jill = hub.open(Client::anonymous("jill".to_owned()));
    for number in 0..1_500 {
        hub.asked(jill, "join", &format!("room/{number}"));
    }
    hub.opens_all();
    hub.close(jill);
    assert_eq!(hub.channel_count(), 1_000);
    assert_eq!(closed(&hub.take_requests()), 500);
}

#[test]
fn a_reconnection_requests_only_channels_with_members() {
    let mut hub = hub(&Limits::default());
    let jill = member_on(&mut hub, "room/1");
    hub.asked(jill, "join", "room/2");
    hub.opens_all();
    hub.asked(jill, "leave", "room/1");
    hub.take_requests();
    hub.mark_stale();
    let requests = hub.take_requests();
    assert_eq!((opened(&requests), closed(&requests)), (1, 1));
}

#[test]
fn requests_beyond_the_bound_are_refused_and_their_sender_receives_an_error() {
    let load = Load::default();
    let row = json!({ "pattern": "room/*", "wildcard": true, "enabled": true, "anonymous_clients": true,
        "client_public_messaging": true });
    let settings = Settings::parse(&json!({ "channels": [row] }).to_string()).unwrap();
    let mut hub = Driver::replicated(settings, Rows::default(), &Limits::default(), "node", load.clone());
    let jill = member_on(&mut hub, "room/1");
    let message = |payload: usize| {
        json!({ "action": "message", "options": { "channel": "room/1" }, "payload": "x".repeat(payload) }).to_string()
    };
    let mut held = Vec::new();
    let mut said = 0;
    while hub.receive(jill, &message(200_000)).is_empty() {
        held.extend(hub.take_requests().iter().map(|request| load.hold(request.bytes())));
        said += 1;
        assert!(load.bytes() < MAX_WAITING_BYTES + 201_000, "the limit holds");
    }
    assert!(said > 150, "{said} messages of 200 kB fit");
    assert_eq!(told(&hub.receive(jill, &message(1))), [(jill, "unavailable".to_owned())]);
    assert_eq!(told(&hub.asked(jill, "join", "room/2")), [(jill, "unavailable".to_owned())]);
    assert_eq!(hub.event("room/1", None).map(drop).unwrap_err().to_string(), crate::Refusal::Unavailable.to_string());
    assert_eq!(hub.take_requests().len(), 0);
    held.pop();
    assert_eq!(hub.receive(jill, &message(1)), [], "there is room again");
}

#[test]
fn requests_that_the_log_has_not_taken_count_as_waiting() {
    let mut hub = hub(&Limits { channels_per_socket: usize::MAX, ..Limits::default() });
    let jill = hub.open(Client::anonymous("jill".to_owned()));
    let mut joins = 0;
    while hub.asked(jill, "join", &format!("room/{joins}")).is_empty() {
        joins += 1;
    }
    let bytes: usize = hub.take_requests().iter().map(LogRequest::bytes).sum();
    assert!((MAX_WAITING_BYTES..MAX_WAITING_BYTES + 2_000).contains(&bytes), "{bytes}");
}

#[test]
fn events_that_wait_for_a_snapshot_are_bounded_and_another_snapshot_is_requested() {
    let mut hub = hub(&Limits::default());
    let jill = member_on(&mut hub, "room/1");
    hub.mark_stale();
    let said = |number: u64, length: usize| {
        let message = json!({ "client": {}, "authenticated": false, "payload": "x".repeat(length) });
        let before = if number == 1 { String::new() } else { format!("{}-0", number - 1) };
        json!({ "said": { "id": format!("{number}-0"), "before": before, "entry": { "said": { "message": message } } } })
            .to_string()
    };
    for number in 1..=40 {
        assert_eq!(hub.hear("room/1", &said(number, 200_000)), []);
    }
    let question = |requests: Vec<LogRequest>| {
        requests
            .into_iter()
            .find_map(|request| if let LogRequest::Open { question, .. } = request { Some(question) } else { None })
    };
    let first = question(hub.take_requests()).unwrap();
    assert_eq!(hub.opened("room/1", first, snapshot(Vec::new())), []);
    let second = question(hub.take_requests()).expect("it is asked again");
    let entry = |number: u64| {
        let notice: serde_json::Value = serde_json::from_str(&said(number, 1)).unwrap();
        (crate::MessageId::parse(&format!("{number}-0")).unwrap(), notice["said"]["entry"].to_string().into())
    };
    let entries: Vec<_> = (1..=40).map(entry).collect();
    let newest = entries.last().map(|(id, _)| *id);
    let answer = Snapshot { said: 40, newest, entries, ..snapshot(Vec::new()) };
    let deliveries = hub.opened("room/1", second, answer);
    assert_eq!(told(&deliveries), vec![(jill, "message".to_owned()); 40], "nothing is missing, and there is no gap");
}

#[test]
fn a_snapshot_is_requested_again_when_the_row_of_a_channel_changes() {
    let rules = |history: usize| {
        let row = json!({ "pattern": "room/*", "wildcard": true, "enabled": true, "anonymous_clients": true,
            "history": history });
        Settings::parse(&json!({ "channels": [row] }).to_string()).unwrap()
    };
    let rows = |version, since| {
        let past = RowPast { since, lowered: 0, lowest: 0 };
        Rows::new(version, HashMap::from([("nested:room/*".to_owned(), past)]))
    };
    let mut hub = hub(&Limits::default());
    hub.adopt(rules(0), rows(1, 1));
    member_on(&mut hub, "room/1");
    let mut asked_after = |settings, rows| {
        hub.adopt(settings, rows);
        hub.take_requests()
            .into_iter()
            .filter_map(|request| {
                if let LogRequest::Open { row, .. } = request { Some((row.name.clone(), row.settings)) } else { None }
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(asked_after(rules(0), rows(2, 1)), [], "nothing changed");
    assert_eq!(asked_after(rules(25), rows(3, 1)), [("1:nested:room/*".to_owned(), 3)]);
    assert_eq!(asked_after(rules(25), rows(5, 5)), [("5:nested:room/*".to_owned(), 5)], "removed and added again");
}
