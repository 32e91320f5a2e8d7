import type { Observer } from "./observer.js";

export declare class Observable<T> {
  constructor(onObserverCountChange?: CallableFunction);
  addObserver(observer: Observer<T>, getLastState?: boolean): void;
  removeObserver(observer: Observer<T>): void;
  notify(params: T): void;
}
