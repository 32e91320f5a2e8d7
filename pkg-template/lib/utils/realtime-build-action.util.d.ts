import type { ERealtimeAction, XanoRealtimeActionOptions } from "../../index.js";

export declare function realtimeBuildActionUtil(
  action: ERealtimeAction,
  options: XanoRealtimeActionOptions,
  payload?: any,
): string;
