/** What a client keeps its tokens in. Extend it to keep them elsewhere. */
export class XanoBaseStorage {}

class XanoWebStorage extends XanoBaseStorage {
  /** The area that survives the tab, or another one. */
  _area() {
    return localStorage;
  }

  clear() {
    this._area().clear();
  }

  getAll() {
    return { ...this._area() };
  }

  /** @param {string} key */
  getItem(key) {
    return this._area().getItem(key);
  }

  /** @param {string} key */
  removeItem(key) {
    this._area().removeItem(key);
  }

  /**
   * @param {string} key
   * @param {string} value
   */
  setItem(key, value) {
    this._area().setItem(key, value);
  }
}

/** Survives the tab. */
export class XanoLocalStorage extends XanoWebStorage {}

/** Lives as long as the tab. */
export class XanoSessionStorage extends XanoWebStorage {
  _area() {
    return sessionStorage;
  }
}

/** Lives as long as the page. */
export class XanoObjectStorage extends XanoBaseStorage {
  /**
   * Without a prototype: a key may be called `constructor`.
   * @type {Record<string, string>}
   */
  storage = Object.create(null);

  clear() {
    this.storage = Object.create(null);
  }

  getAll() {
    return this.storage;
  }

  /** @param {string} key */
  getItem(key) {
    return this.storage[key] ?? null;
  }

  /** @param {string} key */
  removeItem(key) {
    delete this.storage[key];
  }

  /**
   * @param {string} key
   * @param {string} value
   */
  setItem(key, value) {
    this.storage[key] = value;
  }
}

/** Cookies of this site. */
export class XanoCookieStorage extends XanoBaseStorage {
  constructor(cookiePath = "/", expirationDays = 30) {
    super();
    this.cookiePath = cookiePath;
    this.expirationDays = expirationDays;
  }

  clear() {
    for (const key in this.getAll()) this.removeItem(key);
  }

  getAll() {
    const pairs = document.cookie.split("; ").map((cookie) => /^([^=]*)=?(.*)/s.exec(cookie));
    return Object.fromEntries(/** @type {any[]} */ (pairs).map(([, key, value]) => [key, decoded(value)]));
  }

  /** @param {string} key */
  getItem(key) {
    const start = `${key}=`;
    const cookie = document.cookie.split("; ").find((candidate) => candidate.startsWith(start));
    return cookie === undefined ? null : decoded(cookie.slice(start.length));
  }

  /** @param {string} key */
  removeItem(key) {
    this._write(key, "", -1);
  }

  /**
   * @param {string} key
   * @param {string} value
   */
  setItem(key, value) {
    this._write(key, value, this.expirationDays);
  }

  /**
   * @param {string} key
   * @param {string} value
   * @param {number} days
   */
  _write(key, value, days) {
    const expires = new Date(Date.now() + days * 86_400_000).toUTCString();
    const secure = globalThis.location?.protocol === "https:" ? "; Secure" : "";
    const attributes = `expires=${expires}; path=${this.cookiePath}; SameSite=Lax${secure}`;
    document.cookie = `${key}=${encodeURIComponent(value)}; ${attributes}`;
  }
}

/**
 * The value of a cookie. The original does not encode: what is not encoded is the value itself.
 * @param {string} text
 */
function decoded(text) {
  try {
    const value = decodeURIComponent(text);
    return encodeURIComponent(value) === text ? value : text;
  } catch {
    return text;
  }
}
