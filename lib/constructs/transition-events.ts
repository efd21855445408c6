import { EventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { RotationFunction } from './rotation-function.ts';

/** The event bus of every recorded transition: a bus of our own, so that nobody else's events can pass for ours. */
export class TransitionEvents extends Construct {
  private readonly bus: EventBus;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', { description: 'Transitions of gateway credential rotations.' });
  }

  get busName(): string {
    return this.bus.eventBusName;
  }

  /** To publish transitions. */
  grantPublish(to: RotationFunction): void {
    to.allow(['events:PutEvents'], [this.bus.eventBusArn]);
    to.addEnvironment('EVENT_BUS', this.bus.eventBusName);
  }
}
