/** What the platform is for, as clients see it through the gateway alone, all on one platform. */
import { nothingPersonalWasToldOrLogged } from './care/traces.ts';
import './care/story.ts';
import './care/rows.ts';
import './care/controlled.ts';
import './care/documents.ts';
import './care/payments.ts';
import './care/bad-input.ts';

nothingPersonalWasToldOrLogged();
