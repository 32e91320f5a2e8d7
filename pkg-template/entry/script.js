// `<script src="…/xano.min.js">`.

import "./inline.js";
import "./globals.js";
