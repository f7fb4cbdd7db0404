import type { ReleaseAlertResolvers } from '../generated/graphql.ts';
import type { ReleaseAlert } from '../list-release-alerts/list-release-alerts.ts';
import type { Context } from './context.ts';

async function answers({ prescriptionId, contentHash }: ReleaseAlert, { reads }: Context) {
  const prescription = await reads.prescription.load(prescriptionId);
  return prescription?.overrides.filter((each) => each.contentHash === contentHash) ?? [];
}

export const ReleaseAlertType: ReleaseAlertResolvers = {
  prescription: ({ prescriptionId }, _, { reads }) => reads.prescription.load(prescriptionId),
  findings: async (alert, _, context) => {
    const overrides = await answers(alert, context);
    return alert.findings.map((finding) => ({ finding, overrides }));
  },
  notChecked: async (alert, _, context) => {
    const overrides = await answers(alert, context);
    return alert.gaps.map((gap) => ({ gap, overrides }));
  },
};
