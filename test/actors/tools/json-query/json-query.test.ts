import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadTool } from '../../../../src/actors/tools/tool-catalogue.ts'
import type { Actor, ActorContext } from '../../../../src/core/actor.ts'
import { isFault } from '../../../../src/core/fault.ts'
import type { JsonObject, JsonValue } from '../../../../src/core/json.ts'
import { createActorContext } from '../../../support/actor-context.ts'
import { catchFault } from '../../../support/catch-fault.ts'
import { createToolOptions } from '../../../support/tool-options.ts'

const queries = suite('json.query')

const tool = await loadTool('json.query', createToolOptions())

/** With `json: { eval: true }` in the config. */
const evalTool = await loadTool('json.query', createToolOptions({ mayEvaluate: true }))

const evaluate = async (query: string, data: JsonValue = {}, context: Partial<ActorContext> = {}): Promise<JsonValue> =>
  evaluateBy(tool, query, { data, context })

const evaluateBy = async (
  actor: Actor,
  query: string,
  { data = {}, context = {} }: { data?: JsonValue; context?: Partial<ActorContext> } = {},
): Promise<JsonValue> =>
  ((await actor.perform({ query, data }, createActorContext(context))) as JsonObject).value ?? null

const ITEMS: JsonValue = {
  items: [
    { name: 'a', n: 1 },
    { name: 'b', n: 3 },
    { name: 'c', n: 5 },
  ],
}

const CASES: [query: string, data: JsonValue, value: JsonValue][] = [
  ['items[n > 2].name', ITEMS, ['b', 'c']],
  ['items[n > 4].name', ITEMS, 'c'],
  ['items[n > 4].[name]', ITEMS, ['c']],
  ['$sum(items.n)', ITEMS, 9],
  ['items{ name: n }', ITEMS, { a: 1, b: 3, c: 5 }],
  ['$', [1, 2], [1, 2]],
  ['nothing', {}, null],
  ['$map([1, 2], $string)', {}, ['1', '2']],
  ['$string({"a": 1})', {}, '{"a":1}'],
  ['$pad("a", -3, "#")', {}, '##a'],
  ['$toMillis("31/12/2030", "[D01]/[M01]/[Y0001]")', {}, Date.UTC(2030, 11, 31)],
  ['$toMillis("2030-01-01T00:00:00Z")', {}, Date.UTC(2030, 0, 1)],
  ['$match("ab1cb22", /b(\\d+)/).groups', {}, ['1', '22']],
  ['$replace("aXbx", /x/i, "-")', {}, 'a-b-'],
  ['$split("a1b22c", /[0-9]+/)', {}, ['a', 'b', 'c']],
  ['$contains("line\nnext", /^next$/m)', {}, true],
  ['[$sum, function($x) { $x }]', {}, [null, null]],
  ['constructor', {}, null],
  ['$lookup($, "__proto__")', {}, null],
]

for (const [query, data, value] of CASES)
  queries(`${query} gives ${JSON.stringify(value)}`, async () => assert.equal(await evaluate(query, data), value))

const FAULTS: [query: string, code: string, message: string][] = [
  ['a[', 'invalid_input', "'query' is not JSONata at character 2"],
  ['('.repeat(9000), 'invalid_input', "'query' is not JSONata"],
  ['x'.repeat(20_001), 'too_large', "'query' has 20001 characters"],
  ['"a" + 1', 'tool_failed', "'query' failed at character 5"],
  ['$error("no stock")', 'tool_failed', 'no stock'],
  ['$match("x", /(?=x)/)', 'invalid_input', 'RE2 does not know: /(?=x)/'],
  ['$eval("1 + 1")', 'invalid_input', "'query' calls $eval, which runs text as a query, and is off"],
  ['$map(["1"], $eval)', 'invalid_input', 'allow it in troupe.config.yaml: json: { eval: true }'],
  ['($f := $eval(?); $f("1"))', 'invalid_input', "'query' calls $eval"],
]

for (const [query, code, message] of FAULTS)
  queries(`${query.slice(0, 40)} is ${code}`, async () => {
    const fault = await catchFault(() => evaluate(query))
    assert.is(fault.code, code)
    assert.match(fault.message, message)
    assert.not(fault.retryable)
  })

/** Each would take unbounded time or memory. */
const BOMBS: Record<string, string> = {
  'a value that doubles': '$reduce([1..60], function($a, $i) { [$a, $a] }, 1)',
  'an object that doubles': '$reduce([1..60], function($a, $i) { {"x": $a, "y": $a} }, 1)',
  'a text that doubles': '$reduce([1..60], function($a, $i) { $a & $a }, "x")',
  'a doubled value compared': '($x := $reduce([1..60], function($a, $i) { [$a, $a] }, 1); $x = $x)',
  'endless recursion': '($f := function($x) { 1 + $f($x) }; $f(1))',
  'a long range': '$count([1..9999999])',
  'a wide pad': '$pad("", 1000000000)',
  'a wide number': '$fromMillis(0, "[Y,1000000000-1000000000]")',
}

for (const [what, query] of Object.entries(BOMBS))
  queries(`${what} is too_large, long before its time is over`, async () => {
    assert.is((await catchFault(() => evaluate(query))).code, 'too_large')
  })

queries('regular expressions take linear time', async () => {
  assert.is(await evaluate('$contains($, /^(a+)+$/)', `${'a'.repeat(5000)}b`), false)
  const picture = '$toMillis("one one one one one one one one one ,x", "[Yw][Mw][Dw][Hw][mw][sw][dw][Xw]")'
  assert.is(await evaluate(picture), null)
  assert.is((await catchFault(() => evaluate(picture.replace('one', 'one one one')))).code, 'too_large')
})

queries('a query without end is cut off at the deadline, and told the limit and what to do', async () => {
  const fault = await catchFault(() => evaluate(ENDLESS, {}, { deadline: Date.now() + 50 }))
  assert.equal([fault.code, fault.retryable], ['timeout', false])
  assert.match(fault.message, /^'query' runs longer than \d+ ms: select a part of the data first/)
})

const ENDLESS = '($f := function($x) { $f($x + 1) }; $f(1))'

/** Each blocks inside one function of JSONata, where no time is checked. */
const BLOCKING: Record<string, [query: string, data: JsonValue]> = {
  'many matches': ['$match($, /a*b|a/)', 'a'.repeat(8000)],
  'a sort': ['$sort($)', Array.from({ length: 30_000 }, (_, index) => (index * 7919) % 30_011)],
  'a split into characters': ['$count($split($, ""))', 'x'.repeat(900_000)],
  'distinct objects': ['$distinct($map([1..3000], function($n) { {"a": $n} }))', {}],
  'a spread of objects': ['$spread($map([1..20000], function($n) { {"a": $n} }))', {}],
  'ranges of ranges': ['[1..900000].([1..900000])', {}],
}

for (const [what, [query, data]] of Object.entries(BLOCKING))
  queries(`${what} takes the time of a worker, and not of this process`, async () => {
    const before = process.cpuUsage()
    // Any end will do but a Defect: a value, or a fault for its time or memory.
    await evaluate(query, data, { deadline: Date.now() + 400 }).catch((error) => assert.ok(isFault(error), error))
    const { user, system } = process.cpuUsage(before)
    assert.ok(user + system < 150_000, `${(user + system) / 1000} ms of this process`)
  })

queries('$eval that the config allows is bounded like any other query', async () => {
  assert.is(await evaluateBy(evalTool, '$eval("1 + 1")'), 2)
  const lookahead = await catchFault(() => evaluateBy(evalTool, '$eval("$match(\\"x\\", /(?=x)/)")'))
  assert.equal([lookahead.code, lookahead.message.includes('(?=x)')], ['invalid_input', true])
  const ofItself = '($q := "$eval($q) & $eval($q)"; $eval($q))'
  const fault = await catchFault(() => evaluateBy(evalTool, ofItself, { context: { deadline: Date.now() + 300 } }))
  assert.ok(['timeout', 'too_large'].includes(fault.code), fault.code)
})

queries('the data does not change', async () => {
  const data = { items: [{ a: 1 }] }
  assert.equal(await evaluate('$ ~> |items|{"b": 2}|', data), { items: [{ a: 1, b: 2 }] })
  assert.equal(data, { items: [{ a: 1 }] })
})

queries.run()
