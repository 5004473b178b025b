/** Whether Cmd plays the part of Ctrl. */
export const isMac = /mac|iphone|ipad/i.test(
  typeof navigator === "undefined" ? "" : navigator.userAgent,
);
