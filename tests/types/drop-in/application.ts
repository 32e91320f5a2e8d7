// Compiled, never run, against the original and against ours: what applications write for @xano/js-sdk.

import {
  XanoBaseStorage,
  XanoClient,
  type XanoClientConfig,
  XanoContentType,
  XanoCookieStorage,
  XanoFile,
  type XanoFormData,
  XanoLocalStorage,
  XanoNodeClient,
  XanoObjectStorage,
  XanoRequestError,
  type XanoRequestParams,
  XanoRequestType,
  type XanoResponse,
  XanoSessionStorage,
  XanoStorageKeys,
} from "@xano/js-sdk";
import { XanoClient as ClientOfFolder } from "@xano/js-sdk/lib";
import type { XanoBaseClient } from "@xano/js-sdk/lib/base-client";
import { XanoNodeClient as NodeClientByPath } from "@xano/js-sdk/lib/node-client";
import { ERealtimeAction } from "@xano/js-sdk/lib/enums/realtime-action";
import { ERealtimeConnectionStatus } from "@xano/js-sdk/lib/enums/realtime-connection-status";
import { ERealtimePresenceAction } from "@xano/js-sdk/lib/enums/realtime-presence-action.enum";
import type { XanoRealtimeAction } from "@xano/js-sdk/lib/interfaces/realtime-action";
import type { XanoRealtimeActionOptions } from "@xano/js-sdk/lib/interfaces/realtime-action-options";
import type { XanoRealtimeChannelOptions } from "@xano/js-sdk/lib/interfaces/realtime-channel-options";
import type { XanoRealtimeClient as Sender } from "@xano/js-sdk/lib/interfaces/realtime-client";
import { XanoEventStream } from "@xano/js-sdk/lib/models/event-stream";
import { XanoRealtimeChannel } from "@xano/js-sdk/lib/models/realtime-channel";
import { XanoRealtimeClient } from "@xano/js-sdk/lib/models/realtime-client";
import { XanoRealtimeState } from "@xano/js-sdk/lib/models/realtime-state";
import type { XanoStreamingCallback } from "@xano/js-sdk/lib/types/xano-streaming-callback.type";

interface ChatMessage {
  name: string;
  text: string;
}

// Settings: in place, from a variable, in part, and extended by the application.
const config: Partial<XanoClientConfig> = { instanceBaseUrl: "https://x8.xano.io", realtimeConnectionHash: "hash" };
const complete: XanoClientConfig = { apiGroupBaseUrl: null, authToken: null, storage: new XanoObjectStorage() };
const client = new XanoClient(config);
new XanoClient({
  ...complete,
  dataSource: "live",
  responseObjectPrefix: "_",
  realtimeConnectionCanonical: "canonical",
});
new XanoClient({ customAxiosRequestConfig: { timeout: 1000, headers: { "X-Team": "avengers" } } });
new XanoClient({ realtimeAuthToken: null, storage: new XanoCookieStorage("/", 7) });
export const keeps = (settings: XanoClientConfig): string | null => settings.storage.getItem(XanoStorageKeys.AuthToken);
export const node: XanoNodeClient = new XanoNodeClient({ instanceBaseUrl: undefined as unknown as null });

export class Backend extends XanoClient {
  constructor() {
    super({ apiGroupBaseUrl: "https://x8.xano.io/api:abc" });
  }

  async me(): Promise<ChatMessage> {
    const response: XanoResponse = await this.get("/me");
    return response.getBody() as ChatMessage;
  }
}

// A channel: where it is kept, what it is given, and what it is asked.
type Channel = ReturnType<XanoClient["channel"]>;
const options: XanoRealtimeChannelOptions = { history: true, presence: true, queueOfflineActions: true };
let channel: XanoRealtimeChannel | null = null;
channel = client.channel("room", options);
channel = channel.on(ERealtimeAction.Message, (_action: XanoRealtimeAction) => {});
export const kept: { channel: Channel } = { channel };
kept.channel.on("event" as any, (action: any) => action.payload.data);
const subscription: Channel = client.channel("orders").on((action: any) => console.log(action.payload));
export const subscriptions: Map<string, ReturnType<XanoClient["channel"]>> = new Map([["orders", subscription]]);
export const stop = (): void => subscription.destroy();

// Handlers, annotated as each application does it.
channel.on((action: any) => console.log(action.client.socketId, action.payload.text));
channel.on(ERealtimeAction.Message, ({ payload }: { payload: ChatMessage }) => payload.text.trim());
channel.on(
  ERealtimeAction.PresenceUpdate,
  async (action: XanoRealtimeAction) => {
    if (action.payload.action === ERealtimePresenceAction.Leave) console.log(action.client?.extras.name);
  },
  (error: any) => console.error(error.payload.message),
);
channel.on(handle, (error: XanoRealtimeAction) => console.error(error.payload.message));

function handle(action: XanoRealtimeAction) {
  const name: ERealtimeAction = action.action;
  const sender: Sender | undefined = action.client;
  switch (action.action) {
    case ERealtimeAction.ConnectionStatus:
      return console.log(action.payload.status === ERealtimeConnectionStatus.Connected);
    case ERealtimeAction.History:
      return action.payload.history.forEach((message: XanoRealtimeAction) => console.log(message.payload.text));
    case ERealtimeAction.Message:
      return console.log(name, sender?.permissions.row_id, sender?.socketId ?? "the workspace");
  }
  if (action.options?.socketId) console.log("private");
}

/** An application that writes the types down once more, in its own words. */
interface OwnAction {
  action: ERealtimeAction;
  client?: Sender;
  options?: XanoRealtimeActionOptions;
  payload: any;
}

export class Communicator {
  private channel: XanoRealtimeChannel;
  private handlers: Record<ERealtimeAction, ((action: OwnAction) => void)[]>;

  constructor(xano: XanoClient, handlers: Communicator["handlers"]) {
    this.handlers = handlers;
    this.channel = xano.channel("room", { presence: true });
    this.channel = this.channel.on(ERealtimeAction.Message, this.receive.bind(this), this.receive.bind(this));
    this.channel = this.channel.on((action: OwnAction) => this.receive(action));
  }

  private receive(action: OwnAction): void {
    for (const handler of this.handlers[action.action]) handler(action);
  }

  whisper(to: string, text: string): void {
    const options: XanoRealtimeActionOptions = { authenticated: true, socketId: to };
    this.channel.message({ text }, options);
  }

  others(): XanoRealtimeClient[] {
    const present: XanoRealtimeClient[] = this.channel.getPresence();
    for (const member of present) member.message({ text: `Hello, ${member.extras.name}` });
    present[0]?.history();
    return present.filter((member) => member.permissions.row_id > 0);
  }
}

// What programs reach for beside the index.
export const isOpen = (): boolean => XanoRealtimeState.getInstance().getSocket()?.readyState === WebSocket.OPEN;
export const byPath: XanoBaseClient[] = [new ClientOfFolder(config), new NodeClientByPath(config)];

// What React effects return.
export const effect = (): (() => void) => {
  client.channel("room").history();
  return () => channel.destroy();
};

// HTTP.
const onEvent: XanoStreamingCallback = (event: XanoEventStream) =>
  console.log(event.id, event.type, event.dataAsJSON());
const request: XanoRequestParams = { endpoint: "/file", method: XanoRequestType.POST, streamingCallback: onEvent };
export const form: XanoFormData = { formData: new FormData(), hasFile: true, rawFormData: {} };
export const made = new XanoEventStream({ data: "{}", id: "1", type: "message" });
export const isChannel = (value: unknown) =>
  value instanceof XanoRealtimeChannel || value instanceof XanoRealtimeClient;
client
  .post(
    request.endpoint,
    { file: new XanoFile("a.txt", new Uint8Array() as any) },
    { "Content-Type": XanoContentType.JSON },
    onEvent,
  )
  .then(
    (response) => console.log(response.getStatusCode(), response.getHeaders()["content-type"], response.getBody("_")),
    (error: XanoRequestError) => console.error(error.message, error.getResponse().getBody().code),
  );
client.delete("/message/1", { soft: true }).catch((error) => error instanceof XanoRequestError);
client.setAuthToken("token").setDataSource(null).setRealtimeAuthToken(null).realtimeReconnect();
export const states: boolean[] = [client.hasAuthToken(), client.hasDataSource(), client.hasRealtimeAuthToken()];

// Storage of the application's own.
export class ExpiringStorage extends XanoLocalStorage {
  override getItem(key: string): string | null {
    return this.getAll()[key]?.trim() ?? super.getItem(key);
  }
}

export class MapStorage extends XanoBaseStorage {
  private items = new Map<string, string>();

  clear(): void {
    this.items.clear();
  }

  getAll(): Record<string, string> {
    return Object.fromEntries(this.items);
  }

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }

  removeItem(key: string): void {
    this.items.delete(key);
  }

  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
}

export const storages: XanoBaseStorage[] = [new MapStorage(), new XanoSessionStorage(), new ExpiringStorage()];
export const keys: Record<XanoStorageKeys, number> = { AuthToken: 0, RealtimeAuthToken: 1 };
