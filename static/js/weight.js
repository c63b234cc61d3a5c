// The weighted length of a text while it is written. The server counts again and decides:
// feed/text.py holds the rules, this follows them closely enough to warn in time.
const URL_LENGTH = 23;
const HOST = "(?:[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\\.)+";
const TAIL = "(?::\\d{1,5})?(?:[/?][^\\s\"<>\\u3000-\\u9fff\\uac00-\\ud7af]*)?";
const COMMON = "(?:com|org|net|edu|gov|int|mil|info|biz|co|tv|app|dev|shop|store)";
const URL_PATTERN = new RegExp(
  `(?<![a-z0-9@$#])(?:https?://${HOST}[a-z]{2,24}|(?<![-_./])${HOST}${COMMON})(?![a-z0-9_@])${TAIL}`,
  "gi",
);
const ELEMENT = "(?![\\u00a9\\u00ae](?!\\ufe0f))\\p{Extended_Pictographic}(?:\\ufe0f|[\\u{1f3fb}-\\u{1f3ff}])?";
const EMOJI = new RegExp(
  `[\\u{1f1e6}-\\u{1f1ff}]{2}|[0-9#*]\\ufe0f?\\u20e3|${ELEMENT}(?:\\u200d${ELEMENT}){0,3}`,
  "gu",
);

function isLight(code) {
  return code <= 4351 || (code >= 8192 && code <= 8205)
    || (code >= 8208 && code <= 8223) || (code >= 8242 && code <= 8247);
}

export function weightedLength(text) {
  let length = 0;
  const take = (weight) => () => {
    length += weight;
    return "";
  };
  const rest = text.normalize("NFC").trim()
    .replace(URL_PATTERN, take(URL_LENGTH))
    .replace(EMOJI, take(2));
  for (const character of rest) length += isLight(character.codePointAt(0)) ? 1 : 2;
  return length;
}
