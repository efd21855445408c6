import { lambdasWith } from './host.ts';
import { logToConsole } from './log.ts';

/** Makes a Lambda handler that loads no logger: for the functions on the path of every API request. See {@link lambdasWith}. */
export const lambda = lambdasWith(logToConsole);
