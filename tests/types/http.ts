// Compiled, never run: what the types of HTTP infer.

import {
  XanoClient,
  type XanoEventStream,
  XanoNodeClient,
  type XanoNoResponseError,
  XanoRequestError,
  XanoRequestType,
  XanoStorageKeys,
} from "xano-wasm";

const client = new XanoClient({ apiGroupBaseUrl: "https://x8.xano.io/api:abc" });

// A stream of events goes to the fourth argument, of the methods that have one.
const collect = (event: XanoEventStream) => [event.id, event.type, event.data, event.dataAsJSON().text];
client.post("/ask", { question: "why" }, {}, collect);
client.get("/news", {}, {}, ({ data }) => data.length);
// @ts-expect-error: the answer to a head has no body
client.head("/news", {}, {}, collect);
// @ts-expect-error: as in the original
client.delete("/news", {}, {}, collect);

export async function failures(): Promise<string> {
  try {
    return (await new XanoNodeClient({}).get("/me")).getBody().name;
  } catch (error) {
    if (error instanceof XanoRequestError) return `status ${error.getResponse().getStatusCode()}`;
    const { code, hint = "" } = error as XanoNoResponseError;
    return code === "ERR_CANCELED" ? "" : `${code} ${hint}`;
  }
}

// The fields of a response, and requests in one object, as programs at run time use them.
export const fields = async (): Promise<[number, string, string]> => {
  const { body, headers, status } = await client.get("/me");
  return [status, headers["content-type"], body.name];
};
client.request({
  method: "patch",
  endpoint: "/me",
  bodyParams: null,
  urlParams: { page: 1 },
  streamingCallback: collect,
});
client.request({ method: XanoRequestType.GET, endpoint: "https://x8.xano.io/api:abc/me" });

export const key: XanoStorageKeys = XanoStorageKeys.AuthToken;
