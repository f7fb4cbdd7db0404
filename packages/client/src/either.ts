/** `AbortSignal.any`, which not every device has. */
export function either(one: AbortSignal, other: AbortSignal): AbortSignal {
  const both = new AbortController();
  const abort = () => both.abort();
  for (const signal of [one, other]) {
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  }
  return both.signal;
}
