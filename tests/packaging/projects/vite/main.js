import { XanoClient } from "xano-wasm";
import { show } from "./show.js";

show(XanoClient);
