/** A file that is not a `File`: a name and its content. */
export class XanoFile {
  /**
   * @param {string} name
   * @param {any} buffer
   */
  constructor(name, buffer) {
    this.name = name;
    this.buffer = buffer;
  }

  getBuffer() {
    return this.buffer;
  }

  getName() {
    return this.name;
  }
}
