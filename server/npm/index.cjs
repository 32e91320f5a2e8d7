"use strict";

const { startServer } = require("./lib/start-server.cjs");

module.exports = { startServer };
