/** Every action's name on the wire. */
export type RealtimeActionName =
  | "connection_status"
  | "error"
  | "event"
  | "history"
  | "join"
  | "leave"
  | "message"
  | "presence_full"
  | "presence_update";

export interface XanoRealtimeActionOptions {
  /** Only authenticated members get the message. */
  authenticated?: boolean;
  channel?: string;
  /** Only this socket gets the message; `null` or absent: everybody on the channel. */
  socketId?: string | null;
}

/** Who sent a message, or who is on a channel. */
export interface XanoRealtimeSender {
  socketId: string;
  /** What the auth token carries beside the ids; empty for anonymous clients. */
  extras: Record<string, any>;
  permissions: { dbo_id: number; row_id: number };
}

/** Somebody who is on a channel, as `getPresence()` lists them. */
export interface XanoRealtimeClient extends XanoRealtimeSender {
  readonly channel: XanoRealtimeChannel;
  /** Sends a private message to this one. */
  message(payload: any): void;
  /** Asks for the history shared with this one. */
  history(): void;
}

/** What handlers get. */
export interface XanoRealtimeAction<Payload = any> {
  action: RealtimeActionName | (string & {});
  client?: XanoRealtimeSender;
  options?: XanoRealtimeActionOptions;
  payload: Payload;
}

export interface XanoRealtimeChannelOptions {
  /** Send the kept messages on arrival, as a `history` action. Default: false. */
  history?: boolean;
  /** Tell who is there, and who comes and goes. Default: false. */
  presence?: boolean;
  /**
   * Keep what is sent while there is no connection, at most 1,000 messages or 1 MiB, and send it once there is one.
   * When false, such a message is refused with an `error` action, code `not_connected`. Default: true.
   */
  queueOfflineActions?: boolean;
}

export type XanoRealtimeHandler = (action: XanoRealtimeAction) => unknown;

export declare class XanoRealtimeChannel {
  private constructor();
  readonly channel: string;
  readonly options: Partial<XanoRealtimeChannelOptions>;
  /** Calls `handler` with every action save errors, and `onError` with errors. */
  on(handler: XanoRealtimeHandler, onError?: XanoRealtimeHandler): this;
  /**
   * Calls `handler` with the actions of that name. Errors go to `onError`; for `on("error", handler)` without an
   * `onError` they go to `handler`.
   */
  on(action: RealtimeActionName | (string & {}), handler: XanoRealtimeHandler, onError?: XanoRealtimeHandler): this;
  /**
   * Sends a message to everybody on the channel, the sender included; with `socketId` to that one alone. Throws a
   * TypeError for what JSON cannot express: circular objects and BigInt.
   */
  message(payload: any, options?: Partial<XanoRealtimeActionOptions>): void;
  /** Asks for the kept messages; they arrive as a `history` action. */
  history(): void;
  /** Who is on the channel. Empty unless the channel was made with `presence: true`. */
  getPresence(): XanoRealtimeClient[];
  /** Leaves the channel and forgets the handlers. `on()` joins it again. */
  destroy(): void;
}

export interface XanoClientConfig {
  /** Base URL of an API group, `https://x8ki-letl-twmt.n7.xano.io/api:abc`. This or `instanceBaseUrl` is needed. */
  apiGroupBaseUrl?: string | null;
  /** Base URL of the instance. Wins over `apiGroupBaseUrl` for realtime. */
  instanceBaseUrl?: string | null;
  /** From the Realtime Settings panel. Wins over `realtimeConnectionHash`, its older name. */
  realtimeConnectionCanonical?: string | null;
  /** From the Realtime Settings panel. */
  realtimeConnectionHash?: string | null;
  /** Authenticates the realtime connection. Read whenever a socket is about to open. */
  realtimeAuthToken?: string | null;
  authToken?: string | null;
  customAxiosRequestConfig?: Record<string, any>;
  dataSource?: string | null;
  responseObjectPrefix?: string | null;
  /** Where tokens are kept. Default: localStorage; memory where there is none. */
  storage?: XanoBaseStorage;
}

export declare class XanoClient {
  constructor(config: XanoClientConfig);
  /** A channel of this name. Throws when the settings lack a base URL or a connection. */
  channel(channel: string, options?: Partial<XanoRealtimeChannelOptions>): XanoRealtimeChannel;
  /**
   * Keeps the token for the next connection; `realtimeReconnect()` uses it at once. `null` clears it. Throws an error
   * with code `invalid_token` for a token that a WebSocket handshake cannot carry.
   */
  setRealtimeAuthToken(realtimeAuthToken: string | null): this;
  hasRealtimeAuthToken(): boolean;
  setAuthToken(authToken: string | null): this;
  hasAuthToken(): boolean;
  setDataSource(dataSource: string | null): this;
  hasDataSource(): boolean;
  /** Closes the socket and opens a new one, with the token set by then. */
  realtimeReconnect(): this;
}

export declare const XanoStorageKeys: {
  readonly AuthToken: "AuthToken";
  readonly RealtimeAuthToken: "RealtimeAuthToken";
};

/** Extend it to keep tokens elsewhere. */
export declare abstract class XanoBaseStorage {
  abstract clear(): void;
  abstract getAll(): Record<string, any>;
  abstract getItem(key: string): string | null;
  abstract removeItem(key: string): void;
  abstract setItem(key: string, value: string): void;
}

declare class BuiltInStorage extends XanoBaseStorage {
  clear(): void;
  getAll(): Record<string, any>;
  getItem(key: string): string | null;
  removeItem(key: string): void;
  setItem(key: string, value: string): void;
}

/** Survives the tab. */
export declare class XanoLocalStorage extends BuiltInStorage {}
/** Lives as long as the tab. */
export declare class XanoSessionStorage extends BuiltInStorage {}
/** Lives as long as the page. */
export declare class XanoObjectStorage extends BuiltInStorage {}
/** Cookies of this site. */
export declare class XanoCookieStorage extends BuiltInStorage {
  /** @param cookiePath default `/` @param expirationDays default 30 */
  constructor(cookiePath?: string, expirationDays?: number);
}
