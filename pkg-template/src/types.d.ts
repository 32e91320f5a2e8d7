// What the parts of the package say to each other; the applications' types are in index.d.ts.

/** A frame, or what looks like one: handlers get it. */
export interface Action {
  action: string;
  client?: any;
  options?: any;
  payload?: any;
  replayed?: boolean;
  /** On V2, as the service sends them. */
  channel?: any;
  conversation?: any;
  id?: any;
  type?: any;
}

/** What connects: a text, a function that gives one, or nothing for an anonymous connection. */
export type Token = string | (() => unknown) | undefined;

/** The settings of a client, with what the parts below it have to know. */
export interface Config {
  apiGroupBaseUrl?: string | null;
  authToken?: string | null;
  customAxiosRequestConfig?: any;
  dataSource?: string | null;
  debug?: boolean;
  instanceBaseUrl?: string | null;
  realtimeAuthToken?: any;
  realtimeCanonical?: string | null;
  realtimeConnectionCanonical?: string | null;
  realtimeConnectionHash?: string | null;
  realtimeVersion?: number;
  realtimeClientId?: any;
  responseObjectPrefix?: string;
  storage: Storage;
  /** Tells this client from others: where a framework wraps it in a proxy, identity does not. */
  client: number;
  /** The client id of a client of V2. */
  connectAs: string | undefined;
  /** What its sockets are opened with now. */
  token(): Token;
  _onStatus(action: Action): void;
}

export interface Storage {
  getItem(key: string): string | null;
  removeItem(key: string): void;
  setItem(key: string, value: string): void;
}

export interface ChannelOptions {
  history?: boolean;
  presence?: boolean;
  recover?: boolean;
  queueOfflineActions?: boolean;
  messageType?: string;
  manualAck?: boolean;
}

/** What the page holds of a channel. */
export interface ChannelObject {
  /** Keeps the list of members. */
  _track(action: Action): void;
}

/** A handler, as a channel object keeps it. */
export interface Handler {
  wanted: string | undefined;
  run: (action: any) => unknown;
  takesErrors: ((action: any) => void) | undefined;
  isInternal: boolean;
  isRemoved: boolean;
}

/** An error of this client: `code` is for programs, the message for people. */
export type CodedError = Error & { code: string };
