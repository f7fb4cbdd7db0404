/** The catalog changes under prescriptions, all on one platform. */
import './catalog/new-release.ts';
import './catalog/administration.ts';
