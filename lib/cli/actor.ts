import { longestText } from '../../lambdas/domain/text.ts';
import type { At } from './command.ts';

/** Who asks, for the record: of an ARN that is too long its end, which is the person; `unknown` when AWS does not say so, since that must not stop a decision. */
export const actorOf = async ({ connection, terminal }: Pick<At, 'connection' | 'terminal'>): Promise<string> => {
  try {
    return (await connection.caller()).slice(-longestText.actor);
  } catch {
    terminal.say('AWS does not say who you are (sts:GetCallerIdentity): the record will say "unknown".');
    return 'unknown';
  }
};
