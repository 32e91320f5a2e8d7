// Random requests, in the shape of the corpus: the same ones at every run, and new objects at every call.

import { Dice } from "../../support/random.js";

const METHODS = ["get", "get", "head", "delete", "post", "post", "put", "patch"];
const ENDPOINTS = ["/x", "x", "", "/x/y?q=1#top", "/ü b", "https://h.test/other", "https://elsewhere.test/y?b=2#c"];
const KEYS = ["a", "b c", "list[]", "o{}", " k ", "k:$,+", "é&=", "0"];
const TEXTS = ["", "a b&c=d", ":$,+[]!'()~*@/?#%= ", "é😀", "null", "1"];
const BODIES = ['{"a":[{"b":null}],"c":{"d":1}}', "[1,[2]]", '"text"', "5", "null", "{broken", "oops", ""];
const TYPES = ["application/json", "application/json; charset=utf-8", "text/plain", undefined];

export function requestOf(seed) {
  return new Author(new Dice(seed)).write();
}

class Author {
  constructor(dice) {
    this.dice = dice;
  }

  write() {
    const { dice } = this;
    const method = dice.pick(METHODS);
    const endpoint = dice.pick(ENDPOINTS);
    const isQuery = method === "get" || method === "head";
    const params = dice.chance(0.15) ? undefined : this.#object(3, isQuery);
    if (!isQuery && params && dice.chance(0.2)) params.file = this.#file();
    const headers = dice.chance(0.5) ? undefined : this.#headers();
    return { method, endpoint, params, headers, settings: this.#settings(), answer: this.#answer(method) };
  }

  #settings() {
    const { dice } = this;
    const base = dice.pick(["https://h.test/api:1", "https://h.test/api:1/", "https://h.test"]);
    const custom = {};
    if (dice.chance(0.3)) custom.headers = this.#headers();
    if (dice.chance(0.2)) custom.withCredentials = dice.chance(0.5);
    if (dice.chance(0.2)) custom.responseType = dice.pick(["text", "json", "arraybuffer"]);
    return {
      ...(dice.chance(0.8) ? { apiGroupBaseUrl: base } : { apiGroupBaseUrl: null, instanceBaseUrl: base }),
      authToken: dice.pick([undefined, null, "", "token"]),
      dataSource: dice.pick([undefined, null, "", "live"]),
      responseObjectPrefix: dice.pick([undefined, "", "p_"]),
      customAxiosRequestConfig: custom,
    };
  }

  #headers() {
    const { dice } = this;
    const names = ["X-A", "x-a", "X-B", "Accept", "content-type", "Authorization", "X-Data-Source"];
    const value = () => dice.pick(["text", "text/plain", 5, 0, "", null, undefined, false, ["a", "b"]]);
    return Object.fromEntries(dice.times(dice.below(4), () => [dice.pick(names), value()]));
  }

  #answer(method) {
    const { dice } = this;
    if (dice.chance(0.05)) return "fail";
    const type = dice.pick(TYPES);
    const status = dice.pick([200, 200, 200, 201, 204, 304, 400, 404, 500]);
    const isEmpty = method === "head" || [204, 304].includes(status);
    return {
      status,
      body: isEmpty ? null : dice.pick(BODIES),
      headers: { ...(type && { "content-type": type }), "x-answer": "1" },
    };
  }

  #object(depth, isQuery) {
    const { dice } = this;
    const entries = dice.times(dice.below(4), () => [dice.pick(KEYS), this.#value(depth, isQuery)]);
    return Object.fromEntries(entries);
  }

  #value(depth, isQuery) {
    const { dice } = this;
    const isDeep = depth > 0 && dice.chance(0.4);
    if (isDeep && dice.chance(0.5)) return dice.times(dice.below(4), () => this.#value(depth - 1, isQuery));
    if (isDeep) return this.#object(depth - 1, isQuery);
    const scalars = [null, undefined, true, false, 0, -1.5, 1e21, Number.NaN, new Date(0), ...TEXTS];
    if (!isQuery && depth === 3 && dice.chance(0.1)) return dice.chance(0.5) ? this.#file() : this.#blob();
    return dice.chance(0.02) ? 12n : dice.pick(scalars);
  }

  #file() {
    return new File([this.dice.pick(TEXTS)], "n.txt", { type: "text/plain" });
  }

  #blob() {
    return new Blob([this.dice.pick(TEXTS)], { type: "text/plain" });
  }
}
