export declare enum XanoContentType {
  JSON = "application/json",
  Multipart = "multipart/form-data",
  Text = "text/plain",
}

export declare enum XanoRequestType {
  DELETE = "DELETE",
  GET = "GET",
  HEAD = "HEAD",
  PATCH = "PATCH",
  POST = "POST",
  PUT = "PUT",
}

/** A file that is not a `File`: a name and its content. */
export declare class XanoFile {
  constructor(name: string, buffer: any);
  getBuffer(): any;
  getName(): string;
}

/** What a server answered. */
export declare class XanoResponse {
  constructor(response: { data: any; headers?: Record<string, any>; status: number }, objectPrefix?: string);
  /** The body, parsed where it is JSON. */
  body: any;
  headers: Record<string, any>;
  status: number;
  /** The body, parsed where it is JSON; with a prefix, every key of it begins with that. */
  getBody(objectPrefix?: string): any;
  getHeaders(): Record<string, any>;
  getStatusCode(): number;
}

/** The server answered with a status other than 2xx. */
export declare class XanoRequestError extends Error {
  constructor(message: string, response: XanoResponse);
  getResponse(): XanoResponse;
  /** A sentence of help. */
  hint: string;
}

/** There was no answer: what `get` and the others reject with then. */
export interface XanoNoResponseError extends Error {
  code: "ECONNABORTED" | "ERR_CANCELED" | "ERR_NETWORK";
  /** A sentence of help, where this client knows one. */
  hint?: string;
}

/** One event of a stream of server-sent events. */
export declare class XanoEventStream {
  constructor(event: { data: string; id: string; type: string });
  data: string;
  id: string;
  type: string;
  /** `data` parsed as JSON. */
  dataAsJSON(): any;
}

export type XanoStreamingCallback = (event: XanoEventStream) => void;

/** A request in one object, by the names of the original. `XanoClient.request` takes more. */
export interface XanoRequestParams {
  bodyParams?: Record<any, any>;
  endpoint: string;
  headerParams?: Record<any, any>;
  method: XanoRequestType;
  streamingCallback?: XanoStreamingCallback;
  urlParams?: Record<any, any>;
}

/** Nothing here takes or returns it; the original exports the name. */
export interface XanoFormData {
  formData: any;
  hasFile: boolean;
  rawFormData: Record<any, any>;
}
