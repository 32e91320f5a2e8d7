// Changes of the package, one fault each, that random programs on V2 have to find.

const core = (file, from, to) => ({ file: `core/${file}`, from, to });
const v2 = (from, to) => core("v2.js", from, to);

export const MUTANTS = {
  "a refused ping counts as an answer": core(
    "receive.js",
    "decide(connection, GREETED);",
    "decide(connection, GREETED, 1);",
  ),
  "joins go out twice": core("connection.js", "this.sendJoin(a, b);", "this.sendJoin(a, b), this.sendJoin(a, b);"),
  "an acknowledgement does not wait for promises": v2("outcomes.map(end)", "[]"),
  "a rejection counts as success": v2("return THREW;", ""),
  "an exception counts as success": core("dispatch.js", "return THREW;", ""),
  "duplicates are handed out": v2("if (!isHandedOut) return;", ""),
  "a transcript is acknowledged": v2("frame.conversation === true", "false"),
  "a replay is no message": v2('    frame.action = "message";\n', ""),
  "a message of an earlier membership counts": v2("if (!isJoined) return;", ""),
  "a receipt of an earlier membership counts": v2('(isJoined && name === "broadcast")', 'name === "broadcast"'),
  "receipts of message() are not awaited": core("subscription.js", "this.unsent = 1;", ""),
  "what was sent is told the reason of a close": core("connection.js", "failed === N.UNCONFIRMED", "false"),
  "clients with other ids share a socket": core("pool.js", "connection.clientId === handle.config._connectAs", "true"),
  "what comes keeps a connection from being idle": core(
    "link.js",
    "if (this.connection.isV2) return performance.now() - this.sent_ms;",
    "",
  ),
  "members who leave stay listed": core("members.js", "else if (known && ", "else if (false && "),
  "a dropped message is told as delivered": { file: "realtime/publish.js", from: "payload?.dropped", to: "false" },
};
