// `<script src="…/xano.js.min.js">`: without WebAssembly.

import "./plain.js";
import "./globals.js";
