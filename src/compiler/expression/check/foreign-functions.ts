/** Names before the dot of functions in other languages, and in other implementations of CEL. */
export const FOREIGN_NAMESPACES: ReadonlySet<string> = new Set([
  ...['math', 'strings', 'lists', 'sets', 'maps', 'regex', 'base64', 'optional', 'dates', 'cel'],
  ...['Math', 'Object', 'Array', 'String', 'Number', 'Boolean', 'Date', 'JSON', 'RegExp', 'Buffer', 'crypto'],
])

const TIME = ': times are RFC 3339 texts: compare them as they are, and write date(time, days) to add days'

/**
 * Functions that other languages have and this one spells otherwise. Each value is the expression to write: `$1` stands for the receiver
 * or the first argument, `$2` and `$3` for those behind it. A value that begins with `:` is a sentence.
 */
export const FOREIGN_FUNCTIONS: Readonly<Record<string, string>> = {
  len: 'size($1)',
  length: 'size($1)',
  count: 'size($1)',
  uint: 'int($1)',
  lower: '$1.lowerAscii()',
  toLowerCase: '$1.lowerAscii()',
  upper: '$1.upperAscii()',
  toUpperCase: '$1.upperAscii()',
  includes: ': write text.contains(part), or item in list',
  find: '$1.filter(item, …)[?0].orValue(…)',
  any: '$1.exists(item, …)',
  some: '$1.exists(item, …)',
  every: '$1.all(item, …)',
  concat: '$1 + $2',
  str: 'string($1)',
  toString: 'string($1)',
  toJson: 'json($1)',
  fromJson: 'parse_json($1)',
  'JSON.stringify': 'json($1)',
  'JSON.parse': 'parse_json($1)',
  'math.greatest': 'max([$1, $2])',
  'math.least': 'min([$1, $2])',
  'Math.max': 'max([$1, $2])',
  'Math.min': 'min([$1, $2])',
  'math.round': 'round($1)',
  'Math.round': 'round($1)',
  now: ': an expression has no clock: read run.started_at, or the output of the tool time.now',
  timestamp: TIME,
  duration: TIME,
  reverse: ": write sort(list, '-') for descending order",
}
