import type { At } from './command.ts';

/** Records take so many characters of a name; the end of an ARN is the person. */
const longestActor = 128;

/** Who asks, for the record; `unknown` when AWS does not say so, since that must not stop a decision. */
export const actorOf = async ({ connection, terminal }: At): Promise<string> => {
  try {
    return (await connection.caller()).slice(-longestActor);
  } catch {
    terminal.say('AWS does not say who you are (sts:GetCallerIdentity): the record will say "unknown".');
    return 'unknown';
  }
};
