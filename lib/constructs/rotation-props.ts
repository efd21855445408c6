import type { ISecurityGroup, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { inWords } from '../../lambdas/domain/in-words.ts';
import { contradictionsOf, refusalsOf, type Settings, SettingsRefused, settingsSchema } from './settings.ts';

/** What an app brings of its own, in place of what is made otherwise. */
type OwnResources = {
  /** Where the functions run that ask the policy check or reach kits. Its subnets must lead to the AWS services too. Default: outside of any VPC. */
  readonly vpc?: IVpc | undefined;
  /** Which subnets of `vpc`. Default: the private ones that lead outside. */
  readonly vpcSubnets?: SubnetSelection | undefined;
  /** The security groups of these functions in `vpc`. Default: one that lets everything out and nothing in. */
  readonly securityGroups?: readonly ISecurityGroup[] | undefined;
  /**
   * The symmetric key of this account that encrypts gateway secrets, messages to owners, and alarms unless `alarmTopic` is given.
   * Keep it as long as a credential is stored. Default: a key of its own, which is kept when the stack goes.
   */
  readonly encryptionKey?: IKey | undefined;
  /** Who gets every alarm; excludes `operatorsEmail`. CloudWatch is let publish to it, as far as this app has its policy. Default: a topic of its own. */
  readonly alarmTopic?: ITopic | undefined;
  /** Where every recorded transition is published. Whoever may put events on it can say what looks like ours. Default: a bus of its own. */
  readonly eventBus?: IEventBus | undefined;
};

/** What {@link GatewayCredentialRotation} is made with; whatever is refused is refused at synthesis, with what was given and what is allowed. */
export type GatewayCredentialRotationProps = OwnResources & {
  /** Path of the registry of gateways and kits, from the folder in which the app runs. It is applied at the end of each deployment that changes it. */
  readonly gateways: string;
  /** The hosts that URLs of kits may have, in small letters, also `*.example.com`; 2,000 characters together. Default: those that `gateways` names. */
  readonly kitHosts?: readonly string[] | undefined;
  /** Who gets every alarm, once confirmed: an e-mail address. Default: nobody, until somebody subscribes to the topic. */
  readonly operatorsEmail?: string | undefined;
  /** Requests of all gateways together, 1 to 100,000 a second; above it the policy check answers 429. Default 5,000. */
  readonly requestsPerSecond?: number | undefined;
  /** Requests at once, 1 to 50,000. Default 2,500. */
  readonly requestBurst?: number | undefined;
  /** Memory of the authorizer, 128 to 10,240 MB. Default 1,024. */
  readonly authorizeMemoryMb?: number | undefined;
  /** Instances of the authorizer that are kept warm, 0 to 10,000. Default: none ever; to end it set 0. */
  readonly authorizeProvisioned?: number | undefined;
  /** Whether the authorizer logs every decision. Default: refusals, answers from a copy, and of each source the first use and one a minute. */
  readonly logEveryDecision?: boolean | undefined;
  /** At most so many instances, 1 to 1,000, of each of the two functions that reach kits; kept for them of the account's quota. Default: no limit. */
  readonly kitWorkersAtOnce?: number | undefined;
  /** A DNS name of your own for the policy check, in small letters; goes with `certificateArn` or `domainKept`. Default: API Gateway's name. */
  readonly domainName?: string | undefined;
  /** The certificate of that name, in ACM of the same region. */
  readonly certificateArn?: string | undefined;
  /** Whether `domainName` is in API Gateway already, from a stack before. Default false. */
  readonly domainKept?: boolean | undefined;
  /** Subnets by their ids, in place of `vpc`; goes with `securityGroupIds`. */
  readonly subnetIds?: readonly string[] | undefined;
  /** Security groups by their ids, in place of `securityGroups`; goes with `subnetIds`. */
  readonly securityGroupIds?: readonly string[] | undefined;
  /** VPC endpoints for execute-api through which alone the policy check is reached; needs `vpc` or `subnetIds`, excludes `domainName`. Default: the internet. */
  readonly privateEndpointIds?: readonly string[] | undefined;
  /** Whether AWS WAF blocks addresses with a bad reputation. Default false. */
  readonly firewall?: boolean | undefined;
  /** How long logs and the trail of who pressed are kept. Default one year. */
  readonly logRetentionDays?: RetentionDays | undefined;
  /** Whether a CloudTrail trail of its own records who pressed, decided or acted. Default true. */
  readonly pressTrail?: boolean | undefined;
  /** Whether to set API Gateway's log role of the account and region; false when another stack does. Default true. */
  readonly setAccountLogRole?: boolean | undefined;
  /** Accounts (12 digits), or ARNs of IAM roles and users, that may press the compromise button by an event. Default: none besides this account. */
  readonly compromisePrincipals?: readonly string[] | undefined;
};

/** Props, checked: the settings with their defaults, and what the app brings of its own. */
export type CheckedProps = { readonly settings: Omit<Settings, 'stackName'>; readonly own: OwnResources };

const schema = settingsSchema.omit({ stackName: true });

/** Checks props as the settings of the same names are checked. Throws {@link SettingsRefused} with everything that is not allowed. */
export const checkedProps = (props: GatewayCredentialRotationProps): CheckedProps => {
  const { vpc, vpcSubnets, securityGroups, encryptionKey, alarmTopic, eventBus, ...rest } = props;
  const own = { vpc, vpcSubnets, securityGroups, encryptionKey, alarmTopic, eventBus };
  const given = present(rest);
  const parsed = schema.safeParse(given, inWords);
  const refusals = parsed.success
    ? [...contradictionsOf(parsed.data, vpc !== undefined), ...contradictionsWith(props)]
    : refusalsOf(parsed.error, given, [...Object.keys(schema.shape), ...Object.keys(own)]);
  if (parsed.success && refusals.length === 0) return { settings: parsed.data, own: present(own) };
  throw new SettingsRefused(`The props were refused. ${refusals.join('. ')}.`);
};

/** What is there: a prop that is `undefined` is one that was not given. */
const present = <Given extends object>(given: Given): { [Name in keyof Given]: Exclude<Given[Name], undefined> } =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;

/** Props that say nothing, or something wrong, without each other. */
const contradictionsWith = (props: GatewayCredentialRotationProps): readonly string[] => {
  const { vpc, vpcSubnets, securityGroups, subnetIds = [], securityGroupIds = [], alarmTopic, operatorsEmail } = props;
  return [
    ...(vpc && subnetIds.length + securityGroupIds.length > 0
      ? ['vpc and subnetIds: give one of them; the subnets of vpc are chosen by vpcSubnets']
      : []),
    ...(!vpc && (vpcSubnets || securityGroups) ? ['vpcSubnets and securityGroups: give the vpc that has them'] : []),
    ...(securityGroups?.length === 0
      ? ['securityGroups: given none; allowed is at least one, or to leave it out']
      : []),
    ...(alarmTopic && operatorsEmail !== undefined
      ? ['alarmTopic and operatorsEmail: give one of them; subscribe to a topic of your own yourself']
      : []),
  ];
};
