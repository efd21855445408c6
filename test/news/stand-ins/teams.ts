import * as z from 'zod';
import { type Answered, type Asked, openLoopbackServer } from '../../../lib/local/stand-ins/loopback-server.ts';
import { type Arrived, type ChannelWorld, type Fault, jsonOf, withFaults } from './world.ts';

/** What the trigger "When a Teams webhook request is received" takes: one Adaptive Card. */
const message = z.object({
  type: z.literal('message'),
  attachments: z.tuple([
    z.object({
      contentType: z.literal('application/vnd.microsoft.card.adaptive'),
      contentUrl: z.null(),
      content: z.object({
        type: z.literal('AdaptiveCard'),
        version: z.string(),
        body: z.array(
          z.object({
            type: z.literal('RichTextBlock'),
            inlines: z.tuple([z.object({ type: z.literal('TextRun'), text: z.string().min(1) })]),
          }),
        ),
        actions: z.array(z.object({ type: z.literal('Action.OpenUrl'), url: z.url(), title: z.string() })).optional(),
      }),
    }),
  ]),
});
const bytesAtMost = 28 * 1024;

/** A webhook of Microsoft Teams' Workflows, which answers 202 when it has queued the card. */
export const openTeams = async (): Promise<ChannelWorld> => {
  const arrived: Arrived[] = [];
  const faults: Fault[] = [];
  const refusal: Answered = {
    status: 400,
    json: { error: { code: 'TriggerInputSchemaMismatch', message: 'The input body is wrong.' } },
  };
  const take = (asked: Asked): Answered => {
    if (asked.url.searchParams.get('sig') !== 'c2lnbmF0dXJl')
      return { status: 401, json: { error: { code: 'DirectApiAuthorizationRequired' } } };
    const card = message.safeParse(jsonOf(asked));
    if (!card.success) return refusal;
    if (Buffer.byteLength(asked.body) > bytesAtMost) return { status: 413, text: '' };
    const [{ content }] = card.data.attachments;
    const links = (content.actions ?? []).map(({ url }) => url);
    arrived.push({ id: undefined, text: [...content.body.map(({ inlines }) => inlines[0].text), ...links].join('\n') });
    return { status: 202, text: '' };
  };
  const server = await openLoopbackServer(0, withFaults(faults, refusal, take));
  return {
    channel: { kind: 'teams', secret: 'news/teams', host: '127.0.0.1' },
    secret: `${server.origin}/workflows/1/triggers/manual/paths/invoke?api-version=1&sig=c2lnbmF0dXJl`,
    ...{ arrived, faults, close: server.close },
  };
};
