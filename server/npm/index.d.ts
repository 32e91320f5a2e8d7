/// <reference lib="esnext.disposable" />

/** Settings of {@link startServer}. */
export interface StartServerOptions {
  /**
   * Realtime settings: an object, or the path of a JSON file, both in the form of Xano's Metadata API. Default: the
   * built-in settings, whose channel `marvel-chat-room` is open to every client.
   */
  settings?: RealtimeSettings | string | undefined;
  /**
   * More arguments for the server, for example `["--limit", "messages_per_second=5"]`. The server listens on a free port
   * of 127.0.0.1 unless they contain `--listen`. Default: none.
   */
  args?: readonly string[] | undefined;
}

/** The settings of a workspace's Realtime. Keys that are left out have the values of the server's settings file. */
export interface RealtimeSettings {
  /** Off: the server refuses every connection. Default: `false`. */
  enabled?: boolean;
  /** The connection hash, with which clients connect. Default: that of the built-in settings. */
  hash?: string;
  /** The channels that clients may join. Default: none. */
  channels?: ChannelSettings[];
}

/** The settings of one channel, as a row of the Realtime Settings panel. Switches are off by default. */
export interface ChannelSettings {
  /** The name of the channel; with `wildcard` it ends in `/*`. */
  pattern: string;
  description?: string;
  enabled?: boolean;
  /** Whether `chat/*` covers every channel whose name begins with `chat/`. */
  wildcard?: boolean;
  /** Clients without a token may join. */
  anonymous_clients?: boolean;
  /** Members see who else is on the channel. */
  presence?: boolean;
  /** How many messages are kept: 0, 25, 50, 100, 250 or 1000. Default: 0. */
  history?: number | string;
  client_public_messaging?: boolean;
  client_public_messaging_authenticated_only?: boolean;
  client_private_messaging?: boolean;
  client_private_messaging_authenticated_only?: boolean;
  client_authenticated_messaging?: boolean;
  /** URLs that the server asks before a client joins, and before it passes a message on. */
  triggers?: { join?: string; message?: string };
}

/** A user of {@link RealtimeServer.signToken}. */
export interface TokenUser {
  /** The id of the auth table, a whole number above 0. */
  dbo_id: number;
  /** The id of the row in it, a whole number above 0. */
  row_id: number;
  /** The properties of the user that other members of a channel see. Default: `{}`. */
  extras?: Record<string, unknown> | undefined;
  /**
   * The number of seconds for which the token is valid. A negative number makes an expired token. The server allows
   * clocks to differ by 60 s. Default: a day.
   */
  expiresIn?: number | undefined;
}

/** A server that {@link startServer} has started. */
export interface RealtimeServer {
  /** The server's address: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** The address of the WebSocket: `ws://127.0.0.1:PORT/rt/HASH`. */
  readonly socketUrl: string;
  /** The connection hash. */
  readonly hash: string;
  /** The settings for `new XanoClient({ ...server.clientSettings })`. */
  readonly clientSettings: { instanceBaseUrl: string; realtimeConnectionHash: string };
  /** The bearer token of the admin's endpoints and of the settings panel at `/settings`. It is random. */
  readonly adminToken: string;
  /** The last 64 Ki characters that the server has written to standard error. */
  readonly log: string;
  /**
   * Returns an auth token of a user, for `realtimeAuthToken`. It sends no request to the server.
   *
   * @throws TypeError if `dbo_id` or `row_id` is not a whole number above 0
   */
  signToken(user: TokenUser): string;
  /**
   * Sends an event of the workspace to every member of a channel, as a Realtime Event in a function stack does, and keeps
   * it in the history. Rejects if no row of the settings covers the channel.
   *
   * @returns how many members the event is for
   */
  event(channel: string, data: unknown): Promise<{ members: number }>;
  /** Stops the server, and resolves when its process has ended. It may be called more than once. */
  stop(): Promise<void>;
  /** Stops the server, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a server on a free port of 127.0.0.1, and resolves when it listens. Each server has a memory, a key and an admin
 * token of its own. It does not keep this process alive, and never outlives it. Variables `XANO_…` of this process are
 * not passed on; `XANO_SERVER_BINARY` names another program than that of the installed package.
 *
 * Rejects with the server's error message if the server ends before it listens. Rejects with an error that says what to
 * do if there is no program for this platform.
 */
export function startServer(options?: StartServerOptions): Promise<RealtimeServer>;
