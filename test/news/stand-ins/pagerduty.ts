import * as z from 'zod';
import { type Answered, type Asked, openLoopbackServer } from '../../../lib/local/stand-ins/loopback-server.ts';
import { type Arrived, type ChannelWorld, type Fault, jsonOf, withFaults } from './world.ts';

const routingKey = '0123456789abcdef0123456789abcdef';
const common = { routing_key: z.string().length(32), dedup_key: z.string().min(1).max(255) };
const event = z.discriminatedUnion('event_action', [
  z.object({
    ...common,
    event_action: z.literal('trigger'),
    payload: z.object({
      summary: z.string().min(1).max(1024),
      source: z.string().min(1),
      severity: z.enum(['critical', 'error', 'warning', 'info']),
      timestamp: z.iso.datetime(),
      custom_details: z.record(z.string(), z.string()),
    }),
    links: z.array(z.object({ href: z.url(), text: z.string() })).optional(),
  }),
  z.object({ ...common, event_action: z.literal('acknowledge') }),
  z.object({ ...common, event_action: z.literal('resolve') }),
]);

/** The Events API v2 of PagerDuty, with the incidents that its events come to. */
export const openPagerDuty = async (): Promise<ChannelWorld & { readonly incidents: ReadonlyMap<string, string> }> => {
  const arrived: Arrived[] = [];
  const faults: Fault[] = [];
  const incidents = new Map<string, string>();
  const invalid = (errors: readonly string[]): Answered => ({
    status: 400,
    json: { status: 'invalid event', message: 'Event object is invalid', errors },
  });
  const take = (asked: Asked): Answered => {
    if (asked.url.pathname !== '/v2/enqueue') return { status: 404, text: '' };
    const read = event.safeParse(jsonOf(asked));
    if (!read.success) return invalid(read.error.issues.map(({ path }) => `'${path.join('.')}' is wrong`));
    const { dedup_key, event_action, routing_key } = read.data;
    if (routing_key !== routingKey) return invalid(["'routing_key' is not known"]);
    const before = incidents.get(dedup_key);
    if (event_action === 'trigger' && (before === undefined || before === 'resolved'))
      incidents.set(dedup_key, 'triggered');
    if (event_action === 'acknowledge' && before === 'triggered') incidents.set(dedup_key, 'acknowledged');
    if (event_action === 'resolve' && before !== undefined) incidents.set(dedup_key, 'resolved');
    const { links = [], payload } = read.data.event_action === 'trigger' ? read.data : { payload: undefined };
    arrived.push({
      id: dedup_key,
      text: [
        event_action,
        payload?.severity,
        payload?.summary,
        ...Object.values(payload?.custom_details ?? {}),
        ...links.map(({ href }) => href),
      ].join('\n'),
    });
    return { status: 202, json: { status: 'success', message: 'Event processed', dedup_key } };
  };
  const server = await openLoopbackServer(0, withFaults(faults, invalid(["'payload.summary' is missing"]), take));
  return {
    channel: { kind: 'pagerduty', secret: 'news/pagerduty', url: `${server.origin}/v2/enqueue` },
    secret: routingKey,
    ...{ arrived, faults, incidents, close: server.close },
  };
};
