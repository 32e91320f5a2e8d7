import { isToken } from "../storage/stored.js";
import { storeAuthToken, storedAuthToken } from "./auth-token.js";
import { request } from "./client.js";

/** @import { XanoBase } from "../base.js" */
/** @typedef {[endpoint: string, params?: any, headers?: any, streamingCallback?: (event: any) => void]} Call */

/**
 * Gives a client its requests.
 * @template {new (...args: any[]) => XanoBase} B
 * @param {B} Base
 */
export function withHttp(Base) {
  return class extends Base {
    /** @param {any[]} args the settings */
    constructor(...args) {
      const own = { authToken: null, customAxiosRequestConfig: {}, dataSource: null, responseObjectPrefix: "" };
      super({ ...own, ...args[0] });
      const { config } = this;
      if (args[0]?.authToken !== undefined) storeAuthToken(config, config.authToken || null);
    }

    /** @param {string | null} authToken */
    setAuthToken(authToken) {
      storeAuthToken(this.config, authToken);
      this.config.authToken = authToken;
      return this;
    }

    hasAuthToken() {
      return isToken(storedAuthToken(this.config));
    }

    /** @param {string | null} dataSource */
    setDataSource(dataSource) {
      this.config.dataSource = dataSource;
      return this;
    }

    hasDataSource() {
      return isToken(this.config.dataSource);
    }

    /** @param {Call} call */
    get(...call) {
      return this._call("GET", "urlParams", ...call);
    }

    /**
     * @param {string} endpoint
     * @param {any} [params]
     * @param {any} [headers]
     */
    head(endpoint, params, headers) {
      return this._call("HEAD", "urlParams", endpoint, params, headers);
    }

    /**
     * @param {string} endpoint
     * @param {any} [params]
     * @param {any} [headers]
     */
    delete(endpoint, params, headers) {
      return this._call("DELETE", "bodyParams", endpoint, params, headers);
    }

    /** @param {Call} call */
    patch(...call) {
      return this._call("PATCH", "bodyParams", ...call);
    }

    /** @param {Call} call */
    post(...call) {
      return this._call("POST", "bodyParams", ...call);
    }

    /** @param {Call} call */
    put(...call) {
      return this._call("PUT", "bodyParams", ...call);
    }

    /**
     * @param {string} method
     * @param {"urlParams" | "bodyParams"} kind
     * @param {string} endpoint
     * @param {any} [params]
     * @param {any} [headerParams]
     * @param {(event: any) => void} [streamingCallback]
     */
    _call(method, kind, endpoint, params, headerParams, streamingCallback) {
      return this.request({ method, endpoint, [kind]: params, headerParams, streamingCallback });
    }

    /**
     * What the others call; programs for the original call it, too.
     * @param {any} params
     */
    request(params) {
      const token = this.hasAuthToken() ? storedAuthToken(this.config) : undefined;
      return request(this.config, { ...params, token, formField: this._formField });
    }

    /**
     * What a form carries for a value that is no XanoFile.
     * @param {any} value
     */
    _formField(value) {
      return value;
    }
  };
}
