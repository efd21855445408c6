import { counted, lateWords } from '../../lambdas/console/view/labels.ts';
import { longestPage } from '../../lambdas/console/view/paging.ts';
import type { GatewayView, KitRow } from '../../lambdas/console/view/views.ts';
import type { At, Result } from './command.ts';
import type { Connection } from './connection.ts';
import { CommandFailed } from './failure.ts';
import { rowsOf } from './table.ts';
import { askFirst, plain } from './terminal.ts';

/** Which kits: of one gateway or of all, of this owner, with all of these labels. */
export type Chosen = {
  readonly gatewayId: string | undefined;
  readonly owner: string | undefined;
  readonly labels: string | undefined;
  /** What was installed in each; without it, what the kits of each gateway shall hold. */
  readonly credentialId: string | undefined;
};

type Waiting = { readonly gatewayId: string; readonly credentialId: string; readonly kit: KitRow };
type Acknowledged = Pick<Waiting, 'gatewayId' | 'credentialId'> & {
  readonly kitId: string;
  readonly result: string;
  readonly message?: string;
};

/**
 * Acknowledges for their owner every kit that waits for him: shows them, asks, and says for each which credential is installed.
 * A refused one stops none of the others.
 */
export const acknowledgeMany = async (
  { connection, terminal }: At,
  chosen: Chosen,
  { reason, isAnswered }: { readonly reason: string; readonly isAnswered: boolean },
): Promise<Result> => {
  const waiting = await waitingKits(connection, chosen);
  if (waiting.length === 0)
    return { document: 'acknowledged', json: { kits: [] }, text: 'No such kit waits for its owner.' };
  terminal.say(
    rowsOf(
      ['GATEWAY', 'KIT', 'OWNER', 'WAITS', 'IS RECORDED TO HOLD'],
      waiting.map(({ gatewayId, credentialId, kit: { kitId, owner, late } }) => [
        gatewayId,
        kitId,
        owner,
        late && lateWords[late],
        credentialId,
      ]),
      terminal.screen(),
    ),
  );
  await askFirst(
    terminal,
    `Record in your name that ${counted(waiting.length, 'kit')} ${waiting.length === 1 ? 'holds' : 'hold'} it?`,
    isAnswered,
  );
  const kits: Acknowledged[] = [];
  for (const { gatewayId, credentialId, kitIds } of callsFor(waiting)) {
    const answer = await connection.acknowledgeKits({ gatewayId, kitIds, reason, credentialId });
    for (const { kitId, result, code, message } of answer.kits)
      kits.push({ gatewayId, kitId, credentialId, result, ...(code ? { message: `${code}: ${message}` } : {}) });
  }
  const refused = kits.filter(({ result }) => result === 'REFUSED');
  return {
    document: 'acknowledged',
    json: { kits },
    text: [
      ...refused.map(({ gatewayId, kitId, message = '' }) => plain(`${gatewayId}/${kitId}: ${message}`)),
      `${counted(kits.length - refused.length, 'kit')} recorded${refused.length > 0 ? `, and ${refused.length} refused` : ''}.`,
    ].join('\n'),
    isFailed: refused.length > 0,
  };
};

/** A call takes so many kits of one gateway (`acknowledge-kits.ts`). */
const kitsPerCall = 100;

const callsFor = (waiting: readonly Waiting[]) =>
  [...Map.groupBy(waiting, ({ gatewayId, credentialId }) => `${gatewayId} ${credentialId}`).values()].flatMap((of) => {
    const [{ gatewayId, credentialId } = { gatewayId: '', credentialId: '' }] = of;
    const ids = of.map(({ kit }) => kit.kitId);
    return Array.from({ length: Math.ceil(ids.length / kitsPerCall) }, (_, call) => ({
      ...{ gatewayId, credentialId },
      kitIds: ids.slice(call * kitsPerCall, (call + 1) * kitsPerCall),
    }));
  });

const waitingKits = async (connection: Connection, chosen: Chosen): Promise<readonly Waiting[]> => {
  const gatewayIds = chosen.gatewayId === undefined ? await rotatingGateways(connection) : [chosen.gatewayId];
  const found: Waiting[] = [];
  for (const gatewayId of gatewayIds)
    for await (const { targetId, kits } of pagesOf(connection, gatewayId, chosen)) {
      const credentialId = chosen.credentialId ?? targetId;
      const rows = kits.rows.filter(({ acts }) => acts.includes('acknowledge-kit'));
      if (rows.length > 0 && credentialId === undefined)
        throw new CommandFailed('refused', `Gateway ${gatewayId} has no credential yet that a kit could hold.`);
      for (const kit of rows) found.push({ gatewayId, credentialId: credentialId ?? '', kit });
    }
  return found;
};

const pagesOf = async function* (
  connection: Connection,
  gatewayId: string,
  { owner, labels }: Chosen,
): AsyncGenerator<GatewayView> {
  const asked = {
    late: 'only',
    ...(owner === undefined ? {} : { owner }),
    ...(labels === undefined ? {} : { labels }),
  };
  for (let page = 1; ; page++) {
    const view = await connection.show({ view: 'gateway', gatewayId, ...asked, size: longestPage, page });
    yield view;
    if (page >= view.kits.page.pages) return;
  }
};

const rotatingGateways = async (connection: Connection): Promise<readonly string[]> => {
  const found: string[] = [];
  for (let page = 1; ; page++) {
    const { rows, page: now } = await connection.show({ view: 'gateways', size: longestPage, page });
    found.push(...rows.flatMap(({ gatewayId, rotation }) => (rotation ? [gatewayId] : [])));
    if (page >= now.pages) return found.toSorted();
  }
};
