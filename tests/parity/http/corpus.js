// Requests: [name, (client, classes) => promise, settings, answer].

const JSON_TYPE = { "content-type": "application/json" };
const get =
  (params, endpoint = "/x") =>
  (c) =>
    c.get(endpoint, params);
class Point {
  constructor() {
    this.a = 1;
  }
}
const circle = { a: { b: {} } };
circle.a.b.c = circle.a;
export const corpus = [
  ["slash and slash", get(undefined, "/x"), { apiGroupBaseUrl: "https://h.test/api:1/" }],
  ["no slash", get(undefined, "x"), { apiGroupBaseUrl: "https://h.test/api:1" }],
  [
    "three slashes at the end, two before",
    get(undefined, "//x".slice(1)),
    { apiGroupBaseUrl: "https://h.test/api:1///" },
  ],
  ["empty endpoint", get({ a: 1 }, "")],
  ["absolute endpoint", get({ a: 1 }, "https://h.test/other?b=2#frag")],
  ["instanceBaseUrl", get(undefined, "y"), { apiGroupBaseUrl: null, instanceBaseUrl: "https://i.test" }],
  ["query in endpoint with hash", get({ a: 1 }, "/x?q=1#top")],
  ["scalars", get({ s: "a b&c=d", n: 1.5, big: 1e21, t: true, f: false, z: 0, e: "", nan: NaN, bi: 12n })],
  ["null and undefined", get({ a: null, b: undefined, c: 1 })],
  ["punctuation", get({ "k:$,": ":$,+[]!'()~*@/?#%&= é😀" })],
  ["flat array", get({ arr: [1, "x y", null, undefined, true] })],
  ["array of objects", get({ arr: [{ a: 1, b: [1, 2] }, 3, [4]] })],
  ["nested objects", get({ o: { p: { q: [1, { r: 2 }], s: null }, "t[]": 1, " u ": 3 } })],
  ["array inside object", get({ o: { list: [1, 2] } })],
  ["named list", get({ "a[]": [1, { b: 2 }], "c[]": { d: 1 }, "e[]": 5, "f[]": new Set([1]) })],
  ["meta token", get({ "o{}": { a: [1, { b: 2 }] }, " trimmed ": 1 })],
  ["date", get({ d: new Date(0), list: [new Date(1)], o: { d: new Date(2) } })],
  [
    "class instances and maps",
    get({
      p: new Point(),
      m: new Map([[1, 2]]),
      n: Object.assign(Object.create(null), { k: 1 }),
      f: { g: new Point() },
    }),
  ],
  [
    "URLSearchParams",
    get(
      new URLSearchParams([
        ["a", "1 2"],
        ["a", "~"],
      ]),
    ),
  ],
  ["array as params", get([1, { a: 2 }])],
  ["empty params", get({})],
  ["circular query", get(circle)],
  ["blob in query", (c, X) => c.get("/x", { b: new X.Blob(["x"]) })],
  ["params of the wrong type", get("a=1")],
  ["json body", (c) => c.post("/x", { a: 1, n: null, u: undefined, d: new Date(0), o: { l: [1, "é"] } })],
  ["array as body", (c) => c.put("/x", [1, { a: 2 }])],
  ["empty body object", (c) => c.patch("/x", {})],
  ["no body", (c) => c.post("/x")],
  ["null body", (c) => c.post("/x", null)],
  ["delete with body", (c) => c.delete("/x", { a: 1 })],
  ["unsayable body", (c) => c.post("/x", { a: 1n })],
  [
    "file at the top",
    (c, X) =>
      c.post("/x", {
        f: new X.File(["hi"], "a.txt", { type: "text/plain" }),
        o: { a: 1 },
        l: [1, [2, 3]],
        n: null,
        u: undefined,
        t: true,
        s: "é",
        d: 5,
      }),
  ],
  ["file below the top", (c, X) => c.post("/x", { o: { f: new X.File(["hi"], "a.txt") } })],
  ["token and data source", (c) => c.get("/x"), { authToken: "tok", dataSource: "live" }],
  [
    "header precedence",
    (c) => c.post("/x", { a: 1 }, { "X-B": "call", accept: "text/csv", "X-Num": 5, "X-List": ["a", "b"] }),
    {
      authToken: "tok",
      customAxiosRequestConfig: {
        headers: { "X-A": "custom", "x-b": "custom", "X-B": "custom2", Authorization: "mine" },
      },
    },
  ],
  [
    "header removal",
    (c) => c.get("/x", undefined, { Accept: null, "X-F": false, "X-U": undefined, "X-E": "", "X-Z": 0 }),
  ],
  ["content type of the caller", (c) => c.post("/x", { a: 1 }, { "content-type": "text/plain" })],
  [
    "content type of the caller in another place",
    (c) => c.post("/x", { a: 1 }, { "content-type": "text/plain" }),
    { customAxiosRequestConfig: { headers: { "Content-Type": "a/b" } } },
  ],
  [
    "authorization of the caller in lower case",
    (c) => c.get("/x", undefined, { authorization: "mine" }),
    { authToken: "tok" },
  ],
  ["content type without body", (c) => c.get("/x", undefined, { "Content-Type": "a/b" })],
  ["content type with a file", (c, X) => c.post("/x", { f: new X.File(["hi"], "a") }, { "Content-Type": "a/b" })],
  ["credentials", (c) => c.get("/x"), { customAxiosRequestConfig: { withCredentials: true } }],
  ["no base", (c) => c.get("/x"), { apiGroupBaseUrl: null }],
  ["head", (c) => c.head("/x", { a: 1 }), {}, { body: null, headers: { "x-y": "1" } }],
  ["text that looks like json", get(), {}, { body: '{"a":1}', headers: { "content-type": "text/plain" } }],
  ["json in json", get(), {}, { body: '"5"', headers: JSON_TYPE }],
  ["json text in json", get(), {}, { body: '"hello"', headers: JSON_TYPE }],
  ["json text in text", get(), {}, { body: '"5"', headers: { "content-type": "text/plain" } }],
  ["broken json", get(), {}, { body: "{a", headers: JSON_TYPE }],
  ["empty answer", get(), {}, { body: "", headers: JSON_TYPE }],
  ["204", get(), {}, { status: 204, body: null, headers: {} }],
  [
    "response type text",
    get(),
    { customAxiosRequestConfig: { responseType: "text" } },
    { body: '{"a":1}', headers: { "content-type": "text/plain" } },
  ],
  [
    "response type text of json",
    get(),
    { customAxiosRequestConfig: { responseType: "text" } },
    { body: '{"a":1}', headers: JSON_TYPE },
  ],
  [
    "response type arraybuffer",
    get(),
    { customAxiosRequestConfig: { responseType: "arraybuffer" } },
    { body: "abc", headers: JSON_TYPE },
  ],
  ["prefix", get(), { responseObjectPrefix: "p_" }, { body: '{"a":[{"b":null}],"c":{"d":1}}', headers: JSON_TYPE }],
  ["404", get(), {}, { status: 404, body: '{"message":"no"}', headers: JSON_TYPE }],
  ["500 text", get(), {}, { status: 500, body: "oops", headers: {} }],
  ["304", get(), {}, { status: 304, body: null, headers: {} }],
  ["network error", get(), {}, "fail"],
  ["timeout", get(), { customAxiosRequestConfig: { timeout: 20 } }, "hang"],
  [
    "cancelled",
    (c) => c.get("/x"),
    () => {
      const a = new AbortController();
      setTimeout(() => a.abort(), 20);
      return { customAxiosRequestConfig: { signal: a.signal } };
    },
    "hang",
  ],
  [
    "cancelled before",
    (c) => c.get("/x"),
    () => ({ customAxiosRequestConfig: { signal: AbortSignal.abort() } }),
    "hang",
  ],
];
