import { vi } from 'vitest';

/** The JSON lines on standard output while something runs. What goes through the console, which Lambda's runtime wraps, is not among them. */
export const printedBy = async (work: () => unknown): Promise<readonly Record<string, unknown>[]> => {
  let printed = '';
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  try {
    await work();
  } finally {
    stdout.mockRestore();
  }
  return printed.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]));
};
