import type { Grant } from './evaluation/grants.ts';

/** What nothing on this machine can show: what AWS does by itself, in the name of a role, or a service in its own. */
const byAws: readonly (readonly [action: RegExp, why: string])[] = [
  [/^logs:/, 'Lambda and Step Functions write logs themselves; here they go to the journal'],
  [/^xray:/, 'Lambda and Step Functions send traces themselves; there is no X-Ray here'],
  [
    /^dynamodb:(DescribeTable|UpdateTable)$/,
    'CloudFormation has the tables protected; it is not here, and dynalite cannot',
  ],
  [/^sqs:/, 'Lambda and EventBridge send what they gave up on themselves; there are no queues here'],
];
/** RevokeCredential tells somebody in one case: test/workflow/forced.test.ts plays it, where the list can change in between. */
const ofADroppedForce = 'a force that covers others than it was given for is dropped, and its author told';
const isOfADroppedForce = ({ of, action, condition }: Grant): boolean =>
  of.startsWith('RevokeCredentialRole') &&
  (action === 'sns:Publish' || (action.startsWith('kms:') && JSON.stringify(condition)?.includes('"sns.') === true));
const ofCloudWatch = 'CloudWatch sends alarms itself; there are no alarms here';

/**
 * Why the use of a grant cannot be shown here; `undefined` for all others, which are used or too wide. Besides, nothing
 * here shows: what a key's policy refuses a service, since nothing is encrypted here (kms: is asked for as AWS documents it);
 * aws:SecureTransport, since there is no TLS on loopback; policies of other accounts and organisations; roles of CDK and of API Gateway.
 */
export const outsideTheProof = (grant: Grant): string | undefined => {
  if (isOfADroppedForce(grant)) return ofADroppedForce;
  const { action, principal } = grant;
  return JSON.stringify(principal)?.includes('cloudwatch.amazonaws.com')
    ? ofCloudWatch
    : byAws.find(([pattern]) => pattern.test(action))?.[1];
};
