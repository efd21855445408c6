import * as z from 'zod';
import type { Kit } from '../domain/kit.ts';
import { retryAfterMsIn } from '../domain/retry-after.ts';
import { type Answer, ask, type Question } from './http-request.ts';
import { KitRefused, KitUnreachable } from './kit-errors.ts';
import type { KitAccess } from './kit-kind.ts';
import { pause } from './pause.ts';

const longestWaitMs = 8_000;
const defaultWaitMs = 1_000;

const operation = z.object({ status: z.string() });

/** A write that Azure has answered; `todo` is what a person looks at when it has failed. */
type Write = { readonly doing: string; readonly kit: Kit; readonly answer: Answer; readonly todo: string };

/**
 * Ends when a write of Azure Resource Manager is done ("Track asynchronous Azure operations"): at once, or after 202 when the
 * address in Azure-AsyncOperation says Succeeded, or the one in Location answers something else than 202. Only an address of the
 * same origin is asked, since it is shown the token. Throws KitRefused for an operation that failed, KitUnreachable when it lasts.
 */
export const operationDone = async (
  { doing, kit, answer, todo }: Write,
  { origin, ...how }: { readonly origin: string } & Pick<Question, 'headers' | 'meaningOf'>,
  access: KitAccess,
): Promise<void> => {
  if (answer.status !== 202) return;
  const statusUrl = answer.headers.get('azure-asyncoperation');
  const given = statusUrl ?? answer.headers.get('location');
  if (given === null)
    throw new KitUnreachable('UNREADABLE_ANSWER', {
      doing,
      kit,
      answer: 'HTTP 202 without the address of an operation',
      todo: 'It is read and tried again.',
    });
  const url = URL.parse(given);
  if (!url || url.origin !== origin || url.username !== '' || url.password !== '')
    throw new KitRefused('REDIRECTED', {
      doing,
      kit,
      answer: 'HTTP 202 with the address of an operation on another host',
      todo: 'Check managementUrl: such an address is not asked.',
    });
  for (let last = answer; ; ) {
    const waitMs = retryAfterMsIn(last.headers.get('retry-after'), access.nowMs()) ?? defaultWaitMs;
    if (waitMs > longestWaitMs) throw lasts(doing, kit, waitMs);
    await pause(waitMs, access.signal);
    last = await ask(access, { doing: `${doing}, waiting for it`, kit, method: 'GET', url: url.href, ...how });
    const { status } = operation.safeParse(last.json).data ?? {};
    if (statusUrl === null || status === undefined ? last.status !== 202 : status === 'Succeeded') return;
    if (statusUrl !== null && (status === 'Failed' || status === 'Canceled'))
      throw new KitRefused('REQUEST_REFUSED', { doing, kit, answer: `its operation has ended as ${status}`, todo });
  }
};

const lasts = (doing: string, kit: Kit, waitMs: number): KitUnreachable =>
  new KitUnreachable(
    'NOT_STORED',
    { doing, kit, answer: 'Azure is still at it', todo: 'It is looked at again in the next round.' },
    waitMs,
  );
