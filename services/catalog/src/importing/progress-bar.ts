/** A line on a terminal that fills up; elsewhere (a log file, a pipe) it stays silent. */
export function progressBar(total: number, terminal: NodeJS.WriteStream) {
  const width = 30;
  let done = 0;
  let shown = -1;
  const show = (label: string) => {
    const percent = Math.min(100, Math.floor((done * 100) / Math.max(total, 1)));
    if (!terminal.isTTY || percent === shown) return;
    shown = percent;
    const filled = Math.round((percent * width) / 100);
    terminal.write(
      `\r[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${String(percent).padStart(3)} % ${label}`,
    );
  };
  return {
    add(amount: number) {
      done += amount;
      show(done < total ? 'read' : 'comparing and completing');
    },
    end: () => void (terminal.isTTY && terminal.write('\r\u001b[K')),
  };
}
