/** Which deployment writes: the value of the one dimension that every count has, and a field of each line of the log. */
export const serviceName = process.env.POWERTOOLS_SERVICE_NAME ?? 'gateway-credential-rotation';
