import { hinted } from "../errors.js";
import { XanoRequestError } from "./errors.js";
import { isSuccess, XanoResponse } from "./response.js";
import { send } from "./send.js";
import { baseUrlOf } from "./url.js";

/** @import { Config } from "../types.js" */

/**
 * Sends a request of a client with these settings; the answer, unless it is a failure, is a XanoResponse.
 * @param {Config} config
 * @param {import("./send.js").Request} request
 */
export function request(config, request) {
  const baseUrl = baseUrlOf(config);
  if (!baseUrl) {
    throw hinted(
      "Please configure apiGroupBaseUrl or instanceBaseUrl setting before making an API request",
      "It stands beside the endpoints of the API group: pass it to new XanoClient.",
    );
  }
  return send(config, baseUrl, request).then((answer) => {
    const response = new XanoResponse(answer, config.responseObjectPrefix ?? "");
    if (isSuccess(answer.status)) return response;
    throw new XanoRequestError("There was an error with your request", response);
  });
}
