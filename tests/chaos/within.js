/** Waits, but not for ever: after the deadline it fails with what `complaint()` says. */
export async function within(deadline_ms, promise, complaint) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`after ${deadline_ms / 1_000} s: ${complaint()}`)), deadline_ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
