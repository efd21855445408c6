import { randomUUID } from 'node:crypto';
import type { Clock } from '../wire/service.ts';

const path = '/lambda-packages/';
/** "This link is valid for 10 minutes" (GetFunction, Lambda API reference). */
const validMs = 600_000;

/** Links to code packages, as GetFunction gives them out: whoever has one may read, without a signature, for ten minutes. */
export const packageLinks = (clock: Clock) => {
  const given = new Map<string, { readonly zip: Uint8Array; readonly untilMs: number }>();
  return {
    give: (zip: Uint8Array): string => {
      for (const [link, { untilMs }] of given) if (untilMs <= clock()) given.delete(link);
      const link = `${path}${randomUUID()}`;
      given.set(link, { zip, untilMs: clock() + validMs });
      return link;
    },
    open: (link: string): Uint8Array | undefined => {
      const found = given.get(link);
      return found && found.untilMs > clock() ? found.zip : undefined;
    },
  };
};
