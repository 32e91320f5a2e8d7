/** The server answered with a status other than 2xx. */
export class XanoRequestError extends Error {
  constructor(message, response) {
    super(message);
    this.getResponse = () => response;
    this.hint = `The server answered ${response.getStatusCode()}; getResponse().getBody() is what it said.`;
  }
}
