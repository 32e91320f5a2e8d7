// What the bundler puts in: xtask/bundle.

/** The version of the package. */
declare const VERSION: string;
/** Whether the bundle runs in browsers alone. */
declare const ONLY_BROWSERS: boolean;
/** Whether errors say what to do, too, and what is made too often is named. */
declare const HELP: boolean;

declare module "wasm:bytes" {
  export default function bytes(): Uint8Array<ArrayBuffer>;
}

declare module "wasm:instance" {
  export function instantiate(
    compiled: WebAssembly.Module,
    append: (...output: number[]) => void,
  ): (...input: any[]) => void;
}

declare module "wasm:boot" {
  export function boot(append: (...output: number[]) => void): (...input: any[]) => void;
}

declare module "wasm:plain" {
  export function instantiate(append: (...output: number[]) => void): (...input: any[]) => void;
}
