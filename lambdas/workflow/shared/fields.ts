import * as z from 'zod';
import {
  type CredentialId,
  credentialIdPattern,
  credentialIdRule,
  executionNamePattern,
  executionNameRule,
  type GatewayId,
  type KitId,
  namePattern,
  nameRule,
  type RotationId,
  requestIdPattern,
  requestIdRule,
  sourcePattern,
  sourceRule,
  uuidPattern,
  versionIdPattern,
  versionIdRule,
} from '../../domain/ids.ts';
import { type Labels, labelPattern, labelRule, labelsAtMost, longestLabels } from '../../domain/labels.ts';
import { isPlainLine, longestText, plainLineRule } from '../../domain/text.ts';

/*
 * How ids and the texts of people are read, the same at every door: patterns and limits are the domain's, and the sentence
 * that refuses says them.
 */

const id = <Id extends string>(pattern: RegExp, rule: string) =>
  z
    .custom<Id>((given) => typeof given === 'string' && pattern.test(given), `must be ${rule}`)
    .meta({ type: 'string', pattern: pattern.source, description: rule });

export const gatewayId = id<GatewayId>(namePattern, nameRule);
export const kitId = id<KitId>(namePattern, nameRule);
export const rotationId = id<RotationId>(uuidPattern, 'a UUID');
export const source = id<string>(sourcePattern, sourceRule);
export const credentialId = id<CredentialId>(credentialIdPattern, credentialIdRule);
export const versionId = id<string>(versionIdPattern, versionIdRule);
export const requestId = id<string>(requestIdPattern, requestIdRule);
export const executionName = id<string>(executionNamePattern, executionNameRule);

/** A line that a person wrote and the record keeps; blanks around it are taken off. `missing` is said when nothing is left. */
export const line = (most: number, missing = 'must not be empty') =>
  z
    .string()
    .trim()
    .min(1, missing)
    .max(most, `must have at most ${most} characters`)
    .refine(isPlainLine, `must be ${plainLineRule}`);

/** Why something is done, and who says so: recorded. */
export const reason = line(longestText.reason, 'say why');
export const actor = line(longestText.actor, 'say who you are');

const isLabelPart = (part: unknown): boolean => typeof part === 'string' && labelPattern.test(part);
const labelsRule = `up to ${labelsAtMost} labels such as {"env": "prod"}, of ${longestLabels} characters together: ${labelRule}`;

/** What people sort by. */
export const labels = z
  .custom<Labels>(
    (given) => typeof given === 'object' && given !== null && !Array.isArray(given),
    `must be ${labelsRule}`,
  )
  .superRefine((given, { addIssue }) => {
    const all = Object.entries(given);
    const characters = all.reduce((sum, [name, value]) => sum + name.length + String(value).length, 0);
    if (all.length > labelsAtMost || characters > longestLabels)
      addIssue({ code: 'custom', message: `must be ${labelsRule}` });
    for (const [name, value] of all)
      if (!isLabelPart(name) || !isLabelPart(value))
        addIssue({ code: 'custom', path: [name], message: `is no label: allowed is ${labelRule}` });
  })
  .meta({
    type: 'object',
    maxProperties: labelsAtMost,
    propertyNames: { pattern: labelPattern.source },
    additionalProperties: { type: 'string', pattern: labelPattern.source },
    description: labelsRule,
  });
