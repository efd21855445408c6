import { rotationApp } from './synthesise.ts';

rotationApp().synth();
