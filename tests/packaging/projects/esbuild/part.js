import { XanoObjectStorage } from "xano-wasm";

console.log(Object.keys(new XanoObjectStorage()));
