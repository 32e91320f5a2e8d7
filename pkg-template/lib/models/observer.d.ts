export declare abstract class Observer<T> {
  abstract update(params: T): any;
}
