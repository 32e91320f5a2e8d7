// A classic script, before the libraries: sockets to the server of the page's URL, wherever they are meant to go, as the
// original always connects to wss:// and drops the port.

const Native = window.WebSocket;

window.WebSocket = class WebSocket extends Native {
  /** The newest socket of the page. */
  static latest;

  constructor() {
    super(new URLSearchParams(location.search).get("server"));
    WebSocket.latest = this;
  }
};
