// Programs that read the fields of a response, without its methods.

import { XanoClient } from "@xano/js-sdk";
import { apiGroupBaseUrl, show } from "../world.js";

const { body, headers, status } = await new XanoClient({ apiGroupBaseUrl }).get("/echo", { page: 2 });
show({ body, type: headers["content-type"], status });
