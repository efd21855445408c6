import { closestMatch } from 'leven';
import { longestPage } from '../../lambdas/console/view/paging.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Connection } from './connection.ts';
import { CommandFailed } from './failure.ts';
import type { Given } from './targeted.ts';

/** So many pages of names are looked through for one that was misspelt. */
const pagesAtMost = 20;

/** ` Did you mean orders?`, of the names there are; empty when none is near, or the name is one of them. */
export const didYouMean = (name: string, names: readonly string[]): string => {
  if (names.includes(name)) return '';
  const nearest = closestMatch(name, [...names], { maxDistance: Math.max(1, Math.floor(name.length / 3)) });
  return nearest === undefined ? '' : ` Did you mean ${nearest}?`;
};

type Rows = { readonly names: readonly string[]; readonly pages: number };

const allOf = async (read: (page: number) => Promise<Rows>): Promise<readonly string[]> => {
  const found: string[] = [];
  for (let page = 1; page <= pagesAtMost; page++) {
    const { names, pages } = await read(page);
    found.push(...names);
    if (page >= pages) break;
  }
  return found;
};

const gatewaysOf = (connection: Connection): Promise<readonly string[]> =>
  allOf(async (page) => {
    const { rows, page: shown } = await connection.show({ view: 'gateways', size: longestPage, page });
    return { names: rows.map(({ gatewayId }) => gatewayId), pages: shown.pages };
  });

const kitsOf = (connection: Connection, gatewayId: string): Promise<readonly string[]> =>
  allOf(async (page) => {
    const { kits } = await connection.show({ view: 'gateway', gatewayId, size: longestPage, page });
    return { names: kits.rows.map(({ kitId }) => kitId), pages: kits.page.pages };
  });

/** The same failure, with the gateway or the kit that was probably meant when what was typed is none; as it is when that cannot be asked. */
export const withSuggestion = async (
  error: unknown,
  { gatewayId, kitId }: Given,
  connection: Connection,
): Promise<unknown> => {
  if (!(error instanceof CommandFailed) || error.exitCode !== exitCodes.refused || typeof gatewayId !== 'string')
    return error;
  try {
    const meant =
      didYouMean(gatewayId, await gatewaysOf(connection)) ||
      (typeof kitId === 'string' ? didYouMean(kitId, await kitsOf(connection, gatewayId)) : '');
    return meant === '' ? error : new CommandFailed('refused', `${error.message}${meant}`, { cause: error });
  } catch {
    return error; // who may not look is told what was refused
  }
};
