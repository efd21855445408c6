import type { BusEvent } from './aws/eventbridge.ts';
import { accountId, region } from './names.ts';
import { resourcesOf, type Template } from './template.ts';

/** A rule of the template: which events of which bus call which function; copies to log groups are not played. */
export type EventRule = {
  readonly busName: string;
  /** Texts by field of the envelope: the only kind of pattern that the template uses. */
  readonly pattern: Readonly<Record<string, readonly string[]>>;
  readonly functionArns: readonly string[];
};

/** The rules of the template that match events; those that keep a schedule are left out. */
export const eventRulesOf = (template: Template, resolve: (value: unknown) => unknown): readonly EventRule[] =>
  resourcesOf(template, 'AWS::Events::Rule').flatMap(({ Properties }) =>
    Properties?.EventPattern === undefined
      ? []
      : [
          {
            busName: String(resolve(Properties.EventBusName ?? 'default')),
            pattern: resolve(Properties.EventPattern) as EventRule['pattern'],
            functionArns: ((Properties.Targets ?? []) as readonly { Arn: unknown }[])
              .map(({ Arn }) => String(resolve(Arn)))
              .filter((target) => target.includes(':function:')),
          },
        ],
  );

/** The event as EventBridge hands it to a target ("Events in Amazon EventBridge"). */
export const envelopeOf = ({ id, source, detailType, detail, resources, atMs }: BusEvent): Record<string, unknown> => ({
  version: '0',
  id,
  'detail-type': detailType,
  source,
  account: accountId,
  time: new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z'),
  region,
  resources,
  detail,
});

/** The functions that an event calls. */
export const targetsOf = (rules: readonly EventRule[], event: BusEvent): readonly string[] => {
  const envelope = envelopeOf(event);
  return rules
    .filter(({ busName }) => busName === event.busName)
    .filter(({ pattern }) => Object.entries(pattern).every(([field, texts]) => texts.includes(String(envelope[field]))))
    .flatMap(({ functionArns }) => functionArns);
};
