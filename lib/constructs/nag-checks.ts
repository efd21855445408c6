import { type App, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';

/** The app, whose synthesis fails on whatever cdk-nag's AwsSolutions rules find and no construct accepts with a reason. */
export const checked = (app: App): App => {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
};
