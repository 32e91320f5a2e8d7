/** Tells its observers what it is told. `onObserverCountChange` is called with their number when one comes or goes. */
export class Observable {
  /** @param {((count: number) => void) | undefined} onObserverCountChange */
  constructor(onObserverCountChange) {
    this.onObserverCountChange = onObserverCountChange;
    /** @type {{ update(params: any): any }[]} */
    this.observers = [];
  }

  /**
   * @param {{ update(params: any): any }} observer
   * @param {boolean} [getLastState]
   */
  addObserver(observer, getLastState = false) {
    this.observers = [...this.observers, observer];
    if (getLastState && this.lastState) observer.update(this.lastState);
    this.onObserverCountChange?.(this.observers.length);
  }

  /** @param {{ update(params: any): any }} observer */
  removeObserver(observer) {
    this.observers = this.observers.filter((other) => other !== observer);
    this.onObserverCountChange?.(this.observers.length);
  }

  /** @param {any} params */
  notify(params) {
    this.lastState = params;
    for (const observer of this.observers) observer.update(params);
  }
}
