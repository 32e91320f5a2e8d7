// Changes of the package, one fault each, that random programs on V2 have to find.

const core = (file, from, to) => ({ file: `core/${file}`, from, to });
const v2 = (from, to) => core("v2.js", from, to);

export const MUTANTS = {
  "a refused ping counts as an answer": v2("decide(connection, NOT_READY);", "decide(connection, PONGED);"),
  "joins go out twice": core("connection.js", "this.sendJoin(a, b);", "this.sendJoin(a, b), this.sendJoin(a, b);"),
  "an acknowledgement does not wait for promises": v2("Promise.allSettled(outcomes)", "Promise.allSettled([])"),
  "a rejection counts as success": v2("report(outcome.reason);", "continue;"),
  "an exception counts as success": v2("else if (outcome.value !== THREW) continue;", "else continue;"),
  "duplicates are handed out": v2("if (!isHandedOut || !frame) return;", "if (!frame) return;"),
  "a transcript is acknowledged": v2("frame.conversation === true ? SHOWN : ARRIVED", "ARRIVED"),
  "a replay is no message": v2('    frame.action = "message";\n', ""),
  "a message of an earlier membership counts": v2("if (numbers && !subscription.isJoined) return;", ""),
  "a receipt of an earlier membership counts": v2("} else if (subscription.isJoined && (", "} else if (true && ("),
  "receipts of message() are not awaited": core("connection.js", "owner?.expected?.send();", ""),
  "receipts are awaited on the next socket": core(
    "connection.js",
    "if (this.isV2) subscription.expected = new Expected();\n      subscription.isAsking",
    "subscription.isAsking",
  ),
  "what was sent is told the reason of a close": core("connection.js", "failed === N.UNCONFIRMED", "false"),
  "a socket takes the token of another reader": core("pool.js", "first && !connection.isV2 &&", "first &&"),
  "clients with other ids share a socket": core("pool.js", "connection.clientId === handle.config.connectAs", "true"),
  "what comes keeps a connection from being idle": core(
    "link.js",
    "if (this.connection.isV2) return performance.now() - this.sent_ms;",
    "",
  ),
  "members who leave stay listed": { file: "realtime/channel-v2.js", from: "else if (member) {", to: "else if (0) {" },
  "a dropped message is told as delivered": { file: "realtime/publish.js", from: "payload?.dropped", to: "false" },
};
