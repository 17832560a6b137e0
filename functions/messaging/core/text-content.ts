/** What no text may hold, whoever wrote it: read on `foldWords`, with a space before and after. */

/** What somebody is treated for, and how: anybody who holds the phone can read a text (HHS FAQ 198). English and Spanish. */
export const TELLS_OF_CARE =
  / (?:diagnos\w*|stenosis|sciatica|herniat\w*|scoliosis|spondyl\w*|radiculopathy|arthritis|osteoporosis|fractures?|cancer|tumou?rs?|hiv|hepatitis|depression|anxiety|psychiatr\w*|pregnan\w*|opioids?|oxycodone|hydrocodone|gabapentin|mri|ct scan|x rays?|biopsy|surg\w+|laminectomy|discectomy|spinal|(?:back|neck|leg) pain|spine|injections?|epidural|nerve block|physical therapy|physio\w*|rehab\w*|hernia|cirugia|cirujano|diagnosticos?|ciatica|estenosis|escoliosis|artritis|fracturas?|tumores|vih|depresion|ansiedad|embarazo|opioides?|resonancia|radiografia|biopsia|inyeccion(?:es)?|infiltracion|fisioterapia|columna|espalda|lumbar) /;

/** Hosts that anybody can hide behind: carriers drop texts with them. */
export const SHORTENER =
  /\b(?:bit\.ly|bitly\.com|tinyurl\.com|goo\.gl|t\.co|ow\.ly|is\.gd|buff\.ly|rebrand\.ly|cutt\.ly|shorturl\.at|rb\.gy|t\.ly|lnkd\.in|tiny\.cc|v\.gd)\b/i;

/**
 * An invitation to answer with a word that carriers and the FCC read as an opt-out (47 CFR 64.1200(a)(10)): "reply CANCEL". STOP is
 * meant so.
 */
export const ASKS_FOR_OPT_OUT_WORD =
  / (?:reply|text|send|write|type|answer|responda|responde|escriba|envie|envia|mande|conteste) (?:with |back |con )?(?:the word |la palabra )?(?:cancel|cancela|cancelar|end|quit|revoke|unsubscribe|stopall|opt out|fin|salir) /;

/** What turns a text of treatment into marketing, which needs a written agreement of its own. */
export const PROMOTES =
  / (?:discounts?|coupons?|promo|promotions?|special offer|limited time|gift card|sale|descuentos?|cupon|promocion|oferta especial|gratis) |\d\s?%\s?(?:off|menos)/;
