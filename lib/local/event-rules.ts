import { accountId, region } from '../emulator/account.ts';
import { resourcesOf, type Template } from '../emulator/cloudformation/template.ts';
import type { BusEvent } from '../emulator/eventbridge/eventbridge.ts';

/** A rule of the template: which events of which bus call which function; copies to log groups are not played. */
export type EventRule = {
  readonly arn: string;
  readonly busName: string;
  /** Texts by field of the envelope, and by field of its detail: the only kinds of pattern that the template uses. */
  readonly pattern: Pattern;
  readonly functionArns: readonly string[];
};

type Pattern = { readonly [field: string]: readonly string[] | Pattern };

/** A function that EventBridge calls, and in the name of which rule. */
export type Target = { readonly ruleArn: string; readonly functionArn: string };

/** The rules of the template that match events; those that keep a schedule are left out. */
export const eventRulesOf = (template: Template, resolve: (value: unknown) => unknown): readonly EventRule[] =>
  resourcesOf(template, 'AWS::Events::Rule').flatMap(({ logicalId, Properties }) =>
    Properties?.EventPattern === undefined
      ? []
      : [
          {
            arn: String(resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] })),
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

/** The functions that an event calls, each in the name of a rule. */
export const targetsOf = (rules: readonly EventRule[], event: BusEvent): readonly Target[] => {
  const envelope = envelopeOf(event);
  return rules
    .filter(({ busName }) => busName === event.busName)
    .filter(({ pattern }) => matches(pattern, envelope))
    .flatMap(({ arn: ruleArn, functionArns }) => functionArns.map((functionArn) => ({ ruleArn, functionArn })));
};

const matches = (pattern: Pattern, given: unknown): boolean =>
  Object.entries(pattern).every(([field, wanted]) => {
    const value: unknown = Object(given)[field];
    return isTexts(wanted) ? wanted.includes(String(value)) : matches(wanted, value);
  });
const isTexts = (wanted: readonly string[] | Pattern): wanted is readonly string[] => Array.isArray(wanted);

/** The functions that EventBridge calls at a rate. */
export const schedulesOf = (
  template: Template,
  resolve: (value: unknown) => unknown,
): readonly (Target & { readonly everyMs: number })[] =>
  resourcesOf(template, 'AWS::Events::Rule').flatMap(({ logicalId, Properties }) => {
    const minutes = /^rate\((\d+) minutes?\)$/.exec(String(Properties?.ScheduleExpression))?.[1];
    const targets = (Properties?.Targets ?? []) as readonly { Arn: unknown }[];
    return minutes === undefined
      ? []
      : targets.map(({ Arn }) => ({
          ruleArn: String(resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] })),
          functionArn: String(resolve(Arn)),
          everyMs: 60_000 * Number(minutes),
        }));
  });
