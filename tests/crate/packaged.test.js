// The crates as crates.io has them, used as README-crate.md says: its program and its table compile with the dependencies
// that it names, and a feature or a target that is missing is told in words.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { cargo, codeBlocks, tableRows, userProject } from "./user-project.js";

const WASM = ["--target", "wasm32-unknown-unknown"];
const [DEPENDENCIES] = codeBlocks("toml", 1);
const [PROGRAM, ON_V2] = codeBlocks("rust,ignore,standalone_crate", 2);
const ROWS = tableRows();

/** What the table's rows speak of. */
const NAMES = `
use xano_wasm::{
    Action, ActionName, Channel, Client, ClientBuilder, ClientId, Message, RealtimeVersion, ReceiveError, Status,
    Subscription, User, XanoClient,
};
#[derive(serde::Serialize, serde::Deserialize)]
struct Line { text: String }
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(tag = "type", content = "payload", rename_all = "snake_case")]
enum InRoom { Say(Line) }
type Hero = Line;
type Heroes = Vec<Hero>;
async fn fetch_token() -> Result<String, String> { Ok(String::new()) }
fn handler(_: Result<Action<Line>, ReceiveError>) {}
fn status_handler(_: Status) {}
struct Case<'a> {
    builder: ClientBuilder, client: XanoClient, channel: Channel, subscription: Subscription, line: Line, hero: Hero,
    member: Client, message: Message<Line>,
    url: &'a str, hash: &'a str, canonical: &'a str, token: &'a str, name: &'a str, id: &'a str, team: &'a str,
    socket_id: &'a str,
}`;
const FIELDS = [
  "builder, client, channel, subscription, line, hero, member, message",
  "url, hash, canonical, token, name, id, team, socket_id",
].join(", ");

const SENT = "Status Published Failure AnswerError BuildError InvalidToken PublishError SendError ServerError".split(
  " ",
);

/** One function for each expression in the table's column for Rust. */
const TABLE = [
  // The rows are compiled and never called.
  "#![allow(unused)]",
  NAMES,
  // What the README says of threads.
  "fn is_send<T: Send>() {}",
  `fn sent() { ${SENT.map((name) => `is_send::<xano_wasm::${name}>();`).join(" ")} }`,
  ...ROWS.flatMap(({ rust }) => rust).map(
    (expression, number) => `fn row_${number}(Case { ${FIELDS} }: Case) { let _ = ${expression}; }`,
  ),
  `mod on_v2 { ${ON_V2} }`,
].join("\n");

let typed;
before(async () => {
  typed = await userProject("user", DEPENDENCIES, { "main.rs": PROGRAM, "table.rs": TABLE });
});

test("the README's main.rs compiles for a page, with the dependencies that the README names", async () => {
  const { code, complaints } = await cargo(typed, "check", "--bin", "user", ...WASM);
  assert.equal(code, 0, complaints);
});

test("each row of the table compiles", async () => {
  assert.ok(ROWS.length > 20, `${ROWS.length} rows`);
  const { code, complaints } = await cargo(typed, "check", "--lib", ...WASM);
  assert.equal(code, 0, complaints);
});

test("an editor that looks at a page natively finds every type", async () => {
  const lean = await userProject("editor", lines(DEPENDENCIES, /^(\[|futures|serde|xano-wasm)/), { "table.rs": TABLE });
  const { code, complaints } = await cargo(lean, "check", "--lib");
  assert.equal(code, 0, complaints);
});

test("where the feature is missing, the compiler names it", async () => {
  const without = DEPENDENCIES.replace(', features = ["typed"]', "");
  assert.notEqual(without, DEPENDENCIES);
  const lean = await userProject("without", lines(without, /^(\[|futures|serde|xano-wasm)/), { "table.rs": TABLE });
  const { code, complaints } = await cargo(lean, "check", "--lib");
  assert.notEqual(code, 0);
  assert.match(complaints, /no `XanoClient` in the root/);
  assert.match(complaints, /gated behind the `typed` feature/);
});

test("outside of wasm32 the client says that it needs it", async () => {
  const program = `fn main() {
    println!("{}", xano_wasm::XanoClient::builder().build().unwrap_err());
  }`;
  const lean = await userProject("native", lines(DEPENDENCIES, /^(\[|xano-wasm)/), { "main.rs": program });
  const { code, said, complaints } = await cargo(lean, "run", "--quiet");
  assert.equal(code, 0, complaints);
  assert.match(said, /build the program with --target wasm32-unknown-unknown/);
});

function lines(text, wanted) {
  return text
    .split("\n")
    .filter((line) => wanted.test(line))
    .join("\n");
}
