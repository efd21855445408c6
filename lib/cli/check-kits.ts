import { counted } from '../../lambdas/console/view/labels.ts';
import { longestPage } from '../../lambdas/console/view/paging.ts';
import type { Plan } from '../../lambdas/domain/plan.ts';
import type { At, Result } from './command.ts';
import type { Connection } from './connection.ts';
import { plain } from './terminal.ts';

/** How the kits of one gateway stand to its record; `NOT_SAID` when not all of them could be asked that can be. */
type CheckedGateway = Plan['readBack'] & {
  readonly gatewayId: string;
  readonly result: 'SAME' | 'DIFFERS' | 'ROTATION_RUNS' | 'NOT_SAID';
  /** Kits that did not answer, and kits for which no time was left. */
  readonly notAnswered: number;
  /** Kits that nobody can ask: their owners install them. */
  readonly nothingToAsk: number;
  /** Why not all could be asked. */
  readonly obstacles: readonly string[];
};

const gatewaysOf = async (connection: Connection): Promise<readonly string[]> => {
  const found: string[] = [];
  for (let page = 1; ; page += 1) {
    const { rows, page: now } = await connection.show({ view: 'gateways', size: longestPage, page });
    found.push(...rows.map(({ gatewayId }) => gatewayId));
    if (page >= now.pages) return found;
  }
};

const checked = (plan: Plan): CheckedGateway => {
  const { gatewayId, kits, readBack, rotationRuns } = plan;
  const differ = readBack.differs.length + readBack.moreDiffer;
  const notAnswered = kits.unreachable + kits.notAsked;
  const obstacles = plan.obstacles.filter(({ code }) => code === 'KIT_UNREACHABLE').map(({ message }) => message);
  return {
    gatewayId,
    result: rotationRuns ? 'ROTATION_RUNS' : differ > 0 ? 'DIFFERS' : notAnswered > 0 ? 'NOT_SAID' : 'SAME',
    ...readBack,
    notAnswered,
    nothingToAsk: kits.total - readBack.matches - differ - readBack.showNothing - notAnswered,
    obstacles,
  };
};

const lineOf = (one: CheckedGateway): string => {
  const differ = one.differs.length + one.moreDiffer;
  const counts = [
    `${one.matches} hold the current credential`,
    ...(differ > 0 ? [`${differ} hold another one`] : []),
    ...(one.showNothing > 0 ? [`${one.showNothing} show none`] : []),
    ...(one.notAnswered > 0 ? [`${one.notAnswered} did not answer`] : []),
    ...(one.nothingToAsk > 0 ? [`${one.nothingToAsk} cannot be asked`] : []),
  ];
  if (one.result === 'ROTATION_RUNS')
    return `${plain(one.gatewayId)}: a rotation runs, which looks after its kits itself.`;
  return [
    `${plain(one.gatewayId)}: ${counts.join(', ')}.`,
    ...one.differs.map(({ kitId, kind, owner }) => `  DIFFERS ${plain(kitId)} (${kind}, ${plain(owner)})`),
    ...(one.moreDiffer > 0 ? [`  and ${one.moreDiffer} more differ`] : []),
    ...one.obstacles.map((message) => `  ${plain(message)}`),
  ].join('\n');
};

/**
 * Asks every kit that can be asked what it holds, and compares that with the current credential of its gateway; of one gateway
 * or of all. Ends as one that differs when a kit does, and as failed when not all could be asked.
 */
export const checkKits = async ({ connection }: At, gatewayId: string | undefined): Promise<Result> => {
  const ids = gatewayId === undefined ? await gatewaysOf(connection) : [gatewayId];
  const gateways: CheckedGateway[] = [];
  for (const id of ids) {
    const reason = 'kits were compared at a terminal';
    const { plan } = (await connection.planRotation({ gatewayId: id, reason })) as { readonly plan: Plan };
    gateways.push(checked(plan));
  }
  const are = (result: CheckedGateway['result']): number => gateways.filter((one) => one.result === result).length;
  const sum =
    are('DIFFERS') > 0
      ? `${counted(are('DIFFERS'), 'gateway')} with kits that hold another credential than the current one.`
      : are('NOT_SAID') > 0
        ? `${counted(are('NOT_SAID'), 'gateway')} with kits that did not answer; of those that did, none differs.`
        : 'No kit differs that can be asked.';
  return {
    document: 'kits-check',
    json: { gateways, differ: are('DIFFERS'), notSaid: are('NOT_SAID'), rotate: are('ROTATION_RUNS') },
    text: [...gateways.map(lineOf), sum].join('\n'),
    ...(are('DIFFERS') > 0 ? { endsAs: 'differs' as const } : { isFailed: are('NOT_SAID') > 0 }),
  };
};
