/** Forms that look like functions and are not: they decide what is evaluated, or name a variable. */
import type { FunctionEntry } from './functions/function-entry.ts'

/** Methods that accept a missing value, with the number of their arguments. */
export const UNWRAPPING = { orValue: 1, or: 1, hasValue: 0, value: 0 } as const

export const isUnwrapping = (name: string): name is keyof typeof UNWRAPPING => Object.hasOwn(UNWRAPPING, name)

/** For the reference, and for hints. */
export const FORM_TABLE: readonly Pick<FunctionEntry, 'name' | 'signature' | 'doc' | 'example'>[] = [
  {
    name: 'has',
    signature: 'has(a.b) → boolean',
    doc: 'True if the field is there; false too when something before it is missing. A field that is null is there.',
    example: "has(parse_json('{\"a\": null}').a) && !has(parse_json('{}').a)",
  },
  {
    name: 'orValue',
    signature: 'value.orValue(other) → value',
    doc: 'The value, or the other one where it is missing (`.?`, `[?]`) or null.',
    example: "parse_json('{}').?count.orValue(2) == 2 && null.orValue(2) == 2",
  },
  {
    name: 'or',
    signature: 'value.or(other) → value',
    doc: 'Of two that may be missing, the first that is there; it may still be missing.',
    example: "parse_json('{}').?a.or([3][?0]).orValue(0) == 3",
  },
  {
    name: 'hasValue',
    signature: 'value.hasValue() → boolean',
    doc: 'True if a value that may be missing is there and not null.',
    example: "!parse_json('{}').?a.hasValue()",
  },
  {
    name: 'optMap',
    signature: 'value.optMap(name, expression) → value',
    doc: 'The expression over a value that may be missing (`.?`, `[?]`); it is missing if the value is missing or null.',
    example:
      "parse_json('{\"a\": 2}').?a.optMap(n, n * 10).orValue(0) == 20 && parse_json('{}').?a.optMap(n, n * 10).orValue(0) == 0",
  },
  {
    name: 'optFlatMap',
    signature: 'value.optFlatMap(name, expression) → value',
    doc: 'As `optMap`, with an expression that may be missing too.',
    example: '!parse_json(\'{"a": {}}\').?a.optFlatMap(a, a.?b).hasValue()',
  },
  {
    name: 'all',
    signature: 'list.all(item, condition) → boolean',
    doc: 'True if the condition holds for every item, or for every key of an object. With two names for every index and item, or key and value.',
    example: "[1, 2].all(n, n > 0) && {'a': 1}.all(key, n, key == 'a' && n == 1)",
  },
  {
    name: 'exists',
    signature: 'list.exists(item, condition) → boolean',
    doc: 'True if the condition holds for at least one item. With two names as `all`.',
    example: '[1, 2].exists(n, n > 1) && [5, 6].exists(index, n, index == 1 && n == 6)',
  },
  {
    name: 'exists_one',
    signature: 'list.exists_one(item, condition) → boolean',
    doc: 'True if the condition holds for exactly one item. With two names as `all`. `existsOne` is the same.',
    example: '[1, 2].exists_one(n, n > 1) && [3, 2].existsOne(index, n, index < n - 1)',
  },
  {
    name: 'filter',
    signature: 'list.filter(item, condition) → list',
    doc: 'The items for which the condition holds.',
    example: '[1, 2, 3].filter(n, n > 1) == [2, 3]',
  },
  {
    name: 'map',
    signature: 'list.map(item, condition?, value) → list',
    doc: 'A value for each item; with a condition between, for those items for which it holds.',
    example: '[1, 2, 3].map(n, n > 1, n * 10) == [20, 30]',
  },
  {
    name: 'transformList',
    signature: 'list.transformList(index, item, condition?, value) → list',
    doc: 'As `map`, with the index of each item, or with the key and the value of each field of an object.',
    example: "['a', 'b'].transformList(index, item, item + string(index)) == ['a0', 'b1']",
  },
  {
    name: 'transformMap',
    signature: 'object.transformMap(key, value, condition?, result) → object',
    doc: 'An object with the same keys and other values; with a condition between, with those keys for which it holds.',
    example: "{'a': 1, 'b': 2}.transformMap(key, n, n > 1, n * 10) == {'b': 20}",
  },
  {
    name: 'transformMapEntry',
    signature: 'list.transformMapEntry(index, item, condition?, {key: value}) → object',
    doc: 'An object of entries, one or more for each item of a list or field of an object; two entries with the same key are a fault.',
    example: "['x', 'y'].transformMapEntry(index, item, {item: index}) == {'x': 0, 'y': 1}",
  },
  {
    name: 'reduce',
    signature: 'list.reduce(total, item, initial, value) → value',
    doc: 'One value of all items: `total` is the initial value for the first item, and for each further one the value for the one before.',
    example: '[1, 2, 3].reduce(total, n, 1, total * n) == 6',
  },
  {
    name: 'unique_by',
    signature: 'list.unique_by(item, key) → list',
    doc: 'The items without those whose key an earlier item has.',
    example: "['tea', 'toast', 'cup'].unique_by(word, word.charAt(0)) == ['tea', 'cup']",
  },
  {
    name: 'group_by',
    signature: 'list.group_by(item, key) → object',
    doc: 'An object that has a list of items for each key. A key is text. `entries` makes a list of it.',
    example: "['tea', 'toast', 'cup'].group_by(word, word.charAt(0)) == {'t': ['tea', 'toast'], 'c': ['cup']}",
  },
  {
    name: 'cel.bind',
    signature: 'cel.bind(name, value, expression) → value',
    doc: 'The expression with a name for a value that it uses more than once.',
    example: 'cel.bind(n, 2 + 3, n * n) == 25',
  },
]
