import { FAULT_CODE_PATTERN, Fault, isMatchable } from '../../core/fault.ts'
import { isJsonObject } from '../../core/json.ts'
import type { CheckContext, StepSites } from '../check/check-context.ts'
import { PRINTABLE } from '../check/known-types.ts'
import type { KindStep, Located } from '../document.ts'
import { compileValue } from '../expression/compile-expression.ts'
import { ANY, membersOf, objectOf, STRING } from '../expression/type.ts'
import { defineGrammar } from '../grammar/kind-grammar.ts'
import type { Fields } from '../grammar/record-shape.ts'
import type { MachineBindings } from '../link/bindings.ts'
import { expecting, toText } from '../link/entry.ts'
import { lowerEntry } from '../lower/leaf.ts'
import { type FailCode, type Raised, raised } from './fail/fail-grammar.ts'
import type { Enter, StepDescriptor } from './step-descriptor.ts'
import { valueText } from './wording.ts'

const FIELDS = {
  raised: { key: 'fail', shape: raised, doc: '`{ code, message, details }`, or `{ from: error }`.', required: true },
} as const satisfies Fields

declare module '../document.ts' {
  interface StepKinds {
    fail: KindStep<'fail', typeof FIELDS>
  }
}

type Own = Extract<Raised, { kind: 'own' }>
type Again = Extract<Raised, { kind: 'again' }>

export const fail: StepDescriptor<'fail'> = {
  grammar: defineGrammar({
    owner: 'a fail step',
    doc: 'Ends the run as failed, unless a block around it handles the fault.',
    fields: FIELDS,
    foreign: ['error', 'throw', 'raise'],
  }),
  check({ raised }, sites, context) {
    if (raised.kind === 'own') checkOwn(raised, sites, context)
    else checkAgain(raised, sites, context)
  },
  outputType: () => ANY,
  // Entering the step is its fault.
  lower: lowerEntry,
  start: () => undefined,
  enter: ({ id, raised }, bindings) =>
    raised.kind === 'own' ? enterOwn(id.value, raised, bindings) : enterAgain(id.value, bindings),
  chart: {
    icon: 'fail',
    describe: ({ raised }) => `fail: ${raised.kind === 'own' ? codeText(raised.code) : 'from error'}`,
  },
  faults: {
    own: ({ raised }) => (raised.kind === 'own' && isWord(raised.code) ? [raised.code.value] : []),
    isOpen: ({ raised }) => raised.kind === 'own' && !isWord(raised.code),
  },
  needlessUndo: "a 'fail' step never completes",
  neverCompletes: true,
}

const isWord = (code: FailCode): code is Located<string> => !('kind' in code)

const codeText = (code: FailCode): string => (isWord(code) ? code.value : valueText(code))

const A_CODE = 'a fault code in snake_case'

const isCode = (value: unknown): value is string =>
  typeof value === 'string' && FAULT_CODE_PATTERN.test(value) && isMatchable(value)

const A_MAP = objectOf({}, ANY)

const checkOwn = (
  { code, message, details }: Own,
  { perform }: StepSites,
  { expressions, diagnostics }: CheckContext,
): void => {
  expressions.typed(message, { name: 'message', type: PRINTABLE, words: 'a text' }, perform)
  if (details !== undefined) expressions.typed(details, { name: 'details', type: A_MAP, words: 'a map' }, perform)
  if (isWord(code)) return
  const type = expressions.typed(code, { name: 'code', type: STRING, words: A_CODE }, perform)
  const misfit = membersOf(type).find(
    (one) => one.kind === 'literal' && typeof one.value === 'string' && !isCode(one.value),
  )
  if (misfit?.kind !== 'literal') return
  const problem = `'code' does not fit: expected ${A_CODE}, got ${JSON.stringify(misfit.value)}`
  diagnostics.error('type_mismatch', code.range, problem)
}

const checkAgain = ({ from }: Again, { perform }: StepSites, { diagnostics }: CheckContext): void => {
  if (perform.names.root('error') !== undefined) return
  const message = "'error' is not in scope here: expected a step that an 'on_error' leads to, or one inside it"
  const hint = "let 'on_error' lead to a 'do' that holds this step, or write fail: { code: …, message: … }"
  diagnostics.error('unknown_name', from.range, message, hint)
}

const enterOwn = (step: string, { code, message, details }: Own, bindings: MachineBindings): Enter => {
  const codeOf = isWord(code)
    ? () => code.value
    : expecting(compileValue(code, bindings), { key: 'code', step, words: A_CODE, fits: isCode })
  const messageOf = compileValue(message, bindings)
  const detailsOf =
    details && expecting(compileValue(details, bindings), { key: 'details', step, words: 'a map', fits: isJsonObject })
  return (context) => {
    const fault = { code: codeOf(context), message: toText(messageOf(context)), retryable: false }
    return { kind: 'fault', fault: detailsOf === undefined ? fault : { ...fault, details: detailsOf(context) } }
  }
}

/** Raises the fault as it was caught: it stays a fault of the step that raised it first. */
const enterAgain =
  (step: string, { caught }: MachineBindings): Enter =>
  (context) => {
    const routed = caught(context)
    if (routed === undefined)
      throw new Fault('expression_failed', `step '${step}' has no fault to raise again: 'error' is null`)
    return { kind: 'fault', ...routed }
  }
