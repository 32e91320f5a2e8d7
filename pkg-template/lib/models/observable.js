/** Tells its observers what it is told. `onObserverCountChange` is called with their number when one comes or goes. */
export class Observable {
  constructor(onObserverCountChange) {
    this.onObserverCountChange = onObserverCountChange;
    this.observers = [];
  }

  addObserver(observer, getLastState = false) {
    this.observers = [...this.observers, observer];
    if (getLastState && this.lastState) observer.update(this.lastState);
    this.onObserverCountChange?.(this.observers.length);
  }

  removeObserver(observer) {
    this.observers = this.observers.filter((other) => other !== observer);
    this.onObserverCountChange?.(this.observers.length);
  }

  notify(params) {
    this.lastState = params;
    for (const observer of this.observers) observer.update(params);
  }
}
