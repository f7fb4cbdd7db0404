import type { Medicine, PageContent } from '../src/make-document/page/page-content.ts';

const medicine = (more: Partial<Medicine> = {}): Medicine => ({
  name: 'Amoxicillin 500 mg capsule',
  details: '500 mg   ·   capsule',
  directions: '500 (five hundred) mg three times a day, by mouth, for 10\u00a0days.',
  instructions: 'With a glass of water, before meals.',
  substitution: 'Another product with the same ingredients may be given.',
  quantity: '30 (thirty) capsules',
  repeats: 'Twice',
  ...more,
});

/** A prescription as most are: one page, A4, names in several scripts. */
export const onePage: PageContent = {
  paper: 'A4',
  prescriptionId: '0197a3c2-5b1e-7c44-9d0e-2f6a8b1c3d4e',
  version: 1,
  contentHash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  verificationCode: '7K3M9QXB2TYV5WZ8RN4PHC6DJF4Q8M',
  verificationAddress: 'https://care.example/verify/7K3M9QXB2TYV5WZ8RN4PHC6DJF4Q8M',
  patient: { name: 'Zoé Łukasiewicz-Ωμέγα Жданова', born: '3 March 1980' },
  prescriber: { name: 'Dr Amina Okafor', licenceNumber: 'NY-123456' },
  clinic: { name: 'Riverside Clinic', city: 'New York' },
  signedAt: new Date('2026-11-20T09:00:00Z'),
  signed: '20 November 2026, 04:00 (America/New York)',
  signedOn: '20 November 2026',
  validUntil: '19 May 2027',
  medicines: [
    medicine(),
    medicine({
      name: 'Oxycodone 5 mg tablet',
      details: '5 mg   ·   tablet   ·   Schedule II (US@1)',
      directions: '5 (five) mg every second day, by mouth, for 7\u00a0days.',
      instructions: null,
      substitution: 'No substitution: exactly this product.',
      quantity: '4 (four) tablets',
      repeats: 'None',
    }),
  ],
  safetyNotes: [
    'Major interaction: warfarin, aspirin. Answered by the prescriber: will be monitored.',
    'Medicine 2 is controlled: Schedule II (US@1). No repeats.',
  ],
};

/** More than a page of US Letter, with a name in a script the font does not have. */
export const manyPages: PageContent = {
  ...onePage,
  paper: 'LETTER',
  version: 2,
  patient: { name: '张伟 Nguyễn', born: null },
  prescriber: { name: 'Dr José Ñúñez', licenceNumber: null },
  medicines: Array.from({ length: 8 }, (_, i) =>
    medicine({
      name: `Medicine ${i + 1}`,
      instructions: i % 3 === 1 ? 'Take it slowly. '.repeat(40).trim() : 'With water.',
    }),
  ),
};
