import { z } from 'zod';
import { readMembers, text } from '../wire/members.ts';
import { readJsonObject } from '../wire/protocol-json.ts';
import type { Received } from '../wire/sigv4.ts';

const key = text(1, 128);
const inputs: Readonly<Record<string, z.ZodRawShape>> = {
  'DynamoDB_20120810.TagResource': { Tags: z.array(z.object({ Key: key, Value: text(0, 256) })) },
  'DynamoDB_20120810.UntagResource': { TagKeys: z.array(key) },
};

/** Refuses tags that are none: dynalite would write what is in them unread, and its store would end or close for it. Throws `AwsError`. */
export const checkTags = ({ headers, body }: Received): void => {
  const target = String(headers['x-amz-target']);
  const shape = Object.hasOwn(inputs, target) ? inputs[target] : undefined;
  if (shape) readMembers(shape, readJsonObject(body));
};
