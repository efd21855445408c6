import * as z from 'zod';
import { longestPropagationSeconds } from '../domain/kit.ts';

/** A setting for how long a kit may take to use what was written, in whole seconds. */
export const propagationFrom = (least: 0 | 1) => z.number().int().min(least).max(longestPropagationSeconds);
