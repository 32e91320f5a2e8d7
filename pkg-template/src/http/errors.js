/** The server answered with a status other than 2xx. */
export class XanoRequestError extends Error {
  /**
   * @param {string} message
   * @param {import("./response.js").XanoResponse} response
   */
  constructor(message, response) {
    super(message);
    this.getResponse = () => response;
    this.hint = `The server answered ${response.getStatusCode()}; getResponse().getBody() is what it said.`;
  }
}
