import * as z from 'zod';
import { gatewayStates } from '../../../lambdas/console/view/parts.ts';
import { nextPage } from '../call.ts';
import { command, filter, label, labelOption, page, paging, text, wholeNumber } from '../command.ts';

const texts = () => import('../view-text.ts');

const given = (parts: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined));

/** How gateways stand. */
export const showCommands = [
  command({
    usage: 'status [gatewayId]',
    about: 'How all gateways stand, those that need a person first; or one of them with its credentials and kits.',
    examples: ['status', 'status orders', 'status --state HELD --json'],
    options: [
      ['--filter <text>', 'names or labels (of one gateway: kits, owners or kinds too) that contain it'],
      labelOption,
      ['--state <state>', `only gateways in this state: ${gatewayStates.join(', ')}`],
      paging,
    ],
    input: { gatewayId: text.optional(), filter, label, state: z.enum(gatewayStates).optional(), page },
    run: async ({ connection, terminal, call }, { gatewayId, filter, label, state, page, json }) => {
      const screen = json ? undefined : terminal.screen();
      const { gatewaysText, gatewayText, kitsFor } = await texts();
      if (gatewayId === undefined) {
        const view = await connection.show({ view: 'gateways', ...given({ filter, labels: label, state, page }) });
        return { document: 'status', json: view, text: `${gatewaysText(view, screen)}${nextPage(view.page, call)}` };
      }
      const view = await connection.show({
        view: 'gateway',
        gatewayId,
        ...given({ filter, labels: label, page, ...kitsFor(screen) }),
      });
      return { document: 'status', json: view, text: `${gatewayText(view, screen)}${nextPage(view.kits.page, call)}` };
    },
  }),
  command({
    usage: 'watch [gatewayId]',
    about: 'Shows the rotation of a gateway while it runs, and ends with it; without a gateway all that run.',
    examples: ['watch orders', 'watch', 'watch orders --json'],
    options: [['--every <seconds>', 'how often to look (default 2)']],
    streams: true,
    input: { gatewayId: text.optional(), every: wholeNumber(1, 3600).default(2) },
    run: async ({ connection, terminal }, { gatewayId, every, json }) => {
      const { streamAll, streamGateway, watchAll, watchGateway } = await import('../watch.ts');
      if (gatewayId === undefined) {
        await (json ? streamAll : watchAll)(connection, terminal, every * 1000);
        return { document: 'watch', json: { ended: true, outcome: 'NONE_RUNS' }, text: '' };
      }
      const outcome = await (json ? streamGateway : watchGateway)(connection, terminal, gatewayId, every * 1000);
      const isFailed = outcome !== undefined && outcome !== 'COMPLETED' && outcome !== 'ROLLED_BACK';
      return {
        document: 'watch',
        json: { gatewayId, ended: true, ...(outcome ? { outcome } : {}) },
        text: '',
        isFailed,
      };
    },
  }),
  command({
    usage: 'history <gatewayId>',
    about: 'What was done to a gateway, by whom and why, newest first.',
    examples: ['history orders', 'history orders --page 2 --json'],
    options: [paging],
    input: { gatewayId: text, page },
    run: async ({ connection, terminal, call }, { gatewayId, page }) => {
      const view = await connection.show({ view: 'history', gatewayId, ...given({ page }) });
      return {
        document: 'history',
        json: view,
        text: `${(await texts()).historyText(view, terminal.screen())}${nextPage(view.page, call)}`,
      };
    },
  }),
  command({
    usage: 'news <gatewayId>',
    about: 'What people were told of a gateway: whom, by which channel, when, and whether it was delivered.',
    examples: ['news orders', 'news orders --page 2 --json'],
    options: [paging],
    input: { gatewayId: text, page },
    run: async ({ connection, terminal, call }, { gatewayId, page }) => {
      const view = await connection.show({ view: 'news', gatewayId, ...given({ page }) });
      return {
        document: 'news',
        json: view,
        text: `${(await texts()).newsText(view, terminal.screen())}${nextPage(view.page, call)}`,
      };
    },
  }),
];
