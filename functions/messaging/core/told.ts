interface OfText {
  readonly messageId: string;
}

/** What a text leaves on the standing of its number when it is claimed. */
interface Told {
  readonly sentDays?: readonly OfText[] | undefined;
  readonly openQuestions?: readonly OfText[] | undefined;
  readonly lastVisit?: object | undefined;
  /** What the last text that told or asked something took the place of. */
  readonly replaced?:
    | (OfText & { readonly lastVisit?: object | undefined; readonly question?: OfText | undefined })
    | undefined;
}

/**
 * The standing as if a text had never been claimed, once it is certain that nobody got it: it counts on no day, what it asked is not
 * open, and what it took the place of stands again. The same object where that changes nothing.
 */
export const withoutText = <Standing extends Told>(standing: Standing, messageId: string): Standing => {
  const isOf = (one: OfText): boolean => one.messageId === messageId;
  const { sentDays, openQuestions, lastVisit, replaced } = standing;
  const isLast = replaced !== undefined && isOf(replaced);
  if (!isLast && !sentDays?.some(isOf) && !openQuestions?.some(isOf)) return standing;
  return {
    ...standing,
    sentDays: sentDays?.filter((day) => !isOf(day)),
    openQuestions: openQuestions?.flatMap((open) => {
      if (!isOf(open)) return [open];
      return isLast && replaced.question !== undefined ? [replaced.question] : [];
    }),
    lastVisit: isLast ? replaced.lastVisit : lastVisit,
    replaced: isLast ? undefined : replaced,
  };
};
