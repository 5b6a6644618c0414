/** Finds the running runs for which an expression holds. */
import { hintText } from '../../compiler/correction.ts'
import { checkExpression } from '../../compiler/expression/check-expression.ts'
import { compileExpression } from '../../compiler/expression/compile-expression.ts'
import { ANY, objectOf, STRING, type Type } from '../../compiler/expression/type.ts'
import { Fault, isFault } from '../../core/fault.ts'
import { type JsonObject, type JsonValue, ownValue } from '../../core/json.ts'
import type { RunRecord, Store } from '../../store/store.ts'

interface Asked {
  run: JsonObject
  input: JsonValue
}

const NAMES: Readonly<Record<string, Type>> = {
  run: objectOf({ id: STRING, workflow: STRING, status: STRING, started_at: STRING }),
  input: ANY,
}

/**
 * Tests child runs too, each by itself. A run for which the expression fails, as its input has other fields, does not match.
 * @throws Fault `invalid_input` for a wrong condition, with the reason; StoreError
 */
export const matchRuns = async (
  store: Store,
  expression: string,
  { statusOf }: { statusOf: (run: RunRecord) => string },
): Promise<RunRecord[]> => {
  const holds = compileCondition(expression)
  const matched: RunRecord[] = []
  for (const run of await store.listRuns({ status: 'running', isAnyDepth: true }))
    if (holds(await toAsked(store, run, { status: statusOf(run), needsInput: /\binput\b/.test(expression) })))
      matched.push(run)
  return matched
}

const toAsked = async (
  store: Store,
  { id, workflow, createdAt, begunAt }: RunRecord,
  { status, needsInput }: { status: string; needsInput: boolean },
): Promise<Asked> => {
  const created = needsInput ? await store.readCreated(id) : undefined
  const input = created?.data.input ?? null
  return { run: { id, workflow, status, started_at: new Date(begunAt ?? createdAt).toISOString() }, input }
}

const compileCondition = (text: string): ((asked: Asked) => boolean) => {
  const range = { start: 0, end: text.length }
  const { findings, type } = checkExpression(
    { text, range, toOffset: (index) => index },
    {
      root: (name) => ownValue(NAMES, name),
      rootNames: () => Object.keys(NAMES),
      step: () => undefined,
      stepIds: () => [],
      secrets: () => undefined,
    },
  )
  const [finding] = findings
  if (finding !== undefined) {
    const hint = finding.hint === undefined ? '' : `\n${hintText(finding.hint)}`
    throw new Fault('invalid_input', `the condition '${text}' is wrong: ${finding.message}${hint}`)
  }
  if (type.kind !== 'boolean' && type.kind !== 'any' && !isLiteralBoolean(type))
    throw new Fault('invalid_input', `the condition '${text}' is none: expected true or false, got a ${type.kind}`)
  const evaluate = compileExpression<Asked>(
    { text },
    {
      root: (name) => (name === 'run' ? ({ run }) => run : name === 'input' ? ({ input }) => input : undefined),
      step: () => undefined,
    },
  )
  return (asked) => {
    try {
      return evaluate(asked) === true
    } catch (thrown) {
      if (isFault(thrown)) return false
      throw thrown
    }
  }
}

const isLiteralBoolean = (type: Type): boolean => type.kind === 'literal' && typeof type.value === 'boolean'
