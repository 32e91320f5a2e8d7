//! Tests of the shares of sockets and channels, of the bound on waiting questions, and of dropped ones.

use std::collections::HashSet;

use super::*;

struct Scene {
    queue: Queue,
    sockets: Vec<ConnectionId>,
}

impl Scene {
    fn with_sockets(count: usize) -> Scene {
        let sockets = (0..count).map(|number| ConnectionId::new(number as u64)).collect();
        Scene { queue: Queue::default(), sockets }
    }

    fn asks_with(&mut self, socket: usize, channel: &str, bytes: usize) -> Entered {
        let url = serde_json::from_str(r#""http://x/""#).unwrap();
        let question = Question { url, socket: self.sockets[socket], channel: channel.into(), bytes };
        self.queue.enter(question)
    }

    /// Asks on a channel that no other question uses.
    fn asks(&mut self, socket: usize) -> Entered {
        let channel = format!("channel {}", self.queue.last);
        self.asks_with(socket, &channel, 100)
    }
}

fn open(entered: &Entered) -> Option<QuestionId> {
    if let Entered::Open(id) = entered { Some(*id) } else { None }
}

fn waiting(entered: &Entered) -> Option<QuestionId> {
    if let Entered::Waiting(id, _) = entered { Some(*id) } else { None }
}

#[test]
fn one_socket_has_four_open_questions_and_other_sockets_are_not_delayed() {
    let mut scene = Scene::with_sockets(2);
    let of_attacker: Vec<_> = (0..20).map(|_| scene.asks(0)).collect();
    assert_eq!(of_attacker.iter().filter_map(open).count(), OPEN_PER_SOCKET);
    for _ in 0..40 {
        let id = open(&scene.asks(1)).expect("asked at once");
        assert_eq!(scene.queue.leave(id), []);
    }
    let first = open(&of_attacker[0]).unwrap();
    let next = waiting(&of_attacker[OPEN_PER_SOCKET]).unwrap();
    assert_eq!(scene.queue.leave(first), [next], "its own oldest one");
}

#[test]
fn at_a_full_url_the_socket_with_the_fewest_open_questions_is_next() {
    let mut scene = Scene::with_sockets(17);
    let open: Vec<_> = (0..OPEN_PER_URL).filter_map(|number| open(&scene.asks(number / 4))).collect();
    assert_eq!(open.len(), OPEN_PER_URL);
    for socket in 0..16 {
        assert!(waiting(&scene.asks(socket)).is_some());
    }
    let late = waiting(&scene.asks(16)).unwrap();
    assert_eq!(scene.queue.leave(open[20]), [late]);
}

#[test]
fn one_channel_may_use_half_of_a_url() {
    let mut scene = Scene::with_sockets(41);
    let of_channel: Vec<_> = (0..40).map(|socket| scene.asks_with(socket, "busy", 100)).collect();
    assert_eq!(of_channel.iter().filter_map(open).count(), OPEN_PER_CHANNEL);
    assert!(open(&scene.asks_with(40, "quiet", 100)).is_some());
    let first = open(&of_channel[0]).unwrap();
    assert_eq!(scene.queue.leave(first), [waiting(&of_channel[OPEN_PER_CHANNEL]).unwrap()]);
}

#[test]
fn waiting_questions_are_bounded_per_socket_and_in_total_and_the_socket_with_the_most_loses_one() {
    let mut scene = Scene::with_sockets(20);
    for socket in 0..16 {
        let entered: Vec<_> = (0..100).map(|_| scene.asks(socket)).collect();
        assert_eq!(entered.iter().filter_map(waiting).count(), 64, "socket {socket}");
    }
    assert_eq!(scene.queue.waiting.len(), 1024);
    let Entered::Waiting(_, displaced) = scene.asks(16) else { panic!("refused") };
    assert_eq!(displaced.len(), 1);
    let large = scene.asks_with(17, "large", 10 * 1024 * 1024);
    assert_eq!(large, Entered::Refused, "no other socket has more waiting");
    let weight = |queue: &Queue| queue.waiting.iter().map(|(_, question)| question.weight()).sum::<usize>();
    assert!(weight(&scene.queue) <= WAITING);

    let before: Vec<_> = scene.queue.waiting.iter().map(|(id, _)| *id).collect();
    // One question of each socket may go for it, after which all have as much waiting, and there is too little room still.
    let in_vain = scene.asks_with(17, "large", 63 * LEAST_WEIGHT);
    assert_eq!(in_vain, Entered::Refused);
    let after: Vec<_> = scene.queue.waiting.iter().map(|(id, _)| *id).collect();
    assert_eq!(after, before, "no question was dropped in vain");
    assert_eq!(scene.queue.weights.total(), weight(&scene.queue));
}

#[test]
fn questions_about_thousands_of_recipients_wait_within_the_bound_and_are_opened_until_none_is_left() {
    let mut scene = Scene::with_sockets(30_000);
    // As about a message to so many recipients, whose trigger does not answer.
    let entered: Vec<_> = (0..30_000).map(|socket| scene.asks_with(socket, "room", 100)).collect();
    assert_eq!(entered.iter().filter_map(waiting).count(), 1024);
    let mut open: Vec<_> = entered.iter().filter_map(open).collect();
    while let Some(id) = open.pop() {
        open.extend(scene.queue.leave(id));
    }
    assert!(scene.queue.waiting.is_empty());
}

#[test]
fn ended_and_dropped_questions_leave_no_entry() {
    let mut scene = Scene::with_sockets(30);
    let mut ids: HashSet<_> = HashSet::new();
    for number in 0..300 {
        let entered = scene.asks(number % 30);
        ids.extend(open(&entered).or(waiting(&entered)));
    }
    for id in ids {
        scene.queue.leave(id);
        scene.queue.leave(id);
    }
    let Queue { open, waiting, weights, urls, .. } = &scene.queue;
    assert!(open.is_empty() && waiting.is_empty() && urls.is_empty());
    assert_eq!((weights.total(), weights.heaviest()), (0, None));
}
