// The model of the V2 service behind the sockets of a fake page (`tests/parity/realtime/browser.js`), as the page's
// witness. Every frame and every close takes a turn of the clock, as over a network, and they keep their order.

export class PageService {
  /** Errors and warnings of the page. */
  reports = [];
  #connections = new Map();

  constructor(service) {
    this.service = service;
  }

  opened(socket) {
    this.#later(() => {
      const path = new URL(socket.url).pathname;
      if (!this.service.serves(path)) return socket.end(1006);
      if (socket.readyState !== 0) return;
      const connection = this.service.connect(
        { path, token: socket.protocols?.[0] },
        {
          deliver: (text) => this.#later(() => socket.deliver(text)),
          close: (code, reason) => this.#later(() => socket.end(code, reason)),
        },
      );
      this.#connections.set(socket, connection);
      socket.accept();
    });
  }

  sent(socket, text) {
    this.#later(() => this.#connections.get(socket).receive(text));
  }

  closed(socket) {
    this.#later(() => this.#connections.get(socket)?.ended());
  }

  reported(error) {
    this.reports.push(error);
  }

  warned(text) {
    this.reports.push(text);
  }

  #later(run) {
    this.service.clock.set(run);
  }
}
