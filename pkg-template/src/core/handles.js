/** @import { ChannelHandle } from "./channel-handle.js" */

/**
 * The handles of the channel objects that are not destroyed, by their number. A channel object knows its number alone:
 * frameworks wrap objects, and whatever hangs on them, in proxies.
 * @type {Map<number, ChannelHandle>}
 */
export const handles = new Map();
