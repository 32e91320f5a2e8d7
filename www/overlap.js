// The server sends the history again after every reconnect. Lay it over what is shown, where the two agree
// for the longest stretch, and say what is missing before and after. Frames carry no ids that could say it.

function missingAround(shown, history) {
  let best = { length: 0, start: shown.length };
  for (let start = 1 - history.length; start < shown.length; start++) {
    const from = Math.max(0, start);
    const to = Math.min(shown.length, start + history.length);
    if (to - from < Math.max(1, best.length)) continue;
    if (agree(shown, history, start, from, to)) best = { length: to - from, start };
  }
  return {
    before: history.slice(0, Math.max(0, -best.start)),
    after: history.slice(Math.max(0, shown.length - best.start)),
    mayHaveGap: best.length === 0 && shown.length > 0 && history.length > 0,
  };
}

function agree(shown, history, start, from, to) {
  for (let i = from; i < to; i++) {
    if (shown[i] !== history[i - start]) return false;
  }
  return true;
}
