import type { OwnerMessage } from '../domain/kit.ts';
import { endsTagKey, type KeyLine } from '../domain/own-keys.ts';

const named = 20;

/** The own keys with which the kits of one owner are reached, and that end before a rotation could. */
export const keysEnding = (
  { gatewayId, owner }: { readonly gatewayId: string; readonly owner: string },
  lines: readonly KeyLine[],
): OwnerMessage => {
  const more = lines.length - named;
  const hasEnded = lines.some(({ standing }) => standing === 'ENDED');
  const what = lines.length === 1 ? 'A key' : `${lines.length} keys`;
  return {
    ...{ owner, gatewayId, thread: 'keys-ending', severity: hasEnded ? 'escalation' : 'reminder' },
    subject: `${what} to your kits of gateway ${gatewayId} ${hasEnded ? 'ended' : lines.length === 1 ? 'ends soon' : 'end soon'}`,
    text: [
      `This system reaches your kits of gateway ${gatewayId} with what these secrets hold:`,
      ...lines.slice(0, named).map(({ text }) => text),
      ...(more > 0 ? [`And ${more} more; the console lists them.`] : []),
      'A rotation that still runs when one ends can give those kits nothing any more, and waits: their credential stays as it is.',
      `Make a new one where it was made, and put it into the same secret before. If the end is not right, correct the tag ${endsTagKey} of the secret.`,
    ].join('\n'),
  };
};
