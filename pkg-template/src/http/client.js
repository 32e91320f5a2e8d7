import { XanoRequestError } from "./errors.js";
import { XanoResponse } from "./response.js";
import { send } from "./send.js";

/** Sends a request of a client; the answer, unless it is a failure, is a XanoResponse. */
export function request(config, token, method, endpoint, urlParams, bodyParams, headerParams) {
  const baseUrl = config.apiGroupBaseUrl || config.instanceBaseUrl;
  if (!baseUrl) {
    throw new Error("Please configure apiGroupBaseUrl or instanceBaseUrl setting before making an API request");
  }
  return send(config, baseUrl, token, method, endpoint, urlParams, bodyParams, headerParams).then((answer) => {
    const response = new XanoResponse(answer, config.responseObjectPrefix ?? "");
    if (answer.status >= 200 && answer.status < 300) return response;
    throw new XanoRequestError("There was an error with your request", response);
  });
}
