/** The account and region that this machine plays. */
export const accountId = '000000000000';
export const region = 'us-east-1';

/** The ARN of a resource of this account and region. */
export const arn = (service: string, resource: string): string =>
  `arn:aws:${service}:${region}:${accountId}:${resource}`;

/** The ARN of a stack, which is its id: it is never deployed a second time, so the last part stays. */
export const stackArn = (name: string): string => arn('cloudformation', `stack/${name}/local`);

/** The values of CloudFormation's pseudo parameters, but for the name of the stack. */
export const pseudoParameters = {
  'AWS::AccountId': accountId,
  'AWS::Partition': 'aws',
  'AWS::Region': region,
  'AWS::URLSuffix': 'amazonaws.com',
} as const;
