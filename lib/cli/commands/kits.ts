import * as z from 'zod';
import { longestLookBackSeconds } from '../../../lambdas/domain/kit.ts';
import { kindNames } from '../../../lambdas/kits/kind-names.ts';
import { nextPage } from '../call.ts';
import {
  type At,
  command,
  filter,
  label,
  labelOption,
  page,
  paging,
  type Result,
  reason,
  text,
  wholeNumber,
  why,
} from '../command.ts';
import { CommandFailed } from '../failure.ts';
import { exportCommand } from '../kits-export.ts';
import { kitDecisions } from '../operator-commands.ts';
import type { EditedRegistry, KitEntry, OpenedRegistry } from '../registry-edit.ts';
import { readBytes, readText } from '../user-files.ts';

const inFile = [
  ['--file <path>', 'the gateways.json that is changed and applied (default gateways.json)'],
  ['--yes', 'do not ask'],
  why,
] as const;
const fileInput = { file: text.default('gateways.json'), reason: reason.default('kits were changed at a terminal') };

/** Applies the changed registry, and only then puts it in place of its files: so where nothing was made, or it was a no, neither changes. */
const change = async (
  at: At,
  { file, reason, yes }: { file: string; reason: string; yes: boolean },
  { whole, writes }: EditedRegistry,
): Promise<Result> => {
  const { appliedResult, applyText } = await import('../apply-registry.ts');
  const { writeFiles } = await import('../registry-writes.ts');
  const json = await applyText(at, whole, { reason, isAnswered: yes });
  const applied = appliedResult(json);
  const names = writes.map(({ path }) => path).join(', ') || file;
  if (json.count === 0 && json.refused > 0) return { ...applied, text: `${applied.text}\n${names} was not changed.` };
  writeFiles(writes);
  return { ...applied, text: `${applied.text}\n${names} ${writes.length > 0 ? 'was changed' : 'is as it was'}.` };
};

const edits = () => import('../registry-edit.ts');
const opened = async (file: string): Promise<OpenedRegistry> => (await edits()).openRegistry(file, readText(file));
const views = () => import('../view-text.ts');

const settingsIn = (given: string | undefined): unknown => {
  if (given === undefined) return undefined;
  try {
    return JSON.parse(given.startsWith('@') ? readText(given.slice(1)) : given);
  } catch (error) {
    throw error instanceof CommandFailed
      ? error
      : new CommandFailed('usage', '--settings: given is no JSON; allowed is a JSON object, or @FILE with one.');
  }
};

/** The kits of a gateway: `gateways.json` says which there are, and stays the one place that does. */
export const kitCommands = [
  command({
    usage: 'list <gatewayId>',
    about: 'The kits of a gateway, late ones first.',
    examples: ['list orders', 'list orders --late --label env=prod', 'list orders --filter kong --json'],
    options: [
      ['--filter <text>', 'kits, owners, kinds or labels that contain it'],
      labelOption,
      ['--owner <owner>', 'only those of this owner'],
      ['--late', 'only those that hold the rotation up, or present a revoked credential'],
      paging,
    ],
    input: { gatewayId: text, filter, label, owner: text.optional(), late: z.boolean().default(false), page },
    run: async ({ connection, terminal, call }, { gatewayId, filter, label, owner, late, page, json }) => {
      const screen = json ? undefined : terminal.screen();
      const { kitListText, kitsFor } = await views();
      const asked = { filter, labels: label, owner, late: late ? 'only' : undefined, page, ...kitsFor(screen) };
      const view = await connection.show({
        view: 'gateway',
        gatewayId,
        ...Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)),
      });
      return {
        document: 'kits',
        json: view.kits,
        text: `${kitListText(view, screen)}${nextPage(view.kits.page, call)}`,
      };
    },
  }),
  command({
    usage: 'add <gatewayId> <kitId>',
    about: 'Adds a kit to gateways.json, and applies it.',
    examples: [
      'add orders warehouse --kind manual --owner warehouse-team@example.com',
      `add orders kong-eu --kind kong --owner edge@example.com --settings '{"adminUrl":"https://kong.internal:8444","adminTokenSecret":"kits/kong-eu"}'`,
    ],
    options: [
      ['--kind <kind>', `how it gets the credential: ${kindNames.join(', ')}`],
      ['--owner <owner>', 'who is told when it lags'],
      ['--settings <json>', 'what its kind needs, as JSON or @FILE: names of secrets, never a secret'],
      ['--look-back-seconds <n>', 'a kit unused for so long counts as idle'],
      ['--probe-url <url>', 'a URL behind the kit: asking it makes an idle kit show itself'],
      ...inFile,
    ],
    input: {
      ...fileInput,
      gatewayId: text,
      kitId: text,
      kind: text,
      owner: text,
      settings: text.optional(),
      lookBackSeconds: wholeNumber(1, longestLookBackSeconds).optional(),
      probeUrl: text.optional(),
    },
    run: async (at, { gatewayId, kitId, kind, owner, settings, lookBackSeconds, probeUrl, ...rest }) => {
      const own = { settings: settingsIn(settings), lookBackSeconds, probeUrl };
      const kit: KitEntry = {
        kitId,
        kind,
        owner,
        ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)),
      };
      const { withKits } = await edits();
      return change(at, rest, withKits(await opened(rest.file), gatewayId, [kit]));
    },
  }),
  command({
    usage: 'import <gatewayId> <kits>',
    about:
      'Brings the kits of an NDJSON, CSV or JSON file into the registry, and applies it: new ones are added, those that are there become what the file says, and others stay as they are. With one wrong line nothing is changed.',
    examples: ['import orders kits.csv', 'import orders kits.ndjson --yes --json'],
    options: inFile,
    input: { ...fileInput, gatewayId: text, kits: text },
    run: async (at, { gatewayId, kits, ...rest }) => {
      const { importKits, kitsToImport } = await import('../kits-import.ts');
      const { importResult } = await import('../import-summary.ts');
      const { summary, edited } = importKits(await opened(rest.file), gatewayId, kitsToImport(kits, readBytes(kits)));
      const isNew = summary.created.length + summary.changed.length > 0;
      if (!edited || !isNew) return importResult(kits, summary);
      at.terminal.say(importResult(kits, summary).text);
      const applied = await change(at, rest, edited);
      return { ...applied, document: 'kits-import', json: { ...summary, applied: applied.json } };
    },
  }),
  exportCommand,
  command({
    usage: 'test <gatewayId> <kitId>',
    about: 'Asks one kit whether it can be given a credential, and says what that would change. Nothing is changed.',
    examples: ['test orders kong-public', 'test orders kong-public --file gateways.json'],
    options: [['--file <path>', 'the kit as this file has it, before it is applied: it is asked with your own rights']],
    input: { gatewayId: text, kitId: text, file: text.optional() },
    run: async (at, { gatewayId, kitId, file }) => (await import('../test-kit.ts')).testOne(at, gatewayId, kitId, file),
  }),
  command({
    usage: 'check [gatewayId]',
    about:
      'Compares what kits hold with the current credential, by reading them back; of one gateway or of all. Nothing is changed. Ends with 0 when none differs, 2 when one does, 1 when not all could be asked.',
    examples: ['check', 'check orders --json'],
    input: { gatewayId: text.optional() },
    run: async (at, { gatewayId }) => (await import('../check-kits.ts')).checkKits(at, gatewayId),
  }),
  command({
    usage: 'remove <gatewayId> <kitId>',
    about: 'Takes a kit out of gateways.json, and applies it: it gets no new credential any more.',
    examples: ['remove orders warehouse --reason "closed"'],
    options: inFile,
    input: { ...fileInput, gatewayId: text, kitId: text },
    run: async (at, { gatewayId, kitId, ...rest }) => {
      const { kitsText } = await views();
      const after = (await edits()).withoutKit(await opened(rest.file), gatewayId, kitId);
      const { kits, nowMs } = await at.connection.show({ view: 'gateway', gatewayId, filter: kitId });
      at.terminal.say(
        kitsText(
          kits.rows.filter((row) => row.kitId === kitId),
          nowMs,
          at.terminal.screen(),
        ),
      );
      at.terminal.say(`Kit ${kitId} gets no new credential any more, and is cut off by the next rotation.`);
      return change(at, rest, after);
    },
  }),
  command({
    usage: 'fetch <gatewayId> <kitId>',
    about:
      'For the owner of a kit: fetches the credential that it shall hold, by his own rights, and acknowledges it. The value goes into a new file that only he can read, or into the standard input of a command.',
    examples: [
      'fetch orders warehouse --out client-token --reason "installed by Kim"',
      `fetch orders warehouse --exec 'ssh gw1 "umask 077; cat > /etc/gateway/client-token"' --reason "installed by Kim"`,
    ],
    options: [
      ['--out <path>', 'a file that is not there yet; made with mode 0600'],
      ['--exec <command>', 'a command that reads the credential from its standard input'],
      ['--only-fetch', 'acknowledge nothing: it is not in the kit yet'],
      why,
    ],
    input: {
      ...{ gatewayId: text, kitId: text, out: text.optional(), exec: text.optional() },
      onlyFetch: z.boolean().default(false),
      reason: reason.default('fetched and installed by its owner'),
    },
    run: async (at, { gatewayId, kitId, out, exec, onlyFetch, reason }) => {
      if ((out === undefined) === (exec === undefined))
        throw new CommandFailed('usage', 'Say where it goes: with --out into a file, or with --exec to a command.');
      const to = out === undefined ? { command: exec ?? '' } : { file: out };
      const { fetchCredential } = await import('../fetch-credential.ts');
      return fetchCredential(at, { gatewayId, kitId, reason }, { to, acknowledges: !onlyFetch });
    },
  }),
  ...kitDecisions,
];
