/**
 * In which zones somebody may be whose zone nobody knows. Dated data (2026-11): what is not in it is judged by all zones, which is
 * the strictest answer, so a code that is missing or new does no harm. A telephone moves with its owner: an area code is a
 * hint, and is asked only where nothing better is known.
 */

const EASTERN = 'America/New_York';
const CENTRAL = 'America/Chicago';
const MOUNTAIN = 'America/Denver';
const ARIZONA = 'America/Phoenix';
const PACIFIC = 'America/Los_Angeles';
const ALASKA = 'America/Anchorage';
const HAWAII = 'Pacific/Honolulu';
const ATLANTIC = 'America/Puerto_Rico';

/** The zones of the fifty states. */
const ALL_ZONES: readonly string[] = [EASTERN, CENTRAL, MOUNTAIN, ARIZONA, PACIFIC, ALASKA, HAWAII];

/** Area codes that lie in one zone wholly, or in those named together. */
const AREA_CODES: readonly (readonly [zones: readonly string[], codes: string])[] = [
  [
    [EASTERN],
    '201 202 203 207 212 215 216 223 227 229 234 239 240 248 252 267 272 276 301 302 304 305 313 315 317 321 330 332 336 339 347 351 352 ' +
      '380 386 401 404 407 410 412 413 419 434 440 443 445 463 470 475 478 484 508 513 516 518 540 551 561 567 570 571 585 586 603 607 609 ' +
      '610 614 616 617 631 646 667 678 680 681 689 703 704 706 716 717 718 724 727 732 734 740 743 754 757 762 770 772 774 781 786 802 803 ' +
      '804 810 813 814 828 843 845 848 854 856 857 860 862 863 864 878 904 908 910 912 914 917 919 929 934 937 941 947 954 959 973 978 980 984 989',
  ],
  [
    [CENTRAL],
    '205 210 214 217 218 224 225 228 251 254 256 262 281 309 312 314 316 318 319 320 325 331 334 337 346 361 402 405 409 414 417 430 469 ' +
      '479 501 504 507 512 515 531 539 563 573 580 601 608 612 615 618 629 630 636 641 651 660 662 682 708 712 713 715 726 731 737 763 769 773 779 ' +
      '806 815 816 817 830 832 847 870 872 901 903 913 918 920 936 938 940 952 956 972 979 985',
  ],
  [[MOUNTAIN], '303 307 385 406 435 505 575 719 720 801 970 983'],
  [[ARIZONA], '480 520 602 623'],
  [
    [PACIFIC],
    '206 209 213 253 279 310 323 341 360 408 415 424 425 442 503 509 510 530 559 562 564 619 626 628 650 657 661 669 702 707 714 725 747 760 ' +
      '805 818 820 831 840 858 909 916 925 949 951 971',
  ],
  [[HAWAII], '808'],
  [[ATLANTIC], '787 939'],
  [[EASTERN, CENTRAL], '219 270 364 423 574 606 812 850 865 906 930 931'],
  [[CENTRAL, MOUNTAIN], '308 432 605 620 701 785 915'],
  [[MOUNTAIN, PACIFIC], '208 541 986'],
  [[MOUNTAIN, ARIZONA], '928'],
];

const STATES: readonly (readonly [zones: readonly string[], states: string])[] = [
  [[EASTERN], 'CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV'],
  [[CENTRAL], 'AL AR IA IL LA MN MO MS OK WI'],
  [[MOUNTAIN], 'CO MT NM UT WY'],
  [[PACIFIC], 'CA WA'],
  [[HAWAII], 'HI'],
  [[ATLANTIC], 'PR VI'],
  [[EASTERN, CENTRAL], 'FL IN KY MI TN'],
  [[CENTRAL, MOUNTAIN], 'KS ND NE SD TX'],
  [[MOUNTAIN, ARIZONA], 'AZ'],
  [[MOUNTAIN, PACIFIC], 'ID NV OR'],
  [[ALASKA, HAWAII], 'AK'],
];

const byWord = (rows: typeof AREA_CODES): ReadonlyMap<string, readonly string[]> =>
  new Map(rows.flatMap(([zones, words]) => words.split(' ').map((word) => [word, zones] as const)));

const zonesOfAreaCode = byWord(AREA_CODES);
const zonesOfState = byWord(STATES);

/** Where the holder of a number may be: what is known of the state (`CO`) and of the area code, together; else anywhere in the US. */
export const plausibleZones = (phone: string, state?: string): readonly string[] => {
  const ofCode = zonesOfAreaCode.get(/^\+1(\d{3})\d{7}$/.exec(phone)?.[1] ?? '');
  const ofState = state === undefined ? undefined : zonesOfState.get(state);
  const zones = new Set([...(ofState ?? []), ...(ofCode ?? [])]);
  return zones.size === 0 ? ALL_ZONES : [...zones];
};
