/** Calls of functions that other languages have: the hint is an expression of this one. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { hintText } from '../../../src/compiler/correction.ts'
import { FOREIGN_FUNCTIONS, FOREIGN_NAMESPACES } from '../../../src/compiler/expression/check/foreign-functions.ts'
import { findFunction } from '../../../src/compiler/expression/function-table.ts'
import { findMacroForm } from '../../../src/compiler/expression/macro-forms.ts'
import { check } from './scene.ts'

const test = suite('foreign functions')

const hintOf = (text: string): string => {
  const { findings } = check(text)
  assert.equal(
    findings.map(({ code }) => code),
    ['unknown_function'],
    text,
  )
  return hintText(findings[0]?.hint) ?? ''
}

for (const name of Object.keys(FOREIGN_FUNCTIONS)) {
  const call = name === 'default' ? 'input.default(1, 2, 3)' : `${name}(input.free, i, 1)`
  test(`the hint for ${name} is an expression without unknown functions, or a sentence`, () => {
    assert.is(findFunction(name), undefined)
    assert.is(findMacroForm(name), undefined)
    const hint = hintOf(name === 'typeof' || name === 'let' ? call.replace(name, `input.free.${name}`) : call)
    if (
      !hint.startsWith('write ') ||
      /write (text|a product|a step|date\(time|sort\(list|cel.bind\(name, value)/.test(hint)
    )
      return
    const written = hint.slice('write '.length).replaceAll('…', 'true')
    const codes = check(written).findings.map(({ code }) => code)
    assert.not(codes.includes('unknown_function'), written)
    assert.not(codes.includes('expression_syntax'), written)
  })
}

test('each namespace of a hint is known as one', () => {
  for (const name of Object.keys(FOREIGN_FUNCTIONS))
    if (name.includes('.')) assert.ok(FOREIGN_NAMESPACES.has(name.split('.')[0] ?? ''), name)
})

const HINTS: [text: string, hint: string][] = [
  ['length(input.items)', 'write size(input.items)'],
  ['input.items.length()', 'write size(input.items)'],
  ['len(input.items)', 'write size(input.items)'],
  ['input.ticket.text.toLowerCase()', 'write lower(input.ticket.text)'],
  ['input.ticket.text.strip()', 'write trim(input.ticket.text)'],
  ['input.ticket.id.padStart(8, "0")', 'write pad(input.ticket.id, 8, "0")'],
  ['Object.keys(input.open)', 'write keys(input.open)'],
  ["Object.fromEntries([{'key': 'a', 'value': 1}])", "write from_entries([{'key': 'a', 'value': 1}])"],
  ['math.abs(iter.count - 3)', 'write abs(iter.count - 3)'],
  ['math.ceil(iter.count / 3)', 'write ceil(iter.count / 3)'],
  ['math.greatest(iter.count, 3)', 'write max([iter.count, 3])'],
  ['lists.range(3)', 'write range(3)'],
  ['strings.quote(input.ticket.id)', 'write json(input.ticket.id)'],
  ['base64.encode(input.ticket.id)', 'write base64(input.ticket.id)'],
  ['regex.replace(input.ticket.id, "a", "b")', 'write regex_replace(input.ticket.id, "a", "b")'],
  ['input.items.flatMap(i, [i.name])', 'write flatten(input.items.map(i, [i.name]))'],
  ['input.items.groupBy(i, i.name)', 'write input.items.group_by(i, i.name)'],
  ['type_of(input.free)', 'write type(input.free)'],
  ['map(input.items, i, i.name)', 'write input.items.map(i, i.name)'],
  ['reduce(input.items, a, i, 0, a + i.price)', 'write input.items.reduce(a, i, 0, a + i.price)'],
  ['cel.block([1], 2)', 'write cel.bind(name, value, expression) for a value that is used more than once'],
]

for (const [text, hint] of HINTS) {
  test(`${text}: ${hint}`, () => {
    assert.is(hintOf(text), hint)
    const written = hint.replace('write ', '')
    if (written !== hint && !written.includes('name, value')) assert.equal(check(written).findings, [])
  })
}

/** The expression with the edits of the first finding. */
const corrected = (text: string): string => {
  const hint = check(text).findings[0]?.hint
  const [edit] = typeof hint === 'object' ? hint.edits : []
  return edit === undefined ? 'no correction' : text.slice(0, edit.start) + edit.text + text.slice(edit.end)
}

const CORRECTIONS: [text: string, corrected: string][] = [
  ['2 * len(input.items)', '2 * size(input.items)'],
  ['input.items.length() > 3', 'size(input.items) > 3'],
  ['2 * concat("a", "b").size()', '2 * ("a" + "b").size()'],
  ['concat("a", "b")', '"a" + "b"'],
  ['math.greatest(iter.count, 3) + 1', 'max([iter.count, 3]) + 1'],
  ['strings.sizee("a")', 'size("a")'],
  ['input.ticket.id.trimm()', 'input.ticket.id.trim()'],
  ['("a" + "b").toLowerCase()', 'no correction'],
  ['input.ticket.id.padStart(3)', 'no correction'],
]

for (const [text, expected] of CORRECTIONS)
  test(`${text} becomes ${expected}`, () => {
    assert.is(corrected(text), expected)
    if (expected !== 'no correction') assert.equal(check(expected).findings, [])
  })

test.run()
