/** The checker of cron schedules says what `croner` says, which computes their slots. */
import { Cron } from 'croner'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { hasDays } from '../../../src/compiler/cron/cron-days.ts'
import { CRON_NICKNAMES } from '../../../src/compiler/cron/cron-fields.ts'
import { CRON_PATTERN, parseCron } from '../../../src/compiler/cron/parse-cron.ts'

type Verdict = 'wrong' | 'never' | 'fires'

const judge = (text: string): Verdict => {
  const parsed = CRON_PATTERN.test(text) ? parseCron(text) : undefined
  if (parsed?.kind !== 'cron') return 'wrong'
  return hasDays(parsed.cron) ? 'fires' : 'never'
}

const judgeByCroner = (text: string): Verdict => {
  try {
    const cron = new Cron(text, { timezone: 'UTC', paused: true, mode: '5-or-6-parts' })
    return cron.nextRun(new Date(0)) === null ? 'never' : 'fires'
  } catch {
    return 'wrong'
  }
}

const test = suite('a cron schedule')

const WRITTEN: Record<string, Verdict> = {
  '* * * * *': 'fires',
  '*/5 8-18 1,15 jan-mar mon-fri': 'fires',
  '*/10 * * * * *': 'fires',
  '0 9 L * *': 'fires',
  '0 9 LW * *': 'fires',
  '0 9 15w,L * *': 'fires',
  '0 9 * * fri#L': 'fires',
  '0 9 * * friL': 'fires',
  '0 9 * * MON#2,wed-thu#5': 'fires',
  '0 9 * * fri-sun': 'fires',
  '0 9 ? * 7': 'fires',
  '0 9 13 * +fri': 'fires',
  '0 9 29 2 +mon': 'fires',
  '0 9 31 4 mon': 'fires',
  '0 9 31 4 +mon': 'never',
  '0 9 30 2 *': 'never',
  '0 9 30,31 2 *': 'never',
  '0 9 31W 6 *': 'never',
  '0 9 15 * +mon#1': 'never',
  '0 9 LW * +sat,sun': 'never',
  '0 9 * 2 +mon#5': 'fires',
  '0 9 1-7/2 * +mon#2': 'never',
  '60 * * * *': 'wrong',
  '0 24 * * *': 'wrong',
  '0 9 0 * *': 'wrong',
  '0 9 * 13 *': 'wrong',
  '0 9 * * 8': 'wrong',
  '0 9 * * mon#6': 'wrong',
  '0 9 * * L': 'wrong',
  '0 9 * * *#2': 'wrong',
  '0 9 * * +': 'wrong',
  '0 9 * jan#1 *': 'wrong',
  '0 9 1-5W * *': 'wrong',
  '0 9 1,LW * *': 'wrong',
  '0 9 5L * *': 'wrong',
  '0 9L * * *': 'wrong',
  '5/10 * * * *': 'wrong',
  '*/61 * * * *': 'wrong',
  '*/0 * * * *': 'wrong',
  '0 9 * * */8': 'wrong',
  '5-1 * * * *': 'wrong',
  '1,,2 * * * *': 'wrong',
  '0 9 * monday *': 'wrong',
  '0 9 * * monday': 'wrong',
  '0 9 * *': 'wrong',
  '0 0 9 * * 1 2027': 'wrong',
  '@reboot': 'wrong',
  '@dayly': 'wrong',
}

for (const name of Object.keys(CRON_NICKNAMES)) WRITTEN[name] = 'fires'

for (const [text, verdict] of Object.entries(WRITTEN))
  test(`'${text}': ${verdict}, for croner too`, () => {
    assert.equal([judge(text), judgeByCroner(text)], [verdict, verdict])
  })

const numeric = (least: number, most: number): fc.Arbitrary<string> => {
  const value = fc.integer({ min: least, max: most + 1 }).map(String)
  const range = fc.tuple(value, value).map(([from, to]) => `${from}-${to}`)
  // croner accepts an end that is too large if no step falls on it: 0-60/21.
  const known = fc.integer({ min: least, max: most })
  const stepped = fc.tuple(known, known).map(([from, to]) => `${from}-${to}`)
  const step = fc
    .tuple(fc.oneof(fc.constant('*'), stepped), fc.integer({ min: 1, max: most }))
    .map((both) => both.join('/'))
  return fc.oneof(fc.constant('*'), value, value, range, step)
}

const named = (words: readonly string[], field: fc.Arbitrary<string>): fc.Arbitrary<string> => {
  const word = fc.constantFrom(...words)
  return fc.oneof(
    field,
    word,
    fc.tuple(word, word).map((both) => both.join('-')),
  )
}

const listOf = (item: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(','))

const DAY = listOf(fc.oneof(numeric(1, 31), numeric(25, 31), fc.constantFrom('L', 'LW', '1W', '30W', '31W', '1L', 'W')))
const MONTH = listOf(named(['jan', 'FEB', 'apr', 'dec', 'mon'], fc.oneof(numeric(1, 12), fc.constant('2'))))
const WEEKDAY_ITEM = named(['sun', 'MON', 'tue', 'fri', 'sat', 'jan'], numeric(0, 7))
const MARK = fc.constantFrom('', '', '#1', '#5', '#L', 'L', '#6', 'W')
const WEEKDAY = fc
  .tuple(fc.constantFrom('', '+'), listOf(fc.tuple(WEEKDAY_ITEM, MARK).map((both) => both.join(''))))
  .map((both) => both.join(''))
const TIME = fc.tuple(listOf(numeric(0, 59)), listOf(numeric(0, 23))).map((both) => both.join(' '))

const compare = (text: fc.Arbitrary<string>, numRuns: number): Record<Verdict, number> => {
  const seen: Record<Verdict, number> = { wrong: 0, never: 0, fires: 0 }
  const property = fc.property(text, (written) => {
    const verdict = judge(written)
    seen[verdict] += 1
    assert.is(verdict, judgeByCroner(written), written)
  })
  fc.assert(property, { numRuns })
  return seen
}

test('any text of five or six fields is judged as by croner', () => {
  const day = fc.oneof(DAY, fc.constant('*'))
  const weekday = fc.oneof(WEEKDAY, fc.constant('*'))
  const text = fc.tuple(fc.constantFrom('', '*/10 '), TIME, day, MONTH, weekday)
  const seen = compare(
    text.map(([second, ...rest]) => second + rest.join(' ')),
    2_000,
  )
  assert.ok(seen.wrong > 0 && seen.fires > 0, JSON.stringify(seen))
})

test('days that hardly occur, or never, are found as by croner', () => {
  const day = fc.oneof(
    fc.constantFrom('*', 'L', 'LW', '1W', '1-7', '8-14', '29W', '30W', '31W', '29', '30', '31', '30,31'),
  )
  const month = fc.constantFrom('*', '2', 'feb', '4,6', '2,11', '9')
  const weekday = fc
    .tuple(
      fc.constantFrom('+', '+', ''),
      fc.constantFrom('sun', 'mon', 'sat'),
      fc.constantFrom('', '#1', '#2', '#5', '#L'),
    )
    .map((all) => all.join(''))
  const text = fc.tuple(day, month, fc.oneof(fc.constant('*'), weekday)).map((all) => `0 9 ${all.join(' ')}`)
  const seen = compare(text, 300)
  assert.ok(seen.never > 0 && seen.fires > 0, JSON.stringify(seen))
})

test.run()
