/** What the clinic knows of a number is together: its standing, its agreements, what was written from it. */
export const phonePartition = (clinicId: string, phone: string): string => `clinic#${clinicId}#phone#${phone}`;
