import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { hintText } from '../../../src/compiler/correction.ts'
import type { DiagnosticCode } from '../../../src/compiler/diagnostic-codes.ts'
import { checkExpression } from '../../../src/compiler/expression/check-expression.ts'
import { describeType } from '../../../src/compiler/expression/type.ts'
import { check, SCENE, toNames, toText } from './scene.ts'

const test = suite('check expression')

const TYPES: [text: string, type: string][] = [
  ['1 + 1', 'number'],
  ["'a'", "'a'"],
  ["'a' + 'b'", 'string'],
  ['7 / 2 == 3.5', 'boolean'],
  ['null', 'null'],
  ['[]', 'an empty list'],
  ["[1, 'a']", "a list of 1 | 'a'"],
  ['[1] + [2]', 'a list of 1 | 2'],
  ['{"a": 1, "b": [true]}', '{ a: 1, b: a list of true }'],
  ['input.ticket', '{ id: string, text: string }'],
  ['input.maybe', 'string | null'],
  ['input.free.what[0].ever', 'any value'],
  ['input.open.what', 'any value'],
  ['steps.classify.output.label', "'bug' | 'billing' | 'other'"],
  ['steps.classify.status', "'completed' | 'skipped' | 'failed' | 'cancelled' | 'pending'"],
  ['steps.classify.attempts', 'number'],
  ['steps.classify.error.code', 'string'],
  ['steps.classify.output.score < 0.4', 'boolean'],
  ['iter.first ? 1 : null', '1 | null'],
  ["steps.?review.?output.?why.orValue('none')", 'string'],
  ["steps.?review.output.why.orValue('none')", 'string'],
  ['steps.?review.?output.?ok.hasValue()', 'boolean'],
  ["input.?note.orValue('')", 'string'],
  ['input.?note.or(input.ticket.?id).orValue("")', 'string'],
  ['input.maybe.orValue("x")', 'string'],
  ['input.items[0].name', 'string'],
  ['input.items[?0].name.orValue("")', 'string'],
  ['input.items.map(i, i.price * 2).sum()', 'number'],
  ['input.items.map(i, i.name).first()', 'string'],
  ['input.items.map(i, i.name).join(", ")', 'string'],
  ['[[1], [2, 3]].flatten()', 'a list of 1 | 2 | 3'],
  ['{"a": 1}.map(key, key)', 'a list of string'],
  ['input.items.transformList(i, x, x.price + i)', 'a list of number'],
  ['input.ticket.transformMap(k, v, size(k + v)).id', 'number'],
  ['input.items.transformMapEntry(i, x, {x.name: i})["tea"]', 'number'],
  ['input.items.group_by(i, i.name)["tea"][0].price', 'number'],
  ['input.items.unique_by(i, i.name)[0].price', 'number'],
  ['input.items.reduce(total, i, 0, total + i.price)', 'number'],
  ['input.items.reduce(names, i, [], names + [i.name])', 'a list of string'],
  ['input.items.reduce(last, i, null, i.name)', 'null | string'],
  ['cel.bind(t, input.ticket, t.id + t.text)', 'string'],
  ['cel.bind(n, input.maybe, n != null ? n : "")', 'string'],
  ['cel.bind(t, input.ticket, input.?note).orValue("")', 'string'],
  ['input.?note.optMap(n, size(n)).orValue(0)', 'number'],
  ['input.?maybe.optMap(n, n + "!").orValue("")', 'string'],
  ['input.ticket.?id.optFlatMap(n, input.?note).orValue("")', 'string'],
  ['merge(input.ticket, {"id": 1})', '{ id: 1, text: string }'],
  ['merge(input.open, {"id": 1})["x"]', 'any value'],
  ['from_entries([{"key": "a", "value": 1}])["a"]', '1'],
  ['entries(input.ticket)', 'a list of { key: string, value: string }'],
  ['values({"a": 1, "b": "x"})', "a list of 1 | 'x'"],
  ['input.items.slice(1)[0].name', 'string'],
  ['input.ticket.id.slice(1)', 'string'],
  ['chunk(input.items, 2)[0][0].name', 'string'],
  ['"a".regex_extract("a").orValue("")', 'string'],
  ['type(input)', "'null' | 'boolean' | 'number' | 'string' | 'list' | 'object'"],
  ['input == null', 'boolean'],
  ['input.free.orValue(0) + 1', 'number'],
  ['dyn(input.ticket).nope', 'any value'],
  ['secrets.TOKEN', 'a secret'],
  ['[3].map(input, input + 1)', 'a list of number'],
  ['[?input.?note, ?input.ticket.?id]', 'a list of string'],
  ['{?"a": input.?note, "b": 1}', '{ a?: string, b: 1 }'],
  // What a test has shown holds behind it
  ['has(input.note) && input.note.size() > 3', 'boolean'],
  ["has(input.note) ? input.note : ''", 'string'],
  ["input.maybe != null ? input.maybe + '!' : ''", 'string'],
  ["input.maybe == null ? '' : input.maybe + '!'", 'string'],
  ['input.maybe == null || input.maybe.size() > 1', 'boolean'],
  ['!(input.maybe == null) && input.maybe.size() > 1', 'boolean'],
  ['grades.filter(g, g.ok).map(g, g.value.points)', 'a list of number'],
  ['grades.filter(g, g.ok == false).map(g, g.error.code)', 'a list of string'],
  ['grades.map(g, !g.ok, g.error.message)', 'a list of string'],
  ['grades.map(g, has(g.value) ? g.value.points : 0)', 'a list of number'],
  ['grades.map(g, g.?value.points.orValue(0))', 'a list of number'],
]

for (const [text, type] of TYPES) {
  test(`${text} has the type ${type}`, () => {
    const checked = check(text)
    assert.equal(checked.findings, [])
    assert.is(describeType(checked.type), type)
  })
}

/** The marked part is the range of the finding. */
const FINDINGS: [marked: string, code: DiagnosticCode, message: RegExp, hint?: RegExp][] = [
  ['1 +« »', 'expression_syntax', /too early/],
  ['a «=» b', 'expression_syntax', /not expected/, /'=='/],
  ['«inptu».ticket', 'unknown_name', /'inptu' is not known here: expected input/, /did you mean 'input'/],
  ['«billing»', 'unknown_name', /'billing'/, /write "'billing'"/],
  ['steps.classify.output.label == «billing»', 'unknown_name', /'billing'/, /write 'billing'$/],
  ['«classify».output', 'unknown_name', /'classify'/, /steps\.classify\.output/],
  ['{«text»: 1}', 'unknown_name', /'text'/, /write 'text'/],
  ['«True»', 'unknown_name', /'True'/, /true/],
  ['steps.«clasify».output', 'unknown_step_reference', /'clasify' does not exist/, /'classify'/],
  ['steps.?«clasify».?output.orValue(1)', 'unknown_step_reference', /'clasify'/, /'classify'/],
  ['steps.«grade».output', 'unknown_step_reference', /'grade' can't be read here: it runs inside foreach 'grades'/],
  ['«steps»', 'unknown_step_reference', /alone/],
  ['«steps[input.ticket.id]»', 'unknown_step_reference', /computed/],
  ['input.ticket.«idd»', 'unknown_field', /no field 'idd': expected id, text/, /'id'/],
  ["steps.?review.?output.?«wyh».orValue('')", 'unknown_field', /'wyh'/, /'why'/],
  ['has(input.«nots»)', 'unknown_field', /'nots'/, /'note'/],
  ['steps.classify.«outptu»', 'unknown_field', /expected output, status/, /'output'/],
  ['steps.classify.«label»', 'unknown_field', /'label'/, /steps\.classify\.output\.label/],
  ['input.items.«name»', 'unknown_field', /a list/, /input\.items\[0\]\.name/],
  ['input.items.«length»', 'unknown_field', /a list/, /size\(input\.items\)/],
  ['input.ticket.id.«x»', 'unknown_field', /is string and has no field/],
  ['input.ticket.id.«trim»', 'unknown_field', /'trim'/, /input\.ticket\.id\.trim\(/],
  ['grades.map(g, g.«value»)', 'unknown_field', /does not always have/, /g\.\?value/],
  ['input.items.map(i, i.«nam»)', 'unknown_field', /'nam'/, /'name'/],
  ['«len»(input.items)', 'unknown_function', /no function 'len'/, /size/],
  ['input.ticket.id.«sizee»()', 'unknown_function', /no method 'sizee'/, /'size'/],
  ['«timestamp»("x")', 'unknown_function', /'timestamp'/, /date\(/],
  ['1.«string»()', 'unknown_function', /'string'/, /string\(1\)/],
  [
    'input.items.«frobnicate»(i, i.x)',
    'unknown_function',
    /'frobnicate'/,
    /docs\/functions\.md lists all.* json\.query/,
  ],
  ['«filter»(grades, 1)', 'unknown_function', /'filter'/, /grades\.filter\(1\)/],
  ['«exists»(grades, g, g.ok)', 'unknown_function', /'exists'/, /write grades\.exists\(g, g\.ok\)$/],
  ['«lenn»(grades)', 'unknown_function', /'lenn'/, /write size\(grades\)$/],
  ['("a" + "b").«toUpperCase»()', 'unknown_function', /'toUpperCase'/, /write upper\("a" \+ "b"\)$/],
  ['grades.«some»(g, g.ok)', 'unknown_function', /'some'/, /write grades\.exists\(/],
  ['«math.greatest»(1, iter.count)', 'unknown_function', /'math.greatest'/, /write max\(\[1, iter\.count\]\)$/],
  ['«strings.join»(["a"], ",")', 'unknown_function', /'strings.join'/, /write join\(\["a"\], ","\)$/],
  ['«inptu».size()', 'unknown_name', /'inptu'/, /'input'/],
  ['inptu.«siez»()', 'unknown_function', /no method 'siez'/, /'size'/],
  ['steps.classify.output.label == «"biling"»', 'unknown_enum_value', /'bug' \| 'billing' \| 'other'/, /'billing'/],
  ['«"don"» != steps.classify.status', 'unknown_enum_value', /expected 'completed'/],
  ['steps.classify.output.label in ["bug", «"bill"»]', 'unknown_enum_value', /'bill'/],
  ['input.items.filter(i, i.?tag.orValue("") == «"c"»)', 'unknown_enum_value', /'c'/],
  ['«input.max_drafts == "3"»', 'type_mismatch', /never equal: number with '3'/, /write 3 without quotes/],
  ['«input.ticket.id == 3»', 'type_mismatch', /never equal/, /'3' in quotes/],
  ['«"a" + 1»', 'type_mismatch', /does not take 'a' and 1/, /string\(1\)/],
  ['«input.ticket + 1»', 'type_mismatch', /does not take/],
  ['«1 < "a"»', 'type_mismatch', /does not take/, /double\("a"\)/],
  ['1 - «"a"»', 'type_mismatch', /'-' takes numbers/],
  ['-«true»', 'type_mismatch', /takes a number/],
  ['«input.ticket.id» in input.items', 'type_mismatch', /never equal/],
  ['"a" in «"abc"»', 'type_mismatch', /list or an object/, /contains/],
  ['input.items[«"a" + "b"»]', 'type_mismatch', /index of a list is a number/],
  ['«input.ticket.id[0]»', 'type_mismatch', /before \[ \]/, /charAt/],
  ['string(«input.ticket»)', 'type_mismatch', /takes string \| number \| boolean/, /json\(input\.ticket\)/],
  ['«input.items».join()', 'type_mismatch', /'join' takes/],
  ['«max(1, 2)»', 'type_mismatch', /gets 2 arguments/, /max\(\[1, 2\]\)/],
  ['"%s".format(«[1, 2]»)', 'type_mismatch', /gets 2 values: expected 1/],
  ['«1».map(x, x)', 'type_mismatch', /'map' takes a list or an object/],
  ['[?«1»]', 'type_mismatch', /'1' is never missing/, /leave out the '\?'/],
  ['{?"a": «input.ticket»}', 'type_mismatch', /'input.ticket' is never missing/],
  ['«true < 1»', 'type_mismatch', /expected two numbers, strings or booleans/],
  ['{"a": 1, «"a"»: 2}', 'duplicate_key', /has the key "a" twice/],
  ['{«1»: 2}', 'type_mismatch', /key of an object is text/],
  ['«input.ticket.id» && true', 'not_boolean', /is string: expected true or false/, /!= ''/],
  ['«input.max_drafts» ? 1 : 2', 'not_boolean', /number/, /!= 0/],
  ['!«input.items»', 'not_boolean', /a list/, /size\(input\.items\) > 0/],
  ['«input.maybe» || true', 'not_boolean', /string \| null/, /input\.maybe != null/],
  ['input.items.all(i, «i.price»)', 'not_boolean', /number/],
  ['«input.note»', 'possibly_null', /may be missing/, /input\.\?note\.orValue\(''\), or test it with has/],
  ['«input.?note»', 'possibly_null', /may be missing/, /input\.\?note\.orValue/],
  ['1 + «steps.?review.?attempts»', 'possibly_null', /may be missing/, /orValue\(0\)/],
  ['«input.maybe» + "x"', 'possibly_null', /may be null/, /input\.maybe\.orValue\(''\)/],
  ['size(«input.maybe»)', 'possibly_null', /may be null/],
  ['«steps.?review.?output.?ok» || true', 'possibly_null', /may be missing/, /orValue\(false\)/],
  ['(iter.first || has(input.note)) && «input.note» == ""', 'possibly_null', /may be missing/],
  ['"a".matches(«"("»)', 'invalid_regular_expression', /missing closing/],
  ['"a".matches(«"(?=a)"»)', 'invalid_regular_expression', /\(\?=/, /lookaround/],
  ['"a".regex_extract(«"(a)(b)"»)', 'invalid_regular_expression', /has 2 groups: expected at most 1/, /\(\?:…\)/],
  [
    '"a".regex_replace("(a)", «"$1!"»)',
    'invalid_regular_expression',
    /'\$1' is no reference/,
    /write \\1 for the group/,
  ],
  ['"a".regex_replace("a", «"\\\\1"»)', 'invalid_regular_expression', /names no group/, /write \\0/],
  ['"a".pad(3, ".", «"left"»)', 'unknown_enum_value', /no side of 'pad': expected start, end/],
  ['date_diff("2026-01-01", 0, «"hour"»)', 'unknown_enum_value', /no unit of 'date_diff'/, /did you mean 'hours'/],
  ['type(input.free) == «"strng"»', 'unknown_enum_value', /'strng'/, /'string'/],
  ['«input.items».transformMap(k, v, v)', 'type_mismatch', /takes an object/],
  ['«input.open».group_by(k, k)', 'type_mismatch', /'group_by' takes a list/],
  ['input.items.group_by(i, «i.price»)', 'type_mismatch', /key of a group is text/, /string\(i\.price\)/],
  ['input.items.transformMapEntry(i, x, «x.name»)', 'type_mismatch', /an entry is an object/],
  ['[1].reduce(a, b, 0, «a + "x"»)', 'type_mismatch', /does not take number and 'x'/],
  ['[1].reduce(a, b, 0, a == 0 ? "x" : «a + 1»)', 'type_mismatch', /does not take string \| number and 1/],
  ['{"a": 1}.all(k, v, «v + k» == 1)', 'type_mismatch', /does not take 1 and string/],
  ['cel.bind(x, «input.?note», x)', 'possibly_null', /may be missing/, /orValue/],
  ['«input.?note.optMap(n, n)»', 'possibly_null', /may be missing/, /orValue/],
  ['input.?note.optMap(n, «input.?note»).orValue("")', 'possibly_null', /may be missing/],
  ['input.?note.optMap(n, n.«x»).orValue("")', 'unknown_field', /no field 'x'/],
  ['«secrets»', 'secret_misused', /alone/],
  ['"x" + «secrets.TOKEN»', 'secret_misused', /must stand alone/],
  ['[«secrets.TOKEN»]', 'secret_misused', /must stand alone/],
  ['json(«secrets.TOKEN»)', 'secret_misused', /must stand alone/],
  ['«secrets.TOKEN».orValue("")', 'secret_misused', /must stand alone/],
  ['secrets.«TOKN»', 'unknown_secret', /'TOKN' is not declared/, /'TOKEN'/],
]

for (const [marked, code, message, hint] of FINDINGS) {
  test(`${marked} is ${code}`, () => {
    const text = marked.replaceAll(/[«»]/g, '')
    const { findings } = check(text)
    assert.is(findings.length, 1, JSON.stringify(findings))
    const [finding] = findings
    assert.is(finding?.code, code)
    assert.match(finding?.message ?? '', message)
    if (hint !== undefined) assert.match(hintText(finding?.hint) ?? '', hint)
    assert.equal(finding?.range, { start: marked.indexOf('«'), end: marked.indexOf('»') - 1 })
  })
}

test('all findings of an expression are reported', () => {
  const { findings } = check("inptu.a == 1 && steps.classify.output.label == 'bugg' && input.ticket.idd + 1 > 2")
  assert.equal(
    findings.map(({ code }) => code),
    ['unknown_name', 'unknown_enum_value', 'unknown_field'],
  )
})

test('an unknown function is reported without the findings that follow from it', () => {
  for (const [text, names] of [
    ['lenn(inptu.a) == true && input.ticket.idd > 1', ['lenn']],
    ['input.items.flatten_by(i, i.nope)', ['flatten_by']],
    ['steps.review.output.ok && nope(1)', ['nope']],
    ['math.sign(input.nope) + "x"', ['math.sign']],
    ['first_of(last_of(inptu)) + true', ['first_of', 'last_of']],
  ] as const) {
    const { findings, reads, type } = check(text)
    assert.equal(
      findings.map(({ code, range }) => [code, text.slice(range.start, range.end)]),
      names.map((name) => ['unknown_function', name]),
    )
    assert.equal(reads, [])
    assert.is(type.kind, 'any')
  }
})

test('offsets go through the expression', () => {
  const { findings, reads } = checkExpression(toText('steps.classify.output.labl', 100), toNames(SCENE))
  assert.equal(
    findings.map(({ range }) => range),
    [{ start: 122, end: 126 }],
  )
  assert.equal(
    reads.map(({ range }) => range),
    [{ start: 100, end: 121 }],
  )
})

const READS: [text: string, reads: string[]][] = [
  ['steps.classify.output.label', ['classify.output']],
  ['steps.classify.error.code', ['classify.error']],
  ['steps.classify.output.score > 1 ? steps.review.output.why : ""', ['classify.output', 'review.output']],
  ['[1].map(x, steps.review.output.why)', ['review.output']],
  ['steps.classify.status == "completed" || steps.classify.attempts > 1', []],
  ['steps.classify.?output.score.orValue(1)', []],
  ['steps.?classify.output.score.orValue(1)', []],
  ['has(steps.review.output)', []],
  ['has(steps.review.output) && steps.review.output.ok', []],
  ['has(steps.review.output.why) ? steps.review.output.ok : false', []],
  ['!has(steps.review.output) || steps.review.output.ok', []],
  ['steps.review.status == "completed" && steps.review.output.ok', []],
  ['steps.?review.?output.hasValue() && steps.review.output.ok', []],
  ['steps.review.status == "completed" || steps.review.output.ok', ['review.output']],
  ['steps.review.status != "completed" && steps.review.output.ok', ['review.output']],
  ['has(steps.review.output) && steps.classify.output.score > 1', ['classify.output']],
]

for (const [text, expected] of READS) {
  test(`${text} reads ${expected.join(' and ') || 'nothing without a guard'}`, () => {
    const { reads, findings } = check(text)
    assert.equal(findings, [])
    assert.equal(
      reads.map(({ step, field }) => `${step}.${field}`),
      expected,
    )
  })
}

test('where no secrets may be, each is a finding', () => {
  const { secrets, ...scene } = SCENE
  assert.equal(secrets, ['TOKEN'])
  assert.equal(
    check('secrets.TOKEN', scene).findings.map(({ code }) => code),
    ['secret_misused'],
  )
})

test('a chain of a thousand tests is checked in good time', () => {
  for (const unit of ['input.maybe != null', 'has(input.note)', 'steps.review.status == "completed"'])
    for (const operator of [' && ', ' || ']) {
      const start = performance.now()
      check(Array.from({ length: 180 }, () => unit).join(operator))
      assert.ok(performance.now() - start < 500)
    }
})

test.run()
