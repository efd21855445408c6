import type { Screen } from '../../screen.ts';
import type { Call } from '../call.ts';
import { rowsOf } from '../table.ts';
import { plain } from '../terminal.ts';
import type { Imported } from './import-gateway.ts';
import { lastUsedText } from './proposal.ts';

/** What the text is about besides what was found. */
export type About = {
  readonly gatewayId: string;
  readonly file: string;
  readonly isWritten: boolean;
  readonly isNew: boolean;
  readonly asked: { readonly kongs: boolean; readonly maps: boolean };
  /** What comes next is asked of the same deployment. */
  readonly call: Call;
  readonly screen: Screen | undefined;
};

/** What was found, for people, and what comes next. */
export const importText = (found: Omit<Imported, 'after'>, about: About): string => {
  const { gatewayName, listed, rows, entries, notes, failed, gateway } = found;
  const { gatewayId, file, isWritten, isNew, screen } = about;
  const holders = (id: string): readonly string[] =>
    [...rows, ...entries].filter(({ credentialId }) => credentialId === id).map(({ kit }) => kit);
  const result = isWritten
    ? [`${file} was changed. Gateway ${gatewayId} is there with ${gateway.kits.length} kits.`]
    : isNew
      ? [`With --write this stands in ${file}:`, JSON.stringify(gateway, null, 2)]
      : [`${file} has all of this already.`];
  return [
    `Gateway ${plain(gatewayName)} in PingOne has ${listed.length} of at most 5 credentials:`,
    rowsOf(
      ['CREDENTIAL', 'CREATED', 'USE', 'HELD BY'],
      listed.map((one) => [
        one.credentialId,
        new Date(one.createdAtMs).toISOString(),
        lastUsedText(one),
        holders(one.credentialId),
      ]),
      screen,
    ),
    '',
    ...foundText(found, about),
    ...[...failed.map((one) => `NOT ASKED: ${one}`), ...notes.map((one) => `NOTE: ${one}`)].map(
      (one) => `\n${plain(one)}`,
    ),
    '',
    ...result,
    '',
    ...nextSteps(found, about),
  ].join('\n');
};

const foundText = ({ rows, entries }: Omit<Imported, 'after'>, { asked, screen }: About): readonly string[] => {
  const kitOf = ({ kit, isNew }: { readonly kit: string; readonly isNew: boolean }): string =>
    kit === '' ? 'none' : `${kit}${isNew ? ' (new)' : ''}`;
  const plugins = rows.map((row) => [row.adminUrl, row.plugin, row.attachedTo, row.holds, kitOf(row)]);
  const held = entries.map((row) => [row.keyValueMap, row.entry, row.holds, kitOf(row)]);
  if (!asked.kongs && !asked.maps)
    return ['Nothing was asked for plugins or entries: name them with --kong or --apigee.'];
  return [
    ...(plugins.length > 0 ? [rowsOf(['KONG', 'PLUGIN', 'ATTACHED TO', 'HOLDS', 'KIT'], plugins, screen)] : []),
    ...(asked.kongs && plugins.length === 0 ? ['No ping-auth plugin was found.'] : []),
    ...(asked.kongs && asked.maps ? [''] : []),
    ...(held.length > 0 ? [rowsOf(['KEY VALUE MAP', 'ENTRY', 'HOLDS', 'KIT'], held, screen)] : []),
    ...(asked.maps && held.length === 0 ? ['No entry with a credential of PingOne was found.'] : []),
  ];
};

const nextSteps = ({ gateway }: Omit<Imported, 'after'>, { gatewayId, file, call }: About): readonly string[] => {
  const line = (...words: readonly string[]): string => `  ${call.next(...words)}`;
  return [
    'What comes next:',
    ...gateway.kits.slice(0, 3).map(({ kitId }) => line('kits', 'test', gatewayId, String(kitId), '--file', file)),
    line('apply', file, '--reason', 'comes from PingOne'),
    line('adopt', gatewayId, '--credential', 'all', '--reason', 'made in PingOne before'),
    line('plan', gatewayId),
    line('rotate', gatewayId, '--reason', 'the first rotation', '--watch'),
  ];
};
