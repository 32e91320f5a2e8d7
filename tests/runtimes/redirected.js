// Follows a redirect with secrets in the headers. Resolves with the status of the last answer.

export async function follow({ XanoClient, XanoObjectStorage }, url) {
  const client = new XanoClient({
    instanceBaseUrl: url,
    authToken: "a token",
    dataSource: "a data source",
    customAxiosRequestConfig: { headers: { "X-Api-Key": "a key" } },
    storage: new XanoObjectStorage(),
  });
  return `${(await client.get("/redirect")).getStatusCode()}`;
}
