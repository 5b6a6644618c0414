/** Texts that are nearly workflows, and texts that are nothing: what a compiler and a submission have to answer, and survive. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { stringify } from 'yaml'
import type { JsonValue } from '../../src/core/json.ts'
import { REPOSITORY_FOLDER } from '../support/child-process.ts'

const EXAMPLES = globSync('*.yaml', { cwd: join(REPOSITORY_FOLDER, 'examples') }).map((file) =>
  readFileSync(join(REPOSITORY_FOLDER, 'examples', file), 'utf8').split('\n'),
)

const KEYS =
  'workflow version steps input output models limits flow triggers secrets tools id llm prompt tool with set wait approve emit fail switch when next do else parallel join foreach as loop until while max retry timeout on_error undo returns key'.split(
    ' ',
  )

const WORDS = [
  ...KEYS,
  '&a',
  '*a',
  '<<',
  '!!binary',
  '|',
  '>-',
  '---',
  '...',
  '"',
  "'",
  '${',
  '}',
  '{',
  '[',
  ']',
  ': ',
  '- ',
  '# ',
  '\t',
  '~',
  '1e999',
  '0x7f',
  '.nan',
  '__proto__',
  'constructor',
  'steps.a.output',
  'input.x ||',
  'null',
  '\u0000',
  '\ud800',
  '\u2028',
  '🎭',
  '-1d',
  '99999999999999999999',
  '500ms..1h',
]

interface Change {
  line: number
  other: number
  word: string
  kind: 'drop' | 'twice' | 'swap' | 'word' | 'indent' | 'cut'
}

const change = (): fc.Arbitrary<Change> =>
  fc.record({
    line: fc.nat(),
    other: fc.nat(),
    word: fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: 'binary', maxLength: 8 })),
    kind: fc.constantFrom('drop', 'twice', 'swap', 'word', 'indent', 'cut'),
  })

const changed = (lines: readonly string[], changes: readonly Change[]): string => {
  const text = [...lines]
  for (const { kind, line, other, word } of changes) {
    const at = line % Math.max(1, text.length)
    const here = text[at] ?? ''
    const column = other % (here.length + 1)
    if (kind === 'drop') text.splice(at, 1)
    else if (kind === 'twice') text.splice(at, 0, here)
    else if (kind === 'swap') text[at] = text.splice(other % text.length, 1, here)[0] ?? ''
    else if (kind === 'indent') text[at] = ' '.repeat(other % 9) + here.trimStart()
    else if (kind === 'cut') text[at] = here.slice(0, column)
    else text[at] = here.slice(0, column) + word + here.slice(column)
  }
  return text.join('\n')
}

/** A document of known keys with anything under them. */
const wildDocument = (): fc.Arbitrary<string> =>
  fc
    .dictionary(fc.constantFrom(...KEYS), fc.oneof(fc.jsonValue({ maxDepth: 4 }), wildSteps()), { maxKeys: 6 })
    .map((document) => stringify(document))

const wildSteps = (): fc.Arbitrary<JsonValue> =>
  fc.array(fc.dictionary(fc.constantFrom(...KEYS), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }), {
    maxLength: 4,
  }) as fc.Arbitrary<JsonValue>

export const randomText = (): fc.Arbitrary<string> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.constantFrom(...EXAMPLES), fc.array(change(), { minLength: 1, maxLength: 5 }))
        .map(([lines, changes]) => changed(lines, changes)),
    },
    { weight: 3, arbitrary: wildDocument() },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
  )

/** Inputs of people and programs where `{ name: string, count?: integer, kind?: a or b }` is expected. */
export const randomInput = (): fc.Arbitrary<JsonValue> =>
  fc.oneof(
    fc.jsonValue({ maxDepth: 5 }),
    fc.dictionary(fc.constantFrom('name', 'count', 'kind', '__proto__', 'constructor'), fc.jsonValue({ maxDepth: 2 }), {
      maxKeys: 5,
    }),
    fc.record(
      { name: fc.string({ unit: 'binary' }), count: fc.integer({ min: -1 }), kind: fc.constantFrom('a', 'b', 'c') },
      { requiredKeys: ['name'] },
    ),
  ) as fc.Arbitrary<JsonValue>
