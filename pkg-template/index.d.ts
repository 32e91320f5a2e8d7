import type { XanoRequestParams, XanoRequestType, XanoResponse, XanoStreamingCallback } from "./requests.js";

export * from "./requests.js";

/** Every action's name on the wire. The actions of Realtime V2 are named already; V1 sends none of them. */
export declare enum ERealtimeAction {
  Ack = "ack",
  Broadcast = "broadcast",
  ConnectionStatus = "connection_status",
  ConversationEnd = "conversation_end",
  ConversationStart = "conversation_start",
  Error = "error",
  Event = "event",
  History = "history",
  Join = "join",
  Leave = "leave",
  Message = "message",
  Presence = "presence",
  PresenceFull = "presence_full",
  PresenceJoin = "presence_join",
  PresenceLeave = "presence_leave",
  PresenceUpdate = "presence_update",
  Replay = "replay",
}

export declare enum ERealtimeConnectionStatus {
  Connected = "connected",
  Disconnected = "disconnected",
}

export declare enum ERealtimePresenceAction {
  Join = "join",
  Leave = "leave",
}

export type RealtimeActionName = `${ERealtimeAction}`;

/**
 * The `code` of errors that the client itself makes. A server may send others: the reference server's are in
 * docs/server-reference.md, `no_settings`, `settings_replaced` and `token_expired` among them.
 */
export type XanoErrorCode =
  | "cannot_connect"
  | "destroyed"
  | "gap"
  | "gap_possible"
  | "internal"
  | "invalid_token"
  | "no_realtime"
  | "no_socket"
  | "no_token"
  | "not_connected"
  | "overflow"
  | "policy"
  | "queue_full"
  | "server_closed"
  | "timeout"
  | "too_large"
  | "unauthorized"
  | "unconfirmed";

export interface XanoRealtimeActionOptions {
  /** Only authenticated members get the message. */
  authenticated?: boolean;
  channel?: string;
  /** Only this socket gets the message; `null` or absent: every member of the channel. */
  socketId?: string | null;
  /** Realtime V2: which message of the channel it is. V1 has no use for it. */
  type?: string;
  /** Realtime V2: only this user gets the message. */
  to?: { dbo_id: number; row_id: number | string };
}

/** Who sent a message, or who is on a channel. */
export interface XanoRealtimeSender {
  socketId: string;
  /** What the auth token carries beside the ids; empty for anonymous clients. */
  extras: Record<string, any>;
  permissions: { dbo_id: number; row_id: number };
}

/** A member of a channel, as `getPresence()` lists them. */
export declare class XanoRealtimeClient implements XanoRealtimeSender {
  private constructor();
  readonly channel: XanoRealtimeChannel;
  socketId: string;
  extras: Record<string, any>;
  permissions: { dbo_id: number; row_id: number };
  /** Realtime V2 has these fields of a `XanoMember`, and neither `socketId` nor `permissions`. */
  id?: string;
  dbo_id?: number;
  authenticated?: boolean;
  joined_at?: number;
  /** Sends a private message to this one. On V2 to every socket of the user; an anonymous member has no address: throws. */
  message(payload: any, options?: Partial<XanoRealtimeActionOptions>): void;
  /** Sends a private message to this one, again and again until the server has answered; on V2 once. */
  publish(payload: any, options?: Partial<XanoRealtimeActionOptions>): Promise<XanoPublished>;
  /** Asks for the history shared with this one. */
  history(): void;
}

export interface XanoConnectionStatus {
  status: `${ERealtimeConnectionStatus}`;
  /** When disconnected: the close code, 1006 where there was none. */
  code?: number;
  /** When disconnected: what the server said about it, often nothing. */
  reason?: string;
  /** When another attempt follows: 1 for the first since a connection was good. */
  attempt?: number;
  /** When another attempt follows: milliseconds until then. */
  retryInMs?: number;
}

/** What became of a published message. */
export interface XanoPublished {
  /** What the server calls it; absent for private messages, and for servers that do not say. */
  id?: string | null;
  /** The workspace has dropped it. */
  dropped?: true;
  /** Realtime V2: how many clients got it on the sender's node of the service. */
  delivered?: number;
}

/** A member as Realtime V2 has it: an identity, however many sockets it has. Each anonymous socket is one, with id `"0"`. */
export interface XanoMember {
  id: string;
  dbo_id: number;
  authenticated: boolean;
  /** What the token says of the user; may be an empty array. */
  extras: any;
  joined_at: number;
}

/** What an action of each name carries; `Payload` is that of the channel's messages. */
export interface XanoRealtimePayloads<Payload = any> {
  connection_status: XanoConnectionStatus;
  ack: { cursor: string };
  broadcast: { delivered_local: number; id?: string; dropped?: true; direct?: true };
  conversation_end: any;
  conversation_start: { count: number };
  error: { message: string; code?: XanoErrorCode | (string & {}) };
  event: { data: any; dbo_id: number; row_id: number };
  history: { history: XanoRealtimeAction<Payload>[] };
  join: any;
  leave: any;
  message: Payload;
  presence: any;
  /** V1 has `presence`, V2 has `members`. */
  presence_full: { presence: XanoRealtimeSender[]; members: XanoMember[] };
  presence_join: { member: XanoMember };
  presence_leave: { member: XanoMember };
  presence_update: { action: `${ERealtimePresenceAction}`; presence: XanoRealtimeSender };
  replay: any;
}

/** What an action has beside its name and its payload: every field of the frame, as the server sent it. */
export interface XanoRealtimeActionFields {
  client?: XanoRealtimeSender;
  options?: XanoRealtimeActionOptions;
  /** It came while there was no connection (`recover`; on Realtime V2 without being asked for). */
  replayed?: true;
  /** Realtime V2 has these at the top of a frame. */
  channel?: string;
  /** Of messages that are acknowledged. */
  id?: string;
  /** Which message handler of the channel it belongs to. */
  type?: string;
  /** It is one of the transcript, which comes after a join; `ts` says when it was sent, in seconds since 1970. */
  conversation?: true;
  ts?: number;
}

/** Some action. Its name compares with literals too: `action.action === "message"`. */
export interface XanoRealtimeAction<Payload = any> extends XanoRealtimeActionFields {
  action: ERealtimeAction;
  payload: Payload;
}

/** An action of that name. */
export interface XanoRealtimeActionOf<Name extends RealtimeActionName, Payload = any> extends XanoRealtimeActionFields {
  action: { [Member in ERealtimeAction as `${Member}`]: Member }[Name];
  payload: XanoRealtimePayloads<Payload>[Name];
}

/** Any of the known actions: `switch (action.action)` tells their payloads apart. */
export type XanoRealtimeAnyAction<Payload = any> = {
  [Name in RealtimeActionName]: XanoRealtimeActionOf<Name, Payload>;
}[RealtimeActionName];

export interface XanoRealtimeChannelOptions {
  /** Send the kept messages on arrival, as a `history` action. Default: false. */
  history?: boolean;
  /** Tell who is there, and who comes and goes. Default: false. */
  presence?: boolean;
  /**
   * After an interruption, hand the messages and events that were missed to the same handlers, marked `replayed`. What
   * cannot be had any more is told by an `error` action, code `gap`; where the server does not keep count and its history
   * does not show what was missed, by code `gap_possible`. Default: false.
   */
  recover?: boolean;
  /**
   * Keep what is sent while there is no connection, at most 1,000 messages or 1 MiB, and send it once there is one.
   * When false, such a message is refused with an `error` action, code `not_connected`. Default: true.
   */
  queueOfflineActions?: boolean;
  /** Realtime V2: the `type` of messages that are sent without one. A message without any throws. */
  messageType?: string;
  /**
   * Realtime V2: the application acknowledges by itself, with `channel.ack(id)`. What it has not acknowledged comes again
   * after the next join, also what was handled. Where one channel object wishes it, it holds for all of that channel.
   * Default: false, which acknowledges a message once every handler, and the promise that it returned, has finished.
   */
  manualAck?: boolean;
}

/** A message of one of these types: `action.type === "say"` tells its payload. */
export type XanoTypedMessage<Messages> = {
  [Type in keyof Messages & string]: XanoRealtimeActionOf<"message", Messages[Type]> & { type: Type };
}[keyof Messages & string];

/**
 * A channel of Realtime V2 with the payload of each type of message: pass the types as
 * `client.channel<XanoTyped<{ say: Say; typing: Typing }>>("rooms/42")`.
 */
export interface XanoTypedChannel<Messages>
  extends Pick<XanoRealtimeChannel, "ack" | "channel" | "destroy" | "getPresence" | "joined" | "off" | "options"> {
  on(action: "message", handler: (action: XanoTypedMessage<Messages>) => unknown, onError?: XanoErrorHandler): this;
  on<Name extends RealtimeActionName>(action: Name, handler: (action: XanoRealtimeActionOf<Name>) => unknown): this;
  once(action: "message"): Promise<XanoTypedMessage<Messages>>;
  message<Type extends keyof Messages & string>(payload: Messages[Type], options: { type: Type }): void;
  publish<Type extends keyof Messages & string>(
    payload: Messages[Type],
    options: { type: Type },
  ): Promise<XanoPublished>;
}

declare const messages: unique symbol;
/** The types of messages of a channel, with their payloads. */
export interface XanoTyped<Messages> {
  readonly [messages]: Messages;
}

export interface XanoSubscriptionOptions {
  /** Takes the handler away when it is aborted. */
  signal?: AbortSignal;
}

export type XanoErrorHandler = (action: XanoRealtimeActionOf<"error">) => unknown;

export declare class XanoRealtimeChannel<Payload = any> {
  private constructor();
  readonly channel: string;
  readonly options: Partial<XanoRealtimeChannelOptions>;

  /** Calls `handler` with every action save errors, and `onError` with errors. */
  on(
    handler: (action: XanoRealtimeAnyAction<Payload>) => unknown,
    onError?: XanoErrorHandler,
    options?: XanoSubscriptionOptions,
  ): this;
  on(handler: (action: XanoRealtimeAnyAction<Payload>) => unknown, options: XanoSubscriptionOptions): this;
  /**
   * Calls `handler` with the actions of that name, and no others: errors are for `on("error", handler)`, or for the
   * `onError` of a handler without a name, as in the original.
   */
  on<Name extends RealtimeActionName>(
    action: Name | (ERealtimeAction & Name),
    handler: (action: XanoRealtimeActionOf<`${Name}`, Payload>) => unknown,
    onError?: XanoErrorHandler,
    options?: XanoSubscriptionOptions,
  ): this;
  on<Name extends RealtimeActionName>(
    action: Name | (ERealtimeAction & Name),
    handler: (action: XanoRealtimeActionOf<`${Name}`, Payload>) => unknown,
    options: XanoSubscriptionOptions,
  ): this;
  on(action: string, handler: CallableFunction, onError?: CallableFunction, options?: XanoSubscriptionOptions): this;
  on(handler: CallableFunction, onError?: CallableFunction, options?: XanoSubscriptionOptions): this;

  /** Removes the handlers for that action, or with that function, or all of them where neither is given. */
  off(action?: string, handler?: CallableFunction): this;
  off(handler: CallableFunction): this;

  /** Resolves with the next action of that name. Rejects with code `destroyed` when the channel is destroyed first. */
  once<Name extends RealtimeActionName>(
    action: Name | (ERealtimeAction & Name),
  ): Promise<XanoRealtimeActionOf<`${Name}`, Payload>>;
  once(action: string): Promise<XanoRealtimeAction>;

  /**
   * Resolves once the server has let this client in, on the current socket; asks for the connection where there is
   * none. Rejects with the server's refusal, with code `destroyed`, at once with what is known of the connection (`no_socket`,
   * `policy`, `unauthorized`, `invalid_token`), or after 15 seconds with code `timeout`.
   */
  readonly joined: Promise<void>;

  /**
   * Sends a message to every member of the channel, the sender included; with `socketId` to that one alone. Throws a
   * TypeError for what JSON cannot express: circular objects and BigInt.
   */
  message(payload: Payload, options?: Partial<XanoRealtimeActionOptions>): void;

  /**
   * As `message`, and resolves once the server has taken it. Kept until then and sent again after a reconnect; the
   * server takes it once. Rejects with the server's refusal, with code `destroyed`, with code `timeout` after 15 seconds
   * of connection without an answer, with code `no_socket` where none can be made, with code `server_closed` once the
   * server has closed for good, or with code `unconfirmed` when it restarted in between and cannot know. A server without
   * keys, such as Xano's: resolves when the message comes back, or stands in what `recover` finds, and is never sent again;
   * otherwise it rejects with `unconfirmed`. A private message does not come back: it resolves when it is handed to the socket.
   */
  publish(payload: Payload, options?: Partial<XanoRealtimeActionOptions>): Promise<XanoPublished>;

  /**
   * Asks for the kept messages; they arrive as a `history` action. Without a connection it waits for one if the channel
   * has a handler; if it has none, nothing is asked.
   */
  history(): void;

  /** Asks for the kept messages. Rejects as `joined` does. */
  fetchHistory(): Promise<XanoRealtimeAction<Payload>[]>;

  /** Realtime V2 acknowledges messages up to that one, at once. Does nothing before the join, and on V1. */
  ack(cursor: string): void;

  /** Who is on the channel. Empty unless the channel was made with `presence: true`. */
  getPresence(): XanoRealtimeClient[];

  /** Leaves the channel and forgets the handlers. `on()` joins it again. */
  destroy(): void;

  /**
   * Every action from now on, errors too. Ends when the channel is destroyed or the loop is left. A loop that falls
   * behind by more than 1,000 actions gets an error with code `overflow`.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<XanoRealtimeAnyAction<Payload>>;
}

export type XanoRealtimeToken = string | null | (() => string | null | Promise<string | null>);

export interface XanoClientConfig {
  /** Base URL of an API group, `https://x8ki-letl-twmt.n7.xano.io/api:abc`. This or `instanceBaseUrl` is needed. */
  apiGroupBaseUrl?: string | null;
  /** Base URL of the instance. Wins over `apiGroupBaseUrl` for realtime. */
  instanceBaseUrl?: string | null;
  /** The connection hash, from the Realtime Settings panel. It has three names; where several are given, this one wins. */
  realtimeConnectionCanonical?: string | null;
  /** The connection hash, by the name that Xano's documentation uses. Wins over `realtimeConnectionHash`. */
  realtimeCanonical?: string | null;
  /** The connection hash, by its oldest name. */
  realtimeConnectionHash?: string | null;
  /** Default: 1, Realtime (Legacy). */
  realtimeVersion?: 1 | 2;
  /**
   * Realtime V2: which client it is, for what an anonymous client has acknowledged. A text is used as it is. Default: made
   * once for the page; with `{ storage: true }` for the tab (`sessionStorage`), so that a reload goes on where it was.
   */
  realtimeClientId?: string | null | { storage: boolean };
  /**
   * Authenticates the realtime connection. Read whenever a socket is about to open. A function is asked then: one that
   * throws, rejects or takes over 10 seconds counts as a failed attempt (an `error` action, code `no_token`); `null`
   * from it means anonymous.
   */
  realtimeAuthToken?: XanoRealtimeToken;
  /** Prints every frame of this client's connection with `console.log`. Default: false. */
  debug?: boolean;
  authToken?: string | null;
  /** `headers`, `timeout`, `withCredentials`, `signal` and `responseType` have an effect. */
  customAxiosRequestConfig?: Record<string, any>;
  dataSource?: string | null;
  responseObjectPrefix?: string | null;
  /** Where tokens are kept. Default: localStorage; memory where there is none. */
  storage: XanoBaseStorage;
}

/** What `request` takes. */
export interface XanoAnyRequest extends Omit<XanoRequestParams, "bodyParams" | "method"> {
  bodyParams?: Record<any, any> | null;
  method: XanoRequestType | (string & {});
}

/** What a client has of HTTP. */
export interface XanoHttpClient {
  /**
   * Sends a request to the API group. `params` are the query of `get` and `head`, and the body of the others: JSON, or
   * a form where one of them is a file. Rejects with a XanoRequestError for a status other than 2xx, and with a
   * XanoNoResponseError where there was no answer. `streamingCallback` gets the events of a stream as they come.
   */
  get(
    endpoint: string,
    params?: Record<any, any>,
    headers?: Record<any, any>,
    streamingCallback?: XanoStreamingCallback,
  ): Promise<XanoResponse>;
  head(endpoint: string, params?: Record<any, any>, headers?: Record<any, any>): Promise<XanoResponse>;
  delete(endpoint: string, params?: Record<any, any>, headers?: Record<any, any>): Promise<XanoResponse>;
  patch(
    endpoint: string,
    params?: Record<any, any>,
    headers?: Record<any, any>,
    streamingCallback?: XanoStreamingCallback,
  ): Promise<XanoResponse>;
  post(
    endpoint: string,
    params?: Record<any, any>,
    headers?: Record<any, any>,
    streamingCallback?: XanoStreamingCallback,
  ): Promise<XanoResponse>;
  put(
    endpoint: string,
    params?: Record<any, any>,
    headers?: Record<any, any>,
    streamingCallback?: XanoStreamingCallback,
  ): Promise<XanoResponse>;
  /**
   * What the methods above call, with everything by name: `params` are `urlParams` (the query) or `bodyParams`. `method`
   * may be written in lower case, and `endpoint` may be a whole URL.
   */
  request(params: XanoAnyRequest): Promise<XanoResponse>;
  /** Keeps the token of HTTP requests, for the origin of the base URL alone. `null` clears it. */
  setAuthToken(authToken: string | null): this;
  hasAuthToken(): boolean;
  setDataSource(dataSource: string | null): this;
  hasDataSource(): boolean;
}

/** What a client has of Realtime. */
export interface XanoChannelClient {
  /** Whether this client's socket is open. `connecting` also while it waits for the next attempt. */
  readonly connectionStatus: "connected" | "connecting" | "disconnected";
  /** Calls `handler` when this client's connection opens or closes. */
  on(
    action: "connection_status" | ERealtimeAction.ConnectionStatus,
    handler: (action: XanoRealtimeActionOf<"connection_status">) => unknown,
  ): this;
  /** Takes that handler away, or all of them. */
  off(action: "connection_status" | ERealtimeAction.ConnectionStatus, handler?: CallableFunction): this;
  /**
   * A channel of this name; `Payload` is what its messages carry. Throws when the settings lack a base URL or a
   * connection, and where WebAssembly is refused: the first channel compiles it.
   */
  channel<Typed extends XanoTyped<any> = never>(
    channel: [Typed] extends [never] ? never : 0 extends 1 & Typed ? never : string,
    options?: Partial<XanoRealtimeChannelOptions>,
  ): XanoTypedChannel<Typed[typeof messages]>;
  channel<Payload = any>(channel: string, options?: Partial<XanoRealtimeChannelOptions>): XanoRealtimeChannel<Payload>;
  /** For `ReturnType<XanoClient["channel"]>`, which looks at the last signature alone. */
  channel(channel: string, options?: Partial<XanoRealtimeChannelOptions>): XanoRealtimeChannel;
  /**
   * Keeps the token for the next connection; `realtimeReconnect()` uses it at once. `null` clears it. Throws an error
   * with code `invalid_token` for a token that a WebSocket handshake cannot carry.
   */
  setRealtimeAuthToken(realtimeAuthToken: XanoRealtimeToken): this;
  hasRealtimeAuthToken(): boolean;
  /** Closes the socket and opens a new one, with the token set by then. */
  realtimeReconnect(): this;
  /**
   * Leaves all channels of this client, as their own `destroy()` does: what waits for an answer rejects with code
   * `destroyed`, and the socket closes unless another client uses it. A later `channel()` begins anew.
   */
  destroy(): void;
  /** The same as `destroy()`. */
  disconnect(): void;
}

export interface XanoClient extends XanoHttpClient, XanoChannelClient {}
export declare class XanoClient {
  constructor(config: Partial<XanoClientConfig>);
  /** The version of this package. */
  static readonly version: string;
}

/** What programs reach into the original for: the page's socket. */
export declare class XanoRealtimeState {
  private constructor();
  static getInstance(): XanoRealtimeState;
  /** The newest socket of the page; `null` where there is none. Its `readyState` is the live one. */
  getSocket(): WebSocket | null;
  /** Gives every client a new socket. */
  reconnect(): void;
}

/** The client of the original for programs in Node. */
export declare class XanoNodeClient extends XanoClient {}

export declare enum XanoStorageKeys {
  AuthToken = "AuthToken",
  RealtimeAuthToken = "RealtimeAuthToken",
}

/** Extend it to keep tokens elsewhere. */
export declare abstract class XanoBaseStorage {
  abstract clear(): void;
  abstract getAll(): Record<string, string>;
  abstract getItem(key: string): string | null;
  abstract removeItem(key: string): void;
  abstract setItem(key: string, value: string): void;
}

declare class BuiltInStorage extends XanoBaseStorage {
  clear(): void;
  getAll(): Record<string, string>;
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
/** Cookies of this site: values are encoded, `SameSite=Lax`, and `Secure` on pages that came by https. */
export declare class XanoCookieStorage extends BuiltInStorage {
  /** @param cookiePath default `/` @param expirationDays default 30 */
  constructor(cookiePath?: string, expirationDays?: number);
}

// biome-ignore lint/complexity/noUselessEmptyExport: without it `BuiltInStorage` would be exported too.
export {};
