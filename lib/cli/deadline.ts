import { CommandFailed } from './failure.ts';

const unitsMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A length such as `90m`, `12h` or `3d`, in ms; `undefined` for anything else. */
export const lengthIn = (text: string): number | undefined => {
  const [, count, unit = ''] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (unitsMs[unit] ?? 0);
};

/** A time, or a length from now such as `12h`, as an ISO text. Throws {@link CommandFailed}. */
export const deadlineIn = (text: string, nowMs: number): string => {
  const lengthMs = lengthIn(text);
  const atMs = lengthMs === undefined ? Date.parse(text) : nowMs + lengthMs;
  if (Number.isNaN(atMs))
    throw new CommandFailed(
      'usage',
      `--until: given "${text}"; allowed is a time such as 2026-12-24T08:00:00Z, or from now 90m, 12h or 3d.`,
    );
  return new Date(atMs).toISOString();
};
