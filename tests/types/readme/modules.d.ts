// The packages that the examples import, as far as they use them. The signatures of React are those of @types/react 19.

declare module "react" {
  type Cleanup = () => void;
  export function useEffect(effect: () => Cleanup | unknown, dependencies?: readonly unknown[]): void;
  export function useRef<Value>(initial: Value): { current: Value };
  export function useState<State>(initial: State): [State, (next: State | ((before: State) => State)) => void];
  export function useState<State = undefined>(): [
    State | undefined,
    (next: State | undefined | ((before: State | undefined) => State | undefined)) => void,
  ];
}

declare module "react/jsx-runtime" {
  export namespace JSX {
    interface Element {
      type: unknown;
    }
    interface Attributes {
      key?: string | number;
      children?: unknown;
    }
    interface IntrinsicElements {
      button: Attributes;
      form: Attributes & { action?: string | ((form: FormData) => void | Promise<void>) };
      input: Attributes & { name?: string; required?: boolean };
      p: Attributes;
    }
  }
}

declare module "ws" {
  const Socket: typeof WebSocket;
  export default Socket;
}
