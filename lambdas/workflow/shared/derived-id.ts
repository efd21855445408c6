import { createHash } from 'node:crypto';
import type { RotationId } from '../../domain/ids.ts';

/** A rotation id that is the same for the same text: a UUID of version 8 (RFC 9562) over its SHA-256. */
export const rotationIdFrom = (text: string): RotationId => {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}` as RotationId;
};

/** The rotation that an execution started by hand is: the same execution is always the same rotation. */
export const rotationIdOf = (executionArn: string): RotationId => rotationIdFrom(executionArn);
