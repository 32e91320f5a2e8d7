/** The server answered with a status other than 2xx. */
export class XanoRequestError extends Error {
  constructor(message, response) {
    super(message);
    this.getResponse = () => response;
  }
}
