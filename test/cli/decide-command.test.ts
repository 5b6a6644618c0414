import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type DecidedApproval, toApproveCommand, toRejectCommand } from '../../src/cli/decide-command.ts'

const test = suite('commands that decide an approval')

const APPROVAL: DecidedApproval = { id: '3f9c2b1a', form: null, by: null, count: 1, decisions: [] }

const FORM = {
  type: 'object' as const,
  properties: { amount: { type: 'integer' as const }, note: { type: 'string' as const }, label: { enum: ['a', 'b'] } },
  required: ['amount', 'label'],
}

const CASES: [title: string, Partial<DecidedApproval>, string][] = [
  ['anyone may decide, without a form', {}, ''],
  ['required fields of the form, and no optional ones', { form: FORM }, ' --values amount=… --values label=…'],
  ['a form without required fields', { form: { ...FORM, required: [] } }, ''],
  ['a form that is one value', { form: { type: 'integer' } }, ' --values …'],
  ['a field that is no word', { form: { properties: { 'a b': {} }, required: ['a b'] } }, ` --values '{"a b": …}'`],
  ['the user is among those who may decide', { by: ['ann', 'me'] }, ' --by me'],
  ['the user is not among them', { by: ['ann', 'bob'] }, ' --by ann'],
  ['a person with a blank in the name', { by: ["Ann O'Hara"] }, ` --by 'Ann O'\\''Hara'`],
  ['one of two has approved', { by: ['ann', 'bob'], count: 2, decisions: [{ by: 'ann', at: '' }] }, ' --by bob'],
]

for (const [title, change, rest] of CASES)
  test(title, () => {
    assert.is(toApproveCommand({ ...APPROVAL, ...change }, 'me'), `troupe approvals approve 3f9c2b1a${rest}`)
  })

test('a rejection needs no values', () => {
  assert.is(
    toRejectCommand({ ...APPROVAL, form: FORM, by: ['ann'] }, 'me'),
    'troupe approvals reject 3f9c2b1a --by ann --comment "…"',
  )
})

test.run()
