import { lambdasWith } from './host.ts';
import { logToStdout } from './log.ts';

/** Makes a Lambda handler that loads no library for its log and its metrics: for the functions on the path of every API request. See {@link lambdasWith}. */
export const lambda = lambdasWith(logToStdout);
